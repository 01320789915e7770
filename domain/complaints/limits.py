"""How long each stage may take, how often each thing may happen: configuration with its source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from domain.complaints.clock import OfficeHours
from domain.complaints.terms import ComplaintKind, Stage
from domain.dates import add_months
from domain.evidence import EvidenceLimits


@dataclass(frozen=True, slots=True)
class Limit:
    """A number, and where it comes from. ``unit`` is what is counted, as it is read."""

    value: int
    unit: str
    source: str


@dataclass(frozen=True, slots=True)
class Limits:
    """``version`` is kept with every case: a changed limit never rewrites what was promised.

    ``days``: working days of each stage; ``rules``: everything else, by name (see ``RULE_NAMES``);
    ``kept``: how long each kind of thing is kept (see ``KEPT_NAMES``).
    """

    version: str
    days: Mapping[Stage, Limit]
    rules: Mapping[str, Limit]
    office: OfficeHours
    evidence: EvidenceLimits
    kept: Mapping[str, Limit] = field(default_factory=dict)

    def stage(self, stage: Stage) -> int:
        return self.days[stage].value

    def rule(self, name: str) -> int:
        return self.rules[name].value

    def kept_since(self, what: str, today: date) -> date:
        """The first day whose things of a kind are still kept ``today``; what is older goes."""
        limit = self.kept[what]
        if limit.unit == YEARS:
            return add_months(today, -12 * limit.value)
        return today - timedelta(days=limit.value)


DAYS, YEARS = "日", "年"
# Cases of each kind, counted from the day they end, and everything else that holds something of a resident.
KEPT_NAMES = frozenset(
    {
        *(kind.value for kind in ComplaintKind),
        "draft",  # since it was last touched
        "dialog",  # since the resident last said something
        "reply",
        "miss",
        "consent",  # to be sent notices, since it was last given
        "news",
        "attempt",
    }
)
RULE_NAMES = frozenset(
    {
        "answer_simple_days",  # working days, simple or urgent matters
        "dispatch_urgent_hours",  # duty hours
        "extension_days",  # working days at the most
        "return_days",  # working days after dispatch
        "most_returns",
        "most_reworks",
        "rework_days",  # working days to answer again
        "urge_days",  # working days between two
        "objection_days",  # working days
        "reopen_days",  # days
        "revive_days",  # days
        "info_reminder_days",  # working days
        "suspension_review_days",  # days
        "contact_attempts",
        "yellow_days",  # working days left
        "yellow_percent",  # of a limit that has gone
        "late_urge_days",  # working days past a limit, here and below
        "late_notice_days",
        "late_escalate_days",
        "identity_grant_minutes",
        "submits_per_ten_minutes",
        "submits_per_day",
        "senders_per_address",  # people behind one address who are not known, counted together
        "files_per_hour",  # of one sender
        "code_attempts",  # wrong query codes in 15 minutes
        "code_lock_minutes",
        "story_characters",
    }
)

"""How long each stage may take, how often each thing may happen: configuration with its source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from domain.complaints.clock import OfficeHours
from domain.complaints.terms import Stage
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

    ``days``: working days of each stage; ``rules``: everything else, by name (see ``RULE_NAMES``).
    """

    version: str
    days: Mapping[Stage, Limit]
    rules: Mapping[str, Limit]
    office: OfficeHours
    evidence: EvidenceLimits
    sources: Mapping[str, str] = field(default_factory=dict)

    def stage(self, stage: Stage) -> int:
        return self.days[stage].value

    def rule(self, name: str) -> int:
        return self.rules[name].value


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
        "identity_grant_minutes",
        "draft_days",  # days
        "submits_per_ten_minutes",
        "submits_per_day",
        "code_attempts",  # wrong query codes in 15 minutes
        "code_lock_minutes",
        "kept_years",  # after the end, with what tells who it was
        "story_characters",
    }
)

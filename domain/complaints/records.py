"""A case as it is read back: for its resident, for a list, for who works on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from domain.complaints.case import Case
from domain.complaints.draft import WorkingCopy
from domain.complaints.events import Event
from domain.complaints.terms import HoldReason, State
from domain.evidence import Accepted


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A case with all its events and its working copy. ``handed``: how many pictures and documents;
    ``hold``: why it must be kept; ``purged_at``: since when only the bare facts are left.
    """

    number: str
    case: Case
    events: tuple[Event, ...]
    copy: WorkingCopy
    submitted_at: datetime
    handed: int = 0
    owner: str = ""
    is_about_child: bool = False
    hold: HoldReason | None = None
    purged_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class HandedIn:
    """A file that belongs to a case. ``accepted`` None: it is still to be fetched (``is_coming``), or it never came.

    ``original`` and ``display``: names in the vault, empty where there is none.
    """

    id: str
    added_at: datetime
    accepted: Accepted | None = None
    original: str = ""
    display: str = ""
    is_coming: bool = False


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One line of a list of cases."""

    number: str
    state: State
    domain: str
    area: str
    unit: str
    lead_unit: str
    respondent: str
    due_at: datetime | None
    is_due_confirmed: bool
    submitted_at: datetime
    changed_at: datetime
    is_urgent: bool


@dataclass(frozen=True, slots=True)
class News:
    """Something that happened to a resident's case and that they were not told in chat yet."""

    id: int
    number: str
    news: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Person:
    """Who complained; only ever opened for a reason that is written down."""

    name: str = ""
    phone: str = ""
    openid: str = ""

"""What is done to a case, by whom, and what was fixed when it was filed: the values its history is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from domain.complaints.clock import Term
from domain.complaints.terms import (
    Action,
    ComplaintKind,
    CreditDomain,
    Identity,
    Reason,
    Result,
    Role,
    Solved,
    Stage,
    State,
)

Terms = Mapping[Stage, Term]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. ``id``: a staff member's; empty for the resident and the system. ``unit``: where they serve."""

    role: Role
    id: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Command:
    """What is to be done, with everything any action may need. ``text`` is free words: sealed where it is kept.

    ``days``: working days asked for; ``until``: a day named; ``other``: another case's number;
    ``asked``: which request a yes or no is about; ``satisfied``: 1 to 5; ``minutes``: how long a grant lasts.
    """

    action: Action
    text: str = ""
    reason: Reason | None = None
    basis: str = ""
    channel: str = ""
    unit: str = ""
    co_units: tuple[str, ...] = ()
    is_urgent: bool = False
    is_simple: bool = False
    days: int = 0
    until: date | None = None
    other: str = ""
    asked: Action | None = None
    result: Result | None = None
    solved: Solved | None = None
    satisfied: int = 0
    minutes: int = 0
    reached: bool | None = None
    is_same_person: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a case; never changed. ``terms``: the clocks as they run after it."""

    action: Action
    actor: Actor
    at: datetime
    target: State
    command: Command
    terms: Terms = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Request:
    """Something asked for that waits for another person's yes."""

    action: Action
    by: Actor
    at: datetime
    command: Command


@dataclass(frozen=True, slots=True)
class Opening:
    """What is fixed when a case is filed. ``has_way_back``: whether the resident can be told of an answer."""

    kind: ComplaintKind
    domain: CreditDomain
    identity: Identity
    unit: str
    has_way_back: bool = True
    consent_version: str = ""

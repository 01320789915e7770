"""Rules as they are shipped, and cases in any state, for tests of the rules of complaints."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import cache

from config.settings import ROOT
from domain.clock import local_day
from domain.complaints.case import Case
from domain.complaints.clock import days_term
from domain.complaints.decide import Rules
from domain.complaints.events import Actor, Command, Opening
from domain.complaints.terms import Action, ComplaintKind, CreditDomain, Identity, Role, Stage, State
from domain.workdays import WorkCalendar
from knowledge.workdays import Workdays, read_workdays
from tests.conftest import NOW
from tests.support.limits import shipped

VERSION = "notice-1"
UNIT = "示例局"
OPENING = Opening(
    ComplaintKind.COMPLAINT, CreditDomain.GOVERNMENT, Identity.SHIELDED, "乌海市", consent_version=VERSION
)
SECTIONS = "\n\n".join(("事实", "办理", "依据", "联系人"))


@cache
def calendar() -> WorkCalendar:
    """The published years, as they are shipped."""
    read = read_workdays(ROOT / "config" / "workdays.yaml")
    assert isinstance(read, Workdays), read
    return read.calendar


@cache
def rules() -> Rules:
    return Rules(shipped(), calendar(), VERSION)


def actor(role: Role, name: str = "") -> Actor:
    """Somebody of that role who is responsible for the cases here."""
    unit = UNIT if role in {Role.HANDLER, Role.HANDLER_LEAD} else ""
    return Actor(role, "" if role in {Role.RESIDENT, Role.SYSTEM} else name or role.value, unit)


def case_in(state: State, at: datetime = NOW, **fields: object) -> Case:
    """A case that has got to ``state``, all its clocks begun at ``at``."""
    day = local_day(at)
    terms = {stage: days_term(day, 5, calendar(), shipped().office) for stage in Stage}
    case = Case(OPENING, state, version=7, terms=terms, lead_unit=UNIT, dispatched_on=day)
    return replace(case, **fields)  # type: ignore[arg-type]


def command(action: Action, **fields: object) -> Command:
    return Command(action, **fields)  # type: ignore[arg-type]

"""A case → what its resident reads: where it stands, who has it, until when; and what has happened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType

from domain.clock import chinese_day, local_day
from domain.complaints.case import Case, apply
from domain.complaints.clock import Term
from domain.complaints.decide import Rules, decide
from domain.complaints.events import Actor, Command, Event
from domain.complaints.records import CaseFile
from domain.complaints.terms import Action, Result, Role, Solved, State
from domain.complaints.transitions import row_of
from domain.errors import ActionRefused
from domain.workdays import WorkCalendar

RESIDENT = Actor(Role.RESIDENT)
# 提交 受理 办理 答复 评价: the dot of each state.
STEPS: Mapping[State, int] = MappingProxyType(
    {
        State.SUBMITTED: 1,
        State.NEED_INFO: 1,
        State.ACCEPTED: 2,
        State.DISPATCHED: 2,
        State.IN_PROGRESS: 3,
        State.SUSPENDED: 3,
        State.REPLY_REVIEW: 3,
        State.ANSWERED: 4,
        State.FOLLOW_UP: 5,
        State.CLOSED: 5,
    }
)
# What a resident can do with a case of their own, in the order of likelihood.
ACTS: tuple[tuple[Action, Command], ...] = (
    (Action.RATE, Command(Action.RATE, solved=Solved.YES, satisfied=5)),
    (Action.SUPPLEMENT, Command(Action.SUPPLEMENT, text="-")),
    (Action.REVIVE, Command(Action.REVIVE)),
    (Action.URGE, Command(Action.URGE)),
    (Action.OBJECT, Command(Action.OBJECT, text="-")),
    (Action.REOPEN, Command(Action.REOPEN, text="-")),
    (Action.WITHDRAW, Command(Action.WITHDRAW)),
)
# Satisfied, from 1 to 5: the names of the words for it.
LEVELS = ("very_bad", "bad", "fair", "good", "very_good")
# What was written with these is read by both sides.
WITH_WORDS = frozenset(
    {
        Action.ASK_INFO,
        Action.PAUSE_FOR_INFO,
        Action.CONTACT,
        Action.DECLINE,
        Action.SUPPLEMENT,
        Action.OBJECT,
        Action.REOPEN,
        Action.RATE,
    }
)


@dataclass(frozen=True, slots=True)
class Progress:
    """``key``: the sentence in ``texts/status.yaml``; ``values`` fill it. ``due``: the moment that is waited for.

    ``days_left``: working days; ``step``: 1 to 5, 0 where the way has left the usual one; ``question``: what the unit
    wants to know.
    """

    key: str
    values: Mapping[str, str]
    step: int
    due: Term | None
    days_left: int
    is_overdue: bool
    reply: str
    question: str
    acts: tuple[Action, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened (a sentence of ``texts/timeline.yaml``), and the version it made of the case.
    ``words``: free, from staff or oneself."""

    at: datetime
    version: int
    key: str
    values: Mapping[str, str] = field(default_factory=dict)
    words: str = ""


def progress_of(file: CaseFile, now: datetime, rules: Rules) -> Progress:
    """Where a case stands for its resident."""
    case, today = file.case, local_day(now)
    due = case.waited_for
    return Progress(
        key=f"status.{case.state.value}",
        values=_values(file, due, today, rules.calendar),
        step=STEPS.get(case.state, 0),
        due=due,
        days_left=max(0, due.days_left(today, rules.calendar)) if due else 0,
        is_overdue=due is not None and due.paused_on is None and now > due.due_at,
        reply=reply_of(file),
        question=open_question(file),
        acts=tuple(action for action, command in ACTS if can(case, command, now, rules)),
    )


def can(case: Case, command: Command, now: datetime, rules: Rules) -> bool:
    """Whether the resident may do that now, guards and all."""
    try:
        decide(case, command, RESIDENT, now, rules)
    except ActionRefused:
        return False
    return True


def urge_from(case: Case, now: datetime, rules: Rules) -> date | None:
    """The day from which a case that was urged lately can be urged again; None: that is not what stands against it."""
    row = row_of(case.state, Action.URGE, RESIDENT.role)
    if row is None or case.urged_on is None or can(case, Command(Action.URGE), now, rules):
        return None
    return rules.calendar.add(case.urged_on, rules.limits.rule("urge_days")).day


def reply_of(file: CaseFile) -> str:
    """The answer that was given, once it was given."""
    if file.case.state not in {State.ANSWERED, State.FOLLOW_UP, State.CLOSED}:
        return ""
    return _last_words(file, Action.WRITE_REPLY)


def open_question(file: CaseFile) -> str:
    """What the unit asked the resident and was not answered since."""
    for event in reversed(file.events):
        if event.action is Action.SUPPLEMENT:
            return ""
        if event.action is Action.CONTACT and event.command.text:
            return event.command.text if file.case.state is State.IN_PROGRESS else ""
    return ""


def timeline(file: CaseFile) -> Iterator[Line]:
    """What happened, newest first. Who gave a case back to whom is nobody's concern but the window's."""
    lines = [_line(event, case) for event, case in told(file)]
    yield from reversed(lines)


def told(file: CaseFile) -> Iterator[tuple[Event, Case]]:
    """The events that a resident is told of, each with the case after it."""
    case = Case(file.case.opening)
    for event in file.events:
        row = row_of(case.state, event.action, event.actor.role)
        case = apply(case, event)
        if row and row.is_public:
            yield event, case


def _line(event: Event, case: Case) -> Line:
    command = event.command
    values = {
        "unit": command.unit or event.actor.unit or case.lead_unit,
        "reason": command.reason.label if command.reason else "",
        "result": command.result.label if command.result else "",
        "days": str(command.days),
        "solved": command.solved.label if command.solved else "",
        "satisfied": str(command.satisfied),
        "due": chinese_day(case.term.due_on) if case.term else "",
    }
    words = command.text if event.action in WITH_WORDS else ""
    return Line(event.at, case.version, f"timeline.{event.action.value}", values, words)


def _values(file: CaseFile, due: Term | None, today: date, calendar: WorkCalendar) -> dict[str, str]:
    case = file.case
    return {
        "number": file.number,
        "unit": case.lead_unit,
        "due": chinese_day(due.due_on) if due else "",
        "left": str(max(0, due.days_left(today, calendar))) if due else "",
        "reason": case.reason.label if case.reason else "",
        "result": (case.result or Result.EXPLAINED).label,
        "asked": _last_words(file, Action.PAUSE_FOR_INFO, Action.ASK_INFO),
        "channel": _last(file, Action.DECLINE, Action.TRANSFER, name="channel"),
        "basis": _last(file, Action.DECLINE, Action.TRANSFER, name="basis"),
        "receiver": _last(file, Action.TRANSFER, name="unit"),
        "until": chinese_day(case.resumes_on) if case.resumes_on else "",
    }


def _last_words(file: CaseFile, *actions: Action) -> str:
    return _last(file, *actions, name="text")


def _last(file: CaseFile, *actions: Action, name: str) -> str:
    found = (str(getattr(e.command, name)) for e in reversed(file.events) if e.action in actions)
    return next(found, "")

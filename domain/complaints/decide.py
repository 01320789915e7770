"""A case and a command → the event that follows, or why it may not.

``decide`` is the only way an event comes into being: the table says who may do it where, the guards what else
must be true, ``_leads`` where it goes, ``Clocks`` which clocks change.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from types import MappingProxyType

from domain.clock import local_day
from domain.complaints.case import Case
from domain.complaints.clocks import Clocks
from domain.complaints.events import Actor, Command, Event
from domain.complaints.limits import Limits
from domain.complaints.terms import Action, ComplaintKind, Identity, Result, Role, Solved, State
from domain.complaints.transitions import APPROVERS, Guard, Transition, row_of
from domain.errors import ActionRefused
from domain.workdays import WorkCalendar

SATISFIED, MOST_SATISFIED = 3, 5  # 基本满意, 很满意
REPLY_PARTS = 4
# What may not be concluded against the resident's own word.
_AGAINST: Mapping[Solved, frozenset[Result]] = MappingProxyType(
    {
        Solved.NO: frozenset({Result.SOLVED, Result.PARTLY}),
        Solved.PARTLY: frozenset({Result.SOLVED}),
    }
)


@dataclass(frozen=True, slots=True)
class Rules:
    """What the decision rests on: today's limits and calendar, the notice in force, the list of units (empty: none
    is kept, any name will do)."""

    limits: Limits
    calendar: WorkCalendar
    consent_version: str
    units: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Try:
    case: Case
    command: Command
    actor: Actor
    now: datetime
    rules: Rules
    row: Transition

    def workdays_since(self, day: date | None) -> int:
        return self.rules.calendar.between(day, local_day(self.now)) if day else 0


def decide(case: Case, command: Command, actor: Actor, now: datetime, rules: Rules) -> Event:
    """The event of ``command``. Raises ``ActionRefused`` with the guard that failed, or with none when the table
    has no row. Pure: nothing happens until the event is stored."""
    row = row_of(case.state, command.action, actor.role)
    if row is None or not _is_responsible(case, actor):
        raise ActionRefused(command.action, case.state, None, actor.role)
    if command.action is Action.REFUSE:
        _check_refusal(case, command, actor)
    attempt = _Try(case, command, actor, now, rules, row)
    for guard in row.guards:
        if command.action is not Action.REFUSE and not _GUARDS[guard](attempt):
            raise ActionRefused(command.action, case.state, guard, actor.role)
    command = _completed(attempt)
    target = _leads(attempt)
    terms = Clocks(case, command, target, now, rules.limits, rules.calendar).after()
    return Event(command.action, actor, now, target, command, terms)


def may(case: Case, actor: Actor) -> tuple[Action, ...]:
    """The actions that the table gives ``actor`` now, guards aside."""
    if not _is_responsible(case, actor):
        return ()
    return tuple(action for action in Action if row_of(case.state, action, actor.role))


def _is_responsible(case: Case, actor: Actor) -> bool:
    """A unit's people act on their unit's cases; the window's on their window's, the city's on all (unit '')."""
    if actor.role in {Role.HANDLER, Role.HANDLER_LEAD}:
        return actor.unit in case.units
    if actor.role in {Role.WINDOW, Role.WINDOW_LEAD}:
        return actor.unit in {"", case.opening.unit}
    return True


def _check_refusal(case: Case, command: Command, actor: Actor) -> None:
    asked = case.request(command.asked) if command.asked else None
    if asked is None or actor.role not in APPROVERS[asked.action] or asked.by.id == actor.id:
        raise ActionRefused(command.action, case.state, Guard.WAS_ASKED, actor.role)


def _completed(attempt: _Try) -> Command:
    """A yes carries what was asked for, so that the event tells it whole. Its words may be put better by who says
    yes; how long and with what result is as it was asked, since that is what the guards have seen."""
    command, row = attempt.command, attempt.row
    if row.approves is None:
        return command
    asked = attempt.case.request(row.approves)
    assert asked is not None, "the guard has seen the request"
    wanted = asked.command
    limits = attempt.rules.limits
    return replace(
        command,
        text=command.text or wanted.text,
        reason=command.reason or wanted.reason,
        basis=command.basis or wanted.basis,
        channel=command.channel or wanted.channel,
        unit=command.unit or wanted.unit,
        days=wanted.days,
        until=wanted.until or _review_day(attempt),
        result=wanted.result,
        minutes=limits.rule("identity_grant_minutes") if command.action is Action.GRANT_IDENTITY else 0,
    )


def _review_day(attempt: _Try) -> date | None:
    """中止: the day on which it is looked at again at the latest; other actions have none."""
    if attempt.command.action not in {Action.ASK_SUSPEND, Action.SUSPEND}:
        return None
    return local_day(attempt.now) + timedelta(days=attempt.rules.limits.rule("suspension_review_days"))


def _leads(attempt: _Try) -> State:
    case, command = attempt.case, attempt.command
    match command.action:
        case Action.RATE:
            is_content = command.solved is Solved.YES or command.satisfied >= SATISFIED
            return State.CLOSED if is_content and command.solved is not Solved.NO else State.FOLLOW_UP
        case Action.EXPIRE_RATING:
            return State.FOLLOW_UP if case.opening.has_way_back else State.CLOSED
        case Action.EXPIRE_INFO:
            return State.CLOSED if case.came_from is State.SUBMITTED else State.IN_PROGRESS
    if attempt.row.returns:
        return case.came_from
    return attempt.row.target or case.state


def _was_asked(attempt: _Try) -> bool:
    asked = attempt.case.request(attempt.row.approves) if attempt.row.approves else None
    return asked is not None and asked.by.id != attempt.actor.id


def _has_passed(attempt: _Try) -> bool:
    term = attempt.case.term
    return term is not None and attempt.now > term.due_at


def _is_time_to_remind(attempt: _Try) -> bool:
    term, days = attempt.case.term, attempt.rules.limits.rule("info_reminder_days")
    is_open = term is not None and attempt.now <= term.due_at and not attempt.case.is_reminded
    return is_open and attempt.workdays_since(term.began_on if term else None) >= days


def _is_in_return_time(attempt: _Try) -> bool:
    limits, case = attempt.rules.limits, attempt.case
    is_in_time = attempt.workdays_since(case.dispatched_on) <= limits.rule("return_days")
    return is_in_time and case.returns < limits.rule("most_returns")


def _second_return_by_lead(attempt: _Try) -> bool:
    return attempt.case.returns == 0 or attempt.actor.role is Role.WINDOW_LEAD


def _not_extended(attempt: _Try) -> bool:
    case, limits = attempt.case, attempt.rules.limits
    term = case.answer_term
    is_in_time = term is not None and attempt.now <= term.due_at
    return is_in_time and not case.has_extension and 0 < attempt.command.days <= limits.rule("extension_days")


def _once_a_round(attempt: _Try) -> bool:
    return attempt.case.infos_this_round == 0


def _has_outcome(attempt: _Try) -> bool:
    """A talk after the answer, or enough attempts on two days; and a result that is told. Who is here and has rated
    was not content: that alone closes nothing."""
    case = attempt.case
    is_enough = len(case.contacts) >= attempt.rules.limits.rule("contact_attempts")
    tried = is_enough and len(set(case.contacts)) > 1
    result = attempt.command.result or case.result
    return _is_conclusion(result) and (case.was_reached or tried)


def _agrees_with_rating(attempt: _Try) -> bool:
    """The unit's conclusion does not outlive a rating that denies it: another one is given, or it is reworked."""
    result, solved = attempt.command.result or attempt.case.result, attempt.case.solved
    return solved is None or result not in _AGAINST.get(solved, frozenset())


def _is_conclusion(result: Result | None) -> bool:
    """逾期未补正 is said by the clock alone: nobody concludes it."""
    return result not in {None, Result.INFO_MISSING}


def _can_reopen(attempt: _Try) -> bool:
    case = attempt.case
    is_old = case.ended_on is None or local_day(attempt.now) > case.ended_on + timedelta(
        days=attempt.rules.limits.rule("reopen_days")
    )
    has_lead = bool(case.lead_unit)
    return not is_old and not case.is_reopened and case.result is not Result.INFO_MISSING and has_lead


def _can_revive(attempt: _Try) -> bool:
    case = attempt.case
    if case.result is not Result.INFO_MISSING or case.ended_on is None:
        return False
    last = case.ended_on + timedelta(days=attempt.rules.limits.rule("revive_days"))
    return local_day(attempt.now) <= last


def _can_object(attempt: _Try) -> bool:
    case = attempt.case
    in_time = attempt.workdays_since(case.ended_on) <= attempt.rules.limits.rule("objection_days")
    return in_time and not case.has_objected


def _urged_long_ago(attempt: _Try) -> bool:
    last = attempt.case.urged_on
    return last is None or attempt.workdays_since(last) >= attempt.rules.limits.rule("urge_days")


def _same_person_or_lead(attempt: _Try) -> bool:
    command = attempt.command
    is_allowed = command.is_same_person or attempt.actor.role is Role.WINDOW_LEAD
    return bool(command.other) and is_allowed


def _reply_is_whole(attempt: _Try) -> bool:
    """Four parts, each on lines of its own: what was found, what was done, on what basis, whom to ask."""
    parts = [part for part in attempt.command.text.split("\n\n") if part.strip()]
    return len(parts) >= REPLY_PARTS and _is_conclusion(attempt.command.result)


def _names_unit(attempt: _Try) -> bool:
    named, known = (attempt.command.unit, *attempt.command.co_units), attempt.rules.units
    return all(unit.strip() and (not known or unit in known) for unit in named)


def _ends_in_time(attempt: _Try) -> bool:
    until, last = attempt.command.until, _review_day(attempt)
    return until is None or last is None or local_day(attempt.now) < until <= last


def _answers_both(attempt: _Try) -> bool:
    return attempt.command.solved is not None and 1 <= attempt.command.satisfied <= MOST_SATISFIED


def _has_way_back(attempt: _Try) -> bool:
    """Anonymous cases come back by number and query code; they are tips, since nothing can be mediated."""
    opening = attempt.case.opening
    is_anonymous = opening.identity is Identity.ANONYMOUS
    return opening.kind is not ComplaintKind.COMPLAINT if is_anonymous else opening.has_way_back


_GUARDS: Mapping[Guard, Callable[[_Try], bool]] = MappingProxyType(
    {
        Guard.CONSENTED: lambda t: t.case.opening.consent_version == t.rules.consent_version,
        Guard.HAS_WAY_BACK: _has_way_back,
        Guard.ONCE_THEN_LEAD: lambda t: t.case.infos == 0 or t.actor.role is Role.WINDOW_LEAD,
        Guard.WAS_ASKED: _was_asked,
        Guard.HAS_REASON: lambda t: t.command.reason is not None and bool(t.command.text or t.command.basis),
        Guard.HAS_WORDS: lambda t: bool(t.command.text.strip()),
        Guard.TELLS_WAY_ON: lambda t: bool(t.command.basis.strip() and t.command.channel.strip()),
        Guard.NAMES_RECEIVER: lambda t: bool(t.command.unit.strip()),
        Guard.NAMES_UNIT: _names_unit,
        Guard.ENDS_IN_TIME: _ends_in_time,
        Guard.ANSWERS_BOTH: _answers_both,
        Guard.SAME_PERSON_OR_LEAD: _same_person_or_lead,
        Guard.IN_RETURN_TIME: _is_in_return_time,
        Guard.SECOND_RETURN_BY_LEAD: _second_return_by_lead,
        Guard.NOT_EXTENDED: _not_extended,
        Guard.ONCE_A_ROUND: _once_a_round,
        Guard.REPLY_IS_WHOLE: _reply_is_whole,
        Guard.HAS_DEADLINE_PASSED: _has_passed,
        Guard.IS_TIME_TO_REMIND: _is_time_to_remind,
        Guard.FEW_REWORKS: lambda t: t.case.reworks < t.rules.limits.rule("most_reworks"),
        Guard.HAS_OUTCOME: _has_outcome,
        Guard.AGREES_WITH_RATING: _agrees_with_rating,
        Guard.CAN_REOPEN: _can_reopen,
        Guard.CAN_REVIVE: _can_revive,
        Guard.CAN_OBJECT: _can_object,
        Guard.URGED_LONG_AGO: _urged_long_ago,
        Guard.HAS_GRANT: lambda t: t.case.has_grant(t.actor, t.now),
        Guard.IS_ANOTHER: lambda t: not t.case.has_objected or t.actor.id != t.case.decided_by,
        Guard.IS_NOT_ANONYMOUS: lambda t: t.case.opening.identity is not Identity.ANONYMOUS,
    }
)

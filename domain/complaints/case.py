"""Events → the case as it stands. A case is nothing but the fold of its events."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from types import MappingProxyType

from domain.clock import local_day
from domain.complaints.clock import Term
from domain.complaints.events import Actor, Event, Opening, Request, Terms
from domain.complaints.terms import (
    ENDED,
    Action,
    Reason,
    Result,
    Solved,
    Stage,
    State,
)
from domain.complaints.transitions import can_be_decided


@dataclass(frozen=True, slots=True)
class Case:
    """A case after its events. Counts and days are what guards ask for; everything else is in the events."""

    opening: Opening
    state: State = State.DRAFT
    version: int = 0
    round: int = 1
    terms: Terms = field(default_factory=dict)
    requests: tuple[Request, ...] = ()
    lead_unit: str = ""
    co_units: tuple[str, ...] = ()
    is_urgent: bool = False
    is_simple: bool = False
    infos: int = 0
    infos_this_round: int = 0
    is_reminded: bool = False
    came_from: State = State.SUBMITTED
    dispatched_on: date | None = None
    returns: int = 0
    has_extension: bool = False
    resumes_on: date | None = None
    reworks: int = 0
    is_reopened: bool = False
    is_rated: bool = False
    solved: Solved | None = None
    satisfied: int = 0
    urged_on: date | None = None
    urges: int = 0
    contacts: tuple[date, ...] = ()
    was_reached: bool = False
    result: Result | None = None
    reason: Reason | None = None
    master: str = ""
    decided_by: str = ""
    has_objected: bool = False
    ended_on: date | None = None
    grants: tuple[tuple[str, datetime], ...] = ()
    is_supervised: bool = False
    is_escalated: bool = False

    def request(self, action: Action) -> Request | None:
        """What was asked and not yet decided."""
        return next((each for each in self.requests if each.action is action), None)

    def has_grant(self, actor: Actor, now: datetime) -> bool:
        """Whether ``actor`` may look at the identity now."""
        return any(who == actor.id and now <= until for who, until in self.grants)

    @property
    def term(self) -> Term | None:
        """The clock of the present state."""
        stage = STAGE_OF.get(self.state)
        return self.terms.get(stage) if stage else None

    @property
    def units(self) -> frozenset[str]:
        """Those the case is with: who leads, and who helps."""
        return frozenset({self.lead_unit, *self.co_units} - {""})

    @property
    def running(self) -> tuple[Stage, ...]:
        """The clocks that are not over: the present state's, those it has stopped, and from dispatch the answer's."""
        present = STAGE_OF.get(self.state)
        is_answered_by = self.state in _ANSWERED_BY
        return tuple(
            stage
            for stage, term in self.terms.items()
            if stage is present or term.paused_on or (stage is Stage.ANSWER and is_answered_by)
        )

    @property
    def answer_term(self) -> Term | None:
        return self.terms.get(Stage.ANSWER)

    @property
    def waited_for(self) -> Term | None:
        """The clock that the resident waits by: the answer's once the case is with a unit."""
        return self.answer_term if self.state in _ANSWERED_BY else self.term


STAGE_OF: Mapping[State, Stage] = MappingProxyType(
    {
        State.SUBMITTED: Stage.ACCEPT,
        State.NEED_INFO: Stage.INFO,
        State.ACCEPTED: Stage.DISPATCH,
        State.DISPATCHED: Stage.SIGN,
        State.IN_PROGRESS: Stage.ANSWER,
        State.REPLY_REVIEW: Stage.REVIEW,
        State.ANSWERED: Stage.RATING,
        State.FOLLOW_UP: Stage.FOLLOW_UP,
    }
)
_ANSWERED_BY = frozenset({State.DISPATCHED, State.IN_PROGRESS, State.REPLY_REVIEW})


def replay(opening: Opening, events: Iterable[Event]) -> Case:
    """The case after all its events."""
    case = Case(opening)
    for event in events:
        case = apply(case, event)
    return case


def apply(case: Case, event: Event) -> Case:
    """The case after one more event. Whether it was allowed is ``decide``'s concern, not asked again here."""
    after = _CHANGES.get(event.action, _nothing)(case, event)
    ended = (
        local_day(event.at) if event.target is not case.state and event.target in ENDED else after.ended_on
    )
    return replace(
        after,
        state=event.target,
        version=case.version + 1,
        terms={**after.terms, **event.terms},
        ended_on=ended,
        requests=tuple(r for r in after.requests if can_be_decided(r.action, event.target)),
    )


def _nothing(case: Case, event: Event) -> Case:
    return case


def _asked(case: Case, event: Event) -> Case:
    others = tuple(r for r in case.requests if r.action is not event.action)
    request = Request(event.action, event.actor, event.at, event.command)
    return replace(case, requests=(*others, request))


def _without(case: Case, action: Action | None) -> Case:
    return replace(case, requests=tuple(r for r in case.requests if r.action is not action))


def _info(case: Case, event: Event) -> Case:
    first = 1 if case.state is State.SUBMITTED else 0
    return replace(
        case,
        came_from=case.state,
        infos=case.infos + first,
        infos_this_round=case.infos_this_round + 1 - first,
        is_reminded=False,
    )


def _dispatched(case: Case, event: Event) -> Case:
    command = event.command
    return replace(case, lead_unit=command.unit, co_units=command.co_units, dispatched_on=local_day(event.at))


def _accepted(case: Case, event: Event) -> Case:
    return replace(case, is_urgent=event.command.is_urgent, is_simple=event.command.is_simple)


def _returned(case: Case, event: Event) -> Case:
    return replace(case, returns=case.returns + 1, lead_unit="", co_units=())


def _extended(case: Case, event: Event) -> Case:
    return replace(_without(case, Action.ASK_EXTENSION), has_extension=True)


def _suspended(case: Case, event: Event) -> Case:
    return replace(case, resumes_on=event.command.until, reason=event.command.reason)


def _rated(case: Case, event: Event) -> Case:
    """What the resident says of it stands beside the unit's conclusion; only 解决 does not outlive 部分解决."""
    solved = event.command.solved
    is_partly = solved is Solved.PARTLY and case.result is Result.SOLVED
    result = Result.PARTLY if is_partly and event.target is State.CLOSED else case.result
    return replace(case, is_rated=True, solved=solved, satisfied=event.command.satisfied, result=result)


def _new_round(case: Case, event: Event) -> Case:
    return replace(
        case,
        round=case.round + 1,
        reworks=case.reworks + (event.action is Action.REWORK),
        is_reopened=case.is_reopened or event.action is Action.REOPEN,
        infos_this_round=0,
        is_rated=False,
        solved=None,
        satisfied=0,
        contacts=(),
        was_reached=False,
        result=None,
        ended_on=None,
    )


def _released(case: Case, event: Event) -> Case:
    """What was talked about before the answer says nothing of what the resident thinks of it."""
    return replace(case, contacts=(), was_reached=False)


def _concluded(case: Case, event: Event) -> Case:
    return replace(case, result=event.command.result)


def _closed(case: Case, event: Event) -> Case:
    return replace(case, result=event.command.result or case.result)


def _expired_info(case: Case, event: Event) -> Case:
    return replace(case, result=Result.INFO_MISSING) if event.target is State.CLOSED else case


def _revived(case: Case, event: Event) -> Case:
    return replace(case, result=None, ended_on=None)


def _decided_against(case: Case, event: Event) -> Case:
    asked = case.request(Action.ASK_DECLINE)
    first = asked.by.id if asked else event.actor.id
    return replace(case, reason=event.command.reason, decided_by=first)


def _objected(case: Case, event: Event) -> Case:
    return replace(case, has_objected=True, reason=None, ended_on=None)


def _merged(case: Case, event: Event) -> Case:
    return replace(case, master=event.command.other)


def _urged(case: Case, event: Event) -> Case:
    return replace(case, urged_on=local_day(event.at), urges=case.urges + 1)


def _contacted(case: Case, event: Event) -> Case:
    return replace(
        case,
        contacts=(*case.contacts, local_day(event.at)),
        was_reached=case.was_reached or bool(event.command.reached),
    )


def _granted(case: Case, event: Event) -> Case:
    asked = case.request(Action.ASK_IDENTITY)
    who = asked.by.id if asked else event.command.other
    until = event.at + timedelta(minutes=event.command.minutes)
    return replace(_without(case, Action.ASK_IDENTITY), grants=(*case.grants, (who, until)))


_ASKS = (
    Action.ASK_DECLINE,
    Action.ASK_TRANSFER,
    Action.ASK_RETURN,
    Action.ASK_MORE,
    Action.ASK_EXTENSION,
    Action.ASK_SUSPEND,
    Action.WRITE_REPLY,
    Action.ASK_IDENTITY,
)
_CHANGES: Mapping[Action, Callable[[Case, Event], Case]] = MappingProxyType(
    {
        **dict.fromkeys(_ASKS, _asked),
        Action.REFUSE: lambda case, event: _without(case, event.command.asked),
        Action.ASK_INFO: _info,
        Action.PAUSE_FOR_INFO: _info,
        Action.ACCEPT: _accepted,
        Action.DISPATCH: _dispatched,
        Action.RETURN: _returned,
        Action.EXTEND: _extended,
        Action.SUSPEND: _suspended,
        Action.RESUME: lambda case, event: replace(case, resumes_on=None, reason=None),
        Action.RATE: _rated,
        Action.REWORK: _new_round,
        Action.REOPEN: _new_round,
        Action.SIGN_REPLY: _concluded,
        Action.RELEASE: _released,
        Action.REMIND_INFO: lambda case, event: replace(case, is_reminded=True),
        Action.CLOSE: _closed,
        Action.EXPIRE_INFO: _expired_info,
        Action.REVIVE: _revived,
        Action.DECLINE: _decided_against,
        Action.TRANSFER: lambda case, event: replace(case, reason=event.command.reason),
        Action.OBJECT: _objected,
        Action.MERGE: _merged,
        Action.URGE: _urged,
        Action.CONTACT: _contacted,
        Action.GRANT_IDENTITY: _granted,
        Action.SUPERVISE: lambda case, event: replace(case, is_supervised=True),
        Action.ESCALATE: lambda case, event: replace(case, is_escalated=True),
    }
)

"""Whatever anybody tries, in any order: a case keeps its promises and can be worked out again from its events."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from domain.clock import local_day
from domain.complaints import clock
from domain.complaints.case import Case, apply, replay
from domain.complaints.decide import decide
from domain.complaints.events import Actor, Command, Event, Opening
from domain.complaints.terms import (
    ENDED,
    Action,
    ComplaintKind,
    Identity,
    Reason,
    Result,
    Role,
    Solved,
    Stage,
    State,
)
from domain.complaints.transitions import TRANSITIONS, actions_of, can_be_decided, targets_of
from domain.errors import ActionRefused
from tests.conftest import NOW
from tests.support.cases import OPENING, SECTIONS, UNIT, rules

PEOPLE = tuple(
    Actor(role, name, UNIT if role in {Role.HANDLER, Role.HANDLER_LEAD} else "")
    for role in Role
    for name in (("",) if role in {Role.RESIDENT, Role.SYSTEM} else (f"{role.value} 1", f"{role.value} 2"))
)
ASKS = tuple(row.approves for row in TRANSITIONS if row.approves)
BESIDE = {Action.NOTE, Action.SUPERVISE, Action.ESCALATE, Action.RECKON, Action.WITHDRAW, Action.MERGE}
PAUSED = {State.NEED_INFO, State.SUSPENDED}
# What a clock may come before: nothing. These begin another round, or the way from the start.
BEGIN_ANEW = {Action.REWORK, Action.REOPEN}
commands = st.fixed_dictionaries(
    {
        "text": st.sampled_from([SECTIONS, SECTIONS, "说明", ""]),
        "reason": st.sampled_from([Reason.OTHER_UNIT, Reason.OTHER_UNIT, None]),
        "basis": st.sampled_from(["《示例规定》", ""]),
        "channel": st.sampled_from(["示例窗口", ""]),
        "unit": st.sampled_from([UNIT, UNIT, "别的局", ""]),
        "is_urgent": st.booleans(),
        "is_simple": st.booleans(),
        "days": st.integers(0, 12),
        "until": st.one_of(st.none(), st.integers(1, 40).map(lambda n: local_day(NOW) + timedelta(days=n))),
        "other": st.sampled_from(["", "WH26-0000-00000"]),
        "asked": st.sampled_from(ASKS),
        "result": st.sampled_from([*Result, None]),
        "solved": st.sampled_from([*Solved, None]),
        "satisfied": st.integers(0, 5),
        "reached": st.booleans(),
        "is_same_person": st.booleans(),
    }
)


A = Action
TO_UNIT = (A.ACCEPT, A.DISPATCH, A.SIGN)
ANSWER = (A.WRITE_REPLY, A.SIGN_REPLY, A.RELEASE)
TO_ANSWER = (*TO_UNIT, *ANSWER)
TO_FOLLOW_UP = (*TO_ANSWER, A.RATE)
UNKNOWN = replace(OPENING, kind=ComplaintKind.TIP, identity=Identity.ANONYMOUS, has_way_back=False)
CLOSED = (*TO_FOLLOW_UP, A.CONTACT, A.CLOSE)
WAYS = (
    (),
    (A.ASK_INFO,),
    (A.ASK_DECLINE, A.DECLINE),
    (A.ASK_DECLINE, A.DECLINE, A.OBJECT),
    (A.ACCEPT, A.DISPATCH),
    (A.ACCEPT, A.DISPATCH, A.ASK_RETURN, A.RETURN),
    TO_UNIT,
    (*TO_UNIT, A.ASK_MORE, A.PAUSE_FOR_INFO),
    (*TO_UNIT, A.ASK_EXTENSION, A.EXTEND),
    (*TO_UNIT, A.ASK_SUSPEND, A.SUSPEND),
    (*TO_UNIT, A.ASK_IDENTITY, A.GRANT_IDENTITY),
    (*TO_UNIT, *ANSWER[:2]),
    TO_ANSWER,
    TO_FOLLOW_UP,
    (*TO_FOLLOW_UP, A.REWORK),
    (*TO_FOLLOW_UP, A.REWORK, *ANSWER, A.RATE, A.REWORK, *ANSWER, A.RATE),
    CLOSED,
    (*CLOSED, A.REOPEN, *ANSWER, A.RATE, A.CONTACT, A.CLOSE),
)
WINDOWS = {Role.WINDOW, Role.WINDOW_LEAD}


def fitting(action: Action, **fields: object) -> Command:
    """A command in which nothing is missing that any guard asks for."""
    whole: dict[str, object] = {
        "text": SECTIONS,
        "reason": Reason.OTHER_UNIT,
        "basis": "《示例规定》",
        "channel": "示例窗口",
        "unit": UNIT,
        "days": 5,
        "other": "WH26-0000-00000",
        "is_same_person": True,
        "result": Result.EXPLAINED,
        "solved": Solved.PARTLY,
        "satisfied": 4,
        "reached": True,
    }
    return Command(action, **{**whole, **fields})  # type: ignore[arg-type]


class Walk(RuleBasedStateMachine):
    """One case, everybody who may come near it, and time."""

    @initialize(begun=st.sampled_from([*((OPENING, way) for way in WAYS), (UNKNOWN, TO_ANSWER)]))
    def filed_and_on_its_way(self, begun: tuple[Opening, tuple[Action, ...]]) -> None:
        """Random steps alone would seldom come far: most walks begin somewhere on a usual way."""
        self.now: datetime = NOW
        self.events: list[Event] = []
        self.opening, way = begun
        self.case = Case(self.opening)
        for action in (Action.SUBMIT, *way):
            before = self.case.version
            roles = [
                row.roles for row in TRANSITIONS if row.action is action and self.case.state in row.sources
            ]
            for who in (who for who in PEOPLE if who.role in roles[0]):
                if self.case.version == before:
                    self._try(fitting(action, satisfied=1), who)
            assert self.case.version == before + 1, action
            self.now += timedelta(hours=1)

    @rule(who=st.sampled_from(PEOPLE), action=st.sampled_from(Action), fields=commands)
    def somebody_tries_anything(self, who: Actor, action: Action, fields: dict[str, object]) -> None:
        self._try(Command(action, **fields), who)  # type: ignore[arg-type]

    @rule(data=st.data(), fields=commands)
    def somebody_does_what_the_table_offers(self, data: st.DataObject, fields: dict[str, object]) -> None:
        offered = [(who, a) for who in PEOPLE for a in actions_of(self.case.state, who.role)]
        who, action = data.draw(st.sampled_from(offered))
        self._try(Command(action, **fields), who)  # type: ignore[arg-type]

    @rule(data=st.data(), satisfied=st.integers(1, 5), reached=st.booleans())
    def somebody_does_it_properly(self, data: st.DataObject, satisfied: int, reached: bool) -> None:
        offered = [
            (who, a) for who in PEOPLE for a in actions_of(self.case.state, who.role) if a not in BESIDE
        ]
        if offered:
            who, action = data.draw(st.sampled_from(offered))
            self._try(fitting(action, satisfied=satisfied, reached=reached, asked=action), who)

    @precondition(lambda self: self.case.requests)
    @rule(data=st.data(), fields=commands)
    def somebody_decides_what_was_asked(self, data: st.DataObject, fields: dict[str, object]) -> None:
        request = data.draw(st.sampled_from(self.case.requests))
        row = next(row for row in TRANSITIONS if row.approves is request.action)
        who = data.draw(st.sampled_from([who for who in PEOPLE if who.role in row.roles]))
        self._try(Command(row.action, **fields), who)  # type: ignore[arg-type]

    @rule(hours=st.integers(1, 200))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(weeks=st.integers(1, 5))
    def nobody_does_anything_for_weeks(self, weeks: int) -> None:
        self.now += timedelta(weeks=weeks)
        for action in (Action.EXPIRE_INFO, Action.EXPIRE_RATING, Action.RESUME):
            self._try(Command(action), Actor(Role.SYSTEM))

    def _try(self, command: Command, who: Actor) -> None:
        try:
            event = decide(self.case, command, who, self.now, rules())
        except ActionRefused:
            return
        before, self.case = self.case, apply(self.case, event)
        self.events.append(event)
        self._check_step(before, event)

    def _check_step(self, before: Case, event: Event) -> None:
        case = self.case
        assert case.version == before.version + 1
        assert case.state is not State.DRAFT
        if case.state is State.CLOSED and before.state is not State.CLOSED:
            self._check_closed(before, event)
        if before.state in ENDED and case.state not in ENDED:
            assert event.actor.role is Role.RESIDENT, "only its resident brings a case back"
        if Stage.ANSWER in before.terms and event.action not in BEGIN_ANEW:
            earlier, later = before.terms[Stage.ANSWER], case.terms[Stage.ANSWER]
            assert later.due_at >= earlier.due_at, "what was promised never comes sooner by itself"
        if (
            row := next((r for r in TRANSITIONS if r.action is event.action and r.approves), None)
        ) is not None:
            assert row.approves is not None
            request = before.request(row.approves)
            assert request is not None and request.by.id != event.actor.id

    def _check_closed(self, before: Case, event: Event) -> None:
        match event.action:
            case Action.RATE:
                assert event.command.solved is not Solved.NO
            case Action.CLOSE:
                since = [e.action for e in self.events]
                talks = self.events[len(since) - since[::-1].index(Action.RELEASE) :]
                talks = [e for e in talks if e.action is Action.CONTACT and e.actor.role in WINDOWS]
                days = {local_day(e.at) for e in talks}
                assert any(e.command.reached for e in talks) or (len(talks) >= 3 and len(days) >= 2)
            case Action.EXPIRE_INFO:
                assert self.case.result is Result.INFO_MISSING
            case Action.EXPIRE_RATING:
                assert not before.opening.has_way_back
            case other:
                raise AssertionError(f"closed by {other.value}")
        assert self.case.result is not None
        assert self.case.ended_on == local_day(self.now)

    @invariant()
    def is_the_fold_of_its_events(self) -> None:
        assert replay(self.opening, self.events) == self.case

    @invariant()
    def bounds_hold(self) -> None:
        case, limits = self.case, rules().limits
        assert case.reworks <= limits.rule("most_reworks")
        assert case.returns <= limits.rule("most_returns")
        assert case.round == 1 + case.reworks + case.is_reopened
        counted = {action: sum(e.action is action for e in self.events) for action in Action}
        assert counted[Action.REOPEN] <= 1
        assert counted[Action.OBJECT] <= 1
        assert counted[Action.EXTEND] <= 1
        assert counted[Action.SUBMIT] == 1

    @invariant()
    def clocks_are_right(self) -> None:
        given = rules()
        for stage in self.case.running:
            term = self.case.terms[stage]
            assert clock.reckoned(term, given.calendar, given.limits.office) == term
            assert term.hours or given.calendar.is_working(term.due_on)
            assert term.paused_on is None or self.case.state in PAUSED | ENDED
        if self.case.state in PAUSED:
            assert any(term.paused_on for term in self.case.terms.values())

    @invariant()
    def what_waits_can_be_decided(self) -> None:
        assert all(can_be_decided(request.action, self.case.state) for request in self.case.requests)
        assert (self.case.state in ENDED) == (self.case.ended_on is not None)

    @invariant()
    def somebody_can_always_go_on(self) -> None:
        """No state but an end is a trap: there is somebody who may move the case."""
        if self.case.state in ENDED:
            return
        mine = [row for row in TRANSITIONS if self.case.state in row.sources]
        moving = [
            row for row in mine if set(targets_of(row)) - row.sources and row.action is not Action.WITHDRAW
        ]
        assert moving
        if self.case.state is State.DISPATCHED:
            assert self.case.lead_unit


TestWalks = Walk.TestCase
TestWalks.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)

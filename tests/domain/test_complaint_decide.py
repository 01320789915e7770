"""What else must be true: each guard lets pass what it should, and stops what it should."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from domain.clock import local_day
from domain.complaints.case import Case, apply
from domain.complaints.clock import days_term
from domain.complaints.decide import Rules, decide
from domain.complaints.events import Actor, Command
from domain.complaints.terms import (
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
from domain.complaints.transitions import Guard
from domain.errors import ActionRefused
from domain.workdays import WorkCalendar
from tests.conftest import NOW
from tests.support.cases import OPENING, SECTIONS, UNIT, actor, calendar, case_in, rules

R, S, A, G = Role, State, Action, Guard
DAY = timedelta(days=1)
GROUNDS = {"reason": Reason.OTHER_UNIT, "text": "说明", "basis": "《示例规定》"}


def done(case: Case, action: Action, who: Role | Actor, at=NOW, given: Rules | None = None, **fields) -> Case:  # type: ignore[no-untyped-def]
    who = actor(who) if isinstance(who, Role) else who
    return apply(case, decide(case, Command(action, **fields), who, at, given or rules()))


def why_not(case: Case, action: Action, who: Role | Actor, at=NOW, **fields) -> Guard | str | None:  # type: ignore[no-untyped-def]
    """The guard that stops it; "" where nothing does."""
    try:
        done(case, action, who, at, **fields)
    except ActionRefused as refused:
        return refused.guard  # type: ignore[return-value]
    return ""


@pytest.mark.parametrize(
    ("state", "action", "who", "fields", "stopped_by"),
    [
        (S.SUBMITTED, A.ASK_INFO, R.WINDOW, {"text": "请补合同"}, ""),
        (S.SUBMITTED, A.ASK_INFO, R.WINDOW, {"text": "  "}, G.HAS_WORDS),
        (S.SUBMITTED, A.ASK_DECLINE, R.WINDOW, {**GROUNDS, "channel": "示例窗口"}, ""),
        (
            S.SUBMITTED,
            A.ASK_DECLINE,
            R.WINDOW,
            {**GROUNDS, "reason": None, "channel": "示例窗口"},
            G.HAS_REASON,
        ),
        (S.SUBMITTED, A.ASK_DECLINE, R.WINDOW, GROUNDS, G.TELLS_WAY_ON),
        (S.SUBMITTED, A.ASK_TRANSFER, R.WINDOW, GROUNDS, G.NAMES_RECEIVER),
        (S.SUBMITTED, A.ASK_TRANSFER, R.WINDOW, {**GROUNDS, "unit": "示例机关"}, ""),
        (S.SUBMITTED, A.MERGE, R.WINDOW, {"other": "x"}, G.SAME_PERSON_OR_LEAD),
        (S.SUBMITTED, A.MERGE, R.WINDOW, {"other": "x", "is_same_person": True}, ""),
        (S.SUBMITTED, A.MERGE, R.WINDOW_LEAD, {"other": "x"}, ""),
        (S.SUBMITTED, A.MERGE, R.WINDOW_LEAD, {}, G.SAME_PERSON_OR_LEAD),
        (S.ACCEPTED, A.DISPATCH, R.WINDOW, {"unit": UNIT}, ""),
        (S.ACCEPTED, A.DISPATCH, R.WINDOW, {}, G.NAMES_UNIT),
        (S.ACCEPTED, A.DISPATCH, R.WINDOW, {"unit": UNIT, "co_units": (" ",)}, G.NAMES_UNIT),
        (S.IN_PROGRESS, A.ASK_MORE, R.HANDLER, {}, G.HAS_WORDS),
        (S.IN_PROGRESS, A.ASK_EXTENSION, R.HANDLER, {**GROUNDS, "days": 10}, ""),
        (S.IN_PROGRESS, A.ASK_EXTENSION, R.HANDLER, {**GROUNDS, "days": 11}, G.NOT_EXTENDED),
        (S.IN_PROGRESS, A.ASK_EXTENSION, R.HANDLER, {**GROUNDS, "days": 0}, G.NOT_EXTENDED),
        (S.IN_PROGRESS, A.ASK_EXTENSION, R.HANDLER, {"days": 5}, G.HAS_REASON),
        (S.IN_PROGRESS, A.ASK_SUSPEND, R.HANDLER, GROUNDS, ""),
        (S.IN_PROGRESS, A.ASK_SUSPEND, R.HANDLER, {**GROUNDS, "until": local_day(NOW)}, G.ENDS_IN_TIME),
        (
            S.IN_PROGRESS,
            A.ASK_SUSPEND,
            R.HANDLER,
            {**GROUNDS, "until": local_day(NOW + 31 * DAY)},
            G.ENDS_IN_TIME,
        ),
        (S.IN_PROGRESS, A.WRITE_REPLY, R.HANDLER, {"text": SECTIONS, "result": Result.SOLVED}, ""),
        (
            S.IN_PROGRESS,
            A.WRITE_REPLY,
            R.HANDLER,
            {"text": "三项\n\n不够\n\n的", "result": Result.SOLVED},
            G.REPLY_IS_WHOLE,
        ),
        (S.IN_PROGRESS, A.WRITE_REPLY, R.HANDLER, {"text": SECTIONS}, G.REPLY_IS_WHOLE),
        (
            S.IN_PROGRESS,
            A.WRITE_REPLY,
            R.HANDLER,
            {"text": SECTIONS, "result": Result.INFO_MISSING},
            G.REPLY_IS_WHOLE,
        ),
        (S.REPLY_REVIEW, A.SEND_BACK, R.WINDOW, {}, G.HAS_WORDS),
        (S.ANSWERED, A.RATE, R.RESIDENT, {"solved": Solved.YES, "satisfied": 5}, ""),
        (S.ANSWERED, A.RATE, R.RESIDENT, {"satisfied": 5}, G.ANSWERS_BOTH),
        (S.ANSWERED, A.RATE, R.RESIDENT, {"solved": Solved.YES}, G.ANSWERS_BOTH),
        (S.ANSWERED, A.RATE, R.RESIDENT, {"solved": Solved.YES, "satisfied": 6}, G.ANSWERS_BOTH),
        (S.FOLLOW_UP, A.CLOSE, R.WINDOW, {"result": Result.SOLVED}, G.HAS_OUTCOME),
        (S.IN_PROGRESS, A.ASK_IDENTITY, R.HANDLER, {}, G.HAS_WORDS),
        (S.IN_PROGRESS, A.ASK_IDENTITY, R.HANDLER, {"text": "要核对合同"}, ""),
        (S.IN_PROGRESS, A.VIEW_IDENTITY, R.HANDLER, {}, G.HAS_GRANT),
    ],
)
def test_guard(
    state: State, action: Action, who: Role, fields: dict[str, object], stopped_by: object
) -> None:
    assert why_not(case_in(state), action, who, **fields) == stopped_by


def test_only_units_on_the_list_where_there_is_one() -> None:
    case, listed = case_in(S.ACCEPTED), replace(rules(), units=(UNIT, "示例二局"))
    assert done(case, A.DISPATCH, R.WINDOW, given=listed, unit=UNIT, co_units=("示例二局",)).lead_unit == UNIT
    with pytest.raises(ActionRefused):
        done(case, A.DISPATCH, R.WINDOW, given=listed, unit="示列局")


def test_filing_needs_the_present_notice_and_a_way_back() -> None:
    def filed(**fields: object) -> object:
        return why_not(Case(replace(OPENING, **fields)), A.SUBMIT, R.RESIDENT)  # type: ignore[arg-type]

    assert filed() == ""
    assert filed(consent_version="an older one") is G.CONSENTED
    assert filed(has_way_back=False) is G.HAS_WAY_BACK
    assert filed(identity=Identity.ANONYMOUS) is G.HAS_WAY_BACK
    assert filed(identity=Identity.ANONYMOUS, kind=ComplaintKind.TIP, has_way_back=False) == ""


def test_nobody_says_yes_to_what_they_asked_for_themselves() -> None:
    lead = actor(R.WINDOW_LEAD, "li")
    asked = done(case_in(S.SUBMITTED), A.ASK_DECLINE, lead, **GROUNDS, channel="示例窗口")
    assert why_not(asked, A.DECLINE, lead) is G.WAS_ASKED
    assert why_not(asked, A.REFUSE, lead, asked=A.ASK_DECLINE) is G.WAS_ASKED
    assert why_not(asked, A.DECLINE, actor(R.WINDOW_LEAD, "wu")) == ""
    assert why_not(case_in(S.SUBMITTED), A.DECLINE, lead) is G.WAS_ASKED


def test_a_yes_can_make_nothing_longer_than_it_was_asked_for() -> None:
    case = done(case_in(S.IN_PROGRESS), A.ASK_EXTENSION, R.HANDLER, days=5, **GROUNDS)
    longer = done(case, A.EXTEND, R.WINDOW_LEAD, days=100)
    due = days_term(local_day(NOW), 10, calendar(), rules().limits.office)
    assert longer.answer_term is not None
    assert longer.answer_term.due_at == due.due_at
    assert why_not(longer, A.ASK_EXTENSION, R.HANDLER, days=1, **GROUNDS) is G.NOT_EXTENDED


def test_an_extension_is_asked_for_before_the_deadline() -> None:
    case = case_in(S.IN_PROGRESS)
    term = case.answer_term
    assert term is not None
    assert why_not(case, A.ASK_EXTENSION, R.HANDLER, term.due_at, days=5, **GROUNDS) == ""
    late = term.due_at + timedelta(seconds=1)
    assert why_not(case, A.ASK_EXTENSION, R.HANDLER, late, days=5, **GROUNDS) is G.NOT_EXTENDED


def test_who_signs_does_not_change_the_conclusion() -> None:
    case = done(case_in(S.IN_PROGRESS), A.WRITE_REPLY, R.HANDLER, text=SECTIONS, result=Result.UNFOUNDED)
    assert done(case, A.SIGN_REPLY, R.HANDLER_LEAD, result=Result.SOLVED).result is Result.UNFOUNDED


def test_a_refused_request_can_be_made_again() -> None:
    case = done(case_in(S.IN_PROGRESS), A.ASK_EXTENSION, R.HANDLER, days=5, **GROUNDS)
    case = done(case, A.REFUSE, R.WINDOW_LEAD, asked=A.ASK_EXTENSION)
    assert not case.requests
    assert why_not(case, A.EXTEND, R.WINDOW_LEAD) is G.WAS_ASKED
    assert why_not(case, A.ASK_EXTENSION, R.HANDLER, days=5, **GROUNDS) == ""
    assert why_not(case, A.REFUSE, R.WINDOW_LEAD, asked=A.ASK_MORE) is G.WAS_ASKED


def test_a_transfer_tells_where_to() -> None:
    case = done(case_in(S.SUBMITTED), A.ASK_TRANSFER, R.WINDOW, unit="示例机关", **GROUNDS)
    event = decide(case, Command(A.TRANSFER), actor(R.WINDOW_LEAD), NOW, rules())
    assert (event.command.unit, event.target) == ("示例机关", S.TRANSFERRED)


def test_suspension_always_has_an_end() -> None:
    case = done(case_in(S.IN_PROGRESS), A.ASK_SUSPEND, R.HANDLER, **GROUNDS)
    case = done(case, A.SUSPEND, R.WINDOW_LEAD)
    assert case.resumes_on == local_day(NOW) + 30 * DAY
    named = done(case_in(S.IN_PROGRESS), A.ASK_SUSPEND, R.HANDLER, until=date(2026, 12, 4), **GROUNDS)
    assert done(named, A.SUSPEND, R.WINDOW_LEAD, until=date(2030, 1, 1)).resumes_on == date(2026, 12, 4)


def test_second_demand_for_material_is_the_leads_and_stops_the_clock_again() -> None:
    case = done(case_in(S.SUBMITTED), A.ASK_INFO, R.WINDOW, text="请补合同")
    assert case.terms[Stage.ACCEPT].paused_on == local_day(NOW)
    case = done(case, A.SUPPLEMENT, R.RESIDENT, NOW + DAY, text="补了")
    assert (case.state, case.terms[Stage.ACCEPT].paused) == (S.SUBMITTED, 1)
    assert why_not(case, A.ASK_INFO, R.WINDOW, text="还差") is G.ONCE_THEN_LEAD
    assert why_not(case, A.ASK_INFO, R.WINDOW_LEAD, text="还差") == ""


def test_material_that_never_comes_closes_before_acceptance_and_not_after() -> None:
    late = NOW + 30 * DAY
    early = done(case_in(S.SUBMITTED), A.ASK_INFO, R.WINDOW, text="请补合同")
    assert why_not(early, A.EXPIRE_INFO, R.SYSTEM) is G.HAS_DEADLINE_PASSED
    closed = done(early, A.EXPIRE_INFO, R.SYSTEM, late)
    assert (closed.state, closed.result) == (S.CLOSED, Result.INFO_MISSING)
    assert why_not(closed, A.REOPEN, R.RESIDENT, late, text="没解决") is G.CAN_REOPEN
    assert why_not(closed, A.REVIVE, R.RESIDENT, late + 31 * DAY) is G.CAN_REVIVE
    revived = done(closed, A.REVIVE, R.RESIDENT, late + 30 * DAY)
    assert (revived.state, revived.result, revived.ended_on) == (S.SUBMITTED, None, None)
    asked = done(case_in(S.IN_PROGRESS), A.ASK_MORE, R.HANDLER, text="请补照片")
    waiting = done(asked, A.PAUSE_FOR_INFO, R.WINDOW)
    again = done(waiting, A.EXPIRE_INFO, R.SYSTEM, late)
    assert again.state is S.IN_PROGRESS
    assert again.answer_term is not None and again.answer_term.paused_on is None
    assert why_not(again, A.ASK_MORE, R.HANDLER, late, text="再补") is G.ONCE_A_ROUND


def test_a_case_goes_back_twice_at_most_and_the_answers_clock_does_not() -> None:
    case = done(case_in(S.ACCEPTED, terms={}), A.DISPATCH, R.WINDOW, unit=UNIT)
    promised = case.answer_term
    for lead in (R.WINDOW, R.WINDOW_LEAD):
        case = done(case, A.ASK_RETURN, R.HANDLER, **GROUNDS)
        if lead is R.WINDOW_LEAD:
            assert why_not(case, A.RETURN, R.WINDOW) is G.SECOND_RETURN_BY_LEAD
        case = done(case, A.RETURN, lead)
        assert (case.state, case.lead_unit) == (S.ACCEPTED, "")
        case = done(case, A.DISPATCH, R.WINDOW, NOW + DAY, unit=UNIT)
    assert case.answer_term == promised
    assert why_not(case, A.ASK_RETURN, R.HANDLER, NOW + DAY, **GROUNDS) is G.IN_RETURN_TIME


def test_a_case_is_given_back_within_two_working_days() -> None:
    case = case_in(S.DISPATCHED)
    assert why_not(case, A.ASK_RETURN, R.HANDLER, NOW + 2 * DAY, **GROUNDS) == ""
    assert why_not(case, A.ASK_RETURN, R.HANDLER, NOW + 3 * DAY, **GROUNDS) is G.IN_RETURN_TIME


@pytest.mark.parametrize(
    ("solved", "satisfied", "leads"),
    [
        (Solved.YES, 1, S.CLOSED),
        (Solved.PARTLY, 3, S.CLOSED),
        (Solved.PARTLY, 2, S.FOLLOW_UP),
        (Solved.NO, 5, S.FOLLOW_UP),
    ],
)
def test_rating_closes_only_what_the_resident_calls_good(
    solved: Solved, satisfied: int, leads: State
) -> None:
    case = done(case_in(S.ANSWERED), A.RATE, R.RESIDENT, solved=solved, satisfied=satisfied)
    assert case.state is leads
    assert case.is_rated


def test_what_is_closed_as_partly_solved_is_shown_as_that() -> None:
    case = case_in(S.ANSWERED, result=Result.SOLVED)
    assert done(case, A.RATE, R.RESIDENT, solved=Solved.PARTLY, satisfied=4).result is Result.PARTLY
    assert done(case, A.RATE, R.RESIDENT, solved=Solved.YES, satisfied=4).result is Result.SOLVED


def test_silence_is_followed_up_and_who_cannot_be_reached_is_closed() -> None:
    late = NOW + 30 * DAY
    assert done(case_in(S.ANSWERED), A.EXPIRE_RATING, R.SYSTEM, late).state is S.FOLLOW_UP
    unknown = case_in(S.ANSWERED, opening=replace(OPENING, has_way_back=False))
    closed = done(unknown, A.EXPIRE_RATING, R.SYSTEM, late)
    assert (closed.state, closed.is_rated) == (S.CLOSED, False)


def test_closing_without_a_rating_takes_three_attempts_on_two_days() -> None:
    case = case_in(S.FOLLOW_UP, result=Result.EXPLAINED)
    for _ in range(3):
        case = done(case, A.CONTACT, R.WINDOW)
    assert why_not(case, A.CLOSE, R.WINDOW) is G.HAS_OUTCOME, "three on one day are one"
    case = done(case, A.CONTACT, R.WINDOW, NOW + DAY)
    assert done(case, A.CLOSE, R.WINDOW, NOW + DAY).state is S.CLOSED
    reached = done(case_in(S.FOLLOW_UP), A.CONTACT, R.WINDOW, reached=True)
    assert why_not(reached, A.CLOSE, R.WINDOW, result=Result.INFO_MISSING) is G.HAS_OUTCOME
    assert why_not(reached, A.CLOSE, R.WINDOW) is G.HAS_OUTCOME, "a result is told"
    assert done(reached, A.CLOSE, R.WINDOW, result=Result.PARTLY).result is Result.PARTLY


def test_who_was_not_content_is_talked_to_after_the_answer_before_anything_is_closed() -> None:
    case = done(case_in(S.REPLY_REVIEW, was_reached=True, contacts=(local_day(NOW),)), A.RELEASE, R.WINDOW)
    case = done(case, A.RATE, R.RESIDENT, solved=Solved.NO, satisfied=1)
    words = {"result": Result.SOLVED}
    assert why_not(case, A.CLOSE, R.WINDOW, **words) is G.HAS_OUTCOME, (
        "neither the rating nor an earlier talk will do"
    )
    assert why_not(case, A.CONTACT, R.HANDLER, reached=True) is None, "nor does the unit itself find out"
    case = done(case, A.CONTACT, R.WINDOW, reached=True)
    assert why_not(case, A.CLOSE, R.WINDOW, result=Result.EXPLAINED) == ""


@pytest.mark.parametrize(
    ("solved", "result", "is_refused"),
    [
        (Solved.NO, Result.SOLVED, True),
        (Solved.NO, Result.PARTLY, True),
        (Solved.NO, Result.EXPLAINED, False),
        (Solved.PARTLY, Result.SOLVED, True),
        (Solved.PARTLY, Result.PARTLY, False),
        (None, Result.SOLVED, False),
    ],
)
def test_nothing_is_closed_as_solved_against_the_word_of_who_rated_it(
    solved: Solved | None, result: Result, is_refused: bool
) -> None:
    case = case_in(S.FOLLOW_UP, was_reached=True, solved=solved, result=Result.EXPLAINED)
    refused = G.AGREES_WITH_RATING if is_refused else ""
    assert why_not(case, A.CLOSE, R.WINDOW, result=result) == refused
    inherited = replace(case, result=result)
    assert why_not(inherited, A.CLOSE, R.WINDOW) == refused, "nor by the unit's own conclusion"


def test_a_reminder_comes_once_after_three_working_days() -> None:
    case = done(case_in(S.SUBMITTED), A.ASK_INFO, R.WINDOW, text="请补合同")
    assert why_not(case, A.REMIND_INFO, R.SYSTEM, NOW + 2 * DAY) is G.IS_TIME_TO_REMIND
    reminded = done(case, A.REMIND_INFO, R.SYSTEM, NOW + 3 * DAY)
    assert why_not(reminded, A.REMIND_INFO, R.SYSTEM, NOW + 4 * DAY) is G.IS_TIME_TO_REMIND
    assert why_not(case, A.REMIND_INFO, R.SYSTEM, NOW + 30 * DAY) is G.IS_TIME_TO_REMIND, (
        "it has run out by then"
    )
    again = done(
        done(reminded, A.SUPPLEMENT, R.RESIDENT, text="补了"), A.ASK_INFO, R.WINDOW_LEAD, text="还差"
    )
    assert why_not(again, A.REMIND_INFO, R.SYSTEM, NOW + 3 * DAY) == ""


def test_each_round_is_rated_and_contacted_anew() -> None:
    rated = case_in(
        S.FOLLOW_UP, is_rated=True, was_reached=True, contacts=(local_day(NOW),), result=Result.SOLVED
    )
    again = done(rated, A.REWORK, R.WINDOW)
    assert (again.round, again.is_rated, again.contacts, again.result) == (2, False, (), None)
    assert again.answer_term == days_term(local_day(NOW), 5, calendar(), rules().limits.office)
    assert why_not(case_in(S.FOLLOW_UP, reworks=2), A.REWORK, R.WINDOW) is G.FEW_REWORKS


def test_reopening_once_within_thirty_days() -> None:
    closed = case_in(S.CLOSED, result=Result.SOLVED, ended_on=local_day(NOW))
    assert why_not(closed, A.REOPEN, R.RESIDENT) is G.HAS_WORDS
    assert why_not(closed, A.REOPEN, R.RESIDENT, NOW + 31 * DAY, text="又欠了") is G.CAN_REOPEN
    again = done(closed, A.REOPEN, R.RESIDENT, NOW + 30 * DAY, text="又欠了")
    assert (again.state, again.round, again.ended_on) == (S.IN_PROGRESS, 2, None)
    second = replace(again, state=S.CLOSED, ended_on=local_day(NOW), result=Result.SOLVED)
    assert why_not(second, A.REOPEN, R.RESIDENT, text="又欠了") is G.CAN_REOPEN


def test_an_objection_is_judged_by_somebody_else() -> None:
    first, second = actor(R.WINDOW, "wang"), actor(R.WINDOW, "liu")
    grounds = {**GROUNDS, "channel": "示例窗口", "unit": "示例机关"}
    case = done(case_in(S.SUBMITTED), A.ASK_DECLINE, first, **grounds)
    case = done(case, A.DECLINE, R.WINDOW_LEAD)
    assert case.state is S.NOT_ACCEPTED
    assert why_not(case, A.OBJECT, R.RESIDENT, NOW + 15 * DAY, text="不服") is G.CAN_OBJECT
    case = done(case, A.OBJECT, R.RESIDENT, NOW + 14 * DAY, text="不服")
    for action in (A.ACCEPT, A.ASK_DECLINE, A.ASK_TRANSFER, A.MERGE):
        fields = {**grounds, "other": "x", "is_same_person": True}
        assert why_not(case, action, first, **fields) is G.IS_ANOTHER, action
        assert why_not(case, action, second, **fields) == "", action
    again = done(done(case, A.ASK_DECLINE, second, **grounds), A.DECLINE, R.WINDOW_LEAD)
    assert why_not(again, A.OBJECT, R.RESIDENT, text="还是不服") is G.CAN_OBJECT


def test_urging_waits_two_working_days() -> None:
    case = done(case_in(S.IN_PROGRESS), A.URGE, R.RESIDENT)
    assert why_not(case, A.URGE, R.RESIDENT, NOW + DAY) is G.URGED_LONG_AGO
    assert done(case, A.URGE, R.RESIDENT, NOW + 2 * DAY).urges == 2


def test_identity_is_seen_for_half_an_hour_by_who_asked_and_by_nobody_else() -> None:
    mine, other = actor(R.HANDLER, "zhao"), actor(R.HANDLER, "wu")
    case = done(case_in(S.IN_PROGRESS), A.ASK_IDENTITY, mine, text="要核对合同")
    case = done(case, A.GRANT_IDENTITY, R.CUSTODIAN)
    assert why_not(case, A.VIEW_IDENTITY, mine, NOW + timedelta(minutes=30)) == ""
    assert why_not(case, A.VIEW_IDENTITY, mine, NOW + timedelta(minutes=31)) is G.HAS_GRANT
    assert why_not(case, A.VIEW_IDENTITY, other) is G.HAS_GRANT
    anonymous = case_in(S.IN_PROGRESS, opening=replace(OPENING, identity=Identity.ANONYMOUS))
    assert why_not(anonymous, A.ASK_IDENTITY, mine, text="要核对合同") is G.IS_NOT_ANONYMOUS


def test_people_of_another_unit_or_window_have_nothing_to_do_with_it() -> None:
    case = case_in(S.IN_PROGRESS, co_units=("示例协办局",))
    words = {"text": SECTIONS, "result": Result.SOLVED}
    assert why_not(case, A.WRITE_REPLY, Actor(R.HANDLER, "a", "别的局"), **words) is None
    assert why_not(case, A.WRITE_REPLY, Actor(R.HANDLER, "a", ""), **words) is None
    assert why_not(case, A.WRITE_REPLY, Actor(R.HANDLER, "a", "示例协办局"), **words) == ""
    waiting = case_in(S.SUBMITTED)
    assert why_not(waiting, A.ACCEPT, Actor(R.WINDOW, "a", "乌达区")) is None
    assert why_not(waiting, A.ACCEPT, Actor(R.WINDOW, "a", "乌海市")) == ""


def test_reckoning_touches_what_still_runs_and_nothing_that_is_over() -> None:
    """A new calendar comes: the answer is due on another day, the acceptance long past stays as it was."""
    begun = NOW - 20 * DAY
    case = case_in(S.IN_PROGRESS, begun)
    off = frozenset({local_day(begun) + k * DAY for k in range(1, 4)})
    newer = WorkCalendar(calendar().holidays | off, calendar().makeup_days, calendar().published_years)
    event = decide(case, Command(A.RECKON), actor(R.SYSTEM), NOW, replace(rules(), calendar=newer))
    assert set(event.terms) == {Stage.ANSWER}
    assert event.terms[Stage.ANSWER].due_at > case.terms[Stage.ANSWER].due_at
    assert not decide(case, Command(A.RECKON), actor(R.SYSTEM), NOW, rules()).terms

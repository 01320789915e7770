"""How late a case is: yellow, red, 催办, 督办通知书, 提级; only the staff's own clocks count, alerts only by day."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from domain.clock import SHANGHAI
from domain.complaints.case import Case, apply
from domain.complaints.decide import Rules, decide
from domain.complaints.events import Actor, Command, Opening
from domain.complaints.ladder import Rung, may_alert, responsible, rung_of, told_of
from domain.complaints.terms import (
    Action,
    ComplaintKind,
    CreditDomain,
    Identity,
    Reason,
    Role,
    Solved,
    State,
)
from domain.workdays import WorkCalendar
from tests.support.limits import shipped

UNIT = "示例局"
CALENDAR = WorkCalendar(frozenset(), frozenset(), frozenset({2026, 2027}))
RULES = Rules(shipped(), CALENDAR, "v")
WINDOW, LEAD = Actor(Role.WINDOW, "w"), Actor(Role.WINDOW_LEAD, "wl")
HANDLER, HANDLER_LEAD = Actor(Role.HANDLER, "d", UNIT), Actor(Role.HANDLER_LEAD, "dl", UNIT)
RESIDENT = Actor(Role.RESIDENT)


def day(text: str) -> datetime:
    """Ten o'clock on a day of 2026 (23 November is a Monday)."""
    return datetime.fromisoformat(f"2026-{text}T10:00").replace(tzinfo=SHANGHAI)


def step(case: Case, action: Action, actor: Actor, at: datetime, **more: object) -> Case:
    return apply(case, decide(case, Command(action, **more), actor, at, RULES))  # type: ignore[arg-type]


@pytest.fixture
def submitted() -> Case:
    opening = Opening(
        ComplaintKind.COMPLAINT, CreditDomain.BUSINESS, Identity.SHIELDED, "海勃湾区", consent_version="v"
    )
    return step(Case(opening), Action.SUBMIT, RESIDENT, day("11-23"))


@pytest.fixture
def at_work(submitted: Case) -> Case:
    """Dispatched and signed on Monday: answer due 14 December, first contact due Tuesday."""
    case = step(submitted, Action.ACCEPT, WINDOW, day("11-23"))
    case = step(case, Action.DISPATCH, WINDOW, day("11-23"), unit=UNIT)
    return step(case, Action.SIGN, HANDLER, day("11-23"))


@pytest.mark.parametrize(
    ("on", "rung"),
    [
        ("11-23", Rung.CALM),  # accepted within two working days: due on Wednesday
        ("11-24", Rung.YELLOW),
        ("11-25", Rung.YELLOW),
        ("11-26", Rung.URGED),
        ("11-27", Rung.URGED),
        ("11-28", Rung.URGED),  # a Saturday
        ("11-30", Rung.NOTICED),
        ("12-01", Rung.NOTICED),
        ("12-02", Rung.ESCALATED),
    ],
)
def test_two_working_days_step_by_step(submitted: Case, on: str, rung: Rung) -> None:
    assert rung_of(submitted, day(on), RULES) is rung


def test_past_the_close_of_its_last_day_it_is_red(submitted: Case) -> None:
    last = day("11-25").replace(hour=18)
    assert rung_of(submitted, last, RULES) is Rung.YELLOW
    assert rung_of(submitted, last + timedelta(seconds=1), RULES) is Rung.RED


def test_an_answer_is_near_when_two_thirds_are_gone(at_work: Case) -> None:
    case = step(at_work, Action.CONTACT, HANDLER, day("11-24"), text="您好", reached=True)
    assert rung_of(case, day("12-07"), RULES) is Rung.CALM  # 10 of 15
    assert rung_of(case, day("12-08"), RULES) is Rung.YELLOW


def test_the_first_contact_counts_until_somebody_tried(at_work: Case) -> None:
    assert rung_of(at_work, day("11-26"), RULES) is Rung.URGED
    tried = step(at_work, Action.CONTACT, HANDLER, day("11-26"), text="您好")
    assert rung_of(tried, day("11-26"), RULES) is Rung.CALM


def test_nobody_is_late_while_the_resident_is_waited_for(submitted: Case) -> None:
    asked = step(submitted, Action.ASK_INFO, WINDOW, day("11-23"), text="请补收据")
    assert rung_of(asked, day("12-31"), RULES) is Rung.CALM


def test_nobody_is_late_while_the_case_is_suspended(at_work: Case) -> None:
    case = step(at_work, Action.CONTACT, HANDLER, day("11-24"), text="您好")
    case = step(
        case,
        Action.ASK_SUSPEND,
        HANDLER,
        day("11-24"),
        reason=Reason.LAWSUIT,
        text="等判决",
        until=day("12-20").date(),
    )
    case = step(case, Action.SUSPEND, LEAD, day("11-24"))
    assert case.state is State.SUSPENDED
    assert rung_of(case, day("12-18"), RULES) is Rung.CALM


def test_reworked_as_often_as_it_may_be_and_still_not_solved(at_work: Case) -> None:
    spent = replace(at_work, state=State.FOLLOW_UP, reworks=2, solved=Solved.NO)
    assert rung_of(spent, day("11-23"), RULES) is Rung.ESCALATED
    assert rung_of(replace(spent, solved=Solved.YES), day("11-23"), RULES) is not Rung.ESCALATED


def test_what_is_counted_in_hours_is_near_at_once(submitted: Case) -> None:
    urgent = step(submitted, Action.ACCEPT, WINDOW, day("11-23"), is_urgent=True)
    assert rung_of(urgent, day("11-23"), RULES) is Rung.YELLOW
    assert rung_of(urgent, day("11-23") + timedelta(hours=9), RULES) is Rung.RED


def test_whose_turn_it_is_and_who_is_told(submitted: Case, at_work: Case) -> None:
    assert responsible(submitted) == "海勃湾区"
    assert responsible(at_work) == UNIT
    assert told_of(Rung.YELLOW, submitted) == {Role.WINDOW}
    assert told_of(Rung.RED, at_work) == {Role.HANDLER, Role.HANDLER_LEAD}
    assert told_of(Rung.URGED, at_work) == {Role.HANDLER, Role.HANDLER_LEAD, Role.SUPERVISOR}
    assert Role.WINDOW_LEAD in told_of(Rung.NOTICED, at_work)
    assert told_of(Rung.CALM, at_work) == set()


def test_a_case_at_its_end_stands_on_no_rung(at_work: Case) -> None:
    ended = step(at_work, Action.WITHDRAW, RESIDENT, day("11-23"))
    assert rung_of(ended, day("12-31"), RULES) is Rung.CALM


@pytest.mark.parametrize(
    ("moment", "may"),
    [
        ("2026-11-23T08:29", False),
        ("2026-11-23T08:30", True),
        ("2026-11-23T13:00", True),
        ("2026-11-23T17:59", True),
        ("2026-11-23T18:00", False),
        ("2026-11-28T10:00", False),  # Saturday
    ],
)
def test_machines_alert_by_day_only(moment: str, may: bool) -> None:
    at = datetime.fromisoformat(moment).replace(tzinfo=SHANGHAI)
    assert may_alert(at, CALENDAR, RULES.limits.office) is may

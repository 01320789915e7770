"""Whether somebody is there, by weekday, hour, holiday and make-up day."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.clock import SHANGHAI
from domain.opening import (
    OpeningHours,
    Presence,
    Weekday,
    hours_in_words,
    moment_in_words,
    next_opening,
    presence_at,
)
from domain.workdays import WorkCalendar

DAYS = tuple(Weekday)
OFFICE = (
    OpeningHours(DAYS[:5], "09:00", "12:00"),
    OpeningHours(DAYS[:5], "14:30", "17:30"),
)
WITH_SATURDAY = (*OFFICE, OpeningHours((Weekday.SATURDAY,), "09:00", "12:00"))
# 国庆 2026 from Thursday the 1st to Wednesday the 7th; Saturday the 10th is worked.
CALENDAR = WorkCalendar(
    frozenset(date(2026, 10, day) for day in range(1, 8)), frozenset({date(2026, 10, 10)}), frozenset({2026})
)


def at(month: int, day: int, clock: str, year: int = 2026) -> datetime:
    return datetime.fromisoformat(f"{year}-{month:02}-{day:02}T{clock}").replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("moment", "presence"),
    [
        (at(11, 23, "08:59"), Presence.CLOSED),
        (at(11, 23, "09:00"), Presence.OPEN),
        (at(11, 23, "11:59:59"), Presence.OPEN),
        (at(11, 23, "12:00"), Presence.CLOSED),
        (at(11, 23, "14:30"), Presence.OPEN),
        (at(11, 23, "17:30"), Presence.CLOSED),
        (at(11, 28, "10:00"), Presence.DAY_OFF),  # a Saturday
        (at(10, 1, "10:00"), Presence.DAY_OFF),  # a Thursday in the holidays
        (at(10, 8, "10:00"), Presence.OPEN),
        (at(10, 10, "10:00"), Presence.OPEN),  # a Saturday that is worked
        (at(10, 10, "13:00"), Presence.CLOSED),
    ],
)
def test_presence_in_office_hours(moment: datetime, presence: Presence) -> None:
    assert presence_at(OFFICE, CALENDAR, moment) is presence


def test_saturday_that_is_written_down_is_open_but_for_holidays() -> None:
    assert presence_at(WITH_SATURDAY, CALENDAR, at(11, 28, "10:00")) is Presence.OPEN
    assert presence_at(WITH_SATURDAY, CALENDAR, at(11, 28, "15:00")) is Presence.CLOSED
    assert presence_at(WITH_SATURDAY, CALENDAR, at(10, 3, "10:00")) is Presence.DAY_OFF


@pytest.mark.parametrize(
    ("moment", "opening"),
    [
        (at(11, 23, "08:00"), at(11, 23, "09:00")),
        (at(11, 23, "09:00"), at(11, 23, "14:30")),
        (at(11, 23, "18:00"), at(11, 24, "09:00")),
        (at(11, 27, "18:00"), at(11, 30, "09:00")),
        (at(9, 30, "18:00"), at(10, 8, "09:00")),
        (at(10, 9, "18:00"), at(10, 10, "09:00")),
    ],
)
def test_next_opening_skips_days_off(moment: datetime, opening: datetime) -> None:
    assert next_opening(OFFICE, CALENDAR, moment) == opening


def test_next_opening_is_not_promised_for_a_year_that_is_not_published() -> None:
    assert next_opening(OFFICE, CALENDAR, at(12, 31, "18:00")) is None


def test_nobody_ever_is_no_opening() -> None:
    assert next_opening((), CALENDAR, at(11, 23, "10:00")) is None
    assert presence_at((), CALENDAR, at(11, 23, "10:00")) is Presence.DAY_OFF


@given(st.integers(0, 300 * 24 * 60))
def test_somebody_is_there_at_the_next_opening(minutes: int) -> None:
    moment = at(1, 1, "00:00") + timedelta(minutes=minutes)
    opening = next_opening(WITH_SATURDAY, CALENDAR, moment)
    assert opening is not None
    assert opening > moment
    assert presence_at(WITH_SATURDAY, CALENDAR, opening) is Presence.OPEN
    assert presence_at(WITH_SATURDAY, CALENDAR, opening - timedelta(seconds=1)) is not Presence.OPEN


def test_hours_are_said_as_people_say_them() -> None:
    assert hours_in_words(WITH_SATURDAY) == "周一至周五 9:00—12:00、14:30—17:30；周六 9:00—12:00"
    assert hours_in_words((OpeningHours((DAYS[0], DAYS[2]), "10:00", "11:00"),)) == "周一、周三 10:00—11:00"
    assert moment_in_words(at(11, 24, "09:00")) == "2026年11月24日星期二 9:00"


@pytest.mark.parametrize(
    ("days", "opens", "closes", "faults"),
    [
        (DAYS[:1], "09:00", "17:00", ()),
        (DAYS[:1], "9:00", "17:00", ("opens",)),
        (DAYS[:1], "09:00", "24:00", ("closes",)),
        (DAYS[:1], "09:00", "09:00", ("closes",)),
        ((), "09:00", "17:00", ("days",)),
        ((), "", "", ("opens", "closes", "days")),
    ],
)
def test_lines_that_cannot_be_used_name_the_field(
    days: tuple[Weekday, ...], opens: str, closes: str, faults: tuple[str, ...]
) -> None:
    assert OpeningHours(days, opens, closes).faults == faults

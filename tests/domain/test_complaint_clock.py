"""When something is due: day 0, make-up days, holidays, years not published yet, pauses, extensions, duty hours."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.clock import SHANGHAI, local_day
from domain.complaints import clock
from domain.complaints.clock import (
    OfficeHours,
    Span,
    days_term,
    extended,
    hours_term,
    paused,
    reckoned,
    resumed,
)
from domain.workdays import WorkCalendar
from tests.support.cases import calendar
from tests.support.limits import shipped

OFFICE = shipped().office
CALENDAR = calendar()
# A year that the State Council has not told yet: invented for the test.
WITH_2027 = WorkCalendar(
    CALENDAR.holidays | {date(2027, 1, 1), date(2027, 1, 2), date(2027, 1, 3)},
    CALENDAR.makeup_days | {date(2027, 1, 9)},
    CALENDAR.published_years | {2027},
)


def at(text: str) -> datetime:
    """``2026-11-27 17:59`` on the clocks in 乌海."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("moment", "days", "due"),
    [
        # The hour of receipt does not matter, nor whether anybody was there.
        ("2026-11-27 08:31", 2, "2026-12-01"),
        ("2026-11-27 17:59", 2, "2026-12-01"),
        ("2026-11-27 18:01", 2, "2026-12-01"),
        ("2026-11-27 23:59", 2, "2026-12-01"),
        ("2026-11-28 00:01", 2, "2026-12-01"),
        ("2026-11-29 23:59", 2, "2026-12-01"),
        ("2026-11-30 00:01", 2, "2026-12-02"),
        # Make-up days are working days, Saturdays and one Sunday.
        ("2026-02-13 10:00", 1, "2026-02-14"),
        ("2026-02-13 10:00", 2, "2026-02-24"),
        ("2026-02-27 10:00", 1, "2026-02-28"),
        ("2026-02-27 10:00", 2, "2026-03-02"),
        ("2026-05-08 10:00", 1, "2026-05-09"),
        ("2026-09-18 10:00", 1, "2026-09-20"),
        ("2026-10-09 10:00", 1, "2026-10-10"),
        # A holiday is no working day, whichever day of it something comes on.
        ("2026-02-14 17:59", 1, "2026-02-24"),
        ("2026-02-15 10:00", 1, "2026-02-24"),
        ("2026-02-23 10:00", 1, "2026-02-24"),
        ("2026-09-30 10:00", 1, "2026-10-08"),
        ("2026-04-30 10:00", 1, "2026-05-06"),
    ],
)
def test_due_day(moment: str, days: int, due: str) -> None:
    term = days_term(local_day(at(moment)), days, CALENDAR, OFFICE)
    assert term.due_at == at(f"{due} 18:00")
    assert term.is_confirmed


def test_a_leap_day_counts() -> None:
    assert [days_term(day("2028-02-28"), n, CALENDAR, OFFICE).due_on for n in (1, 2)] == [
        day("2028-02-29"),
        day("2028-03-01"),
    ]


def test_year_end_is_a_guess_until_the_calendar_is_there() -> None:
    guess = days_term(day("2026-12-25"), 15, CALENDAR, OFFICE)
    assert (guess.due_on, guess.is_confirmed) == (day("2027-01-18"), False)
    told = reckoned(guess, WITH_2027, OFFICE)
    assert (told.due_on, told.is_confirmed) == (day("2027-01-15"), True)
    assert days_term(day("2026-12-25"), 4, CALENDAR, OFFICE).is_confirmed, "it ends on 31 December"


def test_pause_over_a_holiday_adds_the_working_days_it_stood() -> None:
    """Due after 5; stopped with 2 left before 中秋, gone on with after 国庆: 2 are still left."""
    term = days_term(day("2026-09-21"), 5, CALENDAR, OFFICE)
    assert term.due_on == day("2026-09-29")
    after = resumed(paused(term, day("2026-09-24")), day("2026-10-08"), CALENDAR, OFFICE)
    assert (after.due_on, after.paused, after.paused_on) == (day("2026-10-10"), 4, None)
    assert after.began_on == term.began_on, "what a pause adds is added at the end"
    assert after.days_left(day("2026-10-08"), CALENDAR) == 2


def test_pausing_within_a_holiday_costs_nothing() -> None:
    term = days_term(day("2026-09-30"), 3, CALENDAR, OFFICE)
    after = resumed(paused(term, day("2026-10-01")), day("2026-10-07"), CALENDAR, OFFICE)
    assert after.due_at == term.due_at


def test_two_pauses_add_up_and_a_second_stop_changes_nothing() -> None:
    term = days_term(day("2026-11-02"), 5, CALENDAR, OFFICE)
    stopped = paused(term, day("2026-11-03"))
    assert paused(stopped, day("2026-11-05")) == stopped
    once = resumed(stopped, day("2026-11-05"), CALENDAR, OFFICE)
    twice = resumed(paused(once, day("2026-11-06")), day("2026-11-09"), CALENDAR, OFFICE)
    assert (once.due_on, twice.due_on, twice.paused) == (day("2026-11-11"), day("2026-11-12"), 3)
    assert resumed(twice, day("2026-11-20"), CALENDAR, OFFICE) == twice


def test_extension_after_a_pause_counts_on_from_both() -> None:
    term = days_term(day("2026-11-02"), 15, CALENDAR, OFFICE)
    stood = resumed(paused(term, day("2026-11-04")), day("2026-11-06"), CALENDAR, OFFICE)
    longer = extended(stood, 10, CALENDAR, OFFICE)
    assert (longer.days, longer.paused, longer.due_on) == (25, 2, day("2026-12-09"))


@pytest.mark.parametrize(
    ("moment", "due"),
    [
        ("2026-11-23 10:00", "2026-11-23 12:00"),
        ("2026-11-23 11:00", "2026-11-23 15:30"),
        ("2026-11-23 13:00", "2026-11-23 16:30"),
        ("2026-11-23 06:00", "2026-11-23 10:30"),
        ("2026-11-23 18:00", "2026-11-24 10:30"),
        ("2026-11-27 17:59", "2026-11-30 10:29"),
        ("2026-11-28 10:00", "2026-11-30 10:30"),
        ("2026-02-13 17:30", "2026-02-14 10:00"),
        ("2026-02-14 17:30", "2026-02-24 10:00"),
    ],
)
def test_two_duty_hours(moment: str, due: str) -> None:
    assert hours_term(at(moment), 2, CALENDAR, OFFICE).due_at == at(due)


def test_an_office_without_duty_is_an_error_and_no_endless_loop() -> None:
    with pytest.raises(ValueError, match="duty"):
        hours_term(at("2026-11-23 10:00"), 2, CALENDAR, OfficeHours((), time(18)))


def test_somebody_is_at_the_desk_only_on_duty() -> None:
    moments = [
        "2026-11-23 08:29",
        "2026-11-23 08:30",
        "2026-11-23 12:00",
        "2026-02-14 15:00",
        "2026-11-28 10:00",
    ]
    assert [clock.is_on_duty(at(m), CALENDAR, OFFICE) for m in moments] == [False, True, False, True, False]


starts = st.dates(date(2024, 1, 1), date(2027, 6, 30))
counts = st.integers(1, 60)
gaps = st.integers(0, 40)


@given(starts, counts)
def test_due_has_exactly_its_working_days_and_never_falls_on_a_day_off(start: date, n: int) -> None:
    due = days_term(start, n, CALENDAR, OFFICE).due_on
    passed = [start + timedelta(days=k) for k in range(1, (due - start).days + 1)]
    assert sum(map(CALENDAR.is_working, passed)) == n
    assert CALENDAR.is_working(due)


@given(starts, starts, counts)
def test_who_comes_later_waits_no_shorter(one: date, other: date, n: int) -> None:
    first, second = sorted((one, other))
    assert days_term(first, n, CALENDAR, OFFICE).due_at <= days_term(second, n, CALENDAR, OFFICE).due_at


@given(starts, counts, gaps, gaps, gaps)
def test_a_longer_pause_is_due_no_earlier_and_what_was_left_is_left(
    start: date, n: int, before: int, stood: int, more: int
) -> None:
    term = days_term(start, n, CALENDAR, OFFICE)
    on = start + timedelta(days=before)
    stopped = paused(term, on)
    short, long = on + timedelta(days=stood), on + timedelta(days=stood + more)
    one, other = (resumed(stopped, until, CALENDAR, OFFICE) for until in (short, long))
    assert term.due_at <= one.due_at <= other.due_at
    assert CALENDAR.is_working(other.due_on)
    assert other.days_left(long, CALENDAR) == term.days_left(on, CALENDAR)


moves = st.lists(st.tuples(st.sampled_from(["stop", "go on", "grow"]), st.integers(0, 15)), max_size=8)


@given(starts, counts, moves)
def test_what_is_stored_can_be_worked_out_again(start: date, n: int, walk: list[tuple[str, int]]) -> None:
    term, on = days_term(start, n, CALENDAR, OFFICE), start
    for move, days in walk:
        on += timedelta(days=days)
        match move:
            case "stop":
                term = paused(term, on)
            case "go on":
                term = resumed(term, on, CALENDAR, OFFICE)
            case "grow":
                term = extended(term, days, CALENDAR, OFFICE)
        assert reckoned(term, CALENDAR, OFFICE) == term
        assert CALENDAR.is_working(term.due_on)
    assert reckoned(replace(term, due_at=at("2030-01-01 00:00")), CALENDAR, OFFICE) == term


moments = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 20)).map(lambda m: m.replace(tzinfo=SHANGHAI))  # noqa: DTZ001


@given(moments, moments, st.integers(1, 20))
def test_duty_hours_end_on_duty_and_in_order(one: datetime, other: datetime, hours: int) -> None:
    first, second = sorted((one, other))
    due = hours_term(first, hours, CALENDAR, OFFICE).due_at
    assert due <= hours_term(second, hours, CALENDAR, OFFICE).due_at
    assert clock.is_on_duty(due - timedelta(microseconds=1), CALENDAR, OFFICE)
    assert _on_duty_between(first, due) == timedelta(hours=hours)


def _on_duty_between(begins: datetime, ends: datetime) -> timedelta:
    """The other way round: every stretch of duty, cut to the two moments."""
    total, on = timedelta(), begins.date()
    while on <= ends.date():
        for span in OFFICE.duty if CALENDAR.is_working(on) else ():
            opens, closes = (datetime.combine(on, moment, SHANGHAI) for moment in (span.begins, span.ends))
            total += max(timedelta(), min(closes, ends) - max(opens, begins))
        on += timedelta(days=1)
    return total


def test_spans_are_what_the_office_says() -> None:
    assert OFFICE.duty == (Span(time(8, 30), time(12)), Span(time(14, 30), time(18)))

"""Working days, counted as the table of the year says."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from holidays import country_holidays
from hypothesis import given
from hypothesis import strategies as st

from config.settings import ROOT
from domain.errors import Problem
from domain.workdays import WorkCalendar
from knowledge.workdays import Workdays, read_workdays
from services.desk import Desk

FILE = ROOT / "config" / "workdays.yaml"


def load() -> Workdays:
    read = read_workdays(FILE)
    assert isinstance(read, Workdays)
    return read


CALENDAR = load().calendar
DAYS = st.dates(date(2024, 6, 1), date(2028, 12, 31))
COUNTS = st.integers(1, 300)


def days_of(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days)]


@given(DAYS, DAYS, COUNTS)
def test_a_later_start_is_never_due_earlier(a: date, b: date, n: int) -> None:
    first, second = sorted((a, b))
    assert CALENDAR.add(first, n).day <= CALENDAR.add(second, n).day


@given(DAYS, COUNTS)
def test_more_days_are_due_later(day: date, n: int) -> None:
    assert CALENDAR.add(day, n).day < CALENDAR.add(day, n + 1).day


@given(DAYS, COUNTS)
def test_nothing_is_due_on_a_day_off(day: date, n: int) -> None:
    assert CALENDAR.is_working(CALENDAR.add(day, n).day)


@given(DAYS, COUNTS)
def test_exactly_n_working_days_lie_between(day: date, n: int) -> None:
    assert CALENDAR.between(day, CALENDAR.add(day, n).day) == n


@given(DAYS, DAYS)
def test_between_is_the_same_both_ways(a: date, b: date) -> None:
    assert CALENDAR.between(a, b) == -CALENDAR.between(b, a)


@given(DAYS, COUNTS)
def test_confirmed_only_while_every_year_is_published(day: date, n: int) -> None:
    due = CALENDAR.add(day, n)
    touched = {day.year if day.month < 12 or day.day < 31 else day.year + 1, due.day.year}
    assert due.is_confirmed == (touched <= CALENDAR.published_years)


def test_a_count_begins_at_one() -> None:
    with pytest.raises(ValueError, match="from 1"):
        CALENDAR.add(date(2026, 11, 23), 0)


MAKEUP = [(1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10)]


def test_make_up_days_of_2026_are_the_only_weekends_worked() -> None:
    worked = [day for day in days_of(2026) if day.weekday() >= 5 and CALENDAR.is_working(day)]
    assert worked == [date(2026, month, day) for month, day in MAKEUP]


def test_spring_festival_of_2026_is_nine_days_off() -> None:
    off = [date(2026, 2, day) for day in range(15, 24)]
    assert not any(map(CALENDAR.is_working, off))
    assert CALENDAR.is_working(date(2026, 2, 24))


@pytest.mark.parametrize(
    ("start", "count", "due", "is_confirmed"),
    [
        ("2026-11-23", 1, "2026-11-24", True),
        ("2026-11-23", 10, "2026-12-07", True),
        ("2026-11-20", 1, "2026-11-23", True),  # Friday: Monday is day 1
        ("2026-11-21", 1, "2026-11-23", True),  # Saturday too
        ("2026-02-13", 1, "2026-02-14", True),  # a Saturday that is worked
        ("2026-02-14", 1, "2026-02-24", True),  # over the festival
        ("2026-02-13", 7, "2026-03-02", True),  # the festival and the second make-up Saturday
        ("2026-09-30", 1, "2026-10-08", True),
        ("2026-09-30", 3, "2026-10-10", True),
        ("2026-05-08", 1, "2026-05-09", True),
        ("2026-09-18", 1, "2026-09-20", True),
        ("2026-12-30", 1, "2026-12-31", True),
        ("2026-12-31", 1, "2027-01-04", False),  # into a year that is not published: 1 January and a weekend
        ("2027-02-04", 1, "2027-02-09", False),  # statutory days only: 5–8 February
        ("2028-02-28", 1, "2028-02-29", False),  # leap day, a Tuesday
        ("2024-12-31", 1, "2025-01-02", True),
        ("2025-12-31", 1, "2026-01-04", True),  # a Sunday that is worked
    ],
)
def test_table(start: str, count: int, due: str, is_confirmed: bool) -> None:
    found = CALENDAR.add(date.fromisoformat(start), count)
    assert (found.day.isoformat(), found.is_confirmed) == (due, is_confirmed)


@pytest.mark.parametrize("year", sorted(CALENDAR.published_years))
def test_the_library_of_holidays_agrees_with_the_table(year: int) -> None:
    known = country_holidays("CN", years=year)
    disagreed = [day for day in days_of(year) if known.is_working_day(day) != CALENDAR.is_working(day)]
    assert disagreed == []


def test_statutory_days_of_the_years_to_come_are_the_ones_the_law_names() -> None:
    from tools import statutory_days as tool

    assert tool.FILE.read_text(encoding="utf-8") == tool.as_yaml(tool.YEARS)


def test_each_published_year_names_its_notice() -> None:
    notices = load().notices
    assert set(notices) == CALENDAR.published_years
    assert notices[2026].number == "国办发明电〔2025〕7号"


def test_a_calendar_without_content_knows_weekends() -> None:
    bare = WorkCalendar(frozenset(), frozenset(), frozenset())
    assert bare.add(date(2026, 11, 20), 1).day == date(2026, 11, 23)
    assert not bare.add(date(2026, 11, 20), 1).is_confirmed


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("years:", "jahre:", ["years", "至少写一年"]),
        ("  2026:\n", "  '2026':\n", ["应是“2026:”"]),
        ("    makeup: [2026-01-04", "    makup: [2026-01-04", ["makup", "是不是 makeup"]),
        (
            "first: 2026-02-15, last: 2026-02-23",
            "first: 2026-02-23, last: 2026-02-15",
            ["春节", "当天或之后"],
        ),
        ("first: 2026-02-15", "first: 2025-02-15", ["春节"]),
        ("[2026-01-04, ", "[2026-01-05, ", ["2026-01-05", "不是周末"]),
        ("[2026-01-04, ", "[2027-01-03, ", ["2027-01-03", "不在 2026 年里"]),
        ("[2026-01-04, ", "[2026-01-03, ", ["又放假又上班"]),
        ("[2026-01-04, ", "[2026-01-04, 2026-01-04, ", ["写了两次"]),
        ("first: 2026-04-04", "first: 清明", ["应是日期"]),
    ],
)
def test_a_slip_in_the_file_is_named(old: str, new: str, told: list[str], tmp_path: object) -> None:
    path = tmp_path / "workdays.yaml"  # type: ignore[operator]
    text = FILE.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    read = read_workdays(path)
    assert isinstance(read, list)
    assert all(isinstance(problem, Problem) for problem in read)
    complaint = "\n".join(map(str, read))
    for word in told:
        assert word in complaint


def test_a_missing_file_is_named(tmp_path: object) -> None:
    read = read_workdays(tmp_path / "workdays.yaml")  # type: ignore[operator]
    assert isinstance(read, list)
    assert "缺这个文件" in str(read[0])


def test_the_desk_counts_with_the_same_calendar(desk: Desk) -> None:
    assert desk.library.workdays == CALENDAR
    assert desk.library.notices[2026].title == "国务院办公厅关于2026年部分节假日安排的通知"

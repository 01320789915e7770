"""Dates as people write them, and the arithmetic of months."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.clock import chinese_date
from domain.dates import Unclear, add_months, clean, read_date
from domain.numerals import read_number

TODAY = date(2026, 11, 23)
DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026年3月5日", "2026-03-05"),
        ("2026-3-5", "2026-03-05"),
        ("2026.3.5", "2026-03-05"),
        ("2026/03/05", "2026-03-05"),
        ("20260305", "2026-03-05"),
        ("26年3月5号", "2026-03-05"),
        ("２０２６年３月５日", "2026-03-05"),
        ("2026 年 3 月 5 日", "2026-03-05"),
        ("二〇二六年三月五日", "2026-03-05"),
        ("三月五号", "2026-03-05"),
        ("十二月二十五号", "2025-12-25"),
        ("十月三十一", "2026-10-31"),
        ("三月廿五", "2026-03-25"),
        ("3月5号", "2026-03-05"),
        ("3月份5号", "2026-03-05"),
        ("11月23号", "2026-11-23"),
        ("11月24号", "2025-11-24"),
        ("2月29号", "2024-02-29"),
        ("去年10月8号", "2025-10-08"),
        ("前年1月1日", "2024-01-01"),
        ("今年3月5", "2026-03-05"),
        ("上个月5号", "2026-10-05"),
        ("上月5号", "2026-10-05"),
        ("这个月3号", "2026-11-03"),
        ("今天", "2026-11-23"),
        ("昨天", "2026-11-22"),
        ("前天", "2026-11-21"),
        ("大前天", "2026-11-20"),
        ("上周五", "2026-11-20"),
        ("上个星期天", "2026-11-22"),
        ("周一", "2026-11-23"),
        ("周二", "2026-11-17"),
        ("下礼拜一", "2026-11-30"),
        ("上周五收到3月5号的处罚决定", "2026-03-05"),
        ("3.5", "2026-03-05"),
        ("处罚决定书是2026年3月5号下的", "2026-03-05"),
        ("昨天收到3月5号的处罚决定", "2026-03-05"),
    ],
)
def test_date_is_read(text: str, day: str) -> None:
    assert read_date(text, TODAY).day == date.fromisoformat(day)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", Unclear.NO_DATE),
        ("罚款一万多", Unclear.NO_DATE),
        ("满3个月", Unclear.NO_DATE),
        ("三个月", Unclear.NO_DATE),
        ("第10个工作日", Unclear.NO_DATE),
        ("5号令", Unclear.NO_DATE),
        ("每周一", Unclear.NO_DATE),
        ("一周三次", Unclear.NO_DATE),
        ("13800138000", Unclear.NO_DATE),
        ("2026年3月", Unclear.NO_DAY),
        ("3月份", Unclear.NO_DAY),
        ("三月", Unclear.NO_DAY),
        ("上个月", Unclear.NO_DAY),
        ("去年10月", Unclear.NO_DAY),
        ("2026-03", Unclear.NO_DAY),
        ("2026年3月罚的，今天能修复吗", Unclear.NO_DAY),
        ("2026年2月29日", Unclear.NO_SUCH_DAY),
        ("2月30号", Unclear.NO_SUCH_DAY),
        ("13月5号", Unclear.NO_SUCH_DAY),
        ("2026-13-01", Unclear.NO_SUCH_DAY),
        ("1026年3月5日", Unclear.NO_SUCH_DAY),
    ],
)
def test_what_is_missing_is_told(text: str, why: Unclear) -> None:
    read = read_date(text, TODAY)
    assert (read.day, read.unclear) == (None, why)


def test_last_month_in_january_is_december() -> None:
    assert read_date("上个月5号", date(2026, 1, 9)).day == date(2025, 12, 5)


def test_a_near_day_ahead_counts_where_it_is_asked_for() -> None:
    assert read_date("12月1号", TODAY).day == date(2025, 12, 1)
    assert read_date("12月1号", TODAY, ahead=60).day == date(2026, 12, 1)
    assert read_date("3月5号", TODAY, ahead=60).day == date(2026, 3, 5)


def test_the_words_of_the_date_are_marked() -> None:
    text = "决定是 3月5号 下的"
    read = read_date(text, TODAY)
    assert clean(text)[read.start : read.end] == "3月5号"


@given(DAYS)
def test_what_we_write_we_can_read(day: date) -> None:
    assert read_date(chinese_date(day), TODAY).day == day
    assert read_date(day.isoformat(), TODAY).day == day


@given(DAYS, st.dates(date(2000, 1, 1), date(2090, 1, 1)))
def test_a_day_without_year_is_never_ahead_and_never_long_ago(day: date, today: date) -> None:
    found = read_date(f"{day.month}月{day.day}号", today).day
    assert found is not None
    assert (found.month, found.day) == (day.month, day.day)
    assert (
        timedelta(0) <= today - found <= timedelta(days=366 if day.month != 2 or day.day != 29 else 8 * 366)
    )


@given(st.text(max_size=40))
def test_any_text_is_read_without_error(text: str) -> None:
    read = read_date(text, TODAY)
    assert (read.day is None) != (read.unclear is None)


@pytest.mark.parametrize(
    ("day", "months", "last"),
    [
        ("2026-03-05", 3, "2026-06-05"),
        ("2025-11-30", 3, "2026-02-28"),
        ("2023-11-30", 3, "2024-02-29"),
        ("2026-01-31", 1, "2026-02-28"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2024-02-29", 36, "2027-02-28"),
        ("2024-02-29", 48, "2028-02-29"),
        ("2026-02-28", 3, "2026-05-28"),
        ("2026-12-31", 2, "2027-02-28"),
        ("2026-10-15", 3, "2027-01-15"),
    ],
)
def test_period_ends_on_the_same_day_of_a_later_month(day: str, months: int, last: str) -> None:
    assert add_months(date.fromisoformat(day), months).isoformat() == last


@given(DAYS, st.integers(1, 60))
def test_months_are_added_in_order(day: date, months: int) -> None:
    assert add_months(day, months) <= add_months(day + timedelta(days=1), months)


@pytest.mark.parametrize(
    ("word", "number"),
    [
        ("15", 15),
        ("十", 10),
        ("十五", 15),
        ("二十", 20),
        ("二十一", 21),
        ("两", 2),
        ("廿五", 25),
        ("一百二十", 120),
        ("一百零五", 105),
        ("二〇二六", 2026),
        ("", None),
        ("甲", None),
    ],
)
def test_number_is_read(word: str, number: int | None) -> None:
    assert read_number(word) == number

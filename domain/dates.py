"""Dates as people write them → the day they mean; and the law's arithmetic of months.

``read_date`` finds the first date in a text: 2026年3月5日, 2026-3-5, 2026.3.5, 20260305, 26年3月5号, 3月5号,
三月五号, 去年10月8号, 上个月5号, 上周五, 今天, 前天. A month without its day, and a day that is in no calendar, are
told apart from no date at all, so that a reply can ask for what is missing.
"""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from types import MappingProxyType

from domain.numerals import NUMERAL, read_number

FIRST_YEAR, LAST_YEAR = 1949, 2100
LEAP_CYCLE = 8  # years within which 29 February comes back, 1900 and 2100 in between


class Unclear(Enum):
    """Why there is no day."""

    NO_DATE = "no_date"
    NO_DAY = "no_day"  # a month, and no day of it
    NO_SUCH_DAY = "no_such_day"  # 2月30日


@dataclass(frozen=True, slots=True)
class DateRead:
    """Either a ``day``, or why there is none. ``start``, ``end``: its words in ``clean(text)``."""

    day: date | None = None
    unclear: Unclear | None = None
    start: int = 0
    end: int = 0


_N = rf"(?:\d{{1,2}}|[{NUMERAL}]{{1,3}})"
_Y = rf"(?:\d{{4}}|\d{{2}}|[{NUMERAL}]{{4}}|[{NUMERAL}]{{2}})"
_DAY_END = r"(?:日|号|(?![\d.:]|[万千百个年月天元点时条]))"
_FREE = r"(?<![\d.])"
_NAMED_YEARS = MappingProxyType({"今年": 0, "本年": 0, "去年": -1, "上年": -1, "前年": -2, "明年": 1})
_NAMED_MONTHS = MappingProxyType({"上上": -2, "上": -1, "这": 0, "本": 0, "当": 0, "下": 1})
_NAMED_DAYS = MappingProxyType(
    {"大前天": -3, "前天": -2, "昨天": -1, "昨日": -1, "今天": 0, "今日": 0, "今儿": 0, "明天": 1, "后天": 2}
)

_NAMED_WEEKS = MappingProxyType({"上上": -2, "上": -1, "这": 0, "本": 0, "下": 1, "下下": 2})
_WEEKDAYS = "一二三四五六日天"


def clean(text: str) -> str:
    """The text in which dates are looked for: full-width made plain, blanks taken out."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def read_date(text: str, today: date, ahead: int = 0) -> DateRead:
    """Find the first date in ``text``; 今天 and its like count only where no date stands in numbers.

    A day without its year is the latest such day that is not after ``today`` + ``ahead`` days.
    """
    bare = clean(text)
    latest = today + timedelta(days=ahead)
    found = (
        (read in {_named_day, _named_weekday}, match.start(), order, match, read)
        for order, (pattern, read) in enumerate(_FORMS)
        if (match := pattern.search(bare))
    )
    first = min(found, key=lambda item: item[:3], default=None)
    if first is None:
        return _bare_pair(bare, latest)
    *_, match, read = first
    return DateRead(*read(match, today, latest), match.start(), match.end())


_Found = tuple[date | None, Unclear | None]
_Match = re.Match[str]


def _day(year: int, month: int, day: int) -> _Found:
    try:
        found = date(year, month, day)
    except ValueError:
        return None, Unclear.NO_SUCH_DAY
    return (found, None) if FIRST_YEAR <= year <= LAST_YEAR else (None, Unclear.NO_SUCH_DAY)


def _number(word: str) -> int:
    number = read_number(word)
    return 0 if number is None else number


def _year(word: str) -> int:
    return 2000 + _number(word) if len(word) == 2 else _number(word)


def _written(match: _Match, today: date, latest: date) -> _Found:
    return _day(_year(match["y"]), _number(match["m"]), _number(match["d"]))


def _named_year(match: _Match, today: date, latest: date) -> _Found:
    return _day(today.year + _NAMED_YEARS[match["y"]], _number(match["m"]), _number(match["d"]))


def _named_month(match: _Match, today: date, latest: date) -> _Found:
    months = today.year * 12 + today.month - 1 + _NAMED_MONTHS[match["m"]]
    return _day(months // 12, months % 12 + 1, _number(match["d"]))


def _named_day(match: _Match, today: date, latest: date) -> _Found:
    return today + timedelta(days=_NAMED_DAYS[match["n"]]), None


def _named_weekday(match: _Match, today: date, latest: date) -> _Found:
    """The day of the week that is named; of no named week, this week's, or last week's where that is ahead."""
    monday = today - timedelta(days=today.weekday())
    day = monday + timedelta(days=min(_WEEKDAYS.index(match["d"]), 6))
    if match["w"]:
        return day + timedelta(weeks=_NAMED_WEEKS[match["w"]]), None
    return day if day <= latest else day - timedelta(weeks=1), None


def _without_year(match: _Match, today: date, latest: date) -> _Found:
    return _latest(_number(match["m"]), _number(match["d"]), latest)


def _latest(month: int, day: int, latest: date) -> _Found:
    years = range(latest.year, latest.year - LEAP_CYCLE - 1, -1)
    found = (_day(year, month, day)[0] for year in years)
    return next(((d, None) for d in found if d and d <= latest), (None, Unclear.NO_SUCH_DAY))


def _no_day(match: _Match, today: date, latest: date) -> _Found:
    month = match.groupdict().get("m") or "1"
    return None, Unclear.NO_DAY if 1 <= _number(month) <= 12 else Unclear.NO_SUCH_DAY


def _bare_pair(bare: str, latest: date) -> DateRead:
    """A whole message that is 3.5 or 3-5 or 3/5: somebody was asked for a day."""
    match = re.fullmatch(r"(?P<m>\d{1,2})[-./](?P<d>\d{1,2})", bare)
    if not match:
        return DateRead(unclear=Unclear.NO_DATE)
    return DateRead(*_latest(int(match["m"]), int(match["d"]), latest), 0, match.end())


def _words(table: MappingProxyType[str, int]) -> str:
    return "|".join(sorted(table, key=len, reverse=True))


_MONTH_DAY = rf"(?P<m>{_N})月份?的?(?P<d>{_N}){_DAY_END}"
# In order: of two that begin at the same place, the first is meant.
_FORMS: tuple[tuple[re.Pattern[str], Callable[[_Match, date, date], _Found]], ...] = (
    (re.compile(rf"{_FREE}(?P<y>{_Y})年{_MONTH_DAY}"), _written),
    (
        re.compile(rf"{_FREE}(?P<y>\d{{4}})(?P<s>[-./])(?P<m>\d{{1,2}})(?P=s)(?P<d>\d{{1,2}})(?![\d.])"),
        _written,
    ),
    (re.compile(r"(?<![0-9A-Za-z])(?P<y>(?:19|20)\d\d)(?P<m>[01]\d)(?P<d>[0-3]\d)(?![0-9A-Za-z])"), _written),
    (re.compile(rf"(?P<y>{_words(_NAMED_YEARS)})的?{_MONTH_DAY}"), _named_year),
    (re.compile(rf"(?P<m>{_words(_NAMED_MONTHS)})个?月的?(?P<d>{_N}){_DAY_END}"), _named_month),
    (re.compile(rf"(?P<n>{_words(_NAMED_DAYS)})"), _named_day),
    (
        re.compile(
            rf"(?<![每\d{NUMERAL}])(?:(?P<w>{_words(_NAMED_WEEKS)})个?)?(?:周|星期|礼拜)(?P<d>[{_WEEKDAYS}])"
        ),
        _named_weekday,
    ),
    (re.compile(rf"(?<![\d.年{NUMERAL}]){_MONTH_DAY}"), _without_year),
    (re.compile(rf"{_FREE}(?:{_Y}年|(?:{_words(_NAMED_YEARS)})的?)(?P<m>{_N})月"), _no_day),
    (re.compile(rf"{_FREE}\d{{4}}[-./](?P<m>\d{{1,2}})(?![-./\d])"), _no_day),
    (re.compile(rf"(?<![满够过])(?:{_words(_NAMED_MONTHS)})个?月"), _no_day),
    (re.compile(rf"(?<![\d.满够过{NUMERAL}])(?P<m>{_N})月份?(?![内后前])"), _no_day),
)


def add_months(day: date, months: int) -> date:
    """The last day of a period of ``months`` that begins with ``day``: the same day of a later month, or that
    month's last day where it has none. 民法典第二百零一条、第二百零二条: the first day is not counted.
    """
    total = day.year * 12 + day.month - 1 + months
    year, month = total // 12, total % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))

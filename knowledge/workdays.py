"""config/workdays.yaml and the statutory days → the calendar of working days."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from domain.entries import Document
from domain.errors import Problem
from domain.workdays import SATURDAY, WorkCalendar
from knowledge.files import FileUnreadable, read_yaml
from knowledge.schema import build

YEARS_AHEAD = 10
STATUTORY = Path(__file__).with_name("statutory_days.yaml")
LONGEST_BREAK = 12
NO_CALENDAR = WorkCalendar(frozenset(), frozenset(), frozenset())


@dataclass(frozen=True, slots=True)
class DaysOff:
    """One festival: from its first day off to its last."""

    name: str
    first: date
    last: date

    def days(self) -> Iterator[date]:
        return (self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1))


@dataclass(frozen=True, slots=True)
class PublishedYear:
    """What the State Council's notice says of one year."""

    title: str
    number: str
    holidays: tuple[DaysOff, ...]
    makeup: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class Workdays:
    """The calendar, and the notice behind each published year."""

    calendar: WorkCalendar
    notices: dict[int, Document]


def read_workdays(path: Path) -> Workdays | list[Problem]:
    """Read ``path`` strictly; everything wrong with it is listed at once."""
    if not path.exists():
        return [Problem(path.name, "", "缺这个文件：每年哪天放假、哪个周末上班写在里面")]
    try:
        values = read_yaml(path, path.name)
    except FileUnreadable as error:
        return [error.problem]
    problems = [Problem(path.name, str(key), "没有这个字段，只写 years") for key in values.keys() - {"years"}]
    entries = values.get("years")
    if not isinstance(entries, dict) or not entries:
        return [
            *problems,
            Problem(path.name, "years", "至少写一年，如“2026:”，下面写 title、number、holidays、makeup"),
        ]
    years: dict[int, PublishedYear] = {}
    for year, entry in entries.items():
        built = _year(year, entry, path.name)
        if isinstance(built, PublishedYear):
            years[year] = built
        else:
            problems += built
    return problems or _workdays(years)


def _year(year: Any, entry: Any, file: str) -> PublishedYear | list[Problem]:
    name = f"{file}#{year}"
    if not isinstance(year, int) or not isinstance(entry, dict):
        return [Problem(name, "", "应是“2026:”，下面写 title、number、holidays、makeup")]
    built = build(PublishedYear, entry, name)
    if isinstance(built, PublishedYear):
        return list(_faults(year, built, name)) or built
    return built


def _faults(year: int, entry: PublishedYear, name: str) -> Iterator[Problem]:
    """Slips of the pen: a day of another year, days in the wrong order, a make-up day that is none."""
    if not entry.holidays:
        yield Problem(name, "holidays", "至少写一个假期")
    off = [day for holiday in entry.holidays for day in holiday.days()]
    for holiday in entry.holidays:
        if not 0 <= (holiday.last - holiday.first).days < LONGEST_BREAK:
            yield Problem(name, f"holidays.{holiday.name}", "last 应在 first 当天或之后几天")
    for day in (*off, *entry.makeup):
        if day.year != year:
            yield Problem(name, str(day), f"不在 {year} 年里")
    for day in _twice(off):
        yield Problem(name, f"holidays.{day}", "写了两次")
    for day in _twice(entry.makeup):
        yield Problem(name, f"makeup.{day}", "写了两次")
    for day in entry.makeup:
        if day in off:
            yield Problem(name, f"makeup.{day}", "又放假又上班，只能是一样")
        elif day.weekday() < SATURDAY:
            yield Problem(name, f"makeup.{day}", "不是周末，本来就上班")


def _twice(days: Iterable[date]) -> list[date]:
    seen: set[date] = set()
    return [day for day in days if day in seen or seen.add(day)]  # type: ignore[func-returns-value]


def _workdays(years: dict[int, PublishedYear]) -> Workdays:
    off = {day for year in years.values() for holiday in year.holidays for day in holiday.days()}
    makeup = frozenset(day for year in years.values() for day in year.makeup)
    unknown = set(range(min(years), max(years) + YEARS_AHEAD + 1)) - years.keys()
    notices = {y: Document(id=f"workdays-{y}", title=e.title, number=e.number) for y, e in years.items()}
    return Workdays(WorkCalendar(frozenset(off | statutory_days(unknown)), makeup, frozenset(years)), notices)


def statutory_days(years: Iterable[int]) -> set[date]:
    """The days off that the law itself names (``tools/statutory_days.py``), without what a notice moves."""
    known: Mapping[Any, Any] = read_yaml(STATUTORY, STATUTORY.name)
    return {day for year in years for day in known.get(year, ())}

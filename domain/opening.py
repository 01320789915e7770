"""Opening hours and the calendar of working days → whether somebody is there now, and when next."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from domain.clock import SHANGHAI, chinese_date, chinese_weekday, local, local_day
from domain.labels import Labelled
from domain.workdays import SATURDAY, WorkCalendar

LOOK_AHEAD_DAYS = 30
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


class Weekday(Labelled):
    """Monday first, as ``date.weekday`` counts."""

    MONDAY = "monday", "周一"
    TUESDAY = "tuesday", "周二"
    WEDNESDAY = "wednesday", "周三"
    THURSDAY = "thursday", "周四"
    FRIDAY = "friday", "周五"
    SATURDAY = "saturday", "周六"
    SUNDAY = "sunday", "周日"

    @property
    def number(self) -> int:
        return list(Weekday).index(self)


class Presence(Labelled):
    """Whether somebody is there."""

    OPEN = "open", "有人"
    CLOSED = "closed", "下班"
    DAY_OFF = "day_off", "休息"


def is_span(opens: str, closes: str) -> bool:
    """Whether these are two clock times, ``08:30``, one before the other."""
    return bool(_CLOCK.fullmatch(opens) and _CLOCK.fullmatch(closes)) and opens < closes


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """On these days from ``opens`` to ``closes``, as ``09:00``; a day may have several lines."""

    days: tuple[Weekday, ...]
    opens: str
    closes: str

    @property
    def faults(self) -> tuple[str, ...]:
        """The names of the fields that cannot be used."""
        wrong = [name for name in ("opens", "closes") if not _CLOCK.fullmatch(getattr(self, name))]
        if not self.days:
            wrong.append("days")
        if not wrong and self.opens >= self.closes:
            wrong.append("closes")
        return tuple(wrong)

    def contains(self, moment: time) -> bool:
        return self.opens <= f"{moment:%H:%M}" < self.closes


def presence_at(hours: tuple[OpeningHours, ...], calendar: WorkCalendar, instant: datetime) -> Presence:
    """Whether somebody is there at ``instant``.

    On a day off nobody is, whatever weekday it is. On a make-up day, which is a Saturday or a Sunday, the
    hours of the other weekdays hold.
    """
    lines = tuple(_lines_of(hours, calendar, local_day(instant)))
    if not lines:
        return Presence.DAY_OFF
    return Presence.OPEN if any(line.contains(local(instant).time()) for line in lines) else Presence.CLOSED


def next_opening(
    hours: tuple[OpeningHours, ...], calendar: WorkCalendar, instant: datetime
) -> datetime | None:
    """When somebody is there next, after ``instant``; None when that is not certain: nobody for a month, or a
    year whose days off are not published."""
    today = local_day(instant)
    for day in (today + timedelta(days=n) for n in range(LOOK_AHEAD_DAYS)):
        if not calendar.is_published(day.year):
            return None
        for opens in sorted(line.opens for line in _lines_of(hours, calendar, day)):
            opening = datetime.combine(day, time.fromisoformat(opens), SHANGHAI)
            if opening > instant:
                return opening.astimezone(UTC)
    return None


def hours_in_words(hours: tuple[OpeningHours, ...]) -> str:
    """``周一至周五 9:00—12:00、14:30—17:30；周六 9:00—12:00``."""
    spans: dict[str, list[str]] = {}
    for line in hours:
        spans.setdefault(_days_in_words(line.days), []).append(f"{_short(line.opens)}—{_short(line.closes)}")
    return "；".join(f"{days} {'、'.join(times)}" for days, times in spans.items())


def moment_in_words(moment: datetime) -> str:
    """``2026年11月24日星期二 9:00``."""
    day = local_day(moment)
    return f"{chinese_date(day)}{chinese_weekday(day)} {_short(f'{local(moment):%H:%M}')}"


def _lines_of(hours: tuple[OpeningHours, ...], calendar: WorkCalendar, day: date) -> Iterator[OpeningHours]:
    if day in calendar.holidays:
        return
    is_makeup = day.weekday() >= SATURDAY and calendar.is_working(day)
    for line in hours:
        numbers = {weekday.number for weekday in line.days}
        if day.weekday() in numbers or (is_makeup and min(numbers) < SATURDAY):
            yield line


def _days_in_words(days: tuple[Weekday, ...]) -> str:
    numbers = sorted(day.number for day in days)
    names = list(Weekday)
    if len(numbers) > 2 and numbers[-1] - numbers[0] == len(numbers) - 1:
        return f"{names[numbers[0]].label}至{names[numbers[-1]].label}"
    return "、".join(names[number].label for number in numbers)


def _short(clock: str) -> str:
    return clock.removeprefix("0")

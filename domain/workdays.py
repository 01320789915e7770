"""A day and a number of working days → the day they end on. The calendar itself is content."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

ONE_DAY = timedelta(days=1)
SATURDAY = 5


@dataclass(frozen=True, slots=True)
class DueDay:
    """``is_confirmed`` False: a year was touched whose days off are not published yet; say so."""

    day: date
    is_confirmed: bool


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Days off and make-up days of the published years, statutory days of the others.

    ``makeup_days``: weekend days on which everybody works. ``published_years``: the years for which the
    State Council has told both; in any other year only weekends and statutory days are known.
    """

    holidays: frozenset[date] = field(repr=False)
    makeup_days: frozenset[date] = field(repr=False)
    published_years: frozenset[int]

    def is_working(self, day: date) -> bool:
        """Whether offices work on ``day``: a make-up day, or a weekday that is no day off."""
        if day in self.makeup_days:
            return True
        return day.weekday() < SATURDAY and day not in self.holidays

    def is_published(self, year: int) -> bool:
        """Whether the days off of ``year`` are known for certain."""
        return year in self.published_years

    def add(self, day: date, n: int) -> DueDay:
        """The ``n``-th working day after ``day``; ``day`` itself is day 0, whatever day it is.

        Raises ``ValueError`` when ``n`` is less than 1.
        """
        if n < 1:
            raise ValueError("n counts working days from 1")
        due = day
        while n:
            due += ONE_DAY
            n -= self.is_working(due)
        return DueDay(due, self._is_confirmed(day + ONE_DAY, due))

    def between(self, a: date, b: date) -> int:
        """Working days after ``a`` up to and with ``b``; negative when ``b`` comes first.

        ``between(day, add(day, n).day) == n``.
        """
        if b < a:
            return -self.between(b, a)
        days = (a + timedelta(days=step) for step in range(1, (b - a).days + 1))
        return sum(map(self.is_working, days))

    def _is_confirmed(self, first: date, last: date) -> bool:
        return all(map(self.is_published, range(first.year, last.year + 1)))

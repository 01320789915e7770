"""A day, a limit and the calendar → when something is due. Pure; Asia/Shanghai throughout.

Receipt is day 0 whatever its hour or weekday; the next working day is day 1; what is counted in days is due at
the close of the last one. Only limits in hours wait for the next duty start. A paused working day is appended
at the end, never to the start.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from domain.clock import SHANGHAI, local, local_day
from domain.workdays import ONE_DAY, WorkCalendar

NO_DUTY_WITHIN_DAYS = 60


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of duty on a working day: 08:30 to 12:00."""

    begins: time
    ends: time


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """``duty``: in order, without overlaps. ``closes``: when what is due on a day is due."""

    duty: tuple[Span, ...]
    closes: time


@dataclass(frozen=True, slots=True)
class Term:
    """A running clock. ``began_on`` is day 0; ``days``: working days allowed; ``paused``: working days added.

    ``due_at`` is stored beside what it follows from, so that it can be sorted by and checked.
    ``is_confirmed`` False: it reaches into a year whose days off are not published yet.
    """

    began_on: date
    days: int
    due_at: datetime
    is_confirmed: bool = True
    paused: int = 0
    paused_on: date | None = None
    hours: int = 0
    began_at: datetime | None = None

    @property
    def due_on(self) -> date:
        return local_day(self.due_at)

    def days_left(self, today: date, calendar: WorkCalendar) -> int:
        """Working days left, today's not counted; negative when it is overdue."""
        return calendar.between(today, self.due_on)


def days_term(began_on: date, days: int, calendar: WorkCalendar, office: OfficeHours) -> Term:
    """A clock of ``days`` working days (at least 1) from day 0."""
    return reckoned(Term(began_on, days, at_close(began_on, office)), calendar, office)


def hours_term(began_at: datetime, hours: int, calendar: WorkCalendar, office: OfficeHours) -> Term:
    """A clock of ``hours`` duty hours; one begun outside duty begins with the next duty."""
    began_on = local_day(began_at)
    return reckoned(Term(began_on, 0, began_at, hours=hours, began_at=began_at), calendar, office)


def reckoned(term: Term, calendar: WorkCalendar, office: OfficeHours) -> Term:
    """The same clock with its due moment worked out anew: by today's calendar, with all pauses so far."""
    if term.began_at is not None:
        due_at = _after_duty(term.began_at, timedelta(hours=term.hours), calendar, office)
        years = range(term.began_on.year, local_day(due_at).year + 1)
        return replace(term, due_at=due_at, is_confirmed=all(map(calendar.is_published, years)))
    due = calendar.add(term.began_on, term.days + term.paused)
    return replace(term, due_at=at_close(due.day, office), is_confirmed=due.is_confirmed)


def paused(term: Term, on: date) -> Term:
    """Stop the clock; a stopped one stays as it is."""
    return term if term.paused_on else replace(term, paused_on=on)


def resumed(term: Term, on: date, calendar: WorkCalendar, office: OfficeHours) -> Term:
    """Start a stopped clock again: the working days it stood are added at its end."""
    if term.paused_on is None:
        return term
    stood = max(0, calendar.between(term.paused_on, on))
    return reckoned(replace(term, paused=term.paused + stood, paused_on=None), calendar, office)


def extended(term: Term, days: int, calendar: WorkCalendar, office: OfficeHours) -> Term:
    """``days`` more working days."""
    return reckoned(replace(term, days=term.days + days), calendar, office)


def at_close(day: date, office: OfficeHours) -> datetime:
    """The moment on ``day`` at which the office closes."""
    return datetime.combine(day, office.closes, SHANGHAI)


def is_on_duty(instant: datetime, calendar: WorkCalendar, office: OfficeHours) -> bool:
    """Whether somebody is at the desk."""
    here = local(instant)
    return calendar.is_working(here.date()) and any(s.begins <= here.time() < s.ends for s in office.duty)


def _after_duty(start: datetime, left: timedelta, calendar: WorkCalendar, office: OfficeHours) -> datetime:
    for begins, ends in _duty_from(local(start), calendar, office):
        if begins + left <= ends:
            return begins + left
        left -= ends - begins
    raise ValueError("no duty hours to count")


def _duty_from(
    start: datetime, calendar: WorkCalendar, office: OfficeHours
) -> Iterator[tuple[datetime, datetime]]:
    """The stretches of duty after ``start``, the first one cut where it has begun already."""
    day = start.date()
    idle = 0
    while idle < NO_DUTY_WITHIN_DAYS:
        idle += 1
        for span in office.duty if calendar.is_working(day) else ():
            begins = datetime.combine(day, span.begins, SHANGHAI)
            ends = datetime.combine(day, span.ends, SHANGHAI)
            if ends > start:
                idle = 0
                yield max(begins, start), ends
        day += ONE_DAY

"""How late a case is → who is told: yellow, red, 催办, 《督办通知书》, 提级. Pure; the numbers are in ``limits.yaml``.

Only the staff's own clocks count: while the resident is waited for (补正, 评价) or the case is 中止, nobody is late.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from domain.clock import local, local_day
from domain.complaints.case import Case
from domain.complaints.clock import OfficeHours, Term
from domain.complaints.decide import Rules
from domain.complaints.terms import Identity, Role, Solved, Stage, State
from domain.labels import Labelled
from domain.workdays import WorkCalendar

_RESIDENTS = frozenset({Stage.INFO, Stage.RATING})
_WINDOWS = frozenset({State.SUBMITTED, State.ACCEPTED, State.REPLY_REVIEW, State.FOLLOW_UP})


class Rung(Labelled):
    """A step of the ladder, the lowest first."""

    CALM = "calm", "正常"
    YELLOW = "yellow", "黄灯"
    RED = "red", "红灯"
    URGED = "urged", "催办"
    NOTICED = "noticed", "督办通知书"
    ESCALATED = "escalated", "提级"

    @property
    def height(self) -> int:
        return list(Rung).index(self)


def rung_of(case: Case, now: datetime, rules: Rules) -> Rung:
    """Where a case stands: by the worst of its running clocks, or because it was reworked as often as it may be
    and is still not solved."""
    is_spent = case.reworks >= rules.limits.rule("most_reworks") and case.solved is Solved.NO
    if case.is_escalated or (case.state is State.FOLLOW_UP and is_spent):
        return Rung.ESCALATED
    rungs = (_by_clock(case.terms[stage], now, rules) for stage in _staffs_clocks(case))
    return max(rungs, key=lambda rung: rung.height, default=Rung.CALM)


def responsible(case: Case) -> str:
    """Whose turn it is: the window's, or the unit's that has the case."""
    return case.opening.unit if case.state in _WINDOWS else case.lead_unit


def told_of(rung: Rung, case: Case) -> frozenset[Role]:
    """The roles that are to know of a case on this step; who is told of a lower one is told of a higher one too."""
    desk, lead = (
        (Role.WINDOW, Role.WINDOW_LEAD) if case.state in _WINDOWS else (Role.HANDLER, Role.HANDLER_LEAD)
    )
    steps = (
        (Rung.YELLOW, desk),
        (Rung.RED, lead),
        (Rung.URGED, Role.SUPERVISOR),
        (Rung.NOTICED, Role.WINDOW_LEAD),
    )
    return frozenset(role for step, role in steps if rung.height >= step.height)


def may_alert(now: datetime, calendar: WorkCalendar, office: OfficeHours) -> bool:
    """Whether a machine may send alerts now: on working days, from the first hour of duty until the office closes."""
    here = local(now)
    return calendar.is_working(here.date()) and office.duty[0].begins <= here.time() < office.closes


def _staffs_clocks(case: Case) -> Iterator[Stage]:
    """Those that run for the staff; 首次联系 until somebody tried."""
    yield from (stage for stage in case.running if stage not in _RESIDENTS)
    is_unheard = case.state is State.IN_PROGRESS and case.round == 1 and not case.contacts
    if is_unheard and Stage.CONTACT in case.terms and case.opening.identity is not Identity.ANONYMOUS:
        yield Stage.CONTACT


def _by_clock(term: Term, now: datetime, rules: Rules) -> Rung:
    if term.paused_on is not None:
        return Rung.CALM
    if now > term.due_at:
        late = max(0, rules.calendar.between(term.due_on, local_day(now)))
        return _when_late(late, rules)
    return Rung.YELLOW if _is_near(term, now, rules) else Rung.CALM


def _when_late(days: int, rules: Rules) -> Rung:
    """``days``: working days since it was due."""
    limits = rules.limits
    steps = (
        (Rung.ESCALATED, "late_escalate_days"),
        (Rung.NOTICED, "late_notice_days"),
        (Rung.URGED, "late_urge_days"),
    )
    return next((rung for rung, rule in steps if days >= limits.rule(rule)), Rung.RED)


def _is_near(term: Term, now: datetime, rules: Rules) -> bool:
    """One working day left or less, or two thirds gone; never on the day it began. What is counted in hours is
    near from the beginning."""
    if term.hours:
        return True
    today, limits = local_day(now), rules.limits
    gone = rules.calendar.between(term.began_on, today)
    whole = term.days + term.paused
    is_last = term.days_left(today, rules.calendar) <= limits.rule("yellow_days")
    return gone > 0 and (is_last or gone * 100 >= whole * limits.rule("yellow_percent"))

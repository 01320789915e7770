"""What happens to a case → which of its clocks start, stop, go on or grow. Only 待补正 and 中止 stop one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from domain.clock import local_day
from domain.complaints import clock
from domain.complaints.case import Case
from domain.complaints.clock import Term
from domain.complaints.events import Command, Terms
from domain.complaints.limits import Limits
from domain.complaints.terms import Action, Stage, State
from domain.workdays import WorkCalendar


@dataclass(frozen=True, slots=True)
class Clocks:
    """The clocks of one case at one moment, and what is about to happen to it."""

    case: Case
    command: Command
    target: State
    now: datetime
    limits: Limits
    calendar: WorkCalendar

    def after(self) -> Terms:
        """The clocks that change, as they run afterwards."""
        change = _CHANGES.get(self.command.action)
        return change(self) if change else {}

    def stage(self, stage: Stage) -> Terms:
        return {stage: self._days(self.limits.stage(stage))}

    def rule(self, stage: Stage, rule: str) -> Terms:
        return {stage: self._days(self.limits.rule(rule))}

    def dispatching(self, *, is_urgent: bool) -> Terms:
        """派单: a working day, or a few duty hours."""
        if not is_urgent:
            return self.stage(Stage.DISPATCH)
        hours = self.limits.rule("dispatch_urgent_hours")
        return {Stage.DISPATCH: clock.hours_term(self.now, hours, self.calendar, self.limits.office)}

    def answering(self) -> Terms:
        """答复: begun with the first dispatch, so that a return does not set it back."""
        if Stage.ANSWER in self.case.terms:
            return {}
        is_quick = self.case.is_urgent or self.case.is_simple
        return self.rule(Stage.ANSWER, "answer_simple_days") if is_quick else self.stage(Stage.ANSWER)

    def paused(self, stage: Stage) -> Terms:
        return {stage: clock.paused(self.case.terms[stage], local_day(self.now))}

    def resumed(self, stage: Stage) -> Terms:
        term = self.case.terms[stage]
        return {stage: clock.resumed(term, local_day(self.now), self.calendar, self.limits.office)}

    def extended(self) -> Terms:
        term = self.case.terms[Stage.ANSWER]
        days = self.command.days
        return {Stage.ANSWER: clock.extended(term, days, self.calendar, self.limits.office)}

    def supplied(self) -> Terms:
        """待补正 is over: what it had stopped goes on."""
        if self.target is self.case.state or self.target is State.CLOSED:
            return {}
        return self.resumed(Stage.ACCEPT if self.case.came_from is State.SUBMITTED else Stage.ANSWER)

    def rated(self) -> Terms:
        return self.stage(Stage.FOLLOW_UP) if self.target is State.FOLLOW_UP else {}

    def reckoned(self) -> Terms:
        """Every clock worked out anew by today's calendar."""
        terms = self.case.terms.items()
        new = {stage: clock.reckoned(term, self.calendar, self.limits.office) for stage, term in terms}
        return {stage: term for stage, term in new.items() if term != self.case.terms[stage]}

    def _days(self, days: int) -> Term:
        return clock.days_term(local_day(self.now), days, self.calendar, self.limits.office)


_CHANGES: Mapping[Action, Callable[[Clocks], Terms]] = MappingProxyType(
    {
        Action.SUBMIT: lambda c: c.stage(Stage.ACCEPT),
        Action.OBJECT: lambda c: c.stage(Stage.ACCEPT),
        Action.REVIVE: lambda c: c.stage(Stage.ACCEPT),
        Action.ASK_INFO: lambda c: {**c.paused(Stage.ACCEPT), **c.stage(Stage.INFO)},
        Action.PAUSE_FOR_INFO: lambda c: {**c.paused(Stage.ANSWER), **c.stage(Stage.INFO)},
        Action.SUPPLEMENT: Clocks.supplied,
        Action.EXPIRE_INFO: Clocks.supplied,
        Action.ACCEPT: lambda c: c.dispatching(is_urgent=c.command.is_urgent),
        Action.DISPATCH: lambda c: {**c.stage(Stage.SIGN), **c.answering()},
        Action.RETURN: lambda c: c.dispatching(is_urgent=c.case.is_urgent),
        Action.SIGN: lambda c: c.stage(Stage.CONTACT),
        Action.EXTEND: Clocks.extended,
        Action.SUSPEND: lambda c: c.paused(Stage.ANSWER),
        Action.RESUME: lambda c: c.resumed(Stage.ANSWER),
        Action.SIGN_REPLY: lambda c: c.stage(Stage.REVIEW),
        Action.RELEASE: lambda c: c.stage(Stage.RATING),
        Action.RATE: Clocks.rated,
        Action.EXPIRE_RATING: Clocks.rated,
        Action.REWORK: lambda c: c.rule(Stage.ANSWER, "rework_days"),
        Action.REOPEN: lambda c: c.rule(Stage.ANSWER, "rework_days"),
        Action.RECKON: Clocks.reckoned,
    }
)

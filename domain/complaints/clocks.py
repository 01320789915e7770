"""What happens to a case → which of its clocks begin, stop, go on or grow. Only 待补正 and 中止 stop one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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
from domain.labels import Labelled
from domain.workdays import WorkCalendar


class Move(Labelled):
    """What an action does to a clock; the label is what the table prints."""

    BEGINS = "begins", "起算"
    STOPS = "stops", "停"
    GOES_ON = "goes_on", "接着走"
    GROWS = "grows", "延长"


_B, _S = Move.BEGINS, Stage
# 重算期限 is not in it: it works out every running clock anew.
MOVES: Mapping[Action, tuple[tuple[Stage, Move], ...]] = MappingProxyType(
    {
        Action.SUBMIT: ((_S.ACCEPT, _B),),
        Action.OBJECT: ((_S.ACCEPT, _B),),
        Action.REVIVE: ((_S.ACCEPT, _B),),
        Action.ASK_INFO: ((_S.ACCEPT, Move.STOPS), (_S.INFO, _B)),
        Action.PAUSE_FOR_INFO: ((_S.ANSWER, Move.STOPS), (_S.INFO, _B)),
        Action.SUPPLEMENT: ((_S.ACCEPT, Move.GOES_ON), (_S.ANSWER, Move.GOES_ON)),
        Action.EXPIRE_INFO: ((_S.ANSWER, Move.GOES_ON),),
        Action.ACCEPT: ((_S.DISPATCH, _B),),
        Action.DISPATCH: ((_S.SIGN, _B), (_S.ANSWER, _B)),
        Action.RETURN: ((_S.DISPATCH, _B),),
        Action.SIGN: ((_S.CONTACT, _B),),
        Action.EXTEND: ((_S.ANSWER, Move.GROWS),),
        Action.SUSPEND: ((_S.ANSWER, Move.STOPS),),
        Action.RESUME: ((_S.ANSWER, Move.GOES_ON),),
        Action.SIGN_REPLY: ((_S.REVIEW, _B),),
        Action.RELEASE: ((_S.RATING, _B),),
        Action.RATE: ((_S.FOLLOW_UP, _B),),
        Action.EXPIRE_RATING: ((_S.FOLLOW_UP, _B),),
        Action.REWORK: ((_S.ANSWER, _B),),
        Action.REOPEN: ((_S.ANSWER, _B),),
    }
)
_NEW_ROUND = frozenset({Action.REWORK, Action.REOPEN})


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
        if self.command.action is Action.RECKON:
            changed = self._reckoned()
        else:
            moves = MOVES.get(self.command.action, ())
            changed = ((stage, self._moved(stage, move)) for stage, move in moves)
        return {stage: term for stage, term in changed if term and term != self.case.terms.get(stage)}

    def _moved(self, stage: Stage, move: Move) -> Term | None:
        """The clock after ``move``; None where this time it is not touched."""
        if move is Move.BEGINS:
            return self._begun(stage)
        term = self.case.terms.get(stage)
        if term is None:
            return None
        if move is Move.STOPS:
            return clock.paused(term, local_day(self.now))
        if move is Move.GROWS:
            return clock.extended(term, self.command.days, self.calendar, self.limits.office)
        if self.target in {self.case.state, State.CLOSED}:
            return None
        return clock.resumed(term, local_day(self.now), self.calendar, self.limits.office)

    def _begun(self, stage: Stage) -> Term | None:
        match stage:
            case Stage.ANSWER:
                return self._answering()
            case Stage.DISPATCH if self.command.is_urgent or self.case.is_urgent:
                hours = self.limits.rule("dispatch_urgent_hours")
                return clock.hours_term(self.now, hours, self.calendar, self.limits.office)
            case Stage.FOLLOW_UP if self.target is not State.FOLLOW_UP:
                return None
        return self._days(self.limits.stage(stage))

    def _answering(self) -> Term | None:
        """Begun with the first dispatch of a round, so that a return does not set it back."""
        if self.command.action in _NEW_ROUND:
            return self._days(self.limits.rule("rework_days"))
        if Stage.ANSWER in self.case.terms:
            return None
        is_quick = self.case.is_urgent or self.case.is_simple
        return self._days(
            self.limits.rule("answer_simple_days") if is_quick else self.limits.stage(Stage.ANSWER)
        )

    def _reckoned(self) -> Iterator[tuple[Stage, Term | None]]:
        for stage in self.case.running:
            yield stage, clock.reckoned(self.case.terms[stage], self.calendar, self.limits.office)

    def _days(self, days: int) -> Term:
        return clock.days_term(local_day(self.now), days, self.calendar, self.limits.office)

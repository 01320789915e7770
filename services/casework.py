"""What staff and the clock do with cases: permission, rule, event, news and audit, in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

import structlog

from domain.clock import Clock, local_day
from domain.complaints.case import Case
from domain.complaints.decide import Rules, decide
from domain.complaints.events import Actor, Command, Event
from domain.complaints.records import CaseFile, HandedIn, Person, QueueRow
from domain.complaints.terms import Action, HoldReason, Role, State
from domain.complaints.transitions import OPEN
from domain.errors import (
    ActionRefused,
    CaseChanged,
    CaseErased,
    ConflictOfInterest,
    CreditBotError,
    SealBroken,
)
from storage.audit import Entry
from storage.complaints import Complaints, Step, Wanted
from storage.staff import Member, Staff

log = structlog.get_logger()

SYSTEM = Actor(Role.SYSTEM)
# Who may see cases at all, and whose: a unit's people their unit's, a window's their window's.
READERS = frozenset({Role.WINDOW, Role.WINDOW_LEAD, Role.HANDLER, Role.HANDLER_LEAD, Role.SUPERVISOR})
# Who may say that a case must be kept although its time is over.
HOLDERS = frozenset({Role.WINDOW_LEAD, Role.SUPERVISOR})
SHORTEST_NAME = 2  # characters that tell one person from others
_WINDOWS = frozenset({Role.WINDOW, Role.WINDOW_LEAD})
_UNITS = frozenset({Role.HANDLER, Role.HANDLER_LEAD})


class NotPermitted(CreditBotError):
    """The role does not go with that."""


class Casework:
    """The staff's side of complaints. ``rules`` gives what decisions rest on, as the files say now."""

    def __init__(
        self, complaints: Complaints, staff: Staff, rules: Callable[[], Rules], clock: Clock
    ) -> None:
        self._complaints = complaints
        self._staff = staff
        self._rules = rules
        self._clock = clock

    async def act(self, number: str, command: Command, staff_id: str) -> Case:
        """Carry out ``command`` as a member of the staff; returns the case before it.

        Raises ``StaffUnknown``, ``CaseUnknown``, ``CaseErased``, ``ConflictOfInterest``, ``ActionRefused`` or
        ``CaseChanged``. What is refused leaves an audit row of its own.
        """
        member = await self._staff.get(staff_id)
        now = self._clock.now()
        file = await self._complaints.read(number)
        if file.purged_at:
            raise CaseErased(number)
        try:
            await self._refuse_conflict(member, file)
            steps = await self._steps(file, command, member.actor, now)
        except (ActionRefused, ConflictOfInterest) as refusal:
            told = {"refused": type(refusal).__name__}
            await self._complaints.note(Entry(member.actor, command.action.value, number, now, told))
            raise
        entry = Entry(member.actor, command.action.value, number, now, {"to": steps[0].event.target.value})
        await self._complaints.act_together(steps, entry)
        return file.case

    async def read(self, number: str, staff_id: str) -> CaseFile:
        """A case as this member may see it. Raises ``NotPermitted`` or ``ConflictOfInterest``; leaves an audit row."""
        return await self._look(number, staff_id, "read")

    async def pictures(self, number: str, staff_id: str) -> tuple[HandedIn, ...]:
        """What was handed in with a case, for who may read it. Raises like ``read``; leaves an audit row of its own."""
        await self._look(number, staff_id, "pictures")
        return await self._complaints.handed_in(number)

    async def _look(self, number: str, staff_id: str, what: str) -> CaseFile:
        member = await self._staff.get(staff_id)
        file = await self._complaints.read(number)
        now = self._clock.now()
        if not may_read(member, file):
            await self._complaints.note(Entry(member.actor, what, number, now, {"refused": "NotPermitted"}))
            raise NotPermitted
        try:
            await self._refuse_conflict(member, file)
        except ConflictOfInterest:
            told = {"refused": "ConflictOfInterest"}
            await self._complaints.note(Entry(member.actor, what, number, now, told))
            raise
        await self._complaints.note(Entry(member.actor, what, number, now, {}))
        return file

    async def identity(self, number: str, staff_id: str) -> Person:
        """Who complained: only with a grant, and everybody sees that it was looked at."""
        await self.act(number, Command(Action.VIEW_IDENTITY), staff_id)
        return await self._complaints.person(number)

    async def hold(self, number: str, reason: HoldReason | None, staff_id: str) -> None:
        """Keep a case from being erased, or let it go (None). Raises ``StaffUnknown``, ``NotPermitted``,
        ``CaseUnknown``."""
        member = await self._staff.get(staff_id)
        if member.role not in HOLDERS:
            raise NotPermitted
        action, detail = ("hold", {"reason": reason.value}) if reason else ("let_go", {})
        entry = Entry(member.actor, action, number, self._clock.now(), detail)
        await self._complaints.set_hold(number, reason, entry)

    async def queue(self, wanted: Wanted, staff_id: str, page: int = 1) -> tuple[Sequence[QueueRow], int]:
        """A page of the cases this member may see, narrowed to ``wanted``, what is due first."""
        member = await self._staff.get(staff_id)
        if member.role not in READERS:
            raise NotPermitted
        if member.role in _UNITS:
            wanted = replace(wanted, with_unit=member.unit)
        if member.role in _WINDOWS and member.unit:
            wanted = replace(wanted, unit=member.unit)
        return await self._complaints.queue(wanted, page)

    async def sweep(self) -> int:
        """Do what is due by itself: 补正 that is to be reminded of, 补正 and 评价 that ran out, 中止 that is over.
        Returns how many moved."""
        now = self._clock.now()
        due = {State.NEED_INFO: Action.EXPIRE_INFO, State.ANSWERED: Action.EXPIRE_RATING}
        moved = 0
        for number in await self._complaints.in_state(State.NEED_INFO):
            moved += await self._by_itself(number, Command(Action.REMIND_INFO))
        for state, action in due.items():
            for number in await self._complaints.overdue(now, (state,)):
                moved += await self._by_itself(number, Command(action))
        for number in await self._complaints.in_state(State.SUSPENDED):
            moved += await self._by_itself(number, Command(Action.RESUME), _is_over)
        return moved

    async def reckon(self) -> int:
        """Work every open case's clocks out anew by today's calendar; returns how many changed."""
        changed = 0
        for number in await self._complaints.open_numbers():
            changed += await self._by_itself(number, Command(Action.RECKON), _is_changed)
        return changed

    async def _by_itself(
        self,
        number: str,
        command: Command,
        is_due: Callable[[Case, Event], bool] = lambda _case, _event: True,
    ) -> bool:
        """One system step. Somebody who acted meanwhile is no error: the next sweep looks again. A case that cannot
        be read is told in the log and holds up no other."""
        now = self._clock.now()
        try:
            file = await self._complaints.read(number)
            event = decide(file.case, command, SYSTEM, now, self._rules())
            if not is_due(file.case, event):
                return False
            entry = Entry(SYSTEM, command.action.value, number, now, {"to": event.target.value})
            await self._complaints.act(number, file.case, event, entry)
        except SealBroken:
            log.error("case_unreadable", action=command.action.value)
            return False
        except ActionRefused:  # not yet
            return False
        except CaseChanged:
            log.info("case_not_moved", action=command.action.value)
            return False
        return True

    async def _refuse_conflict(self, member: Member, file: CaseFile) -> None:
        """回避: who is complained of, or named in the story, neither acts on the case nor opens it (信访工作条例
        第二十八条). The unmasked words are looked at, and shown to nobody."""
        if len(member.name) < SHORTEST_NAME:
            return
        told = await self._complaints.content(file.number)
        named_in = (file.copy.respondent, *((told.respondent, told.story) if told else ()))
        if any(member.name in words for words in named_in):
            raise ConflictOfInterest

    async def _steps(self, file: CaseFile, command: Command, actor: Actor, now: datetime) -> Sequence[Step]:
        """What is to be stored: the event, and for 并案 the master's own line about it, so that neither case can
        become part of the other behind its back."""
        if command.action is not Action.MERGE or not command.other:
            event = decide(file.case, command, actor, now, self._rules())
            return (Step(file.number, file.case, event),)
        master = await self._complaints.read(command.other)
        is_master = master.number != file.number and master.case.state in OPEN
        is_same = bool(file.owner) and file.owner == master.owner
        command = replace(command, other=master.number if is_master else "", is_same_person=is_same)
        event = decide(file.case, command, actor, now, self._rules())
        note = decide(master.case, Command(Action.NOTE, other=file.number), actor, now, self._rules())
        return (Step(file.number, file.case, event), Step(master.number, master.case, note))


def may_read(member: Member, file: CaseFile) -> bool:
    """A window's people their window's cases (the city's all), a unit's people their unit's, 督查 all."""
    if member.role in _WINDOWS:
        return member.unit in {"", file.case.opening.unit}
    if member.role in _UNITS:
        return member.unit in file.case.units
    return member.role is Role.SUPERVISOR


def _is_over(case: Case, event: Event) -> bool:
    """中止 ends on its day."""
    return case.resumes_on is not None and case.resumes_on <= local_day(event.at)


def _is_changed(_case: Case, event: Event) -> bool:
    """Whether reckoning anew has come to another day."""
    return bool(event.terms)

"""What staff and the clock do with cases: permission, rule, event, news and audit, in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

import structlog

from domain.clock import Clock, local_day
from domain.complaints.case import Case
from domain.complaints.decide import Rules, decide
from domain.complaints.events import Actor, Command
from domain.complaints.records import CaseFile, Person, QueueRow
from domain.complaints.terms import Action, HoldReason, Role, State
from domain.errors import ActionRefused, CaseChanged, CaseErased, ConflictOfInterest, CreditBotError
from storage.audit import Entry
from storage.complaints import Complaints, Wanted
from storage.staff import Member, Staff

log = structlog.get_logger()

SYSTEM = Actor(Role.SYSTEM)
# Who may see cases at all, and whose: a unit's people their unit's, a window's their window's.
READERS = frozenset({Role.WINDOW, Role.WINDOW_LEAD, Role.HANDLER, Role.HANDLER_LEAD, Role.SUPERVISOR})
# Who may say that a case must be kept although its time is over.
HOLDERS = frozenset({Role.WINDOW_LEAD, Role.SUPERVISOR})
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
            _refuse_conflict(member, file)
            if command.action is Action.MERGE:
                command = await self._merging(file, command)
            event = decide(file.case, command, member.actor, now, self._rules())
        except (ActionRefused, ConflictOfInterest) as refusal:
            told = {"refused": type(refusal).__name__}
            await self._complaints.note(Entry(member.actor, command.action.value, number, now, told))
            raise
        entry = Entry(member.actor, command.action.value, number, now, {"to": event.target.value})
        await self._complaints.act(number, file.case, event, entry)
        if command.action is Action.MERGE:
            await self._tell_master(command.other, number, member, now)
        return file.case

    async def read(self, number: str, staff_id: str) -> CaseFile:
        """A case as this member may see it. Raises ``NotPermitted`` or ``ConflictOfInterest``; leaves an audit row."""
        member = await self._staff.get(staff_id)
        file = await self._complaints.read(number)
        now = self._clock.now()
        if not _may_read(member, file):
            await self._complaints.note(Entry(member.actor, "read", number, now, {"refused": "NotPermitted"}))
            raise NotPermitted
        _refuse_conflict(member, file)
        await self._complaints.note(Entry(member.actor, "read", number, now, {}))
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
            wanted = replace(wanted, lead_unit=member.unit)
        if member.role in _WINDOWS and member.unit:
            wanted = replace(wanted, unit=member.unit)
        return await self._complaints.queue(wanted, page)

    async def sweep(self) -> int:
        """Do what is due by itself: 补正 and 评价 that ran out, 中止 that is over. Returns how many moved."""
        now = self._clock.now()
        due = {State.NEED_INFO: Action.EXPIRE_INFO, State.ANSWERED: Action.EXPIRE_RATING}
        moved = 0
        for state, action in due.items():
            for number in await self._complaints.overdue(now, (state,)):
                moved += await self._by_itself(number, Command(action))
        for number in await self._complaints.in_state(State.SUSPENDED):
            file = await self._complaints.read(number)
            if file.case.resumes_on and file.case.resumes_on <= local_day(now):
                moved += await self._by_itself(number, Command(Action.RESUME))
        return moved

    async def reckon(self) -> int:
        """Work every open case's clocks out anew by today's calendar; returns how many changed."""
        changed = 0
        for number in await self._complaints.open_numbers():
            file = await self._complaints.read(number)
            event = decide(file.case, Command(Action.RECKON), SYSTEM, self._clock.now(), self._rules())
            if event.terms:
                changed += await self._by_itself(number, Command(Action.RECKON))
        return changed

    async def _by_itself(self, number: str, command: Command) -> bool:
        """One system step. Somebody who acted meanwhile is no error: the next sweep looks again."""
        now = self._clock.now()
        file = await self._complaints.read(number)
        try:
            event = decide(file.case, command, SYSTEM, now, self._rules())
            entry = Entry(SYSTEM, command.action.value, number, now, {"to": event.target.value})
            await self._complaints.act(number, file.case, event, entry)
        except (ActionRefused, CaseChanged) as error:
            log.info("case_not_moved", action=command.action.value, reason=type(error).__name__)
            return False
        return True

    async def _merging(self, file: CaseFile, command: Command) -> Command:
        """Whether the two are of one person; a case merged into another, or into itself, is no master."""
        master = await self._complaints.read(command.other)
        if master.number == file.number or master.case.state is State.MERGED:
            return replace(command, other="")
        return replace(command, is_same_person=bool(file.owner) and file.owner == master.owner)

    async def _tell_master(self, master: str, number: str, member: Member, now: datetime) -> None:
        file = await self._complaints.read(master)
        note = Command(Action.NOTE, other=number)
        event = decide(file.case, note, member.actor, now, self._rules())
        await self._complaints.act(master, file.case, event)


def _may_read(member: Member, file: CaseFile) -> bool:
    """A window's people their window's cases (the city's all), a unit's people their unit's, 督查 all."""
    if member.role in _WINDOWS:
        return member.unit in {"", file.case.opening.unit}
    if member.role in _UNITS:
        return member.unit in {file.case.lead_unit, *file.case.co_units} - {""}
    return member.role is Role.SUPERVISOR


def _refuse_conflict(member: Member, file: CaseFile) -> None:
    """回避: whoever is named as the respondent does not act on the case, and does not open it."""
    if member.name and member.name == file.copy.respondent:
        raise ConflictOfInterest

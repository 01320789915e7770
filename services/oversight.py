"""Watching over the work on cases: who is late, whether clocks are right, who looked at what."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.clock import Clock
from domain.complaints.clock import Term
from domain.complaints.decide import Rules, decide
from domain.complaints.events import Command, Request
from domain.complaints.ladder import Rung, responsible, rung_of, told_of
from domain.complaints.records import QueueRow
from domain.complaints.terms import Action, Role
from services.casework import SYSTEM, NotPermitted, may_read
from storage.audit import Entry
from storage.complaints import Complaints
from storage.staff import Staff
from storage.trail import Row, Trail

# Who decides on requests to see who complained, and who may ask what others looked at.
IDENTITY_KEEPERS = frozenset({Role.CUSTODIAN, Role.WINDOW_LEAD})
INSPECTORS = frozenset({Role.AUDITOR, Role.SUPERVISOR, Role.CUSTODIAN})


@dataclass(frozen=True, slots=True)
class Alert:
    """A case that is near its limit or past it. ``unit``: whose turn it is; ``told``: the roles that are to know."""

    number: str
    rung: Rung
    unit: str
    term: Term | None
    told: frozenset[Role]


@dataclass(frozen=True, slots=True)
class Drift:
    """A case whose deadline as it is stored and as it follows are two. ``of_calendar``: the days off have changed
    since; else a column was changed behind the events' back."""

    number: str
    of_calendar: bool


@dataclass(frozen=True, slots=True)
class IdentityRequest:
    """Somebody wants to know who complained; the custodian sees why, and nothing of the story."""

    number: str
    request: Request


class Oversight:
    """Reads what others do; decides nothing."""

    def __init__(
        self, complaints: Complaints, staff: Staff, rules: Callable[[], Rules], clock: Clock
    ) -> None:
        self._complaints = complaints
        self._staff = staff
        self._rules = rules
        self._clock = clock

    async def alerts(self, staff_id: str) -> Sequence[Alert]:
        """The open cases this member may see that are near their limit or past it, the latest first, unit by unit."""
        member = await self._staff.get(staff_id)
        now, rules = self._clock.now(), self._rules()
        found = []
        async for file in self._complaints.open_cases():
            rung = rung_of(file.case, now, rules)
            if rung is not Rung.CALM and may_read(member, file):
                told = told_of(rung, file.case)
                found.append(Alert(file.number, rung, responsible(file.case), file.case.waited_for, told))
        return sorted(found, key=lambda alert: (alert.unit, -alert.rung.height, alert.number))

    async def lights(self, rows: Sequence[QueueRow]) -> Mapping[str, Rung]:
        """Where the cases of a page of the queue stand, by number."""
        now, rules = self._clock.now(), self._rules()
        files = await self._complaints.files([row.number for row in rows])
        return {file.number: rung_of(file.case, now, rules) for file in files}

    async def check(self) -> Sequence[Drift]:
        """Open cases whose stored columns are not what their events say, or whose deadline is not what today's
        calendar says (then ``Casework.reckon``). There should be none."""
        drifted = [Drift(number, of_calendar=False) for number in await self._complaints.drifted()]
        now, rules = self._clock.now(), self._rules()
        async for file in self._complaints.open_cases():
            if decide(file.case, Command(Action.RECKON), SYSTEM, now, rules).terms:
                drifted.append(Drift(file.number, of_calendar=True))
        return drifted

    async def identity_requests(self, staff_id: str) -> Sequence[IdentityRequest]:
        """What waits for a yes or no. Raises ``StaffUnknown`` or ``NotPermitted``."""
        member = await self._staff.get(staff_id)
        if member.role not in IDENTITY_KEEPERS:
            raise NotPermitted
        files = await self._complaints.identity_requests()
        asked = ((file.number, file.case.request(Action.ASK_IDENTITY)) for file in files)
        return [IdentityRequest(number, request) for number, request in asked if request]

    async def who(
        self,
        staff_id: str,
        *,
        number: str = "",
        other: str = "",
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> Sequence[Row]:
        """Who saw the case ``number`` or did something with it; what ``other`` saw and did; between two moments.

        Raises ``StaffUnknown`` or ``NotPermitted``. That it was asked is written down too (个人信息保护法第五十七条:
        after a breach it must be known whom it concerns).
        """
        member = await self._staff.get(staff_id)
        if member.role not in INSPECTORS:
            raise NotPermitted
        asked = Entry(member.actor, "who", number or other, self._clock.now(), {})
        return await self._complaints.trail(Trail(number, other, since, until), asked)

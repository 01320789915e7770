"""Complaints, each call a transaction of its own: filed, found, listed, acted on."""

from __future__ import annotations

import hmac
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.complaints.case import Case
from domain.complaints.draft import Draft, Filing, WorkingCopy
from domain.complaints.events import Event
from domain.complaints.records import CaseFile, HandedIn, Person, QueueRow
from domain.complaints.terms import Action, CreditDomain, HoldReason, State
from domain.errors import AlreadyFiled, CaseUnknown
from domain.evidence import Kept
from storage import audit, casefiles
from storage.complaint_tables import complaint_events, complaint_units, complaints, evidence
from storage.evidence import Holder, add_evidence, handed_in, of_case
from storage.sealing import Seals
from storage.trail import Row, Trail, read_trail

PAGE = 50
CHUNK = 200
MOST_OF_ONE = 20


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which cases a list shows. Empty: all. ``with_unit``: a unit leads or helps."""

    states: tuple[State, ...] = ()
    unit: str = ""
    with_unit: str = ""
    domain: CreditDomain | None = None
    area: str = ""
    is_overdue_at: datetime | None = None


_QUEUED = tuple(complaints.c[name] for name in QueueRow.__dataclass_fields__)


class Step(NamedTuple):
    """An event, and the case that it was decided on."""

    number: str
    before: Case
    event: Event


class Complaints:
    """The cases of this installation."""

    def __init__(self, engine: AsyncEngine, seals: Seals) -> None:
        self._engine = engine
        self._seals = seals

    async def file(self, filing: Filing) -> None:
        """Store a new case. Raises ``AlreadyFiled`` with the number that its draft has already."""
        try:
            async with self._engine.begin() as connection:
                await casefiles.file_case(connection, self._seals, filing)
        except IntegrityError:
            if not (number := await self.filed_as(filing.draft.id)):
                raise
            raise AlreadyFiled(number) from None

    async def read(self, number: str) -> CaseFile:
        """A case by its number, for staff. Raises ``CaseUnknown``."""
        async with self._engine.connect() as connection:
            return await casefiles.read_case(connection, self._seals, number)

    async def of_resident(
        self, owner: str, number: str = "", most: int | None = MOST_OF_ONE
    ) -> Sequence[CaseFile]:
        """The owner's cases, newest first, ``most`` of them (None: all); or the one of that number, if it is theirs."""
        mine = select(complaints).where(complaints.c.resident == owner, complaints.c.purged_at.is_(None))
        if number:
            mine = mine.where(complaints.c.number == number)
        return await self._found(mine.order_by(complaints.c.submitted_at.desc()).limit(most))

    async def for_resident(self, number: str, owner: str, opened: str = "") -> CaseFile:
        """The case of that number for who filed it, or for who has ``opened`` it with its query code. Raises
        ``CaseUnknown`` for anybody else's, one that is purged and one that does not exist, after the same work."""
        has_right = complaints.c.resident == owner
        if opened:
            has_right |= complaints.c.number == opened
        mine = complaints.c.purged_at.is_(None) & has_right
        async with self._engine.connect() as connection:
            wanted = select(complaints).where(complaints.c.number == number, mine)
            return (await casefiles.read_cases(connection, self._seals, wanted))[0]

    async def handed_in(self, number: str) -> tuple[HandedIn, ...]:
        """The files that belong to a case, in the order in which they came."""
        wanted = of_case(number).order_by(evidence.c.added_at, evidence.c.id)
        async with self._engine.connect() as connection:
            return tuple(map(handed_in, (await connection.execute(wanted)).mappings()))

    async def filed_as(self, draft: str) -> str:
        """The number under which a draft was filed; empty when it was not."""
        async with self._engine.connect() as connection:
            known = select(complaints.c.number).where(complaints.c.draft == draft)
            return (await connection.execute(known)).scalar() or ""

    async def by_code(self, number: str, code: str) -> CaseFile:
        """A case by number and query code. Raises ``CaseUnknown`` for a wrong number and a wrong code alike,
        after the same work."""
        async with self._engine.connect() as connection:
            stored = select(complaints.c.code_index).where(complaints.c.number == number)
            known = (await connection.execute(stored)).scalar()
            given = self._seals.index.of(number, code)
            if not hmac.compare_digest(known or "0" * len(given), given):
                raise CaseUnknown
            return await casefiles.read_case(connection, self._seals, number)

    async def act(self, number: str, before: Case, event: Event, entry: audit.Entry | None = None) -> None:
        """Append an event, with its audit entry when staff act. Raises ``CaseChanged``: nothing is stored."""
        await self.act_together((Step(number, before, event),), entry)

    async def act_together(self, steps: Sequence[Step], entry: audit.Entry | None = None) -> None:
        """Append events to several cases, all or none. Raises ``CaseChanged``."""
        async with self._engine.begin() as connection:
            # In one order everywhere: two that wait for each other would both be thrown out.
            for number, before, event in sorted(steps, key=lambda step: step.number):
                await casefiles.add_event(connection, self._seals, number, before, event)
            if entry:
                await audit.record(connection, self._seals.chain, entry)

    async def correct(
        self, file: CaseFile, event: Event, person: Person, copy: WorkingCopy, entry: audit.Entry
    ) -> None:
        """A resident's name or number put right, with the event and the audit entry. Raises ``CaseChanged``."""
        async with self._engine.begin() as connection:
            await casefiles.add_event(connection, self._seals, file.number, file.case, event)
            await casefiles.put_person(connection, self._seals, file.number, person, copy)
            await audit.record(connection, self._seals.chain, entry)

    async def set_hold(self, number: str, reason: HoldReason | None, entry: audit.Entry) -> None:
        """Keep a case from being erased, or let it go (None). Raises ``CaseUnknown``."""
        async with self._engine.begin() as connection:
            done = await connection.execute(
                update(complaints)
                .where(complaints.c.number == number, complaints.c.purged_at.is_(None))
                .values(hold=reason.value if reason else "")
            )
            if done.rowcount != 1:
                raise CaseUnknown
            await audit.record(connection, self._seals.chain, entry)

    async def hand_in(self, number: str, before: Case, event: Event, handed: Mapping[str, Kept]) -> None:
        """Append an event with the files that came with it, by their new ids. Raises ``CaseChanged``: nothing is
        stored."""
        async with self._engine.begin() as connection:
            await casefiles.add_event(connection, self._seals, number, before, event)
            for ident, kept in handed.items():
                await add_evidence(connection, ident, kept, Holder(number=number), event.at)

    async def note(self, entry: audit.Entry) -> None:
        """An audit entry of its own: what was refused, looked at, or done outside a case."""
        async with self._engine.begin() as connection:
            await audit.record(connection, self._seals.chain, entry)

    async def person(self, number: str) -> Person:
        """Who complained. The caller has stored the event that says who looked and why."""
        async with self._engine.connect() as connection:
            return await casefiles.read_person(connection, self._seals, number)

    async def content(self, number: str) -> Draft | None:
        """The complainant's own words, unmasked."""
        async with self._engine.connect() as connection:
            return await casefiles.read_content(connection, self._seals, number)

    async def queue(self, wanted: Wanted, page: int = 1) -> tuple[Sequence[QueueRow], int]:
        """One page (from 1) of the cases wanted, what is due first, and how many there are in all."""
        order = (complaints.c.due_at.is_(None), complaints.c.due_at, complaints.c.id)
        # The page is found in an index alone; only then are its rows read, which are long.
        page_ids = _narrowed(select(complaints.c.id), wanted).order_by(*order).offset((page - 1) * PAGE)
        rows = select(*_QUEUED).where(complaints.c.id.in_(page_ids.limit(PAGE))).order_by(*order)
        total = _narrowed(select(func.count()).select_from(complaints), wanted)
        async with self._engine.connect() as connection:
            found = (await connection.execute(rows)).mappings().all()
            count = (await connection.execute(total)).scalar_one()
        return [QueueRow(**{**row, "state": State.of(row["state"])}) for row in found], count

    async def files(self, numbers: Sequence[str]) -> Sequence[CaseFile]:
        """These cases, in no order."""
        return (
            await self._found(select(complaints).where(complaints.c.number.in_(numbers))) if numbers else ()
        )

    async def open_cases(self) -> AsyncIterator[CaseFile]:
        """All cases that are not at an end. Raises ``SealBroken`` when one of them cannot be opened."""
        numbers = await self.open_numbers()
        for at in range(0, len(numbers), CHUNK):
            for file in await self.files(numbers[at : at + CHUNK]):
                yield file

    async def drifted(self) -> Sequence[str]:
        """Numbers of open cases whose columns are not what their events come to."""
        numbers, found = await self.open_numbers(), list[str]()
        for at in range(0, len(numbers), CHUNK):
            async with self._engine.connect() as connection:
                found += await casefiles.drifted(connection, self._seals, numbers[at : at + CHUNK])
        return found

    async def open_numbers(self, *, unconfirmed_only: bool = False) -> Sequence[str]:
        """Numbers of all cases that are not at an end."""
        wanted = select(complaints.c.number).where(complaints.c.ended_on.is_(None))
        if unconfirmed_only:
            wanted = wanted.where(complaints.c.is_due_confirmed.is_(False))
        async with self._engine.connect() as connection:
            return (await connection.execute(wanted.order_by(complaints.c.id))).scalars().all()

    async def in_state(self, state: State) -> Sequence[str]:
        """Numbers of the cases in a state."""
        wanted = select(complaints.c.number).where(complaints.c.state == state.value)
        async with self._engine.connect() as connection:
            return (await connection.execute(wanted.order_by(complaints.c.id))).scalars().all()

    async def overdue(self, now: datetime, states: tuple[State, ...]) -> Sequence[str]:
        """Numbers of cases in these states whose time is up."""
        wanted = select(complaints.c.number).where(
            complaints.c.state.in_([state.value for state in states]), complaints.c.due_at < now
        )
        async with self._engine.connect() as connection:
            return (await connection.execute(wanted.order_by(complaints.c.due_at))).scalars().all()

    async def trail(self, wanted: Trail, asked: audit.Entry) -> Sequence[Row]:
        """What the audit holds of it, the oldest first; that it was asked is an entry too."""
        async with self._engine.begin() as connection:
            found = await read_trail(connection, wanted)
            await audit.record(connection, self._seals.chain, asked)
        return found

    async def identity_requests(self) -> Sequence[CaseFile]:
        """The cases in which somebody asked to see who complained and was not answered yet."""
        asked = select(complaint_events.c.complaint).where(
            complaint_events.c.action == Action.ASK_IDENTITY.value
        )
        files = await self._found(
            select(complaints).where(complaints.c.ended_on.is_(None), complaints.c.id.in_(asked))
        )
        return [file for file in files if file.case.request(Action.ASK_IDENTITY)]

    async def verify_audit(self, anchor: str = "") -> audit.Verdict:
        """Walk the audit chain."""
        async with self._engine.connect() as connection:
            return await audit.verify(connection, self._seals.chain, anchor)

    async def _found(self, wanted: Select[Any]) -> Sequence[CaseFile]:
        async with self._engine.connect() as connection:
            try:
                return await casefiles.read_cases(connection, self._seals, wanted)
            except CaseUnknown:
                return ()


def _narrowed(rows: Select[Any], wanted: Wanted) -> Select[Any]:
    if wanted.states:
        rows = rows.where(complaints.c.state.in_([state.value for state in wanted.states]))
    if wanted.unit:
        rows = rows.where(complaints.c.unit == wanted.unit)
    if wanted.with_unit:
        theirs = select(complaint_units.c.complaint).where(complaint_units.c.unit == wanted.with_unit)
        rows = rows.where(complaints.c.id.in_(theirs))
    if wanted.domain:
        rows = rows.where(complaints.c.domain == wanted.domain.value)
    if wanted.area:
        rows = rows.where(complaints.c.area == wanted.area)
    if wanted.is_overdue_at:
        rows = rows.where(complaints.c.due_at < wanted.is_overdue_at)
    return rows

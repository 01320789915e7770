"""Cases ↔ rows, within a transaction that somebody else has begun."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import RowMapping, Select, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.complaints.case import Case, apply
from domain.complaints.draft import Draft, Filing, WorkingCopy
from domain.complaints.events import Event
from domain.complaints.news import news_of
from domain.complaints.records import CaseFile, Person
from domain.errors import AlreadyFiled, CaseChanged, CaseUnknown, DraftChanged
from storage import places
from storage.case_rows import CONTENT, PERSON, cached, case_file, event_of, event_row, new_row
from storage.complaint_tables import complaint_events, complaint_units, complaints, drafts, evidence
from storage.evidence import GONE, REFUSED
from storage.outbox import Announced, announce, announce_missing
from storage.sealing import Seals


class _Spot(NamedTuple):
    """Where an event stands."""

    ident: int
    number: str
    seq: int


async def file_case(connection: AsyncConnection, seals: Seals, filing: Filing) -> None:
    """Store a new case with its first event, bind what was handed in, drop the draft.

    Raises ``AlreadyFiled`` with the number under which its draft was filed before, and ``DraftChanged`` when the
    draft was changed elsewhere since it was read: what is filed is what the resident has seen.
    """
    draft = filing.draft
    known = select(complaints.c.number).where(complaints.c.draft == draft.id)
    if number := (await connection.execute(known)).scalar():
        raise AlreadyFiled(number)
    case = apply(Case(filing.opening), filing.event)
    row = await connection.execute(insert(complaints).values(new_row(seals, filing, case)))
    ident = row.inserted_primary_key[0] if row.inserted_primary_key else 0
    await _add_event(connection, seals, _Spot(ident, filing.number, case.version), filing.event)
    await connection.execute(
        update(evidence)
        .where(evidence.c.draft == draft.id, evidence.c.removed_at.is_(None))
        .values(complaint=ident)
    )
    never_came = (evidence.c.complaint == ident) & evidence.c.status.in_((REFUSED, GONE))
    if (await connection.execute(select(evidence.c.id).where(never_came).limit(1))).first():
        await announce_missing(connection, seals, ident, filing.event.at)
    mine = (drafts.c.id == draft.id) & (drafts.c.version == draft.saved)
    gone = await connection.execute(drafts.delete().where(mine))
    if draft.saved and gone.rowcount != 1:
        raise DraftChanged


async def add_event(
    connection: AsyncConnection, seals: Seals, number: str, before: Case, event: Event
) -> None:
    """Append ``event`` to the case that stands as ``before``, with the news that it is.

    Raises ``CaseChanged`` when somebody else was first: nothing of it is stored then.
    """
    case = apply(before, event)
    head = await connection.execute(
        update(complaints)
        .where(complaints.c.number == number, complaints.c.version == before.version)
        .values(changed_at=event.at, **cached(case))
        .returning(complaints.c.id, complaints.c.resident)
    )
    found = head.one_or_none()
    if found is None:
        raise CaseChanged(number)
    spot = _Spot(found.id, number, case.version)
    await _add_event(connection, seals, spot, event)
    if case.units != before.units:
        await _note_units(connection, found.id, case)
    if (news := news_of(before.state, event)) and found.resident:
        told = Announced(found.id, spot.seq, number, found.resident, news)
        await announce(connection, seals, told, event.at)


async def _note_units(connection: AsyncConnection, ident: int, case: Case) -> None:
    """Which units the case is with now."""
    await connection.execute(delete(complaint_units).where(complaint_units.c.complaint == ident))
    if rows := [{"unit": unit, "complaint": ident} for unit in sorted(case.units)]:
        await connection.execute(insert(complaint_units), rows)


async def read_case(connection: AsyncConnection, seals: Seals, number: str) -> CaseFile:
    """A case with its events. Raises ``CaseUnknown``."""
    return (await read_cases(connection, seals, select(complaints).where(complaints.c.number == number)))[0]


async def read_cases(connection: AsyncConnection, seals: Seals, wanted: Select[Any]) -> Sequence[CaseFile]:
    """The cases that ``wanted`` (a select of ``complaints``) finds, in its order. Raises ``CaseUnknown`` for none."""
    heads = (await connection.execute(wanted)).mappings().all()
    if not heads:
        raise CaseUnknown
    idents = [head["id"] for head in heads]
    rows = await connection.execute(
        select(complaint_events)
        .where(complaint_events.c.complaint.in_(idents))
        .order_by(complaint_events.c.complaint, complaint_events.c.seq)
    )
    events: dict[int, list[Event]] = {ident: [] for ident in idents}
    numbers = {head["id"]: head["number"] for head in heads}
    for row in rows.mappings():
        events[row["complaint"]].append(event_of(row, seals, numbers[row["complaint"]]))
    handed = await connection.execute(
        select(evidence.c.complaint, func.count())
        .where(evidence.c.complaint.in_(idents), evidence.c.removed_at.is_(None))
        .group_by(evidence.c.complaint)
    )
    counts: dict[int | None, int] = dict(handed.tuples().all())
    return [case_file(head, seals, tuple(events[head["id"]]), counts.get(head["id"], 0)) for head in heads]


async def drifted(connection: AsyncConnection, seals: Seals, numbers: Sequence[str]) -> Sequence[str]:
    """Those of these cases whose columns are not what their events come to."""
    wanted = select(complaints).where(complaints.c.number.in_(numbers))
    heads = {head["number"]: head for head in (await connection.execute(wanted)).mappings()}
    files = await read_cases(connection, seals, wanted)
    return [
        file.number for file in files if any(heads[file.number][n] != v for n, v in cached(file.case).items())
    ]


async def read_person(connection: AsyncConnection, seals: Seals, number: str) -> Person:
    """Who complained. Whoever calls this has written down why."""
    head = await _head(connection, number)
    sealed = head["sealed_person"]
    return PERSON.validate_json(seals.fields.open(sealed, places.person_of(number))) if sealed else Person()


async def put_person(
    connection: AsyncConnection, seals: Seals, number: str, person: Person, copy: WorkingCopy
) -> None:
    """Correct who complained; the working copy is masked anew with the name that is right now."""
    sealed = seals.fields.seal(PERSON.dump_json(person), places.person_of(number))
    await connection.execute(
        update(complaints)
        .where(complaints.c.number == number)
        .values(
            sealed_person=sealed,
            phone_index=seals.index.of("phone", person.phone) if person.phone else None,
            story_masked=copy.story,
            happened_masked=copy.happened,
            place_masked=copy.place,
        )
    )


async def read_content(connection: AsyncConnection, seals: Seals, number: str) -> Draft | None:
    """The resident's own words, unmasked; None once they are purged. Name and phone are not in them."""
    head = await _head(connection, number)
    sealed = head["sealed_content"]
    return CONTENT.validate_json(seals.fields.open(sealed, places.content_of(number))) if sealed else None


async def _head(connection: AsyncConnection, number: str) -> RowMapping:
    found = await connection.execute(select(complaints).where(complaints.c.number == number))
    head = found.mappings().first()
    if head is None:
        raise CaseUnknown
    return head


async def _add_event(connection: AsyncConnection, seals: Seals, spot: _Spot, event: Event) -> None:
    row = event_row(seals, spot.number, spot.seq, event)
    await connection.execute(insert(complaint_events).values(complaint=spot.ident, **row))

"""Cases ↔ rows, within a transaction that somebody else has begun."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from pydantic import TypeAdapter
from sqlalchemy import RowMapping, Select, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.complaints.case import Case, apply, replay
from domain.complaints.clock import Term
from domain.complaints.draft import Draft, Filing, WorkingCopy
from domain.complaints.events import Actor, Command, Event, Opening
from domain.complaints.news import news_of
from domain.complaints.records import CaseFile, Person
from domain.complaints.terms import (
    Action,
    ComplaintKind,
    CreditDomain,
    HoldReason,
    Identity,
    Role,
    Stage,
    State,
)
from domain.errors import AlreadyFiled, CaseChanged, CaseUnknown, DraftChanged
from storage import places
from storage.complaint_tables import complaint_events, complaint_units, complaints, drafts, evidence
from storage.evidence import GONE, REFUSED
from storage.outbox import Announced, announce, announce_missing
from storage.sealing import Seals

_COMMAND = TypeAdapter(Command)
_PERSON = TypeAdapter(Person)
_DRAFT = TypeAdapter(Draft)


@dataclass(frozen=True, slots=True)
class _Kept:
    """What of an event is stored in the open."""

    command: Command
    terms: dict[Stage, Term]


_KEPT = TypeAdapter(_Kept)


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
    row = await connection.execute(insert(complaints).values(_new_row(seals, filing, case)))
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
        events[row["complaint"]].append(_event(row, seals, numbers[row["complaint"]]))
    handed = await connection.execute(
        select(evidence.c.complaint, func.count())
        .where(evidence.c.complaint.in_(idents), evidence.c.removed_at.is_(None))
        .group_by(evidence.c.complaint)
    )
    counts: dict[int | None, int] = dict(handed.tuples().all())
    return [_case_file(head, seals, tuple(events[head["id"]]), counts.get(head["id"], 0)) for head in heads]


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
    return _PERSON.validate_json(seals.fields.open(sealed, places.person_of(number))) if sealed else Person()


async def put_person(
    connection: AsyncConnection, seals: Seals, number: str, person: Person, copy: WorkingCopy
) -> None:
    """Correct who complained; the working copy is masked anew with the name that is right now."""
    sealed = seals.fields.seal(_PERSON.dump_json(person), places.person_of(number))
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
    return _DRAFT.validate_json(seals.fields.open(sealed, places.content_of(number))) if sealed else None


def _new_row(seals: Seals, filing: Filing, case: Case) -> dict[str, Any]:
    draft, opening, number = filing.draft, filing.opening, filing.number
    person = Person(draft.name, draft.phone, filing.openid)
    content = replace(draft, name="", phone="")
    return {
        "number": number,
        "draft": draft.id,
        "version": case.version,
        "state": case.state.value,
        "round": case.round,
        "kind": opening.kind.value,
        "domain": opening.domain.value,
        "identity": opening.identity.value,
        "area": draft.area,
        "unit": opening.unit,
        "lead_unit": "",
        "is_urgent": False,
        **_due(case),
        "submitted_at": filing.event.at,
        "changed_at": filing.event.at,
        "ended_on": None,
        "resident": filing.owner or None,
        "phone_index": seals.index.of("phone", draft.phone) if draft.phone else None,
        "code_index": seals.index.of(number, filing.code),
        "respondent": filing.copy.respondent,
        "story_masked": filing.copy.story,
        "happened_masked": filing.copy.happened,
        "place_masked": filing.copy.place,
        "sealed_respondent": seals.text(draft.respondent, places.respondent_of(number)),
        "sealed_person": None
        if draft.is_anonymous
        else seals.fields.seal(_PERSON.dump_json(person), places.person_of(number)),
        "sealed_content": seals.fields.seal(_DRAFT.dump_json(content), places.content_of(number)),
        "consent_version": opening.consent_version,
        "has_sensitive_consent": bool(draft.has_sensitive_consent),
        "is_about_child": bool(draft.is_about_child),
        "limit_version": filing.limit_version,
        "source": filing.source,
        "informed": " ".join(draft.informed),
        "hold": "",
        "purged_at": None,
    }


async def _head(connection: AsyncConnection, number: str) -> RowMapping:
    found = await connection.execute(select(complaints).where(complaints.c.number == number))
    head = found.mappings().first()
    if head is None:
        raise CaseUnknown
    return head


def cached(case: Case) -> dict[str, Any]:
    """The columns that are a cache of a case's events."""
    return {
        "version": case.version,
        "state": case.state.value,
        "round": case.round,
        "lead_unit": case.lead_unit,
        "is_urgent": case.is_urgent,
        "ended_on": case.ended_on,
        **_due(case),
    }


def _due(case: Case) -> dict[str, Any]:
    """What lists sort by: the clock of the present state, while it runs."""
    term = case.term
    is_running = term is not None and term.paused_on is None
    return {
        "due_at": term.due_at if term and is_running else None,
        "is_due_confirmed": term.is_confirmed if term else True,
    }


async def _add_event(connection: AsyncConnection, seals: Seals, spot: _Spot, event: Event) -> None:
    kept = _Kept(replace(event.command, text=""), dict(event.terms))
    words = event.command.text
    await connection.execute(
        insert(complaint_events).values(
            complaint=spot.ident,
            seq=spot.seq,
            action=event.action.value,
            role=event.actor.role.value,
            actor=event.actor.id,
            unit=event.actor.unit,
            at=event.at,
            target=event.target.value,
            data=_KEPT.dump_json(kept, exclude_defaults=True).decode(),
            sealed_text=seals.text(words, places.words_of(spot.number, spot.seq)) if words else None,
        )
    )


def _event(row: RowMapping, seals: Seals | None, number: str) -> Event:
    kept = _KEPT.validate_json(row["data"])
    command = kept.command
    if seals and row["sealed_text"]:
        words = seals.read(row["sealed_text"], places.words_of(number, row["seq"]))
        command = replace(command, text=words)
    actor = Actor(Role.of(row["role"]), row["actor"], row["unit"])
    return Event(Action.of(row["action"]), actor, row["at"], State.of(row["target"]), command, kept.terms)


def _opening(head: RowMapping) -> Opening:
    return Opening(
        kind=ComplaintKind.of(head["kind"]),
        domain=CreditDomain.of(head["domain"]),
        identity=Identity.of(head["identity"]),
        unit=head["unit"],
        has_way_back=bool(head["resident"] or head["phone_index"]),
        consent_version=head["consent_version"],
    )


def _respondent(head: RowMapping, seals: Seals) -> str:
    """Who is complained of, by full name where it is a person; the list column holds a surname only."""
    sealed, number = head["sealed_respondent"], head["number"]
    return seals.read(sealed, places.respondent_of(number)) if sealed else str(head["respondent"])


def _case_file(head: RowMapping, seals: Seals, events: tuple[Event, ...], handed: int) -> CaseFile:
    return CaseFile(
        number=head["number"],
        case=replay(_opening(head), events),
        events=events,
        copy=WorkingCopy(
            head["story_masked"], head["happened_masked"], head["place_masked"], _respondent(head, seals)
        ),
        submitted_at=head["submitted_at"],
        handed=handed,
        owner=head["resident"] or "",
        is_about_child=head["is_about_child"],
        hold=HoldReason.of(head["hold"]) if head["hold"] else None,
        purged_at=head["purged_at"],
    )

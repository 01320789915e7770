"""A case ↔ the columns of its rows: what stands in the open, and what is sealed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import RowMapping

from domain.complaints.case import Case, replay
from domain.complaints.clock import Term
from domain.complaints.draft import Draft, Filing, WorkingCopy
from domain.complaints.events import Actor, Command, Event, Opening
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
from storage import places
from storage.sealing import Seals

PERSON = TypeAdapter(Person)
CONTENT = TypeAdapter(Draft)


@dataclass(frozen=True, slots=True)
class Kept:
    """What of an event is stored in the open."""

    command: Command
    terms: dict[Stage, Term]


KEPT = TypeAdapter(Kept)


def new_row(seals: Seals, filing: Filing, case: Case) -> dict[str, Any]:
    """The columns of a case that is filed now."""
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
        else seals.fields.seal(PERSON.dump_json(person), places.person_of(number)),
        "sealed_content": seals.fields.seal(CONTENT.dump_json(content), places.content_of(number)),
        "consent_version": opening.consent_version,
        "has_sensitive_consent": bool(draft.has_sensitive_consent),
        "is_about_child": bool(draft.is_about_child),
        "limit_version": filing.limit_version,
        "source": filing.source,
        "informed": " ".join(draft.informed),
        "hold": "",
        "purged_at": None,
    }


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


def event_row(seals: Seals, number: str, seq: int, event: Event) -> dict[str, Any]:
    """The columns of the case's event number ``seq``; its words are sealed."""
    kept = Kept(replace(event.command, text=""), dict(event.terms))
    words = event.command.text
    return {
        "seq": seq,
        "action": event.action.value,
        "role": event.actor.role.value,
        "actor": event.actor.id,
        "unit": event.actor.unit,
        "at": event.at,
        "target": event.target.value,
        "data": KEPT.dump_json(kept, exclude_defaults=True).decode(),
        "sealed_text": seals.text(words, places.words_of(number, seq)) if words else None,
    }


def event_of(row: RowMapping, seals: Seals | None, number: str) -> Event:
    """A stored event; without ``seals``, without its words."""
    kept = KEPT.validate_json(row["data"])
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


def case_file(head: RowMapping, seals: Seals, events: tuple[Event, ...], handed: int) -> CaseFile:
    """A case out of its row and its events; ``handed``: how many files belong to it."""
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

"""What a resident writes for one line of a complaint → the draft with it, or what is wrong; in chat and on the form."""

from __future__ import annotations

from dataclasses import replace

from domain.complaints.answers import Fault
from domain.complaints.draft import Draft
from domain.complaints.terms import ComplaintKind, Identity
from domain.entries import Library
from domain.errors import AnswerUnfit
from services.doors import area_in, is_person_name
from services.names import read_name
from services.phones import read_phone

SHORTEST_STORY, SHORTEST_RESPONDENT, LONGEST_LINE = 8, 2, 100


def one_line(text: str) -> str:
    """Text on one line, its spaces single."""
    return " ".join(text.split())


def with_kind(draft: Draft, kind: ComplaintKind) -> Draft:
    """Nobody can mediate for somebody unknown: what becomes a complaint has to be asked again who tells it."""
    is_unfit = kind is ComplaintKind.COMPLAINT and draft.is_anonymous
    return replace(draft, kind=kind, identity=None if is_unfit else draft.identity)


def with_story(draft: Draft, story: str, library: Library) -> Draft:
    """The first characters that fit; the district that it names, if none is known yet."""
    kept = story.strip()[: library.limits.rule("story_characters")]
    return replace(draft, story=kept, area=draft.area or area_in(kept, library.city))


def with_respondent(draft: Draft, text: str, library: Library) -> Draft:
    name = one_line(text)
    if len(name) < SHORTEST_RESPONDENT:
        raise AnswerUnfit(Fault.SHORT)
    return replace(draft, respondent=name, respondent_is_person=is_person_name(name, library.doors))


def with_place(draft: Draft, text: str, library: Library) -> Draft:
    place = one_line(text)
    return replace(draft, place=place, area=area_in(place, library.city) or draft.area)


def with_identity(draft: Draft, identity: Identity) -> Draft:
    """What is not to be known is not kept."""
    if identity is Identity.ANONYMOUS:
        return replace(draft, identity=identity, name="", phone="")
    return replace(draft, identity=identity, name=draft.name if identity is Identity.NAMED else "")


def with_name(draft: Draft, text: str) -> Draft:
    name = read_name(text)
    if not name:
        raise AnswerUnfit(Fault.UNFIT)
    return replace(draft, name=name)


def with_phone(draft: Draft, text: str) -> Draft:
    read = read_phone(text)
    if read.number:
        return replace(draft, phone=read.number)
    raise AnswerUnfit(Fault.DIGITS, read.digits) if read.digits else AnswerUnfit(Fault.UNFIT)

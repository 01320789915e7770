"""The form for a complaint: which fields a step has, a step's fields → the draft with them and what is wrong with each.

What is right is kept even where something beside it is wrong, so nothing is written twice.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from types import MappingProxyType
from typing import TypeVar

from domain.city import Door
from domain.complaints.answers import Fault
from domain.complaints.draft import Draft
from domain.complaints.interview import Step, unanswered
from domain.complaints.terms import ComplaintKind, CreditDomain, Identity
from domain.entries import Library
from domain.errors import AnswerUnfit
from domain.labels import Labelled
from services.doors import door_for, speaks_of_child
from services.interview import circumstances
from services.phones import as_typed
from services.telling import (
    LONGEST_LINE,
    SHORTEST_STORY,
    one_line,
    with_identity,
    with_kind,
    with_name,
    with_phone,
    with_place,
    with_respondent,
    with_story,
)


class FormStep(Enum):
    """A screen of the form; the value stands in its address. ``DOOR`` is only shown where there is another door."""

    MATTER = "1"
    DOOR = "door"
    WHOM = "2"
    EVIDENCE = "3"
    CONTACT = "4"
    CHECK = "check"


ORDER = (FormStep.MATTER, FormStep.WHOM, FormStep.EVIDENCE, FormStep.CONTACT, FormStep.CHECK)
_SCREENS: Mapping[Step, FormStep] = MappingProxyType(
    {
        Step.KIND: FormStep.MATTER,
        Step.DOMAIN: FormStep.MATTER,
        Step.STORY: FormStep.MATTER,
        Step.CHILD: FormStep.WHOM,
        Step.RESPONDENT: FormStep.WHOM,
        Step.IDENTITY: FormStep.CONTACT,
        Step.NAME: FormStep.CONTACT,
        Step.PHONE: FormStep.CONTACT,
    }
)
L = TypeVar("L", bound=Labelled)
_YES, _NO = "yes", "no"


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with a field; ``count``: how many characters or digits it has."""

    fault: Fault
    count: int = 0


@dataclass(slots=True)
class Reading:
    """A step as it was sent: the draft with all of it that is right, and what is wrong, by field in their order."""

    draft: Draft
    wrong: dict[str, Wrong] = field(default_factory=dict)

    def put(self, name: str, change: Callable[[Draft], Draft]) -> None:
        try:
            self.draft = change(self.draft)
        except AnswerUnfit as unfit:
            self.wrong[name] = Wrong(unfit.fault, unfit.count)


def values_of(step: FormStep, draft: Draft) -> dict[str, str]:
    """What the fields of a step show of a draft."""
    match step:
        case FormStep.MATTER:
            return {"kind": _value(draft.kind), "domain": _value(draft.domain), "story": draft.story}
        case FormStep.WHOM:
            return {
                "respondent": draft.respondent,
                "happened": draft.happened,
                "place": draft.place,
                "area": draft.area,
                "child": {None: "", True: _YES, False: _NO}[draft.is_about_child],
                "latitude": _degrees(draft.latitude),
                "longitude": _degrees(draft.longitude),
            }
        case FormStep.CONTACT:
            return {
                "identity": _value(draft.identity),
                "name": draft.name,
                "phone": as_typed(draft.phone),
                "as_tip": "",
            }
        case FormStep.CHECK:
            told = {name: value for each in ORDER[:-1] for name, value in values_of(each, draft).items()}
            return told | {"evidence": " ".join(handed.id for handed in draft.evidence)}
    return {}


def mark_of(step: FormStep, draft: Draft | None) -> str:
    """What a step held when it was shown. A form that comes back with another one was overtaken meanwhile."""
    held = [draft.id, values_of(step, draft)] if draft else []
    return hashlib.blake2b(json.dumps(held).encode(), digest_size=9).hexdigest()


def is_overtaken(step: FormStep, mark: str, draft: Draft, wanted: Draft) -> bool:
    """Whether storing ``wanted`` would wipe out what another tab, or the chat, put into the same fields."""
    held = values_of(step, draft)
    return mark != mark_of(step, draft) and any(held.values()) and held != values_of(step, wanted)


def read_step(step: FormStep, typed: Mapping[str, str], draft: Draft, library: Library) -> Reading:
    """Take a step's fields into the draft."""
    reading = Reading(draft)
    _READ.get(step, _nothing)(reading, typed, library)
    return reading


def standing(draft: Draft | None, library: Library) -> FormStep:
    """Where the form goes on: at the first screen that lacks something."""
    if draft is None:
        return FormStep.MATTER
    lacking = missing_step(draft, library)
    if lacking is FormStep.CONTACT and draft.identity is None:
        return FormStep.EVIDENCE  # nothing is asked for there, but nobody should miss it
    return lacking or FormStep.CHECK


def missing_step(draft: Draft, library: Library) -> FormStep | None:
    """The first screen without which a draft cannot be filed; consent is given on the last one."""
    if len(draft.story) < SHORTEST_STORY:
        return FormStep.MATTER
    given = circumstances(draft, library)
    agreed = replace(
        draft,
        consent_version=given.consent_version,
        has_sensitive_consent=bool(draft.has_sensitive_consent),
        has_guardian_consent=True,
    )
    step = unanswered(agreed, given)
    return _SCREENS[step] if step else None


def needs_child(draft: Draft, library: Library) -> bool:
    """Whether the case may be about a child, so that it is asked."""
    return draft.is_about_child is not None or speaks_of_child(draft.story, library.doors)


def door_of(draft: Draft, library: Library) -> Door | None:
    """The other door for the story, pointed out already or not."""
    return door_for(draft.story, library.doors) if draft.story else None


def _matter(reading: Reading, typed: Mapping[str, str], library: Library) -> None:
    kind, domain = _member(ComplaintKind, typed, "kind"), _member(CreditDomain, typed, "domain")
    if kind:
        reading.draft = with_kind(reading.draft, kind)
    else:
        reading.wrong["kind"] = Wrong(Fault.MISSING)
    if domain:
        reading.draft = replace(reading.draft, domain=domain)
    else:
        reading.wrong["domain"] = Wrong(Fault.MISSING)
    story = typed.get("story", "").strip()
    reading.draft = with_story(reading.draft, story, library)
    if not story:
        reading.wrong["story"] = Wrong(Fault.MISSING)
    elif len(story) < SHORTEST_STORY:
        reading.wrong["story"] = Wrong(Fault.SHORT, len(story))
    elif len(story) > library.limits.rule("story_characters"):
        reading.wrong["story"] = Wrong(Fault.LONG, len(story))


def _whom(reading: Reading, typed: Mapping[str, str], library: Library) -> None:
    respondent = one_line(typed.get("respondent", ""))
    if not respondent:
        reading.wrong["respondent"] = Wrong(Fault.MISSING)
        reading.draft = replace(reading.draft, respondent="", respondent_is_person=False)
    elif len(respondent) > LONGEST_LINE:
        reading.wrong["respondent"] = Wrong(Fault.LONG, len(respondent))
    else:
        reading.put("respondent", lambda draft: with_respondent(draft, respondent, library))
    for name in ("happened", "place"):
        line = one_line(typed.get(name, ""))
        if len(line) > LONGEST_LINE:
            reading.wrong[name] = Wrong(Fault.LONG, len(line))
        elif name == "happened":
            reading.draft = replace(reading.draft, happened=line)
        else:
            reading.draft = with_place(reading.draft, line, library)
    if typed.get("area") in library.city.districts:
        reading.draft = replace(reading.draft, area=typed["area"])
    latitude, longitude = _point(typed)
    reading.draft = replace(reading.draft, latitude=latitude, longitude=longitude)
    if needs_child(reading.draft, library):
        answer = {_YES: True, _NO: False}.get(typed.get("child", ""))
        reading.draft = replace(reading.draft, is_about_child=answer)
        if answer is None:
            reading.wrong["child"] = Wrong(Fault.MISSING)


def _contact(reading: Reading, typed: Mapping[str, str], library: Library) -> None:
    identity = _member(Identity, typed, "identity")
    if identity is None:
        reading.wrong["identity"] = Wrong(Fault.MISSING)
        return
    is_complaint = reading.draft.kind is ComplaintKind.COMPLAINT
    if identity is Identity.ANONYMOUS and is_complaint and typed.get("as_tip") != _YES:
        reading.wrong["identity"] = Wrong(Fault.NOT_UNKNOWN)
        return
    if identity is Identity.ANONYMOUS and is_complaint:
        reading.draft = replace(reading.draft, kind=ComplaintKind.TIP)
    reading.draft = with_identity(reading.draft, identity)
    if identity is Identity.ANONYMOUS:
        return
    if identity is Identity.NAMED:
        reading.draft = replace(reading.draft, name="")
        _line(reading, typed, "name", with_name)
    reading.draft = replace(reading.draft, phone="")
    _line(reading, typed, "phone", with_phone)


def _line(reading: Reading, typed: Mapping[str, str], name: str, read: Callable[[Draft, str], Draft]) -> None:
    text = typed.get(name, "").strip()
    if text:
        reading.put(name, lambda draft: read(draft, text))
    else:
        reading.wrong[name] = Wrong(Fault.MISSING)


def _nothing(_reading: Reading, _typed: Mapping[str, str], _library: Library) -> None:
    """A step that has no lines to fill in."""


_READ: Mapping[FormStep, Callable[[Reading, Mapping[str, str], Library], None]] = MappingProxyType(
    {FormStep.MATTER: _matter, FormStep.WHOM: _whom, FormStep.CONTACT: _contact}
)


def _value(member: Enum | None) -> str:
    return str(member.value) if member else ""


def _member(kind: type[L], typed: Mapping[str, str], name: str) -> L | None:
    return next((member for member in kind if member.value == typed.get(name)), None)


def _degrees(angle: float | None) -> str:
    return "" if angle is None else f"{angle:.6f}"


def _point(typed: Mapping[str, str]) -> tuple[float | None, float | None]:
    """Where the phone says it is, in degrees north and east; nothing where that is no place on earth."""
    try:
        north, east = float(typed.get("latitude", "")), float(typed.get("longitude", ""))
    except ValueError:
        return None, None
    is_place = math.isfinite(north + east) and abs(north) <= 90 and abs(east) <= 180
    return (north, east) if is_place else (None, None)

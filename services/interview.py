"""A resident's words, while a complaint is being taken down → the target that says what they are to it.

``file:done``, ``file:skip``, ``file:submit``, ``file:consent``, ``file:edit=3``, ``file:kind=tip``; ``file:text``:
the words themselves are the answer. None: they are something else (a question, another wish).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

from domain import targets
from domain.city import Door
from domain.complaints.draft import Draft
from domain.complaints.interview import EDITABLE, FREE, Circumstances, Interview, Step, unanswered
from domain.complaints.terms import ComplaintKind, CreditDomain, Identity
from domain.dialog import Dialog
from domain.entries import Library
from domain.numerals import NUMERAL, read_number
from services.doors import door_for, speaks_of_child

LONGEST_QUESTION = 24  # characters: longer is told, not asked
_EDIT = re.compile(
    rf"(?P<lead>[^\d{NUMERAL}]{{1,6}}?|[^\d]{{1,6}}?)第?(?P<n>\d{{1,2}}|[{NUMERAL}]{{1,2}})[项条个处]?"
)
_IDENTITY_NUMBER = re.compile(r"(?<![0-9A-Za-z])[1-9]\d{16}[\dXx](?![0-9A-Za-z])")
_CIRCLED = MappingProxyType({mark: str(n) for n, mark in enumerate("①②③④⑤⑥⑦⑧⑨", start=1)})

# What can be said at a step. Each is known by the words of the same name in answers.yaml (``kind_tip``).
CHOICES: Mapping[Step, tuple[str, ...]] = MappingProxyType(
    {
        Step.KIND: tuple(f"kind={member.value}" for member in ComplaintKind),
        Step.DOMAIN: tuple(f"domain={member.value}" for member in CreditDomain),
        Step.IDENTITY: tuple(f"identity={member.value}" for member in Identity),
        Step.CHILD: ("child=yes", "child=no", "child=other"),
    }
)
_MEANINGS: Mapping[Step, tuple[str, ...]] = MappingProxyType(
    {
        **CHOICES,
        Step.CONSENT: ("consent", "no_consent"),
        Step.DOOR: ("stay",),
        Step.STORY: ("done",),
        Step.HAPPENED: ("skip", "done"),
        Step.PLACE: ("skip", "done"),
        Step.PHONE: ("identity=anonymous",),
        Step.EVIDENCE: ("done", "skip", "clear"),
        Step.SENSITIVE: ("sensitive=yes", "sensitive=no"),
        Step.GUARDIAN: ("guardian", "child=no", "keep"),
        Step.PREVIEW: ("submit", "edit", "keep"),
    }
)


def read_answer(text: str, bare: str, interview: Interview | None, library: Library) -> str | None:
    """What ``text`` is to the question that waits; None where it is no answer to it, or none waits."""
    if interview is None or interview.is_paused:
        return None
    if interview.step is Step.PREVIEW and (edited := _edited(text, library)):
        return edited
    meanings = (*_MEANINGS.get(interview.step, ()), *(("aside",) if interview.aside else ()))
    found = meant(bare, meanings, library)
    return targets.file(found) if found else None


def meant(bare: str, meanings: Iterable[str], library: Library) -> str | None:
    """The one of ``meanings`` whose words these are."""
    return next((m for m in meanings if bare in library.answers.get(m.replace("=", "_"), ())), None)


def is_only_a_command(bare: str, library: Library) -> bool:
    """Whether words mean something elsewhere in the interview and are nobody's name: 说完了, 记下来."""
    return meant(bare, ("done", "aside", "skip"), library) is not None


def takes_words(interview: Interview | None) -> bool:
    """Whether whatever is typed now may be the answer itself."""
    return interview is not None and not interview.is_paused and interview.step in FREE


def caught_up(dialog: Dialog, draft: Draft | None, library: Library) -> Dialog:
    """The dialog of somebody who went on with the complaint on the form, or filed it there: what the chat asked
    last no longer waits; it goes on at what is missing, when they say so."""
    if draft is None:
        return replace(dialog, interview=None) if dialog.interview else dialog
    if not draft.on_form:
        return dialog
    step = unanswered(draft, circumstances(draft, library)) or Step.PREVIEW
    return replace(dialog, interview=Interview(step, is_paused=True))


def circumstances(draft: Draft, library: Library) -> Circumstances:
    """What the draft itself says about which questions are needed."""
    return Circumstances(
        consent_version=library.city.consent_version,
        has_door=untold_door(draft, library) is not None,
        speaks_of_child=speaks_of_child(draft.story, library.doors),
        holds_sensitive=bool(draft.evidence) or bool(_IDENTITY_NUMBER.search(draft.story)),
    )


def untold_door(draft: Draft, library: Library) -> Door | None:
    """The better door for the story, unless it was pointed out already."""
    door = door_for(draft.story, library.doors) if draft.story else None
    return door if door and door.id not in draft.informed else None


def closed_door(draft: Draft, library: Library) -> Door | None:
    """The other door, where the matter is not ours at all: that is said before anything else is asked."""
    door = untold_door(draft, library)
    return door if door and door.stays == "no" else None


def _edited(text: str, library: Library) -> str | None:
    """改3, 修改第三项, 要改③."""
    plain = unicodedata.normalize("NFKC", re.sub(r"\s", "", "".join(_CIRCLED.get(c, c) for c in text)))
    found = _EDIT.fullmatch(plain.strip("。.!！"))
    if not found or found["lead"] not in library.answers.get("edit", ()):
        return None
    number = read_number(found["n"])
    return targets.file(f"edit={number}") if number and 1 <= number <= len(EDITABLE) else None

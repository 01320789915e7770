"""A resident's story → the better door for it, and what kind of complaint it sounds like."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from domain.city import City, Door, Doors
from domain.complaints.terms import ComplaintKind, CreditDomain
from domain.surnames import is_name
from services.phrases import bare_of, is_asking

T = TypeVar("T")
GAP = 6
MOST_NAMES = 2
AT_LENGTH = 16  # characters


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What a story sounds like; None: nothing stands out. ``respondents``: organisations that it names."""

    domain: CreditDomain | None
    kind: ComplaintKind | None
    area: str
    respondents: tuple[str, ...]


def door_for(text: str, doors: Doors) -> Door | None:
    """The other door that a story's words name, the earliest in the file first."""
    bare = bare_of(text)
    return next(
        (d for d in doors.items if _says(d.words, bare) and not (d.unless and _says(d.unless, bare))), None
    )


def suggest(text: str, doors: Doors, city: City) -> Suggestion:
    """Read a story. Nothing of it is decided by this: it only puts the likeliest choice first."""
    bare = bare_of(text)
    return Suggestion(
        _most(doors.domains, bare),
        _most(doors.kinds, bare),
        area_in(text, city),
        tuple(_named_in(text, doors))[:MOST_NAMES],
    )


def is_grievance(text: str, doors: Doors) -> bool:
    """Whether a text tells a wrong instead of asking: words of a grievance, against somebody or told at length."""
    if is_asking(text) or not doors.grievances or not _says(doors.grievances, bare_of(text)):
        return False
    return len(text) >= AT_LENGTH or any(True for _ in _named_in(text, doors))


def speaks_of_child(text: str, doors: Doors) -> bool:
    return bool(doors.child) and _says(doors.child, bare_of(text))


def area_in(text: str, city: City) -> str:
    """The district that a text names, with or without its last character; empty for none or several."""
    found = {
        d for d in city.districts if d in text or (len(d) > 2 and d[:-1] in text and d[:-1] not in city.name)
    }
    return found.pop() if len(found) == 1 else ""


def is_person_name(text: str, doors: Doors) -> bool:
    """Whether a respondent is one person: a surname and at most three characters more, no organisation's ending."""
    is_written_so = all("\u4e00" <= c <= "\u9fff" for c in text)
    return is_written_so and is_name(text) and not text.endswith(doors.organisations)


def _named_in(text: str, doors: Doors) -> Iterable[str]:
    """Organisations by their endings, without the words that lead to them (在、找、被…)."""
    if not doors.organisations:
        return
    named, leads = _organisation(doors.organisations, doors.leads)
    seen: set[str] = set()
    for found in named.finditer(text):
        name = leads.sub("", found[0])
        if len(name) > 2 and name not in seen and not leads.search(name[:-1]):
            seen.add(name)
            yield name


def _most(words: Mapping[T, tuple[str, ...]], bare: str) -> T | None:
    counts = {member: sum(word in bare for word in said) for member, said in words.items()}
    best = max(counts, key=lambda member: counts[member], default=None)
    return best if best is not None and counts[best] else None


def _says(words: tuple[str, ...], bare: str) -> bool:
    return bool(_pattern(words).search(bare))


@lru_cache(maxsize=128)
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    parts = (f".{{0,{GAP}}}?".join(re.escape(bare_of(piece)) for piece in word.split("*")) for word in words)
    return re.compile("|".join(parts))


@lru_cache(maxsize=8)
def _organisation(
    endings: tuple[str, ...], leads: tuple[str, ...]
) -> tuple[re.Pattern[str], re.Pattern[str]]:
    last = "|".join(sorted(map(re.escape, endings), key=len, reverse=True))
    first = "|".join(sorted(map(re.escape, leads), key=len, reverse=True)) or r"(?!)"
    # 投诉, 昨天: longer leads are in no name; single characters (和平, 向阳) may be, so enough must follow them.
    words = "|".join(re.escape(lead) for lead in leads if len(lead) > 1) or r"(?!)"
    return (
        re.compile(rf"[\u4e00-\u9fffA-Za-z0-9]{{2,18}}?(?:{last})+"),
        re.compile(rf"^.*(?:{first})(?=.{{3,}})|^.*(?:{words})|^(?:{first})+"),
    )

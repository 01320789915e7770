"""A resident's search → the policies that fit, best first."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from aiohttp import web

from domain import targets
from domain.entries import Audience, Policy, Topic
from services.desk import Desk

ROWS = 20
LONGEST_QUERY = 60
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Filter:
    """What the search form says. ``words`` are the query's, cut at spaces, lower case."""

    query: str = ""
    audience: Audience | None = None
    topic: Topic | None = None

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(plain(self.query).split())

    def takes(self, policy: Policy) -> bool:
        return (self.audience is None or self.audience in policy.audience) and (
            self.topic is None or policy.topic is self.topic
        )


@dataclass(frozen=True, slots=True)
class Slice:
    """One page of a list: its rows, its number from 1, and how many pages there are."""

    rows: tuple[object, ...]
    number: int
    pages: int
    total: int


def plain(text: str) -> str:
    """Full-width and half-width, capital and small letters alike."""
    return unicodedata.normalize("NFKC", text).casefold().strip()


class Shelf:
    """Policies as a search sees them, prepared once for each state of the knowledge."""

    def __init__(self) -> None:
        self._digest = ""
        self._texts: dict[str, tuple[str, str, str]] = {}

    def search(self, desk: Desk, wanted: Filter, popular: Iterable[str]) -> list[Policy]:
        """Policies for a query: what the matcher is sure of, what the words stand in, what is likely."""
        policies = desk.library.policies
        first = [policy.id for policy in popular_of(desk, popular)]
        if not wanted.query:
            order = [*first, *policies]
        else:
            ranks = _asked(desk, wanted.query)
            hits = self._hits(desk, wanted.words)
            sure = [name for name, sureness in ranks.items() if sureness >= desk.index.clarify_threshold]
            likely = [
                name for name, sureness in ranks.items() if sureness >= desk.index.clarify_threshold / 2
            ]
            by_place = sorted(hits, key=lambda name: (hits[name], -ranks.get(name, 0), name not in first))
            order = [*sure, *by_place, *(likely if len(hits) < 3 else ())]
        return [p for p in (policies[name] for name in dict.fromkeys(order)) if wanted.takes(p)]

    def _hits(self, desk: Desk, words: Sequence[str]) -> dict[str, int]:
        """Ids of policies in which all the words stand, and where: 0 in what the row shows, 1 in how
        people ask or in the document's name, 2 in the answer."""
        if desk.library.digest != self._digest:
            self._texts = {policy.id: _texts(desk, policy) for policy in desk.library.policies.values()}
            self._digest = desk.library.digest
        found = {}
        for name, texts in self._texts.items():
            place = next((n for n, text in enumerate(texts) if all(word in text for word in words)), None)
            if place is not None:
                found[name] = place
        return found


def popular_of(desk: Desk, popular: Iterable[str]) -> list[Policy]:
    """What is asked most, as targets → the policies among it that are still there."""
    known = desk.library.policies
    return [known[t.id] for t in map(targets.parse_target, popular) if t.kind == "policy" and t.id in known]


SHELF = web.AppKey("shelf", Shelf)


def _asked(desk: Desk, query: str) -> dict[str, float]:
    """Ids of the policies that the matcher finds in the query, best first, with how sure it is."""
    found = ((targets.parse_target(c.id), c.confidence) for c in desk.index.match(query).candidates)
    return {target.id: sureness for target, sureness in found if target.kind == "policy"}


def _texts(desk: Desk, policy: Policy) -> tuple[str, str, str]:
    document = desk.library.documents[policy.basis[0].document]
    shown = plain(f"{policy.question} {policy.title}")
    asked = plain(f"{shown} {document.title} {document.number} {' '.join(policy.asks)}")
    return shown, asked, plain(f"{asked} {policy.answer} {policy.detail}")


def cut(rows: Sequence[T], number: int, size: int = ROWS) -> Slice:
    """The ``number``-th page of rows; a number out of range is the nearest page."""
    pages = max(1, -(-len(rows) // size))
    number = min(max(number, 1), pages)
    return Slice(tuple(rows[(number - 1) * size : number * size]), number, pages, len(rows))

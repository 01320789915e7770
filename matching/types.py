"""The words this package speaks: what goes into an index and what a match tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType


def _nothing() -> Mapping[str, float]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a base. The first of ``questions`` is the canonical one."""

    id: str
    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entry that may be meant. ``confidence``: probability of being right, 0 to 1."""

    id: str
    confidence: float
    question: str
    evidence: Mapping[str, float] = field(default_factory=_nothing)


class Decision(Enum):
    """What to do with a question."""

    ANSWER = "answer"
    CLARIFY = "clarify"
    REJECT = "reject"


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the question. ``role``: kept, dropped (filler) or hit (explained by the best candidate)."""

    text: str
    role: str


@dataclass(frozen=True, slots=True)
class Match:
    """A question understood: at most ten candidates, best first, one for each entry, and the decision."""

    text: str
    normalised: str
    tokens: tuple[Token, ...]
    candidates: tuple[Candidate, ...]
    decision: Decision
    reason: str

"""A resident's words, while something is being done with a case of theirs → what they are to it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from domain import targets
from domain.dialog import Tending
from domain.entries import Library
from services.interview import meant

# What can be said at each act; known by the words of the same name in answers.yaml (``solved_yes``).
_MEANINGS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "supplement": ("done",),
        "withdraw": ("withdraw=yes", "withdraw=no"),
        "rate": ("solved=yes", "solved=partly", "solved=no"),
        "satisfied": tuple(f"satisfied={n}" for n in range(1, 6)),
        "comment": ("skip", "done"),
    }
)
# Acts that ask for free words: what is typed there is the answer.
_FREE = frozenset({"supplement", "object", "reopen", "comment"})


def read_tending(bare: str, tending: Tending | None, library: Library) -> str | None:
    """What words are to the act under way; None where they are no known answer to it, or none is under way."""
    found = meant(bare, _MEANINGS.get(tending.act, ()), library) if tending else None
    return targets.case(found) if found else None


def takes_words(tending: Tending | None) -> bool:
    """Whether whatever is typed now may be the answer itself."""
    return tending is not None and tending.act in _FREE

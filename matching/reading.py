"""Normalised text → words, units, sounds, question types: what evidence is made from."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from operator import add

from matching.tables import language, question_types, segmenter, sounds, synonyms

UNIT = re.compile(r"[a-z]+|[0-9]+(?:\.[0-9]+)?%?|[^\s]")
LATIN = re.compile(r"[a-z]{2,}")
VIEWS = (
    "words",
    "forms",
    "units",
    "pairs",
    "sound_pairs",
    "sounds",
)  # words by the head of their group, or as they are


@dataclass(frozen=True, slots=True)
class Reading:
    """One text, read. ``sound`` has one private-use character a syllable; ``types`` is a bit set."""

    text: str
    words: tuple[str, ...]
    units: tuple[str, ...]
    sound: str
    types: int
    is_negative: bool

    def views(self) -> tuple[dict[str, None], ...]:
        """The keys of each sparse view, each once."""
        words, units, sound = self.words, self.units, self.sound
        return (
            dict.fromkeys(map(synonyms().get, words, words)),
            dict.fromkeys(words),
            dict.fromkeys(units),
            dict.fromkeys(map(add, units, units[1:])),
            dict.fromkeys(map(add, sound, sound[1:])),
            dict.fromkeys(sound),
        )


class Reader:
    """Reads normalised text with one lexicon. Immutable after it is built."""

    def __init__(self, lexicon: Sequence[str] = ()) -> None:
        self._cut = segmenter(tuple(sorted(set(lexicon))))
        self._sounds, self._spelt = sounds()
        self._types = tuple((1 << i, pattern.search) for i, (_, pattern) in enumerate(question_types()))
        self._longest = max(map(len, self._spelt))

    def read(self, text: str, *, spoken: bool = False) -> Reading:
        """``spoken``: letters that spell pinyin are heard as syllables (for questions, not for a base)."""
        units = tuple(UNIT.findall(text))
        types = 0
        for bit, search in self._types:
            if search(text):
                types |= bit
        return Reading(
            text=text,
            words=tuple(self._cut(text)),
            units=units,
            sound="".join([self._hear(unit, spoken) for unit in units]),
            types=types,
            is_negative=is_negative(text),
        )

    def _hear(self, unit: str, spoken: bool) -> str:
        if len(unit) == 1:
            return self._sounds.get(unit, unit)
        if spoken and LATIN.fullmatch(unit):
            heard = "".join(self._syllables(unit))
            if heard:
                return heard
        return chr(0xF000 + hash_unit(unit))

    def _syllables(self, letters: str) -> list[str]:
        """Letters → sounds, longest syllable first with one step back; empty when they spell none."""
        paths: list[list[str] | None] = [[]] + [None] * len(letters)
        for end in range(1, len(letters) + 1):
            for start in range(max(0, end - self._longest), end):
                before, sound = paths[start], self._spelt.get(letters[start:end])
                if (
                    before is not None
                    and sound
                    and (paths[end] is None or len(before) + 1 < len(paths[end] or ()))
                ):
                    paths[end] = [*before, sound]
        return paths[-1] or []


def hash_unit(unit: str) -> int:
    """A run of letters or digits → one of 2,000 stable codes."""
    code = 7
    for sign in unit:
        code = (code * 31 + ord(sign)) % 2000
    return code


def is_negative(text: str) -> bool:
    """Whether an odd number of negations is left after A-not-A forms are taken out."""
    harmless, negation = _negations()
    return len(negation.findall(harmless.sub("", text))) % 2 == 1


@cache
def _negations() -> tuple[re.Pattern[str], re.Pattern[str]]:
    return re.compile(language()["no_negation"]), re.compile(language()["negation"])

"""The questions of a base → arrays: who asks what, in which words, sounds and pairs, and how rare each is."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.reading import VIEWS, Reader, Reading
from matching.tables import CLASSES, background_of, sounds, synonyms
from matching.types import Item

Ints = NDArray[np.integer[Any]]
Floats = NDArray[np.float32]
IMPACT = {"words": 1.0, "units": 0.5, "pairs": 1.0, "sound_pairs": 0.7, "sounds": 0.0}
COMMON = 0.05  # in a large base, a key in more than this share of questions finds nothing
LARGE = 4000


@dataclass(frozen=True, slots=True)
class Base:
    """Arrays over all questions. ``rows``: question → keys of all views; ``posts``: key → questions."""

    ids: tuple[str, ...]
    texts: list[str]  # normalised, one a question
    raw: list[str]  # as written
    sounds: list[str]
    lengths: Floats  # characters of each normalised question, at least 1
    owner: Ints  # question → item
    first: Ints  # item → its first question; one more at the end
    types: Ints
    negative: NDArray[np.bool_]
    keys: tuple[dict[str, int], ...]  # one a view
    view_of: NDArray[np.int8]  # key → view
    rarity: Floats  # key → 0..1
    row_start: Ints
    row_keys: Ints
    row_weight: Floats  # [question, view]: sum of rarity, never 0
    post_start: Ints
    post_rows: Ints
    post_impact: Floats
    words: dict[str, int]
    word_kin: Ints  # [3, word]: the word itself, its synonym group, the words that sound the same
    word_numbers: Floats  # [word, number]: as ``word_numbers`` makes them
    heads: dict[str, int]
    alike: dict[str, int]
    word_start: Ints
    word_ids: Ints
    row_numbers: Floats  # [question, 2]: sums of the first two numbers of its words

    @property
    def size(self) -> int:
        """How many questions there are."""
        return len(self.texts)


def build_base(items: Sequence[Item], reader: Reader, normalise: Any) -> Base:
    """Read every question once and lay what was read out in arrays."""
    gathered = _Gathered()
    for number, item in enumerate(items):
        for question in item.questions:
            gathered.add(number, question, reader.read(normalise(question)))
    return gathered.freeze(tuple(item.id for item in items))


class _Gathered:
    """What has been read so far, in growing arrays."""

    def __init__(self) -> None:
        self.keys: tuple[dict[str, int], ...] = tuple({} for _ in VIEWS)
        self.view_of = array("b")
        self.texts: list[str] = []
        self.raw: list[str] = []
        self.sounds: list[str] = []
        self.owner, self.types, self.negative = array("i"), array("i"), array("b")
        self.row_keys, self.row_lengths = array("i"), array("i")
        self.words: dict[str, int] = {}
        self.word_ids, self.word_lengths = array("i"), array("i")

    def add(self, item: int, raw: str, reading: Reading) -> None:
        """One question of one item."""
        self.texts.append(reading.text)
        self.raw.append(raw)
        self.sounds.append(reading.sound)
        self.owner.append(item)
        self.types.append(reading.types)
        self.negative.append(reading.is_negative)
        found: set[int] = set()
        for number, view in enumerate(VIEWS):
            keys = self.keys[number]
            for key in reading.view(view):
                known = keys.get(key)
                if known is None:
                    known = keys[key] = len(self.view_of)
                    self.view_of.append(number)
                found.add(known)
        self.row_keys.extend(found)
        self.row_lengths.append(len(found))
        words = dict.fromkeys(reading.words) or {"": None}
        self.word_ids.extend(self.words.setdefault(word, len(self.words)) for word in words)
        self.word_lengths.append(len(words))

    def freeze(self, ids: tuple[str, ...]) -> Base:
        """Everything gathered, as arrays with rarities and postings."""
        owner = np.array(self.owner, np.int32)
        view_of = np.array(self.view_of, np.int8)
        row_keys, row_start = np.frombuffer(self.row_keys, np.int32), _starts(self.row_lengths)
        row_of = np.repeat(np.arange(len(owner), dtype=np.int32), np.diff(row_start))
        rarity = _rarity(row_keys, owner[row_of], len(view_of), len(ids))
        weight = np.bincount(
            row_of * len(VIEWS) + view_of[row_keys], rarity[row_keys], len(owner) * len(VIEWS)
        )
        word_ids, word_start = np.frombuffer(self.word_ids, np.int32), _starts(self.word_lengths)
        word_row = np.repeat(np.arange(len(owner), dtype=np.int32), np.diff(word_start))
        kin = _kin(list(self.words))
        rare = _rarity(word_ids, owner[word_row], len(self.words), len(ids)).tolist()
        numbers = np.array(
            [word_numbers(word, rarity) for word, rarity in zip(self.words, rare, strict=True)]
        )
        numbers = numbers.astype(np.float32)
        posts = _postings(row_keys, row_of, rarity, view_of, len(owner))
        lengths = np.array([max(1, len(text)) for text in self.texts], np.float32)
        return Base(
            ids=ids, texts=self.texts, raw=self.raw, sounds=self.sounds, lengths=lengths, owner=owner,
            first=np.searchsorted(owner, np.arange(len(ids) + 1)).astype(np.int32),
            types=np.array(self.types, np.int32), negative=np.array(self.negative, np.bool_),
            keys=self.keys, view_of=view_of, rarity=rarity, row_start=row_start, row_keys=row_keys,
            row_weight=np.maximum(weight, 1e-3).reshape(-1, len(VIEWS)).astype(np.float32),
            post_start=posts[0], post_rows=posts[1], post_impact=posts[2],
            words=self.words, word_kin=kin[0], word_numbers=numbers, heads=kin[1], alike=kin[2],
            word_start=word_start, word_ids=word_ids,
            row_numbers=np.add.reduceat(numbers[word_ids, :2], word_start[:-1]) if self.texts else numbers,
        )  # fmt: skip


def spans(starts: Ints, lengths: Ints) -> tuple[Ints, Ints]:
    """Indices of many spans (at least one), one after another, and where in them each span begins."""
    ends = lengths.cumsum()
    first = ends - lengths
    place = (starts - first).repeat(lengths)
    place += np.arange(ends[-1])
    return place, first


def word_numbers(word: str, rarity: float) -> list[float]:
    """Rarity in the base, rarity in general questions, and the latter once more in the column of its class."""
    common, kind = background_of(word)
    numbers = [rarity, common] + [0.0] * len(CLASSES)
    numbers[2 + kind] = common
    return numbers


def _starts(lengths: array[int]) -> Ints:
    return np.concatenate(([0], np.cumsum(np.array(lengths, np.int64)))).astype(np.int32)


def _rarity(keys: Ints, items: Ints, size: int, total: int) -> Floats:
    """Inverse item frequency of each key, scaled to 0..1 (1: seen in one item)."""
    seen = np.unique(keys.astype(np.int64) * max(1, total) + items)
    frequency = np.bincount(seen // max(1, total), minlength=size)
    ceiling = np.log1p(max(1, total))
    return np.asarray(np.log((total + 1) / np.maximum(frequency, 1)) / ceiling, np.float32).clip(0.02, 1.0)


def _kin(words: list[str]) -> tuple[Ints, dict[str, int], dict[str, int]]:
    """Words → their synonym groups and their groups of equal sound (one-character words stand alone)."""
    of_char, _ = sounds()
    heads: dict[str, int] = {}
    alike: dict[str, int] = {}
    table = synonyms()
    head = [heads.setdefault(table.get(word, word), len(heads)) for word in words]
    sound = [
        alike.setdefault(
            "".join([of_char.get(sign, sign) for sign in word]) if len(word) > 1 else word, len(alike)
        )
        for word in words
    ]
    return np.array((range(len(words)), head, sound), np.int32), heads, alike


def _postings(
    row_keys: Ints, row_of: Ints, rarity: Floats, view_of: NDArray[np.int8], size: int
) -> tuple[Ints, Ints, Floats]:
    """Rows by key; impact = rarity × view weight ÷ length of the row, so that a sum is a cosine."""
    strength = rarity * np.array([IMPACT[view] for view in VIEWS], np.float32)[view_of]
    length = np.sqrt(np.bincount(row_of, strength[row_keys] ** 2, size)).clip(1e-6)
    if size > LARGE:
        crowd = np.bincount(row_keys, minlength=len(rarity))
        strength = np.where(crowd > COMMON * size, 0, strength)
    useful = strength[row_keys] > 0
    keys, rows = row_keys[useful], row_of[useful]
    order = np.argsort(keys, kind="stable")
    impact = (strength[keys] / length[rows])[order]
    start = np.concatenate(([0], np.cumsum(np.bincount(keys, minlength=len(rarity)))))
    return start.astype(np.int32), rows[order], impact.astype(np.float32)

"""The questions of a base → arrays: who asks what, in which words, sounds and pairs, and how rare each is."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.profiles import Profiles, profiles_of
from matching.reading import VIEWS, Reader, Reading
from matching.tables import CLASSES, background_of
from matching.types import Item

Ints = NDArray[np.integer[Any]]
Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
IMPACT = {"words": 1.0, "forms": 0.0, "units": 0.5, "pairs": 1.0, "sound_pairs": 0.7, "sounds": 0.0}
STRENGTH = np.array([IMPACT[view] for view in VIEWS])
COMMON = 0.05  # in a large base, a key in more than this share of questions finds nothing
LARGE = 4000
LEAST_MASS = 1e-3  # of a question without a key in a view, so that it can be divided by


@dataclass(frozen=True, slots=True)
class Base:
    """Arrays over all questions. ``row_keys``: question → keys of all views; ``post_rows``: key → questions."""

    ids: tuple[str, ...]
    texts: list[str]  # normalised, one a question
    raw: list[str]  # as written
    sounds: list[str]
    lengths: Floats  # [letters or sounds, question], at least 1
    owner: Ints  # question → item
    first: Ints  # item → its first question; one more at the end
    types: Ints
    negative: NDArray[np.bool_]
    keys: tuple[dict[str, int], ...]  # one a view
    view_of: Ints  # key → view
    class_of: Ints  # key → word class; 0 for what is no word
    rarity: Doubles  # key → 0..1 in this base
    strength: Doubles  # key → rarity × weight of its view
    common: Doubles  # key → rarity of a word in general questions, 0..1; 0 for what is no word
    row_start: Ints
    row_size: Ints
    row_keys: Ints
    row_mass: Floats  # [view, question]: sum of rarity
    row_common: Floats  # [word class, question]: sum of ``common``
    post_start: Ints
    post_rows: Ints
    post_impact: Floats
    profiles: Profiles

    @property
    def size(self) -> int:
        """How many questions there are."""
        return len(self.texts)


def build_base(items: Sequence[Item], reader: Reader, normalise: Callable[[str], str]) -> Base:
    """Read every question once and lay what was read out in arrays."""
    gathered = _Gathered()
    for number, item in enumerate(items):
        for question in item.questions:
            gathered.add(number, question, reader.read(normalise(question)))
    return gathered.freeze(tuple(item.id for item in items))


class _Gathered:
    """What has been read so far, in growing arrays."""

    def __init__(self) -> None:
        number = count().__next__  # keys are numbered over all views, in the order in which they are met
        self.keys: tuple[defaultdict[str, int], ...] = tuple(defaultdict(number) for _ in VIEWS)
        self.texts: list[str] = []
        self.raw: list[str] = []
        self.sounds: list[str] = []
        self.owner, self.types, self.negative = array("i"), array("i"), array("b")
        self.row_keys, self.row_sizes = array("i"), array("i")

    def add(self, item: int, raw: str, reading: Reading) -> None:
        """One question of one item."""
        self.texts.append(reading.text)
        self.raw.append(raw)
        self.sounds.append(reading.sound)
        self.owner.append(item)
        self.types.append(reading.types)
        self.negative.append(reading.is_negative)
        before = len(self.row_keys)
        for keys, pieces in zip(self.keys, reading.views(), strict=True):
            self.row_keys.extend(map(keys.__getitem__, pieces))
        self.row_sizes.append(len(self.row_keys) - before)

    def freeze(self, ids: tuple[str, ...]) -> Base:
        """Everything gathered, as arrays with rarities and postings."""
        size = len(self.texts)
        owner = np.array(self.owner, np.int32)
        keys = tuple(map(dict, self.keys))
        view_of = np.empty(sum(map(len, keys)), np.intp)
        for view, table in enumerate(keys):
            view_of[np.fromiter(table.values(), np.intp, len(table))] = view
        row_keys, row_size = np.frombuffer(self.row_keys, np.int32), np.array(self.row_sizes, np.intp)
        row_of = np.arange(size, dtype=np.int32).repeat(row_size)
        first = np.searchsorted(owner, np.arange(len(ids) + 1)).astype(np.int32)
        profiles = profiles_of(row_keys, owner[row_of], np.diff(first), view_of == VIEWS.index("words"))
        rarity = _rarity(profiles.keys, len(view_of), len(ids))
        common, class_of = _general(keys[VIEWS.index("forms")], len(view_of))
        posts = _postings(row_keys, row_of, rarity, view_of, size)
        return Base(
            ids=ids, texts=self.texts, raw=self.raw, sounds=self.sounds,
            lengths=np.stack((_lengths(self.texts), _lengths(self.sounds))), owner=owner,
            first=first,
            types=np.array(self.types, np.int32), negative=np.array(self.negative, np.bool_),
            keys=keys, view_of=view_of, class_of=class_of, rarity=rarity, common=common,
            strength=rarity * STRENGTH[view_of],
            row_start=row_size.cumsum() - row_size, row_size=row_size, row_keys=row_keys,
            row_mass=masses(view_of[row_keys], row_of, rarity[row_keys], (len(VIEWS), size)).astype(np.float32),
            row_common=masses(class_of[row_keys], row_of, common[row_keys], (len(CLASSES), size)).astype(np.float32),
            post_start=posts[0], post_rows=posts[1], post_impact=posts[2], profiles=profiles,
        )  # fmt: skip


def masses(kind: Ints, place: Ints, weight: Doubles, shape: tuple[int, ...]) -> Doubles:
    """Sums of weights [kind, place]. Each sum runs in the order of its weights, whatever else there is."""
    slot = kind * shape[1]
    slot += place
    return np.bincount(slot, weight, shape[0] * shape[1]).astype(np.float64, copy=False).reshape(shape)


def spans(starts: Ints, sizes: Ints) -> tuple[Ints, Ints]:
    """Indices of many spans, one after another, and for each of them which span it belongs to."""
    ends = sizes.cumsum()
    span = np.arange(len(sizes)).repeat(sizes)
    place = (starts - ends + sizes).take(span)
    place += np.arange(len(span))
    return place, span


def _lengths(texts: Sequence[str]) -> Floats:
    return np.fromiter(map(len, texts), np.float32, len(texts)).clip(1)


def _rarity(keys: Ints, size: int, total: int) -> Doubles:
    """Inverse item frequency of each key, scaled to 0..1 (1: seen in one item); ``keys``: of each item, once."""
    frequency = np.bincount(keys, minlength=size)
    ceiling = np.log1p(max(1, total))
    return np.asarray(np.log((total + 1) / np.maximum(frequency, 1)) / ceiling).clip(0.02, 1.0)


def _general(words: dict[str, int], size: int) -> tuple[Doubles, Ints]:
    """Rarity in general questions and class of each key that is a word."""
    common, class_of = np.zeros(size), np.zeros(size, np.intp)
    for word, key in words.items():
        common[key], class_of[key] = background_of(word)
    return common, class_of


def _postings(
    row_keys: Ints, row_of: Ints, rarity: Doubles, view_of: Ints, size: int
) -> tuple[Ints, Ints, Floats]:
    """Rows by key; impact = rarity × view weight ÷ length of the row, so that a sum is a cosine."""
    strength = rarity * STRENGTH[view_of]
    length = np.sqrt(np.bincount(row_of, strength[row_keys] ** 2, size)).clip(1e-6)
    if size > LARGE:
        crowd = np.bincount(row_keys, minlength=len(rarity))
        strength = np.where(crowd > COMMON * size, 0, strength)
    useful = strength[row_keys] > 0
    keys, rows = row_keys[useful], row_of[useful]
    order = np.argsort(keys, kind="stable")
    impact = (strength[keys] / length[rows])[order]
    start = np.concatenate(([0], np.cumsum(np.bincount(keys, minlength=len(rarity)))))
    return start, rows[order], impact.astype(np.float32)

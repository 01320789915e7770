"""All questions of an item taken together: which keys they have, how many of them have each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.integer[Any]]
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Profiles:
    """Keys of all items, one item after another."""

    start: Ints
    size: Ints
    keys: Ints
    counts: Floats  # how many questions of the item have the key
    share: Floats  # key → share of an item's questions that have it, mean of all items
    silence: (
        Floats  # how much a key tells against its item when it is not asked, at most 0; 0 for what is no word
    )
    silent: Floats  # item → sum of ``silence``


def profiles_of(row_keys: Ints, item_of: Ints, questions: Ints, is_word: NDArray[np.bool_]) -> Profiles:
    """``item_of``: whose each key of a row is; ``questions``: how many each item has; ``is_word``: of each key."""
    keys = len(is_word)
    pairs = item_of.astype(np.int64)
    pairs *= keys
    pairs += row_keys
    pairs.sort()
    is_first = np.empty(len(pairs), np.bool_)
    is_first[:1] = True
    np.not_equal(pairs[1:], pairs[:-1], out=is_first[1:])
    first = is_first.nonzero()[0]
    counts = np.diff(first, append=len(pairs)).astype(np.float32)
    item, key = np.divmod(pairs[first], keys or 1)
    size = np.bincount(item, minlength=len(questions))
    mean = np.bincount(key, counts / questions.take(item), keys) / max(1, len(questions))
    share: Floats = mean.clip(1e-9).astype(np.float32)
    silence = np.where(is_word.take(key), silence_of(counts, questions.take(item), share.take(key)), 0)
    silent = np.bincount(item, silence, len(questions)).astype(np.float32)
    start, key = size.cumsum() - size, key.astype(np.int32)
    return Profiles(start, size, key, counts, share, silence.astype(np.float32), silent)


def silence_of(counts: Floats, questions: Ints, share: Floats) -> Floats:
    """The logarithm of how much seldomer an item's questions lack a key than all questions do, at most 0."""
    told: Floats = np.log1p(-counts / (questions + 1)) - np.log1p(-np.minimum(share, 0.9))
    return np.minimum(told, 0)

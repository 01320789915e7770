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


def profiles_of(row_keys: Ints, item_of: Ints, questions: Ints, keys: int) -> Profiles:
    """``item_of``: whose each key of a row is; ``questions``: how many each item has; ``keys``: how many there are."""
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
    share = np.bincount(key, counts / questions.take(item), keys) / max(1, len(questions))
    return Profiles(
        size.cumsum() - size, size, key.astype(np.int32), counts, share.clip(1e-9).astype(np.float32)
    )

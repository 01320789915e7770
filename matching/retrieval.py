"""Questions → the few rows of a base worth weighing for each, with their evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from matching.base import Base, Doubles, Floats, Ints
from matching.evidence import Asked, Rows, ask, search, weigh
from matching.reading import Reading

ROWS = 32  # rows weighed for one question
# of the best score: where enough rows lie above, the rest is not looked at
CUTS = (0.5, 0.25, 0.1, 0.03, 0.0)
TOGETHER = 2_000_000  # scores held at once


@dataclass(frozen=True, slots=True)
class Found:
    """Questions, their rows and the evidence of each row [name, row]."""

    asked: Asked
    rows: Rows
    evidence: Floats
    meaning: Floats | None = None  # what an encoder adds [name, row]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A reading to be looked up. ``hidden_row``, ``hidden_item``: what is as if it were not there."""

    reading: Reading
    hidden_row: int = -1
    hidden_item: int = -1


def find(base: Base, wanted: Sequence[Wanted]) -> Found:
    """The best rows for each reading; none where nothing is shared."""
    asked = ask(base, [one.reading for one in wanted])
    scores = search(base, asked)
    picked = []
    for one, line in zip(wanted, scores, strict=True):
        if one.hidden_row >= 0:
            line[one.hidden_row] = 0
        if one.hidden_item >= 0:
            line[base.first[one.hidden_item] : base.first[one.hidden_item + 1]] = 0
        picked.append(_top(line))
    hidden = None
    if any(one.hidden_row >= 0 for one in wanted):
        hidden = np.array([one.hidden_row for one in wanted], np.intp)
    rows = _lay_out(base, picked, hidden)
    best = scores[rows.question, rows.rows].astype(np.float32)
    return Found(asked, rows, weigh(base, asked, rows, best))


def _lay_out(base: Base, picked: Sequence[Ints], hidden: Ints | None) -> Rows:
    """Rows of several questions, one after another, and where their items begin."""
    sizes = [len(rows) for rows in picked]
    rows = np.concatenate(picked)
    question = np.arange(len(picked)).repeat(sizes)
    owner = base.owner[rows]
    is_first = np.empty(len(rows), np.bool_)
    is_first[:1] = True
    np.not_equal(owner[1:], owner[:-1], out=is_first[1:])
    if len(picked) > 1:
        is_first[1:] |= question[1:] != question[:-1]
    first = is_first.nonzero()[0]
    ends = np.cumsum(sizes)
    item_ends = first.searchsorted(ends).tolist()
    sizes_of = _sizes(first, len(rows))
    return Rows(rows, question, ends.tolist(), first, owner[first], sizes_of, item_ends, hidden)


def _sizes(first: Ints, total: int) -> Ints:
    ends = np.empty_like(first)
    ends[:-1], ends[-1:] = first[1:], total
    return ends - first


def _top(scores: Doubles) -> Ints:
    """The best rows in the order of the base."""
    rows = _contenders(scores)
    if len(rows) > ROWS:
        rows = rows[scores[rows].argpartition(-ROWS)[-ROWS:]]
        rows.sort()
    return rows


def _contenders(scores: Doubles) -> Ints:
    """Rows among which the best ones are: cheaper to part than all rows of a large base."""
    best = float(scores.max()) if len(scores) else 0.0
    for share in CUTS:
        rows: Ints = (scores > share * best).nonzero()[0]
        if len(rows) >= ROWS:
            break
    return rows

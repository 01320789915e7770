"""A question → the few rows of a base worth weighing, with their evidence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.base import Base, Floats, Ints
from matching.evidence import Question, ask, search, weigh
from matching.reading import Reading

ROWS = 48  # rows weighed for one question
CUTS = (
    0.5,
    0.25,
    0.1,
    0.03,
    0.0,
)  # of the best score: where enough rows lie above, the rest is not looked at


@dataclass(frozen=True, slots=True)
class Found:
    """Rows of a base with their evidence; the rows of one item stand together. ``first``: item → its place."""

    question: Question
    rows: Ints
    items: Ints
    first: Ints
    evidence: Floats


def find(base: Base, reading: Reading, *, hidden_row: int = -1, hidden_item: int = -1) -> Found | None:
    """The best rows for a reading; None when nothing is shared. Hidden ones are as if they were not there."""
    if not base.size:
        return None
    question = ask(base, reading)
    scores = search(base, question)
    if hidden_row >= 0:
        scores[hidden_row] = 0
    if hidden_item >= 0:
        scores[base.first[hidden_item] : base.first[hidden_item + 1]] = 0
    rows = _top(scores)
    if not len(rows):
        return None
    owner = base.owner[rows]
    is_first = np.empty(len(rows), np.bool_)
    is_first[0] = True
    np.not_equal(owner[1:], owner[:-1], out=is_first[1:])
    first = is_first.nonzero()[0]
    return Found(
        question, rows, owner[first], first, weigh(base, question, rows, scores, first, hidden=hidden_row)
    )


def _top(scores: NDArray[np.float64]) -> Ints:
    """The best rows in the order of the base."""
    rows = _contenders(scores)
    if len(rows) > ROWS:
        rows = rows[scores[rows].argpartition(-ROWS)[-ROWS:]]
        rows.sort()
    return rows


def _contenders(scores: NDArray[np.float64]) -> Ints:
    """Rows among which the best ones are: cheaper to part than all rows of a large base."""
    best = float(scores.max())
    for share in CUTS:
        rows: Ints = (scores > share * best).nonzero()[0]
        if len(rows) >= ROWS:
            break
    return rows

"""A question → the few rows of a base worth weighing, with their evidence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matching.base import Base, Floats, Ints
from matching.evidence import Question, ask, search, weigh
from matching.reading import Reading

ROWS = 48  # rows weighed for one question


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
    first = np.flatnonzero(np.concatenate(([True], owner[1:] != owner[:-1]))).astype(np.int32)
    return Found(question, rows, owner[first], first, weigh(base, question, rows, scores, hidden_row))


def _top(scores: Floats) -> Ints:
    """The best rows in the order of the base."""
    if len(scores) > ROWS:
        rows = np.argpartition(scores, -ROWS)[-ROWS:]
        rows.sort()
    else:
        rows = np.arange(len(scores))
    return rows[scores[rows] > 0].astype(np.int32)

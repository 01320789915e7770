"""The floor under our own labelled questions over the real knowledge (``benchmarks/questions.jsonl``)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.fit_constants import own_base
from matching import Decision, Index, Match

QUESTIONS = Path(__file__).resolve().parents[2] / "benchmarks" / "questions.jsonl"
REFUSED = 0.75
TOP1, TOP3, FALSE_ANSWERS = 0.89, 0.95, 0.03

Asked = list[tuple[set[str], Match]]


@pytest.fixture(scope="module")
def asked() -> Asked:
    items, lexicon = own_base()
    index = Index.build(items, lexicon=lexicon, refused=REFUSED)
    rows = [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
    return [({row["id"], *row.get("also", [])} - {None}, index.match(row["q"])) for row in rows]


@pytest.mark.parametrize(("count", "floor"), [(1, TOP1), (3, TOP3)])
def test_the_right_entry_is_near_the_top(asked: Asked, count: int, floor: float) -> None:
    hits = [
        any(candidate.id in right for candidate in match.candidates[:count])
        for right, match in asked
        if right
    ]
    assert sum(hits) / len(hits) >= floor


def test_what_is_not_ours_is_seldom_answered(asked: Asked) -> None:
    answered = [match.decision is Decision.ANSWER for right, match in asked if not right]
    assert sum(answered) / len(answered) <= FALSE_ANSWERS

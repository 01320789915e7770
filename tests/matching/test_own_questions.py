"""The floor under our own labelled questions over the real knowledge (``benchmarks/questions.jsonl``)."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from rapidfuzz import fuzz
from rapidfuzz.process import cdist

from benchmarks.fit_constants import own_base
from matching import Decision, Index, Match
from services.desk import REFUSED

QUESTIONS = Path(__file__).resolve().parents[2] / "benchmarks" / "questions.jsonl"

FALSE_ANSWERS = 0.03
MENDED = "residents"  # the entries' own words were filled up after reading what was answered to these
FLOORS = {  # for the first, and for the first three candidates; by kind, "" for all that are not named
    "": (0.93, 0.97),
    MENDED: (0.96, 0.98),
    "held_out": (0.91, 0.97),
    "from_titles": (0.94, 0.98),
}

ELSEWHERE = "other_office"  # says that it is not ours and where to ask: no answer

COST = 1.5  # of rapidfuzz comparing one question with all of the base; measured 1.05 to 1.1

Asked = list[tuple[str, set[str], Match]]  # kind, right entries, what was found


@pytest.fixture(scope="module")
def index() -> Index:
    items, lexicon = own_base()
    return Index.build(items, lexicon=lexicon, refused=REFUSED)


@pytest.fixture(scope="module")
def asked(index: Index) -> Asked:
    rows = [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
    return [
        (
            row["kind"] if row["kind"] in FLOORS else "",
            {row["id"], *row["also"]} - {None},
            index.match(row["q"]),
        )
        for row in rows
    ]


@pytest.mark.parametrize("kind", FLOORS)
def test_the_right_entry_is_near_the_top(asked: Asked, kind: str) -> None:
    for count, floor in zip((1, 3), FLOORS[kind], strict=True):
        hits = [
            any(candidate.id in right for candidate in match.candidates[:count])
            for of_kind, right, match in asked
            if right and of_kind == kind
        ]
        assert sum(hits) / len(hits) >= floor, count


def test_what_is_not_ours_is_seldom_answered(asked: Asked) -> None:
    answered = [
        match.decision is Decision.ANSWER and match.candidates[0].id != ELSEWHERE
        for _, right, match in asked
        if not right
    ]
    assert sum(answered) / len(answered) <= FALSE_ANSWERS


def test_a_question_costs_about_what_comparing_it_with_the_whole_base_costs(index: Index) -> None:
    """In one run, so that the machine does not matter; a median, so that what else it does matters little."""
    questions = [question for item in own_base()[0] for question in item.questions]
    texts = [json.loads(line)["q"] for line in QUESTIONS.read_text(encoding="utf-8").splitlines()[::24]]
    matching = _median_s(index.match, [f"{text}{number}" for number, text in enumerate(texts)])
    comparing = _median_s(lambda text: cdist([text], questions, scorer=fuzz.ratio), texts)
    assert matching < COST * comparing


def _median_s(work: Callable[[str], object], texts: list[str]) -> float:
    spent = []
    for text in texts:
        start = time.perf_counter()
        work(text)
        spent.append(time.perf_counter() - start)
    return statistics.median(spent)

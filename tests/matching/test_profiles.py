"""What all questions of an item say together: counted right, and without a question that is left out."""

from __future__ import annotations

import numpy as np
import pytest

from matching import Index, Item
from matching.base import build_base
from matching.evidence import NAMES, PROFILE, lead
from matching.normal import normalise
from matching.reading import VIEWS, Reader
from matching.retrieval import Wanted, find
from tests.matching.base import BASE

UNITS = VIEWS.index("units")


def test_each_key_counts_the_questions_that_have_it() -> None:
    base = build_base(BASE, Reader(), normalise)
    item = [one.id for one in BASE].index("repair-fee")
    start, size = base.profiles.start[item], base.profiles.size[item]
    counts = dict(
        zip(
            base.profiles.keys[start : start + size].tolist(),
            base.profiles.counts[start : start + size].tolist(),
            strict=True,
        )
    )
    assert counts[base.keys[UNITS]["修"]] == 3  # in each of its questions
    assert counts[base.keys[UNITS]["收"]] == 1


def test_a_hidden_question_tells_nothing_for_its_item() -> None:
    reader = Reader()
    base = build_base(BASE, reader, normalise)
    shorter = [Item(one.id, tuple(q for q in one.questions if q != "信用修复收费吗")) for one in BASE]
    row = base.raw.index("信用修复收费吗")
    reading = reader.read(normalise("信用修复收费吗"), spoken=True)
    item = [one.id for one in BASE].index("repair-fee")

    def profile(found_base: object, wanted: Wanted) -> float:
        found = find(found_base, [wanted])  # type: ignore[arg-type]
        return float(found.evidence[PROFILE, found.rows.items.repeat(found.rows.sizes) == item][0])

    hidden = profile(base, Wanted(reading, hidden_row=row))
    gone = profile(build_base(shorter, reader, normalise), Wanted(reading))
    assert hidden == pytest.approx(gone, rel=0.1)
    assert profile(base, Wanted(reading)) > hidden + 1


def test_questions_of_an_item_are_stronger_together() -> None:
    """No single question has all of what is asked; only the item that shares it all has it in its profile."""
    index = Index.build(BASE)
    evidence = index.match("征信报告搁哪查怎么打印", explain=True).candidates
    assert evidence[0].id == "report-print"
    assert evidence[0].evidence["profile_lead"] > 0 > evidence[1].evidence["profile_lead"]
    assert "profile" in NAMES


def test_a_lead_is_over_the_best_of_the_others() -> None:
    assert lead(np.array([3, 7, 5], np.float32)).tolist() == [-4, 2, -2]
    assert lead(np.array([4], np.float32)).tolist() == [0]
    assert lead(np.array([], np.float32)).tolist() == []


def test_what_an_item_always_says_tells_against_it_when_it_is_not_asked() -> None:
    """修复 stands in every question of one item: whoever does not say it hardly means that item."""
    index = Index.build(BASE)
    asked = index.match("执照丢了多久能补办", explain=True).candidates
    silent = {one.id: one.evidence["profile_silent"] for one in asked}
    assert all(told <= 1e-3 for told in silent.values())
    assert silent["licence-lost"] == max(silent.values())

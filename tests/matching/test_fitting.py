"""A base teaches its own weights: never worse than shipped, the same the second time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from matching import Index, Item
from matching.base import build_base
from matching.fitting import fit, left_out, stamp_of
from matching.learning import mean_loss
from matching.model import FACTORS, GROUNDS, shipped
from matching.normal import normalise
from matching.reading import Reader
from tests.matching.base import BASE

MANY = tuple(
    Item(
        f"{thing}-{number}",
        (f"{thing}{ask}{number}", f"{number}号{thing}{other}", f"{other}{thing}的{number}"),
    )
    for thing in ("修复", "投诉", "年报", "执照")
    for number, (ask, other) in enumerate((("多久", "几天"), ("收费吗", "多少钱"), ("在哪办", "哪里办理")))
)


def test_constants_name_every_factor() -> None:
    model = shipped()
    assert (len(model.ranker.weight), len(model.acceptance.weight)) == (len(FACTORS), len(GROUNDS))
    assert 0 < model.clarify < model.answer < 1


def test_fitted_weights_are_no_worse_on_what_was_left_out() -> None:
    reader = Reader()
    base = build_base(MANY, reader, normalise)
    examples = left_out(base, reader)
    fitted = fit(base, shipped().ranker, reader)
    assert mean_loss(examples, fitted) <= mean_loss(examples, shipped().ranker) + 1e-6


def test_a_hidden_question_does_not_find_itself() -> None:
    reader = Reader()
    base = build_base(BASE, reader, normalise)
    rows = iter(np.flatnonzero(np.diff(base.first)[base.owner] > 1))
    looked_at = 0
    for group in left_out(base, reader):
        start = 0
        for end, hidden in zip(group.found.rows.ends, rows, strict=False):
            assert hidden not in group.found.rows.rows[start:end]
            start, looked_at = end, looked_at + 1
    assert looked_at == base.size - sum(len(item.questions) == 1 for item in BASE)


def test_single_questions_keep_the_constants() -> None:
    reader = Reader()
    base = build_base([Item(item.id, item.questions[:1]) for item in MANY], reader, normalise)
    assert fit(base, shipped().ranker, reader) is shipped().ranker


def test_the_second_build_reads_the_cache(tmp_path: Path) -> None:
    first = Index.build(MANY, cache_dir=tmp_path)
    (kept,) = tmp_path.iterdir()
    told = kept.read_text(encoding="utf-8")
    second = Index.build(MANY, cache_dir=tmp_path)
    assert kept.read_text(encoding="utf-8") == told
    assert second.answer_threshold == pytest.approx(first.answer_threshold, abs=1e-3)
    said = "修复要几天"
    assert [one.id for one in second.match(said).candidates] == [
        one.id for one in first.match(said).candidates
    ]


@pytest.mark.parametrize("spoilt", ["", "{", "[]", '{"answer": 0.7, "weights": {}}', '{"answer": "x"}'])
def test_a_spoilt_cache_is_written_again(tmp_path: Path, spoilt: str) -> None:
    Index.build(MANY, cache_dir=tmp_path)
    (kept,) = tmp_path.iterdir()
    kept.write_text(spoilt, encoding="utf-8")
    Index.build(MANY, cache_dir=tmp_path)
    assert len(kept.read_text(encoding="utf-8")) > 1000


def test_the_stamp_changes_with_a_question_and_with_the_lexicon() -> None:
    assert len({stamp_of(BASE, ()), stamp_of(BASE[1:], ()), stamp_of(BASE, ("失信",))}) == 3


def test_refusing_more_raises_the_threshold() -> None:
    strict, lenient = (Index.build(MANY, refused=share).answer_threshold for share in (0.95, 0.5))
    assert strict >= lenient

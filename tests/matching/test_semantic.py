"""An encoder is one more evidence: asked only where the rest is unsure, and never needed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from matching import Index, normalise
from matching.base import Floats
from matching.model import shipped_semantic
from matching.semantic import vectors_of
from tests.matching.base import BASE
from tests.matching.test_fitting import MANY

CONCEPTS = (
    "修复收费要钱花钱",
    "多久几天时间",
    "材料资料证件",
    "打印征信",
    "高铁飞机动车",
    "投诉举报",
    "执照",
    "年报",
)


class Fake:
    """Texts by what they speak of; remembers what it was asked."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def __call__(self, texts: Sequence[str]) -> Floats:
        self.read += texts
        told = np.array(
            [[sum(sign in signs for sign in text) for signs in CONCEPTS] for text in texts], float
        )
        told += 0.1
        return (told / np.linalg.norm(told, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture
def fake() -> Fake:
    return Fake()


def test_only_unsure_questions_are_read(fake: Fake) -> None:
    low, high = shipped_semantic().unsure
    plain, index = Index.build(BASE), Index.build(BASE, encoder=fake)
    said = [
        *(item.questions[0] for item in BASE),
        "打印要掏钱吗",
        "修复信用掏腰包么",
        "怎么投诉高铁",
        "红烧肉怎么做",
    ]
    sure = {text: max((one.confidence for one in plain.match(text).candidates), default=0.0) for text in said}
    fake.read.clear()
    index.match_many(said)
    assert fake.read == [normalise(text) for text in said if low <= sure[text] < high]
    assert 0 < len(fake.read) < len(BASE)


def test_what_the_encoder_says_is_heard() -> None:
    def told(near: str) -> float:
        def encoder(texts: Sequence[str]) -> Floats:
            return np.array(
                [[1.0, 0.0] if near in text or "掏" in text else [0.0, 1.0] for text in texts], np.float32
            )

        found = Index.build(BASE, encoder=encoder).match("修复信用掏腰包么").candidates
        return next(one.confidence for one in found if one.id == "repair-fee")

    assert told("钱") > told("年报")


def test_many_at_once_are_answered_as_one_by_one(fake: Fake) -> None:
    index = Index.build(BASE, encoder=fake)
    said = ["这个要掏腰包吗", "修复收费吗", "", "号搁哪打", "执照弄丢了咋整", "红烧肉怎么做"]
    assert index.match_many(said) == [index.match(text) for text in said]


def test_an_empty_base_is_not_encoded(fake: Fake) -> None:
    assert Index.build((), encoder=fake).match("修复收费吗").candidates == ()
    assert fake.read == []


def test_the_second_build_encodes_only_what_is_new(fake: Fake, tmp_path: Path) -> None:
    first = Index.build(MANY[:-1], encoder=fake, cache_dir=tmp_path)
    assert len(fake.read) == sum(len(item.questions) for item in MANY[:-1])
    fake.read.clear()
    again = Index.build(MANY[:-1], encoder=fake, cache_dir=tmp_path)
    assert fake.read == []
    assert again.match("修复几天能好") == first.match("修复几天能好")
    fake.read.clear()
    Index.build(MANY, encoder=fake, cache_dir=tmp_path)
    assert len(fake.read) == len(MANY[-1].questions)


@pytest.mark.parametrize("spoilt", [b"", b"PK\x03\x04", b"no archive"])
def test_spoilt_vectors_are_made_again(fake: Fake, tmp_path: Path, spoilt: bytes) -> None:
    path = tmp_path / "vectors.npz"
    path.write_bytes(spoilt)
    told = vectors_of(["修复", "投诉", "修复"], fake, path)
    assert (len(told), fake.read) == (3, ["修复", "投诉"])
    fake.read.clear()
    assert (vectors_of(["投诉"], fake, path) == told[1]).all()
    assert fake.read == []

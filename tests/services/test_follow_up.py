"""A short question after an answer is about what was just answered, and about nothing far from it."""

from __future__ import annotations

import pytest

from domain.dialog import Dialog
from services.desk import Desk
from services.understanding import understand


@pytest.mark.parametrize(
    ("topic", "words", "meant"),
    [
        ("policy:repair-free", "那要多久呢", "policy:repair-how-long"),
        ("policy:repair-materials", "收费吗", "policy:repair-free"),
        ("policy:samr-days", "收费吗", "policy:repair-free"),
        ("policy:repair-how-long", "那要多久呢", "intent:follow_up"),
        ("policy:pc-guarantee", "那要多久呢", "intent:follow_up"),
        ("policy:fraud-already-paid", "要什么材料", "intent:follow_up"),
    ],
)
def test_a_likely_guess_beside_what_was_answered_is_enough(
    topic: str, words: str, meant: str, desk: Desk
) -> None:
    assert understand(words, Dialog(topic=topic), desk, 0).target == meant


def test_a_likely_guess_on_another_subject_is_not(desk: Desk) -> None:
    found = understand("收费吗", Dialog(topic="policy:defaulter-company-boss"), desk, 0)
    assert not found.target.startswith("policy:")

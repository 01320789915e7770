"""How much of what identifies a person is found in two hundred sentences, and how much else is taken for it."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from pathlib import Path

import pytest

from domain.masking import mask_story
from domain.surnames import is_name

CORPUS = Path(__file__).with_name("masking_corpus.txt")
_SECRET = re.compile(r"⟦(.*?)⟧")
LEAST = {"phone": 0.98, "identity": 0.98}
MOST_FALSE = 3


def samples() -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    kind = ""
    for line in CORPUS.read_text(encoding="utf-8").splitlines():
        if line.startswith("== "):
            kind = line[3:]
        elif line and not line.startswith("#"):
            found[kind].append(line)
    return found


def survives(secret: str, masked: str) -> bool:
    """Whether enough is left to tell who it is: the words, or six figures in a row whatever stands between them."""
    tell = [c for c in secret if c.isalnum()]
    left = "".join(c for c in masked if c.isalnum())
    window = min(6, len(tell))
    return any("".join(tell[n : n + window]) in left for n in range(len(tell) - window + 1))


def missed(kind: str) -> list[str]:
    lines = samples()[kind]
    masked = [mask_story(_SECRET.sub(r"\1", line), ()) for line in lines]
    return [
        f"{line} → {told}"
        for line, told in zip(lines, masked, strict=True)
        if any(survives(secret, told) for secret in _SECRET.findall(line))
    ]


@pytest.mark.parametrize(
    ("word", "is_one"),
    [
        ("王小明", True), ("欧阳建国", True), ("乌日娜", True), ("阿拉坦其木格", True), ("那仁高娃", True), ("张", False),
        ("高中生", False), ("示例镇", False), ("王家大院饭店", False), ("呼和浩特", False), ("", False),
    ],
)  # fmt: skip
def test_a_name_is_told_from_a_word(word: str, is_one: bool) -> None:
    assert is_name(word) == is_one


def test_corpus_is_large_enough() -> None:
    assert sum(map(len, samples().values())) >= 250


@pytest.mark.parametrize("kind", [kind for kind in samples() if kind != "clean"])
def test_recall(kind: str) -> None:
    lost = missed(kind)
    count = len(samples()[kind])
    assert 1 - len(lost) / count >= LEAST.get(kind, 0.95), "\n".join(lost)


def test_little_else_is_taken_for_it() -> None:
    changed = [
        f"{line} → {told}"
        for line in samples()["clean"]
        if (told := mask_story(line, ())) != unicodedata.normalize("NFKC", line) and told != line
    ]
    assert len(changed) <= MOST_FALSE, "\n".join(changed)

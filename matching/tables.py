"""Data files and dictionaries → immutable tables, each loaded once."""

from __future__ import annotations

import importlib
import json
import math
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"
LEAST_SEEN = 4  # in jieba's corpus: a rarer word is left to its characters
BLOCK = re.compile(r"[\u4e00-\u9fd5a-z0-9.%]+|[^\s]")
LONE = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")
PRIVATE = 0xE000  # syllables are written as private-use characters, one each
FOLDS = (("zh", "z"), ("ch", "c"), ("sh", "s"))  # flat and curled tongue sound alike here


@cache
def language() -> dict[str, Any]:
    """Fillers, dialect, question types and the like, from ``data/language.json``."""
    table: dict[str, Any] = json.loads((DATA / "language.json").read_text(encoding="utf-8"))
    return table


@cache
def traditional() -> Any:
    """OpenCC's converter from traditional to simplified characters."""
    import opencc

    return opencc.OpenCC("t2s")


Segmenter = Callable[[str], list[str]]


@lru_cache(maxsize=1)
def segmenter(lexicon: tuple[str, ...]) -> Segmenter:
    """Normalised text → words, as jieba cuts with ``lexicon`` added, without guessing. Only the last one is kept."""
    jieba = _jieba()
    cutter = jieba.Tokenizer()
    with jieba.get_module_res("dict.txt") as dictionary:
        cutter.FREQ, cutter.total = _frequencies(dictionary.read().decode())
    cutter.initialized = True
    for word in lexicon:
        cutter.add_word(word)
    total = math.log(cutter.total)
    logarithms = {count: math.log(count) - total for count in set(cutter.FREQ.values()) if count}
    known = {word: logarithms.get(count) for word, count in cutter.FREQ.items()}
    return partial(cut, known, -total)


def _jieba() -> Any:
    """jieba, which reads its files without setuptools' help where there is none: 6 MB and 0.1 s less."""
    helper = "pkg_resources"
    is_absent = helper not in sys.modules
    if is_absent:
        sys.modules[helper] = None  # type: ignore[assignment]
    try:
        return importlib.import_module("jieba")
    finally:
        if is_absent:
            del sys.modules[helper]


def cut(known: Mapping[str, float | None], least: float, text: str) -> list[str]:
    """Text → its likeliest words, a run of lone letters or digits as one; no spaces.

    ``known``: word → logarithm of its share; None: only the beginning of words. ``least``: of an unknown sign.
    """
    words: list[str] = []
    for block in BLOCK.findall(text):
        ends = _likeliest(known, least, block)
        start, run = 0, ""
        while start < len(block):
            word = block[start : ends[start]]
            start = ends[start]
            if word in LONE:
                run += word
                continue
            if run:
                words.append(run)
                run = ""
            words.append(word)
        if run:
            words.append(run)
    return words


def _likeliest(known: Mapping[str, float | None], least: float, block: str) -> list[int]:
    """For each place of a block, where the word ends that begins there on the likeliest way to the end."""
    size = len(block)
    ends = list(range(1, size + 1))
    likely = [0.0] * (size + 1)
    for start in range(size - 1, -1, -1):
        best, end = least + likely[start + 1], start + 1
        piece, is_found = block[start], False
        while piece in known:
            share = known[piece]
            if share is not None and (share + likely[end] >= best or not is_found):
                best, is_found, ends[start] = share + likely[end], True, end
            end += 1
            if end > size:
                break
            piece = block[start:end]
        likely[start] = best
    return ends


def _frequencies(dictionary: str) -> tuple[dict[str, int], int]:
    """jieba's dictionary (word, count, class) as it keeps it, beginnings of words at 0, without its rarest words.

    More than half of them were seen three times or less; without them it takes 23 MB instead of 70.
    """
    fields = dictionary.split()
    counts = map(int, fields[1::3])
    frequency = {word: count for word, count in zip(fields[::3], counts, strict=True) if count >= LEAST_SEEN}
    total = sum(frequency.values())
    longer: Iterable[str] = frequency.keys()
    while starts := {word[:-1] for word in longer if len(word) > 1} - frequency.keys():
        frequency.update(dict.fromkeys(starts, 0))
        longer = starts
    return frequency, total


def fold(syllable: str) -> str:
    """A toneless syllable → its form with common confusions merged (zh=z, n=l, eng=en, ing=in)."""
    for curled, flat in FOLDS:
        if syllable.startswith(curled):
            syllable = flat + syllable[2:]
    if syllable.startswith("n") and len(syllable) > 1:
        syllable = "l" + syllable[1:]
    return syllable[:-1] if syllable.endswith(("eng", "ing")) else syllable


@cache
def sounds() -> tuple[dict[str, str], dict[str, str]]:
    """(character → sound, spelling → sound), from ``data/sounds.tsv``; a sound is one private-use character."""
    codes: dict[str, str] = {}
    of_char: dict[str, str] = {}
    spelt: dict[str, str] = {}
    for line in (DATA / "sounds.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        spelling, characters = line.split("\t")
        spelt[spelling] = code = codes.setdefault(fold(spelling), chr(PRIVATE + len(codes)))
        of_char.update(dict.fromkeys(characters, code))
    return of_char, spelt


@cache
def synonyms() -> dict[str, str]:
    """Word → the head of its group, from ``data/synonyms.tsv``."""
    heads: dict[str, str] = {}
    path = DATA / "synonyms.tsv"
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        words = [] if line.startswith("#") else line.split()
        for word in words:
            heads.setdefault(word, words[0])
    return heads


CLASSES = "nvamx"  # noun, verb, quality, measure, grammar


@cache
def background() -> dict[str, tuple[float, int]]:
    """Word → (how rare general questions have it, 0..1; its place in ``CLASSES``), from ``data/words.tsv``."""
    lines = (DATA / "words.tsv").read_text(encoding="utf-8").splitlines()[1:]
    rows = [line.split("\t") for line in lines]
    total = int(rows[0][1])
    scale = math.log(total / 2)
    return {
        word: (math.log(total / (int(count) + 2)) / scale, CLASSES.index(kind))
        for word, count, kind in rows[1:]
    }


def background_of(word: str) -> tuple[float, int]:
    """Rarity and class of any word; one that general questions do not have is a rarest noun, or a number."""
    return background().get(word) or (1.0, CLASSES.index("m" if word[:1].isdigit() else "n"))


@cache
def question_types() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Name and pattern of each question type; a type is a bit, in this order."""
    return tuple((name, re.compile(pattern)) for name, pattern in language()["types"].items())


def longest_first(words: Sequence[str]) -> str:
    """Words → one alternation that prefers the longest."""
    return "|".join(re.escape(word) for word in sorted(set(words), key=len, reverse=True))


def warm() -> None:
    """Load every table now, so that no question waits for it; jieba's comes with the index that cuts by it."""
    traditional()
    sounds()
    synonyms()
    background()
    question_types()

"""A question and the rows it may mean → one line of named numbers for each row."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz
from rapidfuzz.distance import LCSseq, Levenshtein, Postfix, Prefix
from rapidfuzz.process import cdist

from matching.base import IMPACT, Base, Floats, Ints, spans, word_numbers
from matching.reading import VIEWS, Reading
from matching.tables import CLASSES, sounds, synonyms

Doubles = NDArray[np.float64]
SAME = np.array([1.0, 0.9, 0.8], np.float32)[:, None, None]  # the word itself, its group, its sound
STRENGTH = np.array([IMPACT[view] for view in VIEWS], np.float32)

NAMES = (
    "score",
    *(f"cosine_{view}" for view in VIEWS),
    *(f"asked_{view}" for view in VIEWS),
    *(f"told_{view}" for view in VIEWS),
    "soft_asked", "soft_told", "worst_asked", "worst_told", "missing_asked", "missing_told",
    "common_asked", "common_told", "worst_common_asked", "worst_common_told",
    *(f"lost_{kind}" for kind in CLASSES), *(f"added_{kind}" for kind in CLASSES),
    "indel", "edit", "shared", "shared_asked", "partial",
    "sound_indel", "sound_shared", "sound_partial", "prefix", "postfix",
    "types_both", "types_asked_only", "types_told_only", "types_clash", "negation", "numbers_clash",
    "length", "longer", "shorter", "exact",
    "votes_best", "votes_mean", "votes_second", "votes_union", "votes_gain", "paraphrases",
)  # fmt: skip
VOTES, SOFT_ASKED = NAMES.index("votes_best"), NAMES.index("soft_asked")
ALIGNED = 10 + 2 * len(CLASSES)  # columns that come from the alignment of words


@dataclass(frozen=True, slots=True)
class Question:
    """A reading as keys of a base; what the base does not know counts as rarest."""

    reading: Reading
    keys: Ints  # known
    impact: Floats  # of each key: rarity × view weight ÷ length of the question
    weight: Floats  # [view]: sum of rarity, unknown keys included
    words: tuple[str, ...]
    kin: Ints  # [kind of likeness, word], as in the base; what the base does not know is negative
    numbers: Floats  # [word, number], as in the base


def ask(base: Base, reading: Reading) -> Question:
    """Look every piece of a reading up in the base."""
    known: set[int | None] = set()
    unknown = []
    for table, view in zip(base.keys, VIEWS, strict=True):
        pieces = set(reading.view(view))
        found: set[int | None] = set(map(table.get, pieces))
        found.discard(None)
        known |= found
        unknown.append(len(pieces) - len(found))
    keys = np.fromiter(known, np.int32, len(known))
    rarity, views, missing = base.rarity[keys], base.view_of[keys], np.array(unknown, np.float32)
    strength = rarity * STRENGTH[views]
    length = float(strength @ strength + missing @ STRENGTH**2) ** 0.5 or 1.0
    weight = np.bincount(views, rarity, len(VIEWS)) + missing
    words = tuple(dict.fromkeys(reading.words)) or ("",)
    kin, numbers = _look_up(base, words)
    return Question(
        reading, keys, strength / length, np.maximum(weight, 1e-3).astype(np.float32), words, kin, numbers
    )


def _look_up(base: Base, words: tuple[str, ...]) -> tuple[Ints, Floats]:
    """Kin and numbers of words; of those that the base does not have, made up here."""
    places = [base.words.get(word, -1) for word in words]
    kin, numbers = base.word_kin.take(places, axis=1), base.word_numbers.take(places, axis=0)
    for column, place in enumerate(places):
        if place < 0:
            word = words[column]
            of_char, head = sounds()[0], synonyms().get(word, word)
            sound = "".join([of_char.get(sign, sign) for sign in word]) if len(word) > 1 else word
            kin[:, column] = -1, base.heads.get(head, -2), base.alike.get(sound, -2)
            numbers[column] = word_numbers(word, 1.0)
    return kin, numbers


def search(base: Base, question: Question) -> Doubles:
    """Cosine of the question with every row, over all views at once."""
    if not len(question.keys):
        return np.zeros(base.size)
    starts = base.post_start[question.keys]
    lengths = base.post_start[question.keys + 1] - starts
    place, _ = spans(starts, lengths)
    impact = base.post_impact[place]
    impact *= question.impact.repeat(lengths)
    return np.bincount(base.post_rows[place], impact, base.size).astype(np.float64, copy=False)


def weigh(base: Base, question: Question, rows: Ints, scores: Doubles, first: Ints, *, hidden: int) -> Floats:
    """Evidence [row, name] for ``rows``, sorted so that an item's rows stand together from ``first`` on."""
    evidence = np.empty((len(rows), len(NAMES)), np.float32)
    views = len(VIEWS)
    evidence[:, 0] = scores[rows]
    _overlap(base, question, rows, evidence[:, 1 : 1 + 3 * views])
    column = 1 + 3 * views
    asked = _align(base, question, rows, evidence[:, column : column + ALIGNED])
    column += ALIGNED
    texts = [base.texts[row] for row in rows.tolist()]
    _compare_strings(base, question, rows, texts, evidence[:, column : column + 10])
    _compare_meaning(base, question, rows, texts, evidence[:, column + 10 : column + 20])
    _vote(base, rows, first, asked, evidence, hidden=hidden)
    return evidence


def _overlap(base: Base, question: Question, rows: Ints, out: Floats) -> None:
    starts = base.row_start[rows]
    place, first = spans(starts, base.row_start[rows + 1] - starts)
    keys = base.row_keys[place]
    is_asked = np.zeros(len(base.view_of), np.bool_)
    is_asked[question.keys] = True
    hits = is_asked[keys].nonzero()[0]
    keys = keys[hits]
    views = len(VIEWS)
    slot = (first.searchsorted(hits, "right") - 1) * views + base.view_of[keys]
    shared = np.bincount(slot, base.rarity[keys], len(rows) * views).reshape(-1, views)
    asked, told = question.weight, base.row_weight.take(rows, axis=0)
    np.divide(shared, np.sqrt(asked * told), out=out[:, :views], casting="same_kind")
    np.divide(shared, asked, out=out[:, views : 2 * views], casting="same_kind")
    np.divide(shared, told, out=out[:, 2 * views :], casting="same_kind")


def _align(base: Base, question: Question, rows: Ints, out: Floats) -> Floats:
    """Soft word alignment; returns the alignment of each asked word with each row."""
    starts = base.word_start[rows]
    place, first = spans(starts, base.word_start[rows + 1] - starts)
    words = base.word_ids[place]
    alike = np.maximum.reduce((question.kin[:, :, None] == base.word_kin.take(words, axis=1)[:, None]) * SAME)
    asked = np.maximum.reduceat(alike, first, axis=1)
    lacks = 1 - asked
    lost = lacks.T @ question.numbers
    worst = np.maximum.reduce(question.numbers.T[:2, :, None] * lacks, axis=1)
    gaps = base.word_numbers.take(words, axis=0)
    gaps *= (1 - np.maximum.reduce(alike))[:, None]
    added = np.add.reduceat(gaps, first)
    out[:, 0:7:6] = 1 - lost[:, :2] / np.add.reduce(question.numbers[:, :2])
    out[:, 1:8:6] = 1 - added[:, :2] / base.row_numbers.take(rows, axis=0)
    out[:, 2:9:6] = worst.T
    out[:, 3:10:6] = np.maximum.reduceat(gaps[:, :2], first)
    out[:, 4], out[:, 5] = lost[:, 0] / 4, added[:, 0] / 4
    out[:, 10:15], out[:, 15:20] = lost[:, 2:], added[:, 2:]
    return asked


def covered(base: Base, question: Question, row: int) -> list[bool]:
    """For each asked word, whether the row has it, or one of its synonyms or its sound."""
    words = base.word_ids[base.word_start[row] : base.word_start[row + 1]]
    same = question.kin[:, :, None] == base.word_kin[:, None, words]
    return [bool(hit) for hit in same.any(axis=(0, 2))]


def _compare_strings(base: Base, question: Question, rows: Ints, texts: list[str], out: Floats) -> None:
    text, sound = question.reading.text, question.reading.sound
    heard = [base.sounds[row] for row in rows.tolist()]
    length, asked = base.lengths[rows], max(1, len(text))
    shared = _against(text, texts, LCSseq.similarity)
    out[:, 0] = 2 * shared / (asked + length)
    out[:, 1] = _against(text, texts, Levenshtein.normalized_similarity)
    out[:, 2] = shared / length
    out[:, 3] = shared / asked
    out[:, 4] = _against(text, texts, fuzz.partial_ratio) / 100
    shared = _against(sound, heard, LCSseq.similarity)
    out[:, 5] = 2 * shared / np.maximum(np.fromiter(map(len, heard), np.float32, len(heard)) + len(sound), 1)
    out[:, 6] = shared / max(1, len(sound))
    out[:, 7] = _against(sound, heard, fuzz.partial_ratio) / 100
    out[:, 8] = _against(text, texts, Prefix.normalized_similarity)
    out[:, 9] = _against(text, texts, Postfix.normalized_similarity)


def _against(one: str, many: list[str], scorer: Any) -> Floats:
    found: Floats = cdist([one], many, scorer=scorer, dtype=np.float32)[0]
    return found


def _compare_meaning(base: Base, question: Question, rows: Ints, texts: list[str], out: Floats) -> None:
    reading = question.reading
    types = base.types[rows]
    both = np.bitwise_count(types & reading.types)
    asked_only = reading.types.bit_count() - both
    told_only = np.bitwise_count(types) - both
    out[:, 0], out[:, 1], out[:, 2] = both, asked_only, told_only
    out[:, 3] = (both == 0) & (told_only > 0) if reading.types else 0
    out[:, 4] = base.negative[rows] != reading.is_negative
    out[:, 5] = 0
    for number in reading.numbers:
        np.maximum(out[:, 5], [number not in text for text in texts], out=out[:, 5])
    length = max(1, len(reading.text))
    ratio = np.log(length / base.lengths[rows])
    out[:, 6] = math.log(length) / 4
    np.maximum(ratio, 0, out=out[:, 7])
    np.maximum(-ratio, 0, out=out[:, 8])
    out[:, 9] = [text == reading.text for text in texts]


def _vote(base: Base, rows: Ints, first: Ints, asked: Floats, evidence: Floats, *, hidden: int) -> None:
    """What an item's other questions say; ``hidden`` is a left-out row that must not be counted."""
    items = base.owner[rows[first]]
    count = base.first[items + 1] - base.first[items]
    if hidden >= 0:
        count -= items == base.owner[hidden]
    np.maximum(count, 1, out=count)
    size = _sizes(first, len(rows))
    found = evidence[:, 0].copy()
    votes = np.empty((6, len(first)), np.float32)
    best = np.maximum.reduceat(found, first)
    votes[0] = best
    votes[1] = np.add.reduceat(found, first) / count
    votes[2] = _second(found, first, best, size)
    votes[3] = np.add.reduce(np.maximum.reduceat(asked, first, axis=1)) / len(asked)
    votes[4] = np.maximum.reduceat(evidence[:, SOFT_ASKED], first)
    votes[5] = np.log(count)
    evidence[:, VOTES:] = votes.repeat(size, axis=1).T


def _sizes(first: Ints, total: int) -> Ints:
    """How many rows each item has, of ``total`` rows that stand together from ``first`` on."""
    ends = np.empty_like(first)
    ends[:-1], ends[-1] = first[1:], total
    return ends - first


def _second(found: Floats, first: Ints, best: Floats, size: Ints) -> Floats:
    """Of each item the second-best row; 0 where it has only one, the best where two are best."""
    is_best = found == best.repeat(size)
    runner = np.maximum.reduceat(np.where(is_best, np.float32(0), found), first)
    return np.where(np.add.reduceat(is_best, first, dtype=np.int32) > 1, best, runner)

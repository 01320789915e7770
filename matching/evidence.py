"""A question and the rows it may mean → one line of named numbers for each row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz
from rapidfuzz.distance import LCSseq, Levenshtein, Postfix, Prefix
from rapidfuzz.process import cdist

from matching.base import IMPACT, Base, Floats, Ints
from matching.reading import VIEWS, Reading
from matching.tables import CLASSES, background_of, sounds, synonyms

SAME_GROUP, SAME_SOUND = 0.9, 0.8
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
VOTES = NAMES.index("votes_best")


@dataclass(frozen=True, slots=True)
class Question:
    """A reading as keys of a base; what the base does not know counts as rarest."""

    reading: Reading
    keys: Ints  # known, sorted
    weight: Floats  # [view]: sum of rarity, unknown keys included
    words: tuple[str, ...]
    word_ids: Ints  # -1: unknown
    word_rarity: Floats
    word_head: Ints
    word_sound: Ints
    word_common: Floats
    word_class: NDArray[np.int8]


def ask(base: Base, reading: Reading) -> Question:
    """Look every piece of a reading up in the base."""
    known: set[int] = set()
    weight = [0.0] * len(VIEWS)
    for number, view in enumerate(VIEWS):
        table = base.keys[number]
        for key in set(reading.view(view)):
            found = table.get(key)
            if found is None:
                weight[number] += 1.0
            else:
                known.add(found)
    keys = np.array(sorted(known), np.int32)
    heard = np.bincount(base.view_of[keys], base.rarity[keys], len(VIEWS)) if known else np.zeros(len(VIEWS))
    words = tuple(dict.fromkeys(reading.words)) or ("",)
    ids = np.array([base.words.get(word, -1) for word in words], np.int32)
    heads, alike = _kin_of(base, words)
    rarity = np.where(ids >= 0, base.word_rarity[ids], 1.0).astype(np.float32)
    general = [background_of(word) for word in words]
    return Question(
        reading, keys, (heard + weight).astype(np.float32), words, ids, rarity, heads, alike,
        np.array([rare for rare, _ in general], np.float32), np.array([kind for _, kind in general], np.int8),
    )  # fmt: skip


def _kin_of(base: Base, words: tuple[str, ...]) -> tuple[Ints, Ints]:
    table, (of_char, _) = synonyms(), sounds()
    heads = [base.heads.get(table.get(word, word), -2) for word in words]
    alike = [
        base.alike.get("".join([of_char.get(sign, sign) for sign in word]) if len(word) > 1 else word, -2)
        for word in words
    ]
    return np.array(heads, np.int32), np.array(alike, np.int32)


def search(base: Base, question: Question) -> Floats:
    """Cosine of the question with every row, over all views at once."""
    keys = question.keys
    strength = base.rarity[keys] * STRENGTH[base.view_of[keys]]
    length = float(np.sqrt((strength**2).sum() + _unknown(base, question))) or 1.0
    starts, ends = base.post_start[keys], base.post_start[keys + 1]
    place = spans(starts, ends)
    impact = base.post_impact[place] * np.repeat(strength / length, ends - starts)
    return np.bincount(base.post_rows[place], impact, base.size).astype(np.float32)


def _unknown(base: Base, question: Question) -> float:
    heard = np.bincount(base.view_of[question.keys], base.rarity[question.keys], len(VIEWS))
    return float(((question.weight - heard).clip(0) * STRENGTH**2).sum())


def spans(starts: Ints, ends: Ints) -> NDArray[np.int64]:
    """Indices start..end of many spans, one after another."""
    lengths = (ends - starts).astype(np.int64)
    total = int(lengths.sum())
    shift = np.repeat(starts - np.concatenate(([0], np.cumsum(lengths)[:-1])), lengths)
    return np.arange(total, dtype=np.int64) + shift


def weigh(base: Base, question: Question, rows: Ints, scores: Floats, hidden: int = -1) -> Floats:
    """Evidence [row, name] for ``rows`` (sorted, so that an item's rows stand together)."""
    evidence = np.empty((len(rows), len(NAMES)), np.float32)
    views = len(VIEWS)
    evidence[:, 0] = scores[rows]
    _overlap(base, question, rows, evidence[:, 1 : 1 + 3 * views])
    column = 1 + 3 * views
    asked = _align(base, question, rows, evidence[:, column : column + 20])
    _compare_strings(base, question, rows, evidence[:, column + 20 : column + 30])
    _compare_meaning(base, question, rows, evidence[:, column + 30 : column + 40])
    _vote(base, rows, asked, evidence, hidden)
    return evidence


def _overlap(base: Base, question: Question, rows: Ints, out: Floats) -> None:
    starts, ends = base.row_start[rows], base.row_start[rows + 1]
    keys = base.row_keys[spans(starts, ends)]
    row = np.repeat(np.arange(len(rows)), ends - starts)
    if len(question.keys):
        place = np.searchsorted(question.keys, keys).clip(max=len(question.keys) - 1)
        hit = question.keys[place] == keys
        keys, row = keys[hit], row[hit]
    else:
        keys, row = keys[:0], row[:0]
    views = len(VIEWS)
    shared = np.bincount(row * views + base.view_of[keys], base.rarity[keys], len(rows) * views).reshape(
        -1, views
    )
    asked, told = question.weight.clip(1e-3), base.row_weight[rows].clip(1e-3)
    out[:, :views] = shared / np.sqrt(asked * told)
    out[:, views : 2 * views] = shared / asked
    out[:, 2 * views :] = shared / told


def _align(base: Base, question: Question, rows: Ints, out: Floats) -> Floats:
    """Soft word alignment; returns the alignment of each asked word with each row."""
    starts, ends = base.word_start[rows], base.word_start[rows + 1]
    words = base.word_ids[spans(starts, ends)]
    alike = (question.word_ids[:, None] == words).astype(np.float32)
    np.maximum(alike, SAME_GROUP * (question.word_head[:, None] == base.word_head[words]), out=alike)
    np.maximum(alike, SAME_SOUND * (question.word_sound[:, None] == base.word_sound[words]), out=alike)
    lengths = ends - starts
    first = np.cumsum(lengths) - lengths
    asked = np.maximum.reduceat(alike, first, axis=1)
    told, rarity = alike.max(axis=0), base.word_rarity[words]
    wanted = question.word_rarity[:, None]
    missed, unasked = wanted * (1 - asked), rarity * (1 - told)
    out[:, 0] = (wanted * asked).sum(axis=0) / wanted.sum()
    out[:, 1] = np.add.reduceat(rarity * told, first) / np.add.reduceat(rarity, first)
    out[:, 2] = missed.max(axis=0)
    out[:, 3] = np.maximum.reduceat(unasked, first)
    out[:, 4] = missed.sum(axis=0) / 4
    out[:, 5] = np.add.reduceat(unasked, first) / 4
    known, own = base.word_common[words], question.word_common[:, None]
    lost, added = own * (1 - asked), known * (1 - told)
    out[:, 6] = (own * asked).sum(axis=0) / own.sum()
    out[:, 7] = np.add.reduceat(known * told, first) / np.add.reduceat(known, first)
    out[:, 8], out[:, 9] = lost.max(axis=0), np.maximum.reduceat(added, first)
    kinds = np.arange(len(CLASSES))
    out[:, 10:15] = lost.T @ (question.word_class[:, None] == kinds).astype(np.float32)
    out[:, 15:20] = np.add.reduceat(
        added[:, None] * (base.word_class[words][:, None] == kinds), first, axis=0
    )
    return asked


def covered(base: Base, question: Question, row: int) -> list[bool]:
    """For each asked word, whether the row has it, or one of its synonyms or its sound."""
    words = base.word_ids[base.word_start[row] : base.word_start[row + 1]]
    same = (question.word_ids[:, None] == words) | (question.word_head[:, None] == base.word_head[words])
    same |= question.word_sound[:, None] == base.word_sound[words]
    return [bool(hit) for hit in same.any(axis=1)]


def _compare_strings(base: Base, question: Question, rows: Ints, out: Floats) -> None:
    text, sound = question.reading.text, question.reading.sound
    texts, heard = [base.texts[row] for row in rows], [base.sounds[row] for row in rows]
    length, asked = base.lengths[rows], max(1, len(text))
    shared = _against(text, texts, LCSseq.similarity)
    out[:, 0] = 2 * shared / (asked + length)
    out[:, 1] = _against(text, texts, Levenshtein.normalized_similarity)
    out[:, 2] = shared / length
    out[:, 3] = shared / asked
    out[:, 4] = _against(text, texts, fuzz.partial_ratio) / 100
    shared = _against(sound, heard, LCSseq.similarity)
    out[:, 5] = 2 * shared / (len(sound) + np.fromiter(map(len, heard), np.float32, len(heard))).clip(1)
    out[:, 6] = shared / max(1, len(sound))
    out[:, 7] = _against(sound, heard, fuzz.partial_ratio) / 100
    out[:, 8] = _against(text, texts, Prefix.normalized_similarity)
    out[:, 9] = _against(text, texts, Postfix.normalized_similarity)


def _against(one: str, many: list[str], scorer: Any) -> Floats:
    found: Floats = cdist([one], many, scorer=scorer, dtype=np.float32)[0]
    return found


def _compare_meaning(base: Base, question: Question, rows: Ints, out: Floats) -> None:
    reading = question.reading
    types = base.types[rows]
    both = np.bitwise_count(types & reading.types)
    asked_only = np.bitwise_count(reading.types & ~types)
    told_only = np.bitwise_count(types & ~reading.types)
    out[:, 0], out[:, 1], out[:, 2] = both, asked_only, told_only
    out[:, 3] = (both == 0) & (asked_only > 0) & (told_only > 0)
    out[:, 4] = base.negative[rows] != reading.is_negative
    out[:, 5] = [_clash(reading.numbers, base.texts[row]) for row in rows] if reading.numbers else 0
    length = max(1, len(reading.text))
    ratio = np.log(length / base.lengths[rows])
    out[:, 6] = np.log(length) / 4
    out[:, 7], out[:, 8] = ratio.clip(0), (-ratio).clip(0)
    out[:, 9] = [base.texts[row] == reading.text for row in rows]


def _clash(numbers: frozenset[str], text: str) -> bool:
    return not all(number in text for number in numbers)


def _vote(base: Base, rows: Ints, asked: Floats, evidence: Floats, hidden: int) -> None:
    """What an item's other questions say; ``hidden`` is a left-out row that must not be counted."""
    owner = base.owner[rows]
    first = np.flatnonzero(np.concatenate(([True], owner[1:] != owner[:-1])))
    size = np.diff(np.concatenate((first, [len(rows)])))
    items = owner[first]
    count = base.first[items + 1] - base.first[items]
    if hidden >= 0:
        count = count - (items == base.owner[hidden])
    found = evidence[:, 0]
    best = np.maximum.reduceat(found, first)
    total = np.add.reduceat(found, first)
    second = np.where(size > 1, _second(found, first, best), 0)
    weights = evidence[:, NAMES.index("soft_asked")]
    gain = np.maximum.reduceat(asked, first, axis=1).mean(axis=0)
    soft = np.maximum.reduceat(weights, first)
    for offset, value in enumerate((best, total / count.clip(1), second, gain, soft, np.log(count.clip(1)))):
        evidence[:, VOTES + offset] = np.repeat(value, size)


def _second(found: Floats, first: NDArray[np.int64], best: Floats) -> Floats:
    size = np.diff(np.concatenate((first, [len(found)])))
    rest = np.where(found >= np.repeat(best, size), -1, found)
    runner = np.maximum.reduceat(rest, first)
    ties = np.add.reduceat((rest < 0).astype(np.int32), first) > 1
    return np.asarray(np.where(ties, best, runner.clip(0)), np.float32)

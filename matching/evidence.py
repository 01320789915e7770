"""Questions and the rows each may mean → one column of named numbers for each row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import LCSseq, Postfix, Prefix
from rapidfuzz.process import cdist

from matching.base import LEAST_MASS, STRENGTH, Base, Doubles, Floats, Ints, masses, spans
from matching.reading import VIEWS, Reading
from matching.tables import CLASSES, background_of, sounds, synonyms

NAMES = (
    *(f"cosine_{view}" for view in VIEWS),
    *(f"asked_{view}" for view in VIEWS),
    *(f"told_{view}" for view in VIEWS),
    "missing_asked", "missing_told", "common_asked", "common_told",
    *(f"lost_{kind}" for kind in CLASSES), *(f"added_{kind}" for kind in CLASSES),
    "shared", "shared_asked", "indel", "sound_shared", "sound_asked", "sound_indel", "prefix", "postfix",
    "types_both", "types_asked_only", "types_told_only", "types_clash", "negation",
    "longer", "shorter", "length",
    "profile", "profile_lead", "profile_asked", "profile_silent",
    "score", "votes_best", "votes_mean", "votes_second", "votes_asked", "paraphrases",
)  # fmt: skip
ASKED, MISSING = NAMES.index("asked_words"), NAMES.index("missing_asked")
COMMON, STRINGS, MEANING = NAMES.index("common_asked"), NAMES.index("shared"), NAMES.index("types_both")
SCORE, VOTES = NAMES.index("score"), NAMES.index("votes_best")
PROFILE = NAMES.index("profile")
WORDS, FORMS, PAIRS = VIEWS.index("words"), VIEWS.index("forms"), VIEWS.index("pairs")
SURPRISE = ("unknown_words", "unknown_pairs", "unknown_common", "words")  # of a question, whatever the row

OWN = 9.0  # how much more than the whole base an item's own questions count (Jelinek and Mercer's smoothing)

TELLS = {"words": 1.0, "forms": 1.0, "units": 1.0, "pairs": 1.0, "sound_pairs": 0.5, "sounds": 0.0}
TELLING = np.array([TELLS[view] for view in VIEWS])  # of each view, in an item's profile
UNKNOWN = (STRENGTH**2)[:, None]  # what a key that the base does not know adds to the length of a question


@dataclass(frozen=True, slots=True)
class Asked:
    """Readings as keys of a base; what the base does not know counts as rarest."""

    readings: Sequence[Reading]
    keys: Ints  # known ones, of all questions one after another
    owner: Ints  # key → question
    impact: Doubles  # of each key: rarity × view weight ÷ length of the question
    mass: Doubles  # [view, question]: sum of rarity, unknown keys included
    common: Doubles  # [word class, question]: the same of rarity in general questions
    surprise: Doubles  # [name of SURPRISE, question]
    lengths: Doubles  # [letters or sounds, question], at least 1


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows to be weighed, question by question; those of one item stand together."""

    rows: Ints
    question: Ints  # row → question
    ends: list[int]  # question → end of its rows
    first: Ints  # item → its first place in ``rows``
    items: Ints
    sizes: Ints  # item → how many of its rows are here
    item_ends: list[int]  # question → end of its items
    hidden: Ints | None = None  # question → a row that is left out and does not count as a paraphrase


def ask(base: Base, readings: Sequence[Reading]) -> Asked:
    """Look every piece of the readings up in the base."""
    count = len(readings)
    keys: list[int] = []
    sizes: list[int] = []
    unknown: list[list[int]] = []
    general = np.zeros((len(CLASSES), count))
    for number, reading in enumerate(readings):
        before, strange = len(keys), []
        for table, pieces in zip(base.keys, reading.views(), strict=True):
            found = [key for key in map(table.get, pieces) if key is not None]
            keys += found
            strange.append(len(pieces) - len(found))
        if strange[FORMS]:
            for word in dict.fromkeys(reading.words):
                if word not in base.keys[FORMS]:
                    rare, kind = background_of(word)
                    general[kind, number] += rare
        unknown.append(strange)
        sizes.append(len(keys) - before)
    missing = np.array(unknown, np.float64).T
    known, owner = np.array(keys, np.intp), np.arange(count).repeat(sizes)
    strength = base.strength.take(known)
    length = np.bincount(owner, strength * strength, count) + np.add.reduce(missing * UNKNOWN, axis=0)
    impact = strength / np.sqrt(np.maximum(length, 1e-9)).take(owner)
    mass = masses(base.view_of.take(known), owner, base.rarity.take(known), missing.shape) + missing
    common = masses(base.class_of.take(known), owner, base.common.take(known), general.shape) + general
    wanted = np.maximum(mass[WORDS], LEAST_MASS)
    surprise = np.array(
        (
            missing[WORDS] / wanted,
            missing[PAIRS] / np.maximum(mass[PAIRS], LEAST_MASS),
            general.sum(axis=0),
            wanted,
        )
    )
    lengths = np.array(
        [(len(reading.text) or 1, len(reading.sound) or 1) for reading in readings], np.float64
    ).T
    return Asked(readings, known, owner, impact, mass, common, surprise, lengths)


def search(base: Base, asked: Asked) -> Doubles:
    """Cosine of each question with every row, over all views at once [question, row]."""
    count = len(asked.readings)
    starts = base.post_start.take(asked.keys)
    place, span = spans(starts, base.post_start.take(asked.keys + 1) - starts)
    impact = asked.impact.take(span)
    impact *= base.post_impact.take(place)
    rows = base.post_rows.take(place)
    if count > 1:
        rows = rows + (asked.owner * base.size).take(span)
    scores: Doubles = np.bincount(rows, impact, count * base.size).astype(np.float64, copy=False)
    return scores.reshape(count, base.size)


def weigh(base: Base, asked: Asked, rows: Rows, scores: Floats) -> Floats:
    """Evidence [name, row]."""
    evidence = np.empty((len(NAMES), len(rows.rows)), np.float32)
    evidence[SCORE] = scores
    _overlap(base, asked, rows, evidence)
    _compare_strings(base, asked, rows, evidence[STRINGS:MEANING])
    _compare_meaning(base, asked, rows, evidence[MEANING:PROFILE])
    _profile(base, asked, rows, evidence[PROFILE:SCORE])
    _vote(base, rows, evidence)
    return evidence


def _overlap(base: Base, asked: Asked, rows: Rows, out: Floats) -> None:
    """What the question and the row share, of what is asked and of what is told, view by view."""
    total, views, classes = len(rows.rows), len(VIEWS), len(CLASSES)
    key, row = _shared_keys(base, asked, rows)
    view = base.view_of.take(key)
    shared = masses(view, row, base.rarity.take(key), (views, total))
    wanted, given = asked.mass.take(rows.question, axis=1), base.row_mass.take(rows.rows, axis=1)
    np.subtract(wanted[WORDS], shared[WORDS], out=out[MISSING], casting="same_kind")
    np.subtract(given[WORDS], shared[WORDS], out=out[MISSING + 1], casting="same_kind")
    covered, explained = out[views : 2 * views], out[2 * views : 3 * views]
    np.divide(shared, np.maximum(wanted, LEAST_MASS), out=covered, casting="same_kind")
    np.divide(shared, np.maximum(given, LEAST_MASS), out=explained, casting="same_kind")
    np.sqrt(covered * explained, out=out[:views])
    shared = masses(base.class_of.take(key), row, base.common.take(key), (classes, total))
    wanted, given = asked.common.take(rows.question, axis=1), base.row_common.take(rows.rows, axis=1)
    lost, added = out[COMMON + 2 : COMMON + 2 + classes], out[COMMON + 2 + classes : COMMON + 2 + 2 * classes]
    np.subtract(wanted, shared, out=lost, casting="same_kind")
    np.subtract(given, shared, out=added, casting="same_kind")
    whole = np.add.reduce(shared, axis=0)
    out[COMMON] = whole / np.maximum(np.add.reduce(wanted, axis=0), LEAST_MASS)
    out[COMMON + 1] = whole / np.maximum(np.add.reduce(given, axis=0), LEAST_MASS)


def _shared_keys(base: Base, asked: Asked, rows: Rows) -> tuple[Ints, Ints]:
    """Keys of rows that their question has too, and the places of those rows."""
    place, span = spans(base.row_start.take(rows.rows), base.row_size.take(rows.rows))
    keys = base.row_keys.take(place)
    hits = _asked_among(base, asked, keys, rows.question, span)
    return keys.take(hits).astype(np.intp), span.take(hits)


def _asked_among(base: Base, asked: Asked, keys: Ints, question: Ints, span: Ints) -> Ints:
    """Places of those ``keys`` that their question has; ``span``: which place of ``question`` a key belongs to."""
    size = len(base.view_of)
    is_asked = np.zeros(len(asked.readings) * size, np.bool_)
    is_asked[asked.keys + asked.owner * size] = True
    if len(asked.readings) > 1:
        keys = keys + (question * size).take(span)
    found: Ints = is_asked.take(keys).nonzero()[0]
    return found


def _profile(base: Base, asked: Asked, rows: Rows, out: Floats) -> None:
    """How much likelier all questions of an item together make what is asked than the whole base does."""
    profiles = base.profiles
    question = rows.question.take(rows.first)
    place, span = spans(profiles.start.take(rows.items), profiles.size.take(rows.items))
    keys = profiles.keys.take(place)
    hits = _asked_among(base, asked, keys, question, span)
    keys, item = keys.take(hits).astype(np.intp), span.take(hits)
    known, size = place.take(hits), len(rows.first)
    counts = profiles.counts.take(known)
    silent = profiles.silent.take(rows.items) - np.bincount(item, profiles.silence.take(known), size)
    questions = (base.first[rows.items + 1] - base.first[rows.items]).astype(np.float32)
    if rows.hidden is not None:
        counts -= _is_hidden(base, rows, rows.hidden, (keys, item))
        questions = np.maximum(questions - _has_hidden(base, rows, rows.hidden), 1)
        is_there = counts > 0
        keys, item, counts = keys[is_there], item[is_there], counts[is_there]
    view = base.view_of.take(keys)
    told = np.log1p(OWN * counts / (questions.take(item) * profiles.share.take(keys)))
    told *= TELLING.take(view)
    profile = np.empty((4, size), np.float32)
    profile[0] = np.bincount(item, told, size)
    start = 0
    for end in rows.item_ends:
        profile[1, start:end] = lead(profile[0, start:end])
        start = end
    words = (view == WORDS).nonzero()[0]
    wanted = np.maximum(asked.mass[WORDS].take(question), LEAST_MASS)
    profile[2] = np.bincount(item.take(words), base.rarity.take(keys.take(words)), size) / wanted
    profile[3] = silent
    out[:] = profile.repeat(rows.sizes, axis=1)


def lead(scores: Floats) -> Floats:
    """Each score less the best of the others; less itself where it is alone."""
    if len(scores) < 2:
        return np.zeros_like(scores)
    second, best = np.partition(scores, len(scores) - 2)[-2:]
    away: Floats = scores - best
    away[scores == best] = best - second
    return away


def _has_hidden(base: Base, rows: Rows, hidden: Ints) -> NDArray[np.bool_]:
    """Whether an item has the row that is hidden from its question."""
    theirs = hidden.take(rows.question.take(rows.first))
    return np.asarray((theirs >= 0) & (base.owner.take(theirs) == rows.items))


def _is_hidden(base: Base, rows: Rows, hidden: Ints, shared: tuple[Ints, Ints]) -> NDArray[np.bool_]:
    """Of ``shared`` keys and the places of the items that have them: whether the hidden row is one that has it."""
    keys, item = shared
    size, some = len(base.view_of), (hidden >= 0).nonzero()[0]
    theirs = hidden.take(some)
    place, span = spans(base.row_start.take(theirs), base.row_size.take(theirs))
    is_gone = np.zeros(len(hidden) * size, np.bool_)
    is_gone[base.row_keys.take(place) + some.take(span) * size] = True
    question = rows.question.take(rows.first).take(item)
    return np.asarray(_has_hidden(base, rows, hidden).take(item) & is_gone.take(question * size + keys))


def covered(base: Base, reading: Reading, row: int) -> frozenset[str]:
    """The words of a reading that a row has too, as they are, by a synonym, or by their sound."""
    start = base.row_start[row]
    keys = set(base.row_keys[start : start + base.row_size[row]].tolist())
    table, heads, of_char = base.keys[WORDS], synonyms(), sounds()[0]
    heard = base.sounds[row]
    return frozenset(
        word
        for word in reading.words
        if table.get(heads.get(word, word)) in keys
        or (len(word) > 1 and "".join(of_char.get(sign, sign) for sign in word) in heard)
    )


def _compare_strings(base: Base, asked: Asked, rows: Rows, out: Floats) -> None:
    """Longest common subsequence of letters and of sounds, common beginning and end."""
    start, places = 0, rows.rows.tolist()
    texts, sounds_of = base.texts, base.sounds
    for reading, end in zip(asked.readings, rows.ends, strict=True):
        if end > start:
            told = [texts[place] for place in places[start:end]]
            heard = [sounds_of[place] for place in places[start:end]]
            out[2, start:end] = _against(reading.text, told, LCSseq.similarity)
            out[5, start:end] = _against(reading.sound, heard, LCSseq.similarity)
            out[6, start:end] = _against(reading.text, told, Prefix.normalized_similarity)
            out[7, start:end] = _against(reading.text, told, Postfix.normalized_similarity)
        start = end
    shared = out[2:6:3]
    wanted, given = asked.lengths.take(rows.question, axis=1), base.lengths.take(rows.rows, axis=1)
    np.divide(shared, given, out=out[0:4:3], casting="same_kind")
    np.divide(shared, wanted, out=out[1:5:3], casting="same_kind")
    np.divide(shared, (wanted + given) / 2, out=shared, casting="same_kind")


def _against(one: str, many: list[str], scorer: Any) -> Floats:
    found: Floats = cdist([one], many, scorer=scorer, dtype=np.float32)[0]
    return found


def _compare_meaning(base: Base, asked: Asked, rows: Rows, out: Floats) -> None:
    """Kinds of question, negation, length."""
    types = base.types[rows.rows]
    wanted = np.array([reading.types for reading in asked.readings], np.int32)[rows.question]
    both, given = np.bitwise_count(types & wanted), np.bitwise_count(types)
    out[0], out[2] = both, given - both
    out[1] = np.bitwise_count(wanted) - both
    out[3] = (both == 0) & (given > 0) & (wanted > 0)
    negative = np.array([reading.is_negative for reading in asked.readings], np.bool_)
    out[4] = base.negative[rows.rows] != negative[rows.question]
    length = asked.lengths[0].take(rows.question)
    ratio = np.log(length / base.lengths[0].take(rows.rows))
    np.maximum(ratio, 0, out=out[5], casting="same_kind")
    np.maximum(-ratio, 0, out=out[6], casting="same_kind")
    np.log(length, out=out[7], casting="same_kind")


def _vote(base: Base, rows: Rows, evidence: Floats) -> None:
    """What an item's other questions that were found say."""
    first, found = rows.first, evidence[SCORE]
    count = base.first[rows.items + 1] - base.first[rows.items]
    if rows.hidden is not None:
        count = np.maximum(count - _has_hidden(base, rows, rows.hidden), 1)
    votes = np.empty((5, len(first)), np.float32)
    votes[0] = best = np.maximum.reduceat(found, first)
    votes[1] = np.add.reduceat(found, first) / count
    is_best = found == best.repeat(rows.sizes)
    votes[2] = np.maximum.reduceat(np.where(is_best, np.float32(0), found), first)
    votes[3] = np.maximum.reduceat(evidence[ASKED], first)
    votes[4] = np.log(count)
    evidence[VOTES:] = votes.repeat(rows.sizes, axis=1)

"""Evidence → a score for each row, and the probability that the best one is right."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from matching.base import Floats
from matching.evidence import ASKED, MISSING, NAMES, SURPRISE
from matching.retrieval import Found
from matching.tables import DATA

FAR = 6.0  # evidence counts no further than this many deviations from its mean
STANDING = ("score", "lead", "lead_third", "lead_fifth", "share", "rivalry", "asked_best", "missing_best")
GROUNDS = (*STANDING, *SURPRISE, *(f"top_{name}" for name in NAMES))
BENT = (
    "cosine_words", "cosine_pairs", "cosine_units", "cosine_sound_pairs", "asked_words", "told_words",
    "common_asked", "common_told", "indel", "shared", "types_clash", "negation", "length", "votes_asked", "paraphrases",
)  # fmt: skip
FACTORS = (*NAMES, *(f"{name}_squared" for name in BENT))
MEANT = ("meaning", "meaning_best")  # what an encoder adds
_BENT_AT = np.array([NAMES.index(name) for name in BENT])


@dataclass(frozen=True, slots=True)
class Linear:
    """Σ weight · clip((x − mean) ÷ scale) + bias, of numbers [name, case]."""

    mean: Floats
    scale: Floats
    weight: Floats
    bias: float = 0.0
    _low: Floats = field(init=False, repr=False)
    _high: Floats = field(init=False, repr=False)
    _slope: Floats = field(init=False, repr=False)
    _level: float = field(init=False, repr=False)

    def __post_init__(self) -> None:
        mean, scale = self.mean[:, None], self.scale[:, None]
        slope = self.weight[:, None] / scale
        object.__setattr__(self, "_low", mean - FAR * scale)
        object.__setattr__(self, "_high", mean + FAR * scale)
        object.__setattr__(self, "_slope", slope)
        object.__setattr__(self, "_level", self.bias - float((slope * mean).sum()))

    @classmethod
    def flat_over(cls, numbers: Floats) -> Linear:
        """Zero weights, with mean and scale of the rows of ``numbers``."""
        mean, scale = numbers.mean(axis=1), numbers.std(axis=1) + 1e-3
        return cls(mean, scale, np.zeros(len(numbers), np.float32))

    def __call__(self, numbers: Floats) -> Floats:
        """One number a case. Summed name by name, so that a case is the same alone and among others."""
        told = np.minimum(numbers, self._high)
        np.maximum(told, self._low, out=told)
        told *= self._slope
        if told.shape[1] == 1:  # a single column would be summed in another order
            told = told.repeat(2, axis=1)
        total: Floats = np.add.reduce(told, axis=0)[: numbers.shape[1]]
        return total + self._level

    def standard(self, numbers: Floats) -> Floats:
        """``numbers`` in deviations from the mean."""
        away: Floats = numbers - self.mean[:, None]
        away /= self.scale[:, None]
        np.minimum(away, FAR, out=away)
        return np.maximum(away, -FAR, out=away)


@dataclass(frozen=True, slots=True)
class Model:
    """The ranker, the acceptance and the two thresholds that go with it."""

    ranker: Linear
    acceptance: Linear
    answer: float
    clarify: float
    unsure: tuple[float, float] = (
        0.0,
        0.0,
    )  # between these confidences an encoder is asked, where there is one


@dataclass(frozen=True, slots=True)
class Ranking:
    """The items found for one question, best first: scores, items, best rows (places in ``Found.rows``)."""

    scores: tuple[float, ...]
    items: tuple[int, ...]
    best: tuple[int, ...]


@cache
def shipped() -> Model:
    """The constants in ``data/constants.json``."""
    return read_model(DATA / "constants.json")


@cache
def shipped_semantic() -> Model:
    """The constants in ``data/constants-semantic.json``, for questions that an encoder has read."""
    return read_model(DATA / "constants-semantic.json", MEANT)


def read_model(path: Path, more: tuple[str, ...] = ()) -> Model:
    """A file as ``benchmarks/fit_constants.py`` writes it → a model. ``more``: evidence beyond ``NAMES``."""
    table = json.loads(path.read_text(encoding="utf-8"))
    return Model(
        ranker=_linear(table["ranker"], (*FACTORS, *more)),
        acceptance=_linear(table["acceptance"], (*GROUNDS, *(f"top_{name}" for name in more))),
        answer=float(table["answer"]),
        clarify=float(table["clarify"]),
        unsure=tuple(table.get("unsure", (0.0, 0.0))),
    )


def _linear(table: Mapping[str, Any], names: tuple[str, ...]) -> Linear:
    columns = np.array([table["weights"][name] for name in names], np.float32).T
    return Linear(columns[0], columns[1], columns[2], float(table.get("bias", 0.0)))


def factors(found: Found) -> Floats:
    """Evidence with the squares of what does not act in a straight line, as ``FACTORS`` names them, and meaning."""
    evidence = found.evidence
    parts = (evidence, np.square(evidence.take(_BENT_AT, axis=0)))
    return np.concatenate(parts if found.meaning is None else (*parts, found.meaning))


def rank(found: Found, ranker: Linear) -> list[Ranking]:
    """The items of each question in the order of their best rows."""
    rows = found.rows
    scores = ranker(factors(found))
    best = np.maximum.reduceat(scores, rows.first).tolist()
    items, first, ends = rows.items.tolist(), rows.first.tolist(), [*rows.first.tolist()[1:], len(scores)]
    told, rankings, start = scores.tolist(), [], 0
    for end in rows.item_ends:
        order = sorted(range(start, end), key=best.__getitem__, reverse=True)
        rankings.append(
            Ranking(
                tuple([best[place] for place in order]),
                tuple([items[place] for place in order]),
                tuple([told.index(best[place], first[place], ends[place]) for place in order]),
            )
        )
        start = end
    return rankings


def grounds(found: Found, rankings: Sequence[Ranking]) -> Floats:
    """What speaks for the best item of each question [name of GROUNDS, question]; zeros where there is none."""
    evidence = found.evidence if found.meaning is None else np.concatenate((found.evidence, found.meaning))
    known = len(STANDING) + len(SURPRISE)
    whole = np.zeros((known + len(evidence), len(rankings)), np.float32)
    asked, missing = evidence[ASKED], evidence[MISSING]
    places, tops, start = [], [], 0
    for number, (ranking, end) in enumerate(zip(rankings, found.rows.ends, strict=True)):
        if ranking.items:
            whole[: len(STANDING), number] = (
                *_standing(ranking.scores), asked[start:end].max(), missing[start:end].min(),
            )  # fmt: skip
            places.append(number)
            tops.append(ranking.best[0])
        start = end
    whole[len(STANDING) : known] = found.asked.surprise
    whole[known:, places] = evidence[:, tops]
    return whole


def _standing(scores: Sequence[float]) -> tuple[float, ...]:
    first = scores[0]
    leads = [min(first - scores[place], most) if len(scores) > place else most for place, most in LEADS]
    share = 1 / sum([math.exp(max(score - first, -30.0)) for score in scores])
    return first, *leads, share, math.exp(-leads[0])


LEADS = ((1, 6.0), (2, 8.0), (4, 10.0))  # place of a runner-up, and the lead over it that counts as no rival


def confidences(ranking: Ranking, top: float, count: int = 10) -> tuple[float, ...]:
    """Of the first ``count`` items, the probability of being right; after the first they share the rest by score."""
    first = ranking.scores[0]
    share = [math.exp(max(score - first, -20.0)) for score in ranking.scores[1:count]]
    rest = sum(share)
    limit = min(top, (1 - top) / max(rest, 1e-6))
    return top, *[one * limit for one in share]


def accept(found: Found, rankings: Sequence[Ranking], acceptance: Linear) -> list[float]:
    """For each question the probability that its best item is right; 0 where nothing was found."""
    sure = 1 / (1 + np.exp(-acceptance(grounds(found, rankings))))
    return [one if ranking.items else 0.0 for one, ranking in zip(sure.tolist(), rankings, strict=True)]

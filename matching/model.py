"""Evidence → a score for each row, and the probability that the best one is right."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.base import Floats
from matching.evidence import NAMES
from matching.retrieval import Found
from matching.tables import DATA

FAR = 6.0  # evidence counts no further than this many deviations from its mean
STANDING = ("score", "lead", "lead_third", "lead_fifth", "share", "rivalry", "asked_best", "missing_best")
GROUNDS = (*STANDING, *(f"top_{name}" for name in NAMES))
BENT = (
    "cosine_words", "cosine_pairs", "cosine_units", "cosine_sound_pairs", "soft_asked", "soft_told",
    "common_asked", "common_told", "worst_common_asked", "worst_common_told", "indel", "shared",
    "types_clash", "negation", "length", "votes_union", "votes_gain", "paraphrases",
)  # fmt: skip
FACTORS = (*NAMES, *(f"{name}_squared" for name in BENT))
_BENT_AT = np.array([NAMES.index(name) for name in BENT])
SOFT_ASKED, WORST_ASKED = NAMES.index("soft_asked"), NAMES.index("worst_asked")


@dataclass(frozen=True, slots=True)
class Linear:
    """Σ weight · clip((x − mean) ÷ scale) + bias."""

    mean: Floats
    scale: Floats
    weight: Floats
    bias: float = 0.0

    @classmethod
    def flat_over(cls, numbers: Floats) -> Linear:
        """Zero weights, with mean and scale of the columns of ``numbers``."""
        return cls(numbers.mean(axis=0), numbers.std(axis=0) + 1e-3, np.zeros(numbers.shape[1], np.float32))

    def __call__(self, numbers: Floats) -> Floats:
        return np.asarray(self.standard(numbers) @ self.weight + self.bias, np.float32)

    def standard(self, numbers: Floats) -> Floats:
        """``numbers`` in deviations from the mean."""
        away: Floats = numbers - self.mean
        away /= self.scale
        np.minimum(away, FAR, out=away)
        return np.maximum(away, -FAR, out=away)


@dataclass(frozen=True, slots=True)
class Model:
    """The ranker, the acceptance and the two thresholds that go with it."""

    ranker: Linear
    acceptance: Linear
    answer: float
    clarify: float


@dataclass(frozen=True, slots=True)
class Ranking:
    """Items best first: their scores, their best rows (places in ``Found.rows``)."""

    scores: Floats
    items: NDArray[np.int32]
    best: NDArray[np.int64]
    grounds: Floats


@cache
def shipped() -> Model:
    """The constants in ``data/constants.json``."""
    return read_model(DATA / "constants.json")


def read_model(path: Path) -> Model:
    """A file as ``benchmarks/fit_constants.py`` writes it → a model."""
    table = json.loads(path.read_text(encoding="utf-8"))
    return Model(
        ranker=_linear(table["ranker"], FACTORS),
        acceptance=_linear(table["acceptance"], GROUNDS),
        answer=float(table["answer"]),
        clarify=float(table["clarify"]),
    )


def _linear(table: Mapping[str, Any], names: tuple[str, ...]) -> Linear:
    columns = np.array([table["weights"][name] for name in names], np.float32).T
    return Linear(columns[0], columns[1], columns[2], float(table.get("bias", 0.0)))


def factors(evidence: Floats) -> Floats:
    """Evidence with the squares of what does not act in a straight line, as ``FACTORS`` names them."""
    return np.concatenate((evidence, np.square(evidence.take(_BENT_AT, axis=1))), axis=1)


def rank(found: Found, ranker: Linear) -> Ranking:
    """Order the items by their best row and gather the grounds on which the best is accepted."""
    scores = ranker(factors(found.evidence))
    owner = (found.first.searchsorted(np.arange(len(scores)), "right") - 1).tolist()
    best_of: dict[int, int] = {}
    for row in (-scores).argsort(kind="stable").tolist():
        best_of.setdefault(owner[row], row)
    places, best = np.array([*best_of]), np.array([*best_of.values()])
    return Ranking(
        scores[best], found.items[places], best, _grounds(found.evidence, scores[best], int(best[0]))
    )


def _grounds(evidence: Floats, scores: Floats, top: int) -> Floats:
    leads = [
        float(scores[0] - scores[min(place, len(scores) - 1)]) if len(scores) > place else 9.0
        for place in (1, 2, 4)
    ]
    standing = (
        float(scores[0]), min(leads[0], 6.0), min(leads[1], 8.0), min(leads[2], 10.0),
        float(1 / np.exp(scores - scores[0]).sum()), float(np.exp(-leads[0])),
        float(evidence[:, SOFT_ASKED].max()), float(evidence[:, WORST_ASKED].min()),
    )  # fmt: skip
    return np.concatenate((np.array(standing, np.float32), evidence[top]))


def confidences(ranking: Ranking, acceptance: Linear, count: int = 10) -> Floats:
    """The best item's probability of being right; the others share the rest by their scores."""
    top = 1 / (1 + np.exp(-acceptance(ranking.grounds[None])[0]))
    share = np.exp((ranking.scores[:count] - ranking.scores[0]).clip(-20))
    return _shared(float(top), share)


def _shared(top: float, share: Floats) -> Floats:
    rest = share[1:].sum()
    limit = min(top, (1 - top) / max(float(rest), 1e-6)) if rest else 0.0
    spread = share * limit
    spread[0] = top
    return np.asarray(spread, np.float32)

"""Examples → weights: a listwise ranker and a logistic acceptance, both by L-BFGS."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from matching.base import Floats
from matching.model import FACTORS, Linear, factors, rank
from matching.retrieval import Found

Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Example:
    """What was found for a question, and the items that are right (none, when it must be refused)."""

    found: Found | None
    right: frozenset[int] = frozenset()

    def marks(self) -> NDArray[np.bool_]:
        """For each item found, whether it is right."""
        items = self.found.items.tolist() if self.found else []
        return np.array([item in self.right for item in items], np.bool_)


@dataclass(frozen=True, slots=True)
class _Lists:
    """Rows of many questions, one after another, each marked right or wrong."""

    factors: Floats
    right: Floats
    sizes: NDArray[np.int64]
    first: NDArray[np.int64]

    def loss(self, scores: Floats) -> tuple[float, Floats]:
        """How little of each list's weight lies on right rows: the sum of logs, and its slope by score."""
        high = np.repeat(np.maximum.reduceat(scores, self.first), self.sizes)
        grown = np.exp(scores - high) + 1e-9
        whole, good = np.add.reduceat(grown, self.first), np.add.reduceat(grown * self.right, self.first)
        slope = grown / np.repeat(whole, self.sizes) - grown * self.right / np.repeat(good, self.sizes)
        return float(np.log(whole / good).sum()), slope.astype(np.float32)


def _lists(examples: Sequence[Example]) -> _Lists | None:
    """Examples whose right item was found among others; None when there are none."""
    pairs = [(example.found, example.marks()) for example in examples if example.found]
    pairs = [(found, right) for found, right in pairs if right.any() and not right.all()]
    if not pairs:
        return None
    sizes = np.array([len(found.rows) for found, _ in pairs])
    marks = [np.repeat(right, np.diff(np.append(found.first, len(found.rows)))) for found, right in pairs]
    evidence = factors(np.concatenate([found.evidence for found, _ in pairs]))
    return _Lists(evidence, np.concatenate(marks).astype(np.float32), sizes, np.cumsum(sizes) - sizes)


def fit_ranker(
    examples: Sequence[Example], *, near: Linear | None = None, pull: float = 10.0, rounds: int = 200
) -> Linear:
    """Weights under which the right item's rows outweigh all others; ``near``: start and be pulled there."""
    lists = _lists(examples)
    if lists is None:
        return near or Linear.flat_over(np.zeros((1, len(FACTORS)), np.float32))
    start = near or Linear.flat_over(lists.factors)
    numbers, origin = start.standard(lists.factors), start.weight.astype(np.float64)

    def loss(weight: Doubles) -> tuple[float, Doubles]:
        value, slope = lists.loss(numbers @ weight.astype(np.float32))
        away = weight - origin
        return value + float(pull * away @ away / 2), (numbers.T @ slope).astype(np.float64) + pull * away

    return replace(start, weight=_minimum(loss, origin, rounds).astype(np.float32))


def mean_loss(examples: Sequence[Example], ranker: Linear) -> float:
    """The mean of −log of the weight that right rows have."""
    lists = _lists(examples)
    return lists.loss(ranker(lists.factors))[0] / len(lists.sizes) if lists else 0.0


def fit_acceptance(groups: Sequence[tuple[Linear, Sequence[Example]]], *, pull: float = 30.0) -> Linear:
    """The probability that the best item is right; every group (with its ranker) weighs the same."""
    grounds, hits, weights = [], [], []
    for ranker, group in groups:
        told = [(rank(example.found, ranker), example.right) for example in group if example.found]
        grounds.append(np.stack([ranking.grounds for ranking, _ in told]))
        hits.append(np.array([int(ranking.items[0]) in right for ranking, right in told], np.float64))
        weights.append(np.full(len(told), 1000 / len(told)))
    return fit_logistic(np.concatenate(grounds), np.concatenate(hits), np.concatenate(weights), pull=pull)


def fit_logistic(numbers: Floats, hit: Doubles, weight: Doubles, *, pull: float) -> Linear:
    """Weighted logistic regression with a quadratic pull to zero."""
    start = Linear.flat_over(numbers)
    standard = np.hstack([start.standard(numbers), np.ones((len(numbers), 1))])
    free = np.append(np.ones(numbers.shape[1]), 0.0)

    def loss(theta: Doubles) -> tuple[float, Doubles]:
        logit = standard @ theta
        value = (weight * np.logaddexp(0, np.where(hit > 0, -logit, logit))).sum() + pull * (
            free * theta**2
        ).sum() / 2
        slope = standard.T @ (weight * (1 / (1 + np.exp(-logit)) - hit)) + pull * free * theta
        return float(value), slope

    theta = _minimum(loss, np.zeros(standard.shape[1]), 200)
    return Linear(start.mean, start.scale, theta[:-1].astype(np.float32), float(theta[-1]))


def _minimum(loss: Callable[[Doubles], tuple[float, Doubles]], start: Doubles, rounds: int) -> Doubles:
    from scipy.optimize import minimize  # 30 MB that a base with a cached fit never needs

    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": rounds})
    return np.asarray(found.x, np.float64)

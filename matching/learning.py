"""Examples → weights: a listwise ranker and a logistic acceptance, both by L-BFGS."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from matching.base import Doubles, Floats
from matching.model import FACTORS, Linear, factors, grounds, rank
from matching.retrieval import Found

MEMORY = 10  # steps that the minimiser looks back
ENOUGH, TINY, CALM = 1e-4, 1e-6, 1e-9  # of the expected fall; of a step; of the loss, below which it rests


@dataclass(frozen=True, slots=True)
class Examples:
    """What was found for several questions, and for each the items that are right (none: must be refused)."""

    found: Found
    right: tuple[frozenset[int], ...]

    def hits(self, ranker: Linear) -> NDArray[np.bool_]:
        """For each question, whether the best item is right."""
        rankings = rank(self.found, ranker)
        return np.array(
            [
                bool(ranking.items) and ranking.items[0] in right
                for ranking, right in zip(rankings, self.right, strict=True)
            ],
            np.bool_,
        )


@dataclass(frozen=True, slots=True)
class Lists:
    """Rows of many questions, one after another, each marked right or wrong."""

    factors: Floats  # [name, row]
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


def lists(groups: Sequence[Examples]) -> Lists | None:
    """Questions whose right item was found among others; None when there are none."""
    parts, rights, sizes = [], [], []
    for group in groups:
        rows, start = group.found.rows, 0
        kept = []
        marks = np.repeat(_marks(group), rows.sizes)
        for end in rows.ends:
            some = marks[start:end]
            if some.any() and not some.all():
                kept.append((start, end))
            start = end
        if kept:
            places = np.concatenate([np.arange(*span) for span in kept])
            parts.append(factors(group.found)[:, places])
            rights.append(marks[places])
            sizes += [end - start for start, end in kept]
    if not sizes:
        return None
    counts = np.array(sizes)
    return Lists(
        np.hstack(parts), np.concatenate(rights).astype(np.float32), counts, counts.cumsum() - counts
    )


def _marks(group: Examples) -> NDArray[np.bool_]:
    """For each item found, whether it is right for its question."""
    items, marks, start = group.found.rows.items.tolist(), [], 0
    for right, end in zip(group.right, group.found.rows.item_ends, strict=True):
        marks += [item in right for item in items[start:end]]
        start = end
    return np.array(marks, np.bool_)


def fit_ranker(
    groups: Sequence[Examples], *, near: Linear | None = None, pull: float = 10.0, rounds: int = 200
) -> Linear:
    """Weights under which the right item's rows outweigh all others; ``near``: start and be pulled there."""
    found = lists(groups)
    if found is None:
        return near or Linear.flat_over(np.zeros((len(FACTORS), 1), np.float32))
    start = near or Linear.flat_over(found.factors)
    numbers, origin = start.standard(found.factors), start.weight.astype(np.float64)

    def loss(weight: Doubles) -> tuple[float, Doubles]:
        value, slope = found.loss(weight.astype(np.float32) @ numbers)
        away = weight - origin
        return value + float(pull * away @ away / 2), (numbers @ slope).astype(np.float64) + pull * away

    return replace(start, weight=_minimum(loss, origin, rounds).astype(np.float32))


def mean_loss(groups: Sequence[Examples], ranker: Linear) -> float:
    """The mean of −log of the weight that right rows have."""
    found = lists(groups)
    return found.loss(ranker(found.factors))[0] / len(found.sizes) if found else 0.0


def fit_acceptance(groups: Sequence[tuple[Linear, Sequence[Examples]]], *, pull: float = 30.0) -> Linear:
    """The probability that the best item is right; every group (with its ranker) weighs the same."""
    numbers, hits, weights = [], [], []
    for ranker, group in groups:
        size = 0
        for part in group:
            rankings = rank(part.found, ranker)
            there = np.array([bool(ranking.items) for ranking in rankings])
            numbers.append(grounds(part.found, rankings)[:, there])
            hits.append(part.hits(ranker)[there].astype(np.float64))
            size += int(there.sum())
        weights.append(np.full(size, 1000 / max(1, size)))
    return fit_logistic(np.hstack(numbers), np.concatenate(hits), np.concatenate(weights), pull=pull)


def fit_logistic(numbers: Floats, hit: Doubles, weight: Doubles, *, pull: float) -> Linear:
    """Weighted logistic regression [name, case] with a quadratic pull to zero."""
    start = Linear.flat_over(numbers)
    standard = np.vstack([start.standard(numbers), np.ones((1, numbers.shape[1]))]).astype(np.float64)
    free = np.append(np.ones(len(numbers)), 0.0)

    def loss(theta: Doubles) -> tuple[float, Doubles]:
        logit = theta @ standard
        value = (weight * np.logaddexp(0, np.where(hit > 0, -logit, logit))).sum() + pull * (
            free * theta**2
        ).sum() / 2
        slope = standard @ (weight * (1 / (1 + np.exp(-logit)) - hit)) + pull * free * theta
        return float(value), slope

    theta = _minimum(loss, np.zeros(len(standard)), 200)
    return Linear(start.mean, start.scale, theta[:-1].astype(np.float32), float(theta[-1]))


def _minimum(loss: Callable[[Doubles], tuple[float, Doubles]], start: Doubles, rounds: int) -> Doubles:
    """L-BFGS (Nocedal and Wright, Numerical Optimization, 7.4) over a smooth convex loss with its slope."""
    place, (value, slope) = start, loss(start)
    steps: deque[tuple[Doubles, Doubles]] = deque(maxlen=MEMORY)
    for _ in range(rounds):
        way = _downhill(slope, steps)
        fall, pace = float(way @ slope), 1.0 if steps else min(1.0, 1 / float(np.abs(slope).sum() + 1e-12))
        ahead = place + pace * way
        reached, next_slope = loss(ahead)
        while reached > value + ENOUGH * pace * fall and pace > TINY:
            pace /= 2
            ahead = place + pace * way
            reached, next_slope = loss(ahead)
        if value - reached <= CALM * max(abs(value), abs(reached), 1.0):
            return ahead if reached < value else place
        if (ahead - place) @ (next_slope - slope) > 0:
            steps.append((ahead - place, next_slope - slope))
        place, value, slope = ahead, reached, next_slope
    return place


def _downhill(slope: Doubles, steps: Sequence[tuple[Doubles, Doubles]]) -> Doubles:
    """The direction to go: the slope, bent by what the last steps told of the curvature."""
    way, shares = -slope, []
    for moved, turned in reversed(steps):
        share = float(moved @ way) / float(moved @ turned)
        shares.append(share)
        way = way - share * turned
    if steps:
        moved, turned = steps[-1]
        way = way * (float(moved @ turned) / float(turned @ turned))
    for (moved, turned), share in zip(steps, reversed(shares), strict=True):
        way = way + (share - float(turned @ way) / float(moved @ turned)) * moved
    return way

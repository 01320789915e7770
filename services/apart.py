"""A hostile file → what is in it, found out by a process of its own that can be ended.

``python -m services.apart TASK LIMITS`` reads the file from its standard input and writes one line of JSON,
then bytes. It has no keys in its environment, cannot write to any file, and dies of too much memory or time;
whatever becomes of it, the file is refused and the product lives on.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import structlog

from domain.errors import EvidenceRefused
from domain.evidence import MIB, EvidenceLimits, MediaType, Place, Refusal

if TYPE_CHECKING:
    from services.pictures import Picture

log = structlog.get_logger()

SECONDS = 20
DOCUMENT_BYTES = 128 * MIB
_ROOT = Path(__file__).resolve().parent.parent
_OWN_BYTES = 64 * MIB  # the interpreter and its libraries
_ANSWER_BYTES = 32 * MIB
_REFUSALS = {refusal.value: refusal for refusal in Refusal}
_MEDIA = {media.value: media for media in MediaType}
# One arena: what a thread's allocator sets aside is no memory used, but is counted as such.
_ENVIRONMENT = {"MALLOC_ARENA_MAX": "1", "PYTHONUTF8": "1"}


async def read_picture_apart(file: BinaryIO, media: MediaType, limits: EvidenceLimits, need: int) -> Picture:
    """``services.pictures.read_picture``, apart. Raises ``EvidenceRefused``."""
    from services.pictures import Picture

    told, display = await _run(file, media, limits, need)
    with _refusing():
        place = Place(*map(float, told["place"])) if told["place"] else None
        return Picture(display, int(told["width"]), int(told["height"]), place)


async def read_document_apart(file: BinaryIO, limits: EvidenceLimits) -> int:
    """How many pages a PDF has: ``services.documents.read_document``, apart. Raises ``EvidenceRefused``."""
    told, _ = await _run(file, MediaType.PDF, limits, DOCUMENT_BYTES)
    with _refusing():
        return int(told["pages"])


async def _run(
    file: BinaryIO, media: MediaType, limits: EvidenceLimits, need: int
) -> tuple[dict[str, Any], bytes]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "services.apart", media.value, str(need + _OWN_BYTES), json.dumps(asdict(limits))),
        cwd=_ROOT,
        env=_ENVIRONMENT,
        stdin=file,
        stdout=PIPE,
        stderr=DEVNULL,
        limit=MIB,
    )
    try:
        with _refusing():
            async with asyncio.timeout(SECONDS):
                head, _, payload = (await _answer(process)).partition(b"\n")
            told: dict[str, Any] = json.loads(head)
            refusal = _REFUSALS[told["refusal"]] if "refusal" in told else None
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
    if refusal is not None:
        raise EvidenceRefused(refusal)
    return told, payload


@contextmanager
def _refusing() -> Iterator[None]:
    """A process that dies, does not end or answers nonsense → a refusal."""
    try:
        yield
    except (TimeoutError, ValueError, TypeError, KeyError):
        log.warning("evidence_unreadable")
        raise EvidenceRefused(Refusal.CORRUPT) from None


async def _answer(process: asyncio.subprocess.Process) -> bytes:
    """All that the process writes, up to a bound."""
    assert process.stdout is not None
    answer = bytearray()
    while chunk := await process.stdout.read(MIB):
        answer += chunk
        if len(answer) > _ANSWER_BYTES:
            raise ValueError
    return bytes(answer)


def main(media_type: str, memory: str, limits: str) -> None:
    """The other side of ``_run``."""
    resource.setrlimit(resource.RLIMIT_DATA, (int(memory), int(memory)))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    media, out = _MEDIA[media_type], sys.stdout.buffer
    try:
        told, payload = _read(sys.stdin.buffer, media, EvidenceLimits(**json.loads(limits)))
    except EvidenceRefused as error:
        told, payload = {"refusal": error.refusal.value}, b""
    out.write(json.dumps(told).encode() + b"\n")
    out.write(payload)


def _read(file: BinaryIO, media: MediaType, limits: EvidenceLimits) -> tuple[dict[str, Any], bytes]:
    if media is MediaType.PDF:
        from services.documents import read_document

        return {"pages": read_document(file).pages}, b""
    from services.pictures import read_picture

    picture = read_picture(file, media, limits)
    place = (picture.place.latitude, picture.place.longitude) if picture.place else None
    return {"width": picture.width, "height": picture.height, "place": place}, picture.display


if __name__ == "__main__":
    main(*sys.argv[1:])

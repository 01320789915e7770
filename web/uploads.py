"""A multipart form → its fields, and its files on disk; read as it comes, within bounds, never into memory.

aiohttp's ``client_max_size`` bounds what ``request.post()`` and ``part.read()`` gather in memory; it does not see a
part that is read piece by piece. So the bounds here are our own, counted on the stream itself: whatever the
body holds (fields, files, headers, what stands before the first and after the last part) counts. The
application's ``client_max_size`` stays small and goes on to guard every other page.

Files have no name on the disk: they are gone when they are closed, also when the process is killed.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, cast

import structlog
from aiohttp import BodyPartReader, ClientPayloadError, MultipartReader, StreamReader, web
from aiohttp.http_exceptions import HttpProcessingError
from multidict import MultiDict

from domain.errors import FormMalformed, FormTooLarge, FormTooSlow, StorageFull, UploadRefused
from domain.evidence import MIB, EvidenceLimits, Upload
from services.gate import in_thread
from storage.vault import or_full

log = structlog.get_logger()

_PIECE_BYTES = 64 * 1024
_WRITE_BYTES = 256 * 1024
_HEADER_BYTES = 4096
_HEADERS = 16
_NAME_CHARACTERS = 100
_PLAIN_TRANSFERS = frozenset({"", "7bit", "8bit", "binary"})


@dataclass(frozen=True, slots=True)
class FormLimits:
    """How much one form may hold and how long it may take. Sizes in bytes, inclusive; times in seconds."""

    files: int
    file_bytes: int
    request_bytes: int
    fields: int = 100
    field_bytes: int = 64 * 1024
    fields_bytes: int = 512 * 1024
    within_s: float = 300.0
    silence_s: float = 20.0
    spare_disk_bytes: int = 512 * MIB

    @classmethod
    def of(cls, limits: EvidenceLimits) -> FormLimits:
        """Room for the most that one complaint may hold. A file too many is let in, to be refused by name."""
        most = limits.pictures * limits.picture_bytes + limits.documents * limits.document_bytes
        return cls(
            files=2 * (limits.pictures + limits.documents),
            file_bytes=max(limits.picture_bytes, limits.document_bytes),
            request_bytes=most + MIB,
        )


@dataclass(frozen=True, slots=True)
class Form:
    """What came: text fields by name, and files in their order. A file larger than any may be is marked so and
    empty; one that was left out on the page is not among them."""

    fields: MultiDict[str] = field(default_factory=MultiDict)
    uploads: list[Upload] = field(default_factory=list)


@asynccontextmanager
async def read_form(request: web.Request, folder: Path, limits: FormLimits) -> AsyncIterator[Form]:
    """Read a form; its files live as long as the ``async with``. ``folder`` is where they lie, made if missing.

    Raises ``FormTooLarge``, ``FormTooSlow``, ``FormMalformed`` or ``StorageFull``, as soon as it is known.
    """
    form = Form()
    try:
        _check_head(request, limits)
        with _refusing(), or_full():
            async with asyncio.timeout(limits.within_s):
                await _read(request, folder, limits, form)
        yield form
    except (UploadRefused, StorageFull) as error:
        log.info("form_refused", reason=type(error).__name__)
        error.fields = tuple(form.fields.items())
        raise
    finally:
        for upload in form.uploads:
            upload.file.close()


def _check_head(request: web.Request, limits: FormLimits) -> None:
    if request.content_type != "multipart/form-data" or "Content-Encoding" in request.headers:
        raise FormMalformed
    if (request.content_length or 0) > limits.request_bytes:
        raise FormTooLarge


@contextmanager
def _refusing() -> Iterator[None]:
    """What aiohttp raises over a body → our errors."""
    try:
        yield
    except TimeoutError:
        raise FormTooSlow from None
    except (ValueError, LookupError, RuntimeError, HttpProcessingError, ClientPayloadError, ConnectionError):
        raise FormMalformed from None


async def _read(request: web.Request, folder: Path, limits: FormLimits, form: Form) -> None:
    parts = limits.fields + limits.files + 1
    meter = _Metered(request.content, limits.request_bytes, parts * (_HEADERS + 4), limits.silence_s)
    reader = MultipartReader(
        request.headers, cast(StreamReader, meter), max_field_size=_HEADER_BYTES, max_headers=_HEADERS
    )
    left = limits.fields_bytes
    while (part := await reader.next()) is not None:
        if not isinstance(part, BodyPartReader) or not part.name or len(part.name) > _NAME_CHARACTERS:
            raise FormMalformed
        if part.headers.get("Content-Transfer-Encoding", "").lower() not in _PLAIN_TRANSFERS:
            raise FormMalformed
        if part.filename is None:
            if len(form.fields) >= limits.fields:
                raise FormTooLarge
            value = await _text(part, min(limits.field_bytes, left))
            left -= len(value)
            form.fields.add(part.name, _decoded(value))
        else:
            await _file(part, folder, limits, form, request.content_length or 0)


async def _text(part: BodyPartReader, most: int) -> bytes:
    value = bytearray()
    while not part.at_eof():
        value += await part.read_chunk(_PIECE_BYTES)
        if len(value) > most:
            raise FormTooLarge
    return bytes(value)


def _decoded(value: bytes) -> str:
    """UTF-8, as our pages ask for it, with the line ends that a text has here."""
    text = value.decode()
    if "\0" in text:
        raise FormMalformed
    return text.replace("\r\n", "\n")


async def _file(part: BodyPartReader, folder: Path, limits: FormLimits, form: Form, coming: int) -> None:
    """One file to disk. Larger than any may be: the rest is read past, so that the other fields are not lost."""
    name = _plain_name(part.filename or "")
    start = await part.read_chunk(_PIECE_BYTES)
    if not start and not name:
        return  # what a browser sends for a file that was not chosen
    if len(form.uploads) >= limits.files:
        raise FormTooLarge
    file = await in_thread(_temporary_file, folder, limits.spare_disk_bytes + coming)
    try:
        size, is_whole = await _copy(part, start, file, limits.file_bytes)
    except BaseException:
        file.close()
        raise
    claimed = part.headers.get("Content-Type", "").partition(";")[0].strip()
    form.uploads.append(Upload(file, name, claimed[:_NAME_CHARACTERS], size, is_whole))


def _temporary_file(folder: Path, wanted: int) -> BinaryIO:
    """A file without a name. A disk that is nearly full is left to the database."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if shutil.disk_usage(folder).free < wanted:
        raise StorageFull
    return cast(BinaryIO, tempfile.TemporaryFile(dir=folder))


async def _copy(part: BodyPartReader, start: bytes, file: BinaryIO, most: int) -> tuple[int, bool]:
    """How many bytes came, and whether all of them were kept; else none are."""
    size, waiting = 0, bytearray(start)
    while True:
        if size + len(waiting) > most:
            await in_thread(file.truncate, 0)
            await part.release()
            return size, False
        if len(waiting) >= _WRITE_BYTES or part.at_eof():
            await in_thread(_write, file.fileno(), bytes(waiting))
            size += len(waiting)
            waiting.clear()
        if part.at_eof():
            return size, True
        waiting += await part.read_chunk(_PIECE_BYTES)


def _write(descriptor: int, piece: bytes) -> None:
    while piece:
        piece = piece[os.write(descriptor, piece) :]


def _plain_name(name: str) -> str:
    """The last part of a file's name, printable and short, to tell the resident which file is meant."""
    last = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(character for character in last if character.isprintable())
    return kept[-_NAME_CHARACTERS:]


class _Metered:
    """What ``MultipartReader`` asks of a stream, with every byte and every line counted and no silence too long.

    Lines are heads and boundaries: each costs a pass of Python, so a body of nothing else is ended early.
    """

    def __init__(self, stream: StreamReader, most: int, lines: int, silence_s: float) -> None:
        self._stream = stream
        self._bytes_left = most
        self._lines_left = lines
        self._silence_s = silence_s

    async def read(self, n: int = -1) -> bytes:
        async with asyncio.timeout(self._silence_s):
            return self._counted(await self._stream.read(n))

    async def readline(self, *, max_line_length: int | None = None) -> bytes:
        self._lines_left -= 1
        async with asyncio.timeout(self._silence_s):
            return self._counted(await self._stream.readline(max_line_length=max_line_length))

    def unread_data(self, data: bytes) -> None:
        self._bytes_left += len(data)
        self._stream.unread_data(data)

    def at_eof(self) -> bool:
        return self._stream.at_eof()

    def _counted(self, piece: bytes) -> bytes:
        self._bytes_left -= len(piece)
        if self._bytes_left < 0 or self._lines_left < 0:
            raise FormTooLarge
        return piece

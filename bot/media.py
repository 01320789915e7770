"""The MediaId of a picture, a voice or a video → a private file of known type and bounded size.

Never by the address that a message names: whoever can forge a message could make us fetch anything.
Source: 获取临时素材; the platform keeps a file for three days.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from aiohttp import ClientResponse

from bot.platform import PlatformClient
from domain.errors import MediaGone, MediaUnfit, Never
from domain.ids import new_id
from domain.labels import Labelled
from domain.platform_codes import PlatformCode

MEGABYTE = 1024 * 1024
CHUNK = 256 * 1024
HEAD = 16
MOST_IN_MEMORY = 20
_CALL = "media_get"


class MediaKind(Labelled):
    """What a resident sends besides words."""

    PICTURE = "image", "图片"
    VOICE = "voice", "语音"
    VIDEO = "video", "视频"


@dataclass(frozen=True, slots=True)
class Media:
    """A file that was fetched. ``type``: a MIME type, found in its first bytes and not in what was claimed."""

    path: Path
    type: str
    size: int


# The platform takes pictures and videos of 10 MB and voices of 2 MB from accounts; what phones send may be a
# little more, and a piece of evidence should not fail for it.
_MOST_BYTES = {
    MediaKind.PICTURE: 20 * MEGABYTE,
    MediaKind.VOICE: 5 * MEGABYTE,
    MediaKind.VIDEO: 30 * MEGABYTE,
}
_HEADS: dict[MediaKind, tuple[tuple[int, bytes, str], ...]] = {
    MediaKind.PICTURE: (
        (0, b"\xff\xd8\xff", "image/jpeg"),
        (0, b"\x89PNG\r\n\x1a\n", "image/png"),
        (0, b"GIF8", "image/gif"),
        (8, b"WEBP", "image/webp"),
        (4, b"ftypheic", "image/heic"),
        (4, b"ftypmif1", "image/heic"),
    ),
    MediaKind.VOICE: (
        (0, b"#!AMR", "audio/amr"),
        (0, b"ID3", "audio/mpeg"),
        (0, b"\xff\xfb", "audio/mpeg"),
        (0, b"\xff\xf3", "audio/mpeg"),
        (0, b"OggS", "audio/ogg"),
    ),
    MediaKind.VIDEO: ((4, b"ftyp", "video/mp4"),),
}


class MediaSource(Protocol):
    """Wherever the files are that residents send."""

    async def fetch(self, media_id: str, kind: MediaKind, folder: Path) -> Media:
        """One attempt; raises ``PlatformError``, ``MediaGone`` and ``MediaUnfit`` among them. Nothing is left in
        ``folder`` then."""


class PlatformMedia:
    """Files that the platform keeps."""

    def __init__(self, client: PlatformClient) -> None:
        self._client = client

    async def fetch(self, media_id: str, kind: MediaKind, folder: Path) -> Media:
        path = folder / f"{new_id()}.{kind.value}"

        async def take(response: ClientResponse) -> Media:
            file = await asyncio.to_thread(_private_file, path)
            try:
                with file:
                    type_, size = await _save(response, kind, file)
            except BaseException:
                await asyncio.to_thread(path.unlink)
                raise
            return Media(path, type_, size)

        try:
            return await self._client.receive_media(media_id, take)
        except Never as error:
            if error.code is PlatformCode.MEDIA_UNKNOWN:
                raise MediaGone(_CALL, error.errcode) from None
            raise


class MemoryMedia:
    """Files of the simulator's phone, for an installation without an account: the last few, in memory."""

    def __init__(self) -> None:
        self._files: dict[str, bytes] = {}

    def put(self, content: bytes) -> str:
        """Returns the MediaId that a message may name."""
        media_id = f"simulated-{new_id()}"
        self._files[media_id] = content
        while len(self._files) > MOST_IN_MEMORY:
            del self._files[next(iter(self._files))]
        return media_id

    async def fetch(self, media_id: str, kind: MediaKind, folder: Path) -> Media:
        content = self._files.get(media_id)
        if content is None:
            raise MediaGone(_CALL, PlatformCode.MEDIA_UNKNOWN)
        if not (type_ := _type_of(content[:HEAD], kind)):
            raise MediaUnfit(_CALL, PlatformCode.MEDIA_TYPE_WRONG)
        path = folder / f"{new_id()}.{kind.value}"
        with await asyncio.to_thread(_private_file, path) as file:
            await asyncio.to_thread(file.write, content)
        return Media(path, type_, len(content))


async def _save(response: ClientResponse, kind: MediaKind, file: BinaryIO) -> tuple[str, int]:
    """Write the body as it comes: its first bytes looked at before, its length while. Returns type and size."""
    type_, size = "", 0
    async for chunk in _chunks(response):
        type_ = type_ or _type_of(chunk, kind)
        size += len(chunk)
        if not type_:
            raise MediaUnfit(_CALL, PlatformCode.MEDIA_TYPE_WRONG)
        if size > _MOST_BYTES[kind]:
            raise MediaUnfit(_CALL, PlatformCode.FILE_SIZE_WRONG)
        await asyncio.to_thread(file.write, chunk)
    if not size:
        raise MediaUnfit(_CALL, PlatformCode.MEDIA_TYPE_WRONG)
    return type_, size


async def _chunks(response: ClientResponse) -> AsyncIterator[bytes]:
    """The body in pieces, each long enough to tell what it is, but for the last."""
    held = b""
    async for chunk in response.content.iter_chunked(CHUNK):
        held += chunk
        if len(held) >= HEAD:
            yield held
            held = b""
    if held:
        yield held


def _private_file(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _type_of(head: bytes, kind: MediaKind) -> str:
    return next((name for at, mark, name in _HEADS[kind] if head[at : at + len(mark)] == mark), "")

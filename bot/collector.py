"""Pictures that residents sent in the chat → evidence in the vault, or asked for again.

The platform keeps a file for three days; until then it is tried again and again.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

import structlog

from bot.media import Media, MediaKind, MediaSource
from domain.clock import Clock
from domain.errors import AskOperator, MediaUnfit, PlatformError, RetryLater, StorageFull
from domain.evidence import Kept, Upload
from services.evidence import Intake
from storage.awaited import LEASE, Awaited, AwaitedPictures

log = structlog.get_logger()

KEPT_FOR = timedelta(days=3)
WAITS_S = (10, 30, 120, 600, 1800, 7200, 21600)


@dataclass(slots=True)
class Collector:
    """One per process. ``folder``: private, for files on their way into the vault."""

    pictures: AwaitedPictures
    source: MediaSource
    intake: Intake
    clock: Clock
    folder: Path

    async def collect_due(self) -> int:
        """Fetch what is due, one after the other; returns how many were taken in hand."""
        count = 0
        await asyncio.to_thread(_clear, self.folder, self.clock.now() - LEASE)
        while picture := await self.pictures.take(self.clock.now()):
            await self._collect(picture)
            count += 1
        return count

    async def _collect(self, picture: Awaited) -> None:
        if not picture.media_id:
            await self.pictures.lost(picture, self.clock.now())
            return
        try:
            media = await self.source.fetch(picture.media_id, MediaKind.PICTURE, self._private_folder())
        except PlatformError as error:
            await self._not_fetched(picture, error)
            return
        try:
            await self._take_in(picture, media)
        except StorageFull:
            await self._try_again(picture)

    async def _take_in(self, picture: Awaited, media: Media) -> None:
        """Into the vault, if it is fit for it and still wanted."""
        with await asyncio.to_thread(_nameless, media.path) as file:
            upload = Upload(file, "", media.type, media.size)
            outcome = (await self.intake.take([upload], picture.held))[0]
        if not isinstance(outcome, Kept):
            await self.pictures.refused(picture, self.clock.now())
        elif await self.pictures.stored(picture, outcome):
            log.info("picture_kept")
        else:
            await self.intake.discard([outcome])

    async def _not_fetched(self, picture: Awaited, error: PlatformError) -> None:
        if isinstance(error, AskOperator):
            log.error("media_needs_operator", errcode=error.errcode)
        if isinstance(error, RetryLater | AskOperator):
            await self._try_again(picture)
        elif isinstance(error, MediaUnfit):
            await self.pictures.refused(picture, self.clock.now())
        else:
            log.warning("picture_lost", errcode=error.errcode)
            await self.pictures.lost(picture, self.clock.now())

    async def _try_again(self, picture: Awaited) -> None:
        """Later and later, and once more just before the platform forgets it."""
        now = self.clock.now()
        if next_at := next_try(picture.tries, picture.sent_at, now):
            await self.pictures.put_off(picture, next_at, tries=picture.tries + 1)
        else:
            log.warning("picture_lost", errcode=0)
            await self.pictures.lost(picture, now)

    def _private_folder(self) -> Path:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return self.folder


def next_try(tries: int, sent_at: datetime, now: datetime) -> datetime | None:
    """When to ask for a picture again that was asked for ``tries`` times before; None when its days are over."""
    until = sent_at + KEPT_FOR
    if now >= until:
        return None
    return min(now + timedelta(seconds=WAITS_S[min(tries, len(WAITS_S) - 1)]), until)


def _clear(folder: Path, before: datetime) -> None:
    """Remove what a process left behind that was killed on the way to the vault."""
    for path in folder.iterdir() if folder.is_dir() else ():
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < before.timestamp():
                path.unlink()


def _nameless(path: Path) -> BinaryIO:
    """The file without its name: nothing is left of it, whatever happens."""
    file = path.open("rb")
    path.unlink()
    return file

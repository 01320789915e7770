"""Pictures that the platform still holds → fetched by one process each; what became of them.

What could not be had is news to the resident, so that they can send it again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import RowMapping, ScalarSelect, Select, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.errors import SealBroken
from domain.evidence import Accepted, Kept
from storage.complaint_tables import evidence
from storage.evidence import GONE, REFUSED, STORED, WAITING, handed_in, media_id_of, stored_values
from storage.outbox import announce_missing
from storage.sealing import Seals

LEASE = timedelta(minutes=3)  # longer than fetching and reading one picture takes


@dataclass(frozen=True, slots=True)
class Awaited:
    """A picture to be fetched. ``held``: what its complaint holds already; ``media_id`` empty: it cannot be read."""

    id: str
    tries: int
    sent_at: datetime
    held: tuple[Accepted, ...]
    media_id: str = field(repr=False)


class AwaitedPictures:
    """Each method is a transaction. Everything about a picture that was taken back meanwhile changes nothing."""

    def __init__(self, engine: AsyncEngine, seals: Seals) -> None:
        self._engine = engine
        self._seals = seals

    async def take(self, now: datetime) -> Awaited | None:
        """The next picture whose time has come, for the caller alone until ``LEASE`` is over."""
        async with self._engine.begin() as connection:
            taken = update(evidence).where(evidence.c.id == _next(now), evidence.c.next_try_at <= now)
            taken = taken.values(next_try_at=now + LEASE)
            row = (await connection.execute(taken.returning(evidence))).mappings().first()
            if row is None:
                return None
            held = (await connection.execute(_beside(row))).mappings().all()
        accepted = tuple(each.accepted for each in map(handed_in, held) if each.accepted)
        return Awaited(row["id"], row["attempts"], row["added_at"], accepted, self._media_id(row))

    async def stored(self, picture: Awaited, kept: Kept) -> bool:
        """It is in the vault; False when nobody wants it any more, and then it has to leave the vault again."""
        async with self._engine.begin() as connection:
            return await _settle(connection, picture, stored_values(kept)) is not None

    async def put_off(self, picture: Awaited, at: datetime, *, tries: int) -> None:
        """Try again ``at``."""
        values = {"attempts": tries, "next_try_at": at}
        async with self._engine.begin() as connection:
            await connection.execute(update(evidence).where(_is_awaited(picture)).values(values))

    async def refused(self, picture: Awaited, now: datetime) -> None:
        """It is no picture that can be taken."""
        await self._missing(picture, REFUSED, now)

    async def lost(self, picture: Awaited, now: datetime) -> None:
        """The platform does not have it any more, or will not give it."""
        await self._missing(picture, GONE, now)

    async def _missing(self, picture: Awaited, status: str, now: datetime) -> None:
        async with self._engine.begin() as connection:
            row = await _settle(connection, picture, {"status": status})
            if row and row["complaint"]:
                await announce_missing(connection, self._seals, row["complaint"], now)

    def _media_id(self, row: RowMapping) -> str:
        try:
            return media_id_of(row, self._seals) if row["sealed_media_id"] else ""
        except SealBroken:
            return ""


def _next(now: datetime) -> ScalarSelect[str]:
    row = evidence.alias()
    due = (row.c.status == WAITING) & (row.c.next_try_at <= now) & row.c.removed_at.is_(None)
    first = select(row.c.id).where(due).order_by(row.c.next_try_at, row.c.id).limit(1)
    return first.with_for_update(skip_locked=True, of=row).scalar_subquery()


def _beside(row: RowMapping) -> Select[Any]:
    """What is stored already of the same draft, or of the same case."""
    same = evidence.c.complaint == row["complaint"] if row["complaint"] else evidence.c.draft == row["draft"]
    return select(evidence).where(same, evidence.c.status == STORED, evidence.c.removed_at.is_(None))


def _is_awaited(picture: Awaited) -> Any:
    return (evidence.c.id == picture.id) & (evidence.c.status == WAITING) & evidence.c.removed_at.is_(None)


async def _settle(
    connection: AsyncConnection, picture: Awaited, values: Mapping[str, Any]
) -> RowMapping | None:
    """What came of it; its MediaId is forgotten. None when it was taken back, or settled by somebody else."""
    done = (
        update(evidence).where(_is_awaited(picture)).values(sealed_media_id=None, next_try_at=None, **values)
    )
    settled: RowMapping | None = (await connection.execute(done.returning(evidence))).mappings().first()
    return settled

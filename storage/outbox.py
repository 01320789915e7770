"""News for residents: waiting, sent, told, or given up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.complaints.records import News
from storage.complaint_tables import outbox
from storage.tables import dialogs

MOST_TOLD = 20


async def untold(connection: AsyncConnection, residents: Sequence[str]) -> dict[str, tuple[News, ...]]:
    """What each of these residents was not told in chat yet, oldest first."""
    if not residents:
        return {}
    rows = await connection.execute(
        select(outbox.c.resident, outbox.c.id, outbox.c.number, outbox.c.news, outbox.c.created_at)
        .where(outbox.c.resident.in_(residents), outbox.c.told_at.is_(None))
        .order_by(outbox.c.id)
    )
    told: dict[str, tuple[News, ...]] = {}
    for row in rows:
        news = News(row.id, row.number, row.news, row.created_at)
        told[row.resident] = (*told.get(row.resident, ()), news)[-MOST_TOLD:]
    return told


async def mark_told(connection: AsyncConnection, resident: str, ids: Sequence[int], at: datetime) -> None:
    """The resident has read these; what was still waiting to be pushed need not be pushed."""
    mine = (outbox.c.resident == resident) & outbox.c.told_at.is_(None)
    await connection.execute(update(outbox).where(mine, outbox.c.id <= max(ids)).values(told_at=at))
    await connection.execute(
        update(outbox)
        .where(outbox.c.resident == resident, outbox.c.id.in_(ids), outbox.c.status == "waiting")
        .values(status="told")
    )
    left = select(outbox.c.id).where(mine).limit(1)
    if (await connection.execute(left)).first() is None:
        await connection.execute(update(dialogs).where(dialogs.c.resident == resident).values(has_news=False))

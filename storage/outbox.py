"""News for residents, as a turn sees it: what was not told yet, what has been told now, how a push ended.

How news are pushed is ``storage.deliveries``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.complaints.news import PICTURE_MISSING
from domain.complaints.records import News
from domain.messages import PushEnded
from domain.pushing import Channel, PushState
from storage import places
from storage.complaint_tables import complaints, outbox
from storage.dialect import insert_of
from storage.sealing import Seals
from storage.tables import dialogs

MOST_TOLD = 20
# Why something is told at the next visit: it may have gone out and nobody knows; the platform could not bring it;
# there is no openid to send it to.
UNSURE, UNDELIVERED, NOBODY = "unsure", "undelivered", "nobody"
_SENDING = PushState.SENDING.value


@dataclass(frozen=True, slots=True)
class Announced:
    """Where a piece of news belongs, and what it is. ``seq``: the event's; below 1 for what is no event."""

    complaint: int
    seq: int
    number: str
    resident: str
    news: str


async def announce(connection: AsyncConnection, seals: Seals, told: Announced, at: datetime) -> None:
    """Put news into the outbox, due at once."""
    row = {
        "complaint": told.complaint,
        "seq": told.seq,
        "resident": told.resident,
        "number": told.number,
        "news": told.news,
        "status": PushState.WAITING.value,
        "channel": "",
        "attempts": 0,
        "due_at": at,
        "created_at": at,
        "fault": "",
        "lease": "",
        "message_id": "",
    }
    await connection.execute(insert(outbox).values(row))
    await flag_news(connection, seals, told.resident, at)


async def announce_missing(connection: AsyncConnection, seals: Seals, complaint: int, at: datetime) -> None:
    """A picture did not come: said once, however many they are, until the resident has read it."""
    case = select(complaints.c.number, complaints.c.resident).where(complaints.c.id == complaint)
    number, resident = (await connection.execute(case)).one()
    mine = outbox.c.complaint == complaint
    unread = select(outbox.c.id).where(mine, outbox.c.news == PICTURE_MISSING, outbox.c.told_at.is_(None))
    if resident is None or (await connection.execute(unread.limit(1))).first():
        return
    lowest = (await connection.execute(select(func.min(outbox.c.seq)).where(mine))).scalar()
    seq = min(lowest or 1, 1) - 1
    await announce(connection, seals, Announced(complaint, seq, number, resident, PICTURE_MISSING), at)


async def untold(connection: AsyncConnection, residents: Sequence[str]) -> dict[str, tuple[News, ...]]:
    """What each of these residents was told neither in chat nor by a push, oldest first.

    What is being pushed at this moment is left out: it arrives by itself, or is told the next time.
    """
    if not residents:
        return {}
    rows = await connection.execute(
        select(outbox.c.resident, outbox.c.id, outbox.c.number, outbox.c.news, outbox.c.created_at)
        .where(outbox.c.resident.in_(residents), outbox.c.told_at.is_(None), outbox.c.status != _SENDING)
        .order_by(outbox.c.id)
    )
    told: dict[str, tuple[News, ...]] = {}
    for row in rows:
        news = News(row.id, row.number, row.news, row.created_at)
        told[row.resident] = (*told.get(row.resident, ()), news)[-MOST_TOLD:]
    return told


async def mark_told(connection: AsyncConnection, resident: str, ids: Sequence[int], at: datetime) -> None:
    """The resident has read these, and what was older; none of it need be pushed any more."""
    mine = (outbox.c.resident == resident) & outbox.c.told_at.is_(None) & (outbox.c.status != _SENDING)
    await connection.execute(
        update(outbox).where(mine, outbox.c.id <= max(ids)).values(told_at=at, status=PushState.TOLD.value)
    )
    await refresh_news(connection, resident)


async def mark_ended(connection: AsyncConnection, resident: str, ended: PushEnded, at: datetime) -> None:
    """What the platform says of a push it had taken: one that did not arrive is told at the next visit after all."""
    if ended.is_delivered:
        await _settle_doubt(connection, resident, ended, at)
    else:
        latest = select(outbox.c.id).where(_meant(resident, ended), outbox.c.status == PushState.SENT.value)
        ident = latest.order_by(outbox.c.sent_at.desc()).limit(1).scalar_subquery()
        again = {"status": PushState.KEPT.value, "told_at": None, "fault": UNDELIVERED}
        await connection.execute(update(outbox).where(outbox.c.id == ident).values(again))
    await refresh_news(connection, resident)


async def _settle_doubt(connection: AsyncConnection, resident: str, ended: PushEnded, at: datetime) -> None:
    """A push of which nobody knew whether it went out did arrive: it need not be told again."""
    in_doubt = outbox.c.told_at.is_(None) & (outbox.c.fault == UNSURE)
    oldest = select(outbox.c.id).where(_meant(resident, ended), in_doubt).order_by(outbox.c.id).limit(1)
    sent = {"status": PushState.SENT.value, "sent_at": at, "told_at": at, "fault": ""}
    await connection.execute(update(outbox).where(outbox.c.id == oldest.scalar_subquery()).values(sent))


def _meant(resident: str, ended: PushEnded) -> ColumnElement[bool]:
    """A template message is named by its id; a notice has none, so it is the resident's."""
    if ended.message_id:
        return and_(outbox.c.resident == resident, outbox.c.message_id == ended.message_id)
    return and_(outbox.c.resident == resident, outbox.c.channel == Channel.NOTICE.value)


async def flag_news(connection: AsyncConnection, seals: Seals, resident: str, at: datetime) -> None:
    """Something waits to be told, also to somebody who has never said a word in the chat."""
    state = seals.fields.seal(b"{}", places.state_of(resident))
    row = {"resident": resident, "sealed_state": state, "has_news": True, "changed_at": at}
    put = insert_of(connection.dialect.name, dialogs).values(row)
    await connection.execute(put.on_conflict_do_update(index_elements=["resident"], set_={"has_news": True}))


async def refresh_news(connection: AsyncConnection, resident: str) -> None:
    """Whether anything waits to be told, noted beside the dialog, where the next turn looks first."""
    is_waiting = exists().where(outbox.c.resident == resident, outbox.c.told_at.is_(None))
    await connection.execute(
        update(dialogs).where(dialogs.c.resident == resident).values(has_news=is_waiting)
    )

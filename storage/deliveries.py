"""News that are due → one process sends each; what came of it.

A row is taken with a lease, so several processes share the work; a resident's news go out one after the other, in
their order. ``channel`` is written before anything is sent: a row whose lease ran out with a channel in it may have
gone out already (``docs/adr/0008-a-push-goes-out-once.md``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, FromClause, ScalarSelect, Select, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.complaints.records import News
from domain.errors import SealBroken
from domain.ids import new_id
from domain.pushing import Channel, PushState
from storage import casefiles
from storage.complaint_tables import outbox
from storage.outbox import UNSURE, refresh_news
from storage.reach import (
    Known,
    forget_spent,
    known_of,
    note_sent,
    note_unfollowed,
    revoke_consent,
    spend_consent,
)
from storage.sealing import Seals

LEASE = timedelta(minutes=2)  # longer than one push takes with all its time-outs
LEFT_LYING = timedelta(minutes=15)
_ROW, _OLDER = outbox.alias(), outbox.alias()
_OPEN = (PushState.WAITING.value, PushState.SENDING.value)


@dataclass(frozen=True, slots=True)
class Parcel:
    """One piece of news in the hands of one process. ``openid``: empty when nobody may be told by name any more.

    ``channel``: by what it may have gone out already, first ``tried_at`` then.
    """

    news: News
    resident: str
    tries: int
    channel: Channel | None
    tried_at: datetime | None
    known: Known
    lease: str
    openid: str = field(repr=False, default="")


@dataclass(frozen=True, slots=True)
class Letter:
    """A line of the list that operators read."""

    id: int
    number: str
    news: str
    state: PushState
    channel: str
    tries: int
    due_at: datetime
    fault: str


class Deliveries:
    """The courier's side of the outbox; each method is a transaction."""

    def __init__(self, engine: AsyncEngine, seals: Seals) -> None:
        self._engine = engine
        self._seals = seals

    async def take(self, now: datetime) -> Parcel | None:
        """The next piece of news that is due, for the caller alone until ``LEASE`` is over."""
        async with self._engine.begin() as connection:
            lease = {"status": PushState.SENDING.value, "lease": new_id(), "due_at": now + LEASE}
            taken = update(outbox).where(outbox.c.id == _next(now), _is_due(outbox, now)).values(lease)
            row = (await connection.execute(taken.returning(outbox))).mappings().first()
            return await self._parcel(connection, row) if row else None

    async def begin(self, parcel: Parcel, channel: Channel, now: datetime) -> bool:
        """Note that it is about to go out; False when the lease was lost meanwhile: then it must not."""
        tried_at = parcel.tried_at if parcel.channel is channel else now
        values = {"channel": channel.value, "tried_at": tried_at, "due_at": now + LEASE}
        async with self._engine.begin() as connection:
            return await self._change(connection, parcel, values)

    async def sent(
        self, parcel: Parcel, channel: Channel, now: datetime, *, template: str = "", message_id: str = ""
    ) -> None:
        """It went out: told, and counted against what the platform allows."""
        values = {
            "status": PushState.SENT.value,
            "channel": channel.value,
            "attempts": parcel.tries + 1,
            "sent_at": now,
            "told_at": now,
            "fault": "",
            "message_id": message_id,
        }
        async with self._engine.begin() as connection:
            if await self._change(connection, parcel, values):
                await _count(connection, parcel.resident, channel, template, now)
                await refresh_news(connection, parcel.resident)

    async def put_off(self, parcel: Parcel, at: datetime, tries: int, fault: str, *, in_doubt: bool) -> None:
        """Try again ``at``. ``in_doubt``: it may have gone out, so only the same message may be sent again."""
        values: dict[str, Any] = {
            "status": PushState.WAITING.value,
            "due_at": at,
            "attempts": tries,
            "fault": fault,
        }
        if not in_doubt:
            values |= {"channel": "", "tried_at": None}
        async with self._engine.begin() as connection:
            await self._change(connection, parcel, values)

    async def keep(self, parcel: Parcel, tries: int, fault: str) -> None:
        """No push: the resident is told when they come by."""
        values = {"status": PushState.KEPT.value, "attempts": tries, "fault": fault}
        async with self._engine.begin() as connection:
            await self._change(connection, parcel, values)

    async def keep_unsure(
        self, parcel: Parcel, channel: Channel, now: datetime, *, template: str = ""
    ) -> None:
        """It may have gone out, and nobody can tell: it counts as sent for the platform, as untold for us."""
        values = {
            "status": PushState.KEPT.value,
            "channel": channel.value,
            "attempts": parcel.tries + 1,
            "fault": UNSURE,
        }
        async with self._engine.begin() as connection:
            if await self._change(connection, parcel, values):
                await _count(connection, parcel.resident, channel, template, now)

    async def bury(self, parcel: Parcel, tries: int, fault: str) -> None:
        """Given up; an operator can send it again."""
        values = {"status": PushState.DEAD.value, "attempts": tries, "fault": fault, "channel": ""}
        async with self._engine.begin() as connection:
            await self._change(connection, parcel, values)

    async def revoke_consent(self, resident: str, template: str, now: datetime) -> None:
        """The platform says that the resident agrees no longer."""
        async with self._engine.begin() as connection:
            await revoke_consent(connection, resident, template, now)

    async def unfollowed(self, resident: str) -> None:
        """The platform says that the resident has left."""
        async with self._engine.begin() as connection:
            await note_unfollowed(connection, resident)

    async def count_custom(self, resident: str, now: datetime) -> None:
        """A 客服 message went out that was no news."""
        async with self._engine.begin() as connection:
            await note_sent(connection, resident, now)

    async def forget(self, now: datetime) -> None:
        """Drop what of the ledger counts for nothing any more."""
        async with self._engine.begin() as connection:
            await forget_spent(connection, now)

    async def is_stuck(self, now: datetime) -> bool:
        """Whether something that is due has been left lying: nobody delivers, or the platform is silent."""
        async with self._engine.connect() as connection:
            return (await connection.execute(_due(now - LEFT_LYING).limit(1))).first() is not None

    async def counts(self) -> dict[PushState, int]:
        """How much news there is in each state."""
        async with self._engine.connect() as connection:
            rows = await connection.execute(select(outbox.c.status, func.count()).group_by(outbox.c.status))
            return {PushState.of(status): count for status, count in rows.tuples()}

    async def listed(self, states: Sequence[PushState], most: int) -> Sequence[Letter]:
        """News in these states, the newest first."""
        wanted = select(outbox).where(outbox.c.status.in_([state.value for state in states]))
        async with self._engine.connect() as connection:
            rows = (await connection.execute(wanted.order_by(outbox.c.id.desc()).limit(most))).mappings()
            return [_letter(row) for row in rows]

    async def revive(self, now: datetime, idents: Sequence[int] = ()) -> int:
        """Send what was given up once more: these, or all. Returns how many."""
        wanted = outbox.c.status == PushState.DEAD.value
        if idents:
            wanted &= outbox.c.id.in_(idents)
        again = {"status": PushState.WAITING.value, "due_at": now, "attempts": 0}
        async with self._engine.begin() as connection:
            return (await connection.execute(update(outbox).where(wanted).values(again))).rowcount

    async def _change(self, connection: AsyncConnection, parcel: Parcel, values: dict[str, Any]) -> bool:
        """Whether the row was still ours."""
        ours = (outbox.c.id == parcel.news.id) & (outbox.c.lease == parcel.lease)
        ours &= outbox.c.status == PushState.SENDING.value
        return (await connection.execute(update(outbox).where(ours).values(values))).rowcount == 1

    async def _parcel(self, connection: AsyncConnection, row: Any) -> Parcel:
        try:
            openid = (await casefiles.read_person(connection, self._seals, row["number"])).openid
        except SealBroken:
            openid = ""
        return Parcel(
            news=News(row["id"], row["number"], row["news"], row["created_at"]),
            resident=row["resident"],
            tries=row["attempts"],
            channel=Channel.of(row["channel"]) if row["channel"] else None,
            tried_at=row["tried_at"],
            known=await known_of(connection, row["resident"]),
            lease=row["lease"],
            openid=openid,
        )


def _next(now: datetime) -> ScalarSelect[int]:
    """The id of what is due longest.

    A scalar, so PostgreSQL works it out once; ``IN`` might be worked out anew, and lock another row, for each row.
    """
    return _due(now).limit(1).with_for_update(skip_locked=True, of=_ROW).scalar_subquery()


def _due(now: datetime) -> Select[tuple[int]]:
    """Ids of what is due, longest first, of residents who have nothing older under way."""
    is_under_way = _OLDER.c.status.in_(_OPEN) & (_OLDER.c.id < _ROW.c.id)
    waits = exists().where(_OLDER.c.resident == _ROW.c.resident, is_under_way)
    return select(_ROW.c.id).where(_is_due(_ROW, now), ~waits).order_by(_ROW.c.due_at, _ROW.c.id)


def _is_due(row: FromClause, now: datetime) -> ColumnElement[bool]:
    return row.c.status.in_(_OPEN) & (row.c.due_at <= now) & row.c.told_at.is_(None)


async def _count(
    connection: AsyncConnection, resident: str, channel: Channel, template: str, now: datetime
) -> None:
    if channel is Channel.CUSTOM:
        await note_sent(connection, resident, now)
    if channel is Channel.NOTICE:
        await spend_consent(connection, resident, template)


def _letter(row: Any) -> Letter:
    return Letter(
        id=row["id"],
        number=row["number"],
        news=row["news"],
        state=PushState.of(row["status"]),
        channel=row["channel"],
        tries=row["attempts"],
        due_at=row["due_at"],
        fault=row["fault"],
    )

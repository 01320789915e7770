"""The durable side of a turn: what was said before, and one transaction for what is said now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import structlog
from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Insert, bindparam, insert, select
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.clock import local_day
from domain.complaints.draft import Draft
from domain.complaints.records import News
from domain.dialog import Dialog
from domain.effects import Effect
from domain.errors import SealBroken
from storage import places
from storage.batching import Batcher
from storage.complaint_tables import drafts
from storage.dialect import insert_of
from storage.drafts import opened, read_draft, read_drafts
from storage.effects import store_effects
from storage.outbox import untold
from storage.reach import Known, known_of
from storage.sealing import Seals
from storage.tables import asks, dialogs, turns

log = structlog.get_logger()

_DIALOG = TypeAdapter(Dialog)
_REPLIES = select(turns.c.key, turns.c.sealed_reply).where(turns.c.key.in_(bindparam("keys", expanding=True)))
_STATES = (
    select(
        dialogs.c.resident,
        dialogs.c.sealed_state,
        dialogs.c.has_news,
        drafts.c.sealed_draft,
        drafts.c.version,
    )
    .join_from(dialogs, drafts, drafts.c.owner == dialogs.c.resident, isouter=True)
    .where(dialogs.c.resident.in_(bindparam("residents", expanding=True)))
)


@dataclass(frozen=True, slots=True)
class Before:
    """What was stored before a turn: the reply, when the message was answered already; the dialog; the draft of
    a complaint; news that the resident was not told yet."""

    reply: str | None = None
    dialog: Dialog = field(default_factory=Dialog)
    draft: Draft | None = None
    news: tuple[News, ...] = ()


@dataclass(frozen=True, slots=True)
class Memory:
    """What is stored of a resident's conversation. ``at``: since when it stands so, None when nothing is;
    ``known``: how they can be reached, and what they agreed to."""

    at: datetime | None
    dialog: Dialog
    draft: Draft | None
    news: tuple[News, ...]
    known: Known


@dataclass(frozen=True, slots=True)
class TurnRecord:
    """Everything a turn leaves behind. ``reply`` is opaque here; ``key`` names the message."""

    key: str
    resident: str
    reply: str
    dialog: Dialog
    effects: tuple[Effect, ...]
    at: datetime


class Conversations:
    """Loads and commits turns; turns that come together share one trip to the database."""

    def __init__(self, engine: AsyncEngine, seals: Seals) -> None:
        self._engine = engine
        self._seals = seals
        self._loads = Batcher(self._load_all)
        self._commits = Batcher(self._commit_all, is_of_all=_is_of_all)

    async def load(self, key: str, resident: str) -> Before:
        """What is known of the message ``key`` and of its sender."""
        return await self._loads((key, resident))

    async def commit(self, record: TurnRecord) -> str:
        """Store the turn, all of it or nothing, durably. Returns the reply that stands for its message:
        the record's own, or the earlier one when another process was first (and then nothing is stored).

        Raises ``CaseChanged``, ``DraftChanged`` or ``AlreadyFiled`` when what it rests on has changed meanwhile.
        """
        try:
            return await self._commits(record)
        except IntegrityError:
            before = await self.load(record.key, record.resident)
            if before.reply is None:
                raise
            return before.reply

    async def memory(self, resident: str) -> Memory:
        """What is remembered of one resident, for nobody but them."""
        async with self._engine.connect() as connection:
            found = await connection.execute(select(dialogs).where(dialogs.c.resident == resident))
            row = found.one_or_none()
            draft = await read_draft(connection, self._seals, resident)
            news = await untold(connection, [resident])
            known = await known_of(connection, resident)
        dialog = self._dialog(resident, row.sealed_state) if row else Dialog()
        return Memory(row.changed_at if row else None, dialog, draft, news.get(resident, ()), known)

    async def amend_dialog(self, resident: str, dialog: Dialog, at: datetime) -> None:
        """Store a dialog outside any turn."""
        async with self._engine.begin() as connection:
            row = self._dialog_row(resident, dialog, at)
            await connection.execute(_put_dialogs(connection.dialect.name), [row])

    async def popular(self, day: datetime, days: int, most: int, at_least: int = 1) -> tuple[str, ...]:
        """The targets asked for most in the last ``days`` days, best first, if ``at_least`` that often."""
        since = local_day(day - timedelta(days=days))
        async with self._engine.connect() as connection:
            rows = await connection.execute(select(asks.c.target, asks.c.count).where(asks.c.day >= since))
            totals: Counter[str] = Counter()
            for target, count in rows:
                totals[target] += count
        return tuple(target for target, count in totals.most_common(most) if count >= at_least)

    async def _load_all(self, wanted: Sequence[tuple[str, str]]) -> Sequence[Before]:
        keys = [key for key, _ in wanted]
        residents = [resident for _, resident in wanted]
        async with self._engine.connect() as connection:
            found = await connection.execute(_REPLIES, {"keys": keys})
            replies = {key: self._seals.read(sealed, places.reply_of(key)) for key, sealed in found.tuples()}
            states = {
                row.resident: row for row in await connection.execute(_STATES, {"residents": residents})
            }
            # Never here before, or forgotten since: there may be news, or a draft from the form, all the same.
            strangers = [r for r in set(residents) if r not in states]
            begun = await read_drafts(connection, self._seals, strangers)
            news = await untold(connection, [*strangers, *(r for r in states if states[r].has_news)])
        return [
            self._before(replies.get(key), resident, states[resident], news.get(resident, ()))
            if resident in states
            else Before(replies.get(key), draft=begun.get(resident), news=news.get(resident, ()))
            for key, resident in wanted
        ]

    def _before(self, reply: str | None, resident: str, row: Any, news: tuple[News, ...]) -> Before:
        draft = opened(self._seals, resident, row.sealed_draft, row.version) if row.sealed_draft else None
        return Before(reply, self._dialog(resident, row.sealed_state), draft, news)

    async def _commit_all(self, records: Sequence[TurnRecord]) -> Sequence[str]:
        async with self._engine.begin() as connection:
            await connection.execute(insert(turns), [self._turn_row(record) for record in records])
            rows = [
                self._dialog_row(r.resident, r.dialog, r.at)
                for r in sorted(records, key=lambda r: r.resident)
            ]
            await connection.execute(_put_dialogs(connection.dialect.name), rows)
            await self._store_effects(connection, records)
        return [record.reply for record in records]

    async def _store_effects(self, connection: AsyncConnection, records: Sequence[TurnRecord]) -> None:
        left = [(record.resident, record.at, effect) for record in records for effect in record.effects]
        if left:
            await store_effects(connection, self._seals, left)

    def _dialog(self, resident: str, sealed: bytes) -> Dialog:
        """A state that no version of ours can read begins anew: a resident is never locked out by it."""
        try:
            return _DIALOG.validate_json(self._seals.fields.open(sealed, places.state_of(resident)))
        except (ValidationError, SealBroken):
            log.warning("dialog_unreadable")
            return Dialog()

    def _turn_row(self, record: TurnRecord) -> dict[str, Any]:
        sealed = self._seals.text(record.reply, places.reply_of(record.key))
        return {"key": record.key, "sealed_reply": sealed, "answered_at": record.at}

    def _dialog_row(self, resident: str, dialog: Dialog, at: datetime) -> dict[str, Any]:
        state = _DIALOG.dump_json(dialog, exclude_defaults=True)
        sealed = self._seals.fields.seal(state, places.state_of(resident))
        return {"resident": resident, "sealed_state": sealed, "has_news": False, "changed_at": at}


def _is_of_all(error: Exception) -> bool:
    """A locked or lost database fails every turn alike: trying them one by one would only queue them up."""
    return isinstance(error, OperationalError | OSError)


@cache
def _put_dialogs(dialect: str) -> Insert:
    put = insert_of(dialect, dialogs)
    new = {"sealed_state": put.excluded.sealed_state, "changed_at": put.excluded.changed_at}
    statement: Insert = put.on_conflict_do_update(index_elements=["resident"], set_=new)
    return statement

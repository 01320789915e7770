"""The durable side of a turn: what was said before, and one transaction for what is said now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import structlog
from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Insert, Table, bindparam, delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.clock import local_day
from domain.dialog import Dialog
from domain.effects import Asked, Effect, Missed, Rated
from storage.batching import Batcher
from storage.tables import asks, dialogs, misses, ratings, turns

log = structlog.get_logger()

_DIALOG = TypeAdapter(Dialog)
_REPLIES = select(turns.c.key, turns.c.reply).where(turns.c.key.in_(bindparam("keys", expanding=True)))
_STATES = select(dialogs.c.resident, dialogs.c.state).where(
    dialogs.c.resident.in_(bindparam("residents", expanding=True))
)


@dataclass(frozen=True, slots=True)
class Before:
    """What was stored before a turn: the reply, when the message was answered already; the dialog."""

    reply: str | None
    dialog: Dialog


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

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._loads = Batcher(self._load_all)
        self._commits = Batcher(self._commit_all, is_of_all=_is_of_all)

    async def load(self, key: str, resident: str) -> Before:
        """What is known of the message ``key`` and of its sender."""
        return await self._loads((key, resident))

    async def commit(self, record: TurnRecord) -> str:
        """Store the turn, all of it or nothing, durably. Returns the reply that stands for its message:
        the record's own, or the earlier one when another process was first (and then nothing is stored)."""
        try:
            return await self._commits(record)
        except IntegrityError:
            before = await self.load(record.key, record.resident)
            if before.reply is None:
                raise
            return before.reply

    async def amend_dialog(self, resident: str, dialog: Dialog, at: datetime) -> None:
        """Store a dialog outside any turn."""
        async with self._engine.begin() as connection:
            await connection.execute(
                _put_dialogs(connection.dialect.name), [_dialog_row(resident, dialog, at)]
            )

    async def forget_turns(self, before: datetime) -> int:
        """Drop stored replies older than ``before``; the platform no longer repeats their messages."""
        async with self._engine.begin() as connection:
            gone = await connection.execute(delete(turns).where(turns.c.answered_at < before))
        return gone.rowcount

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
            replies = dict(found.tuples().all())
            states = dict((await connection.execute(_STATES, {"residents": residents})).tuples().all())
        return [Before(replies.get(key), _dialog(states.get(resident))) for key, resident in wanted]

    async def _commit_all(self, records: Sequence[TurnRecord]) -> Sequence[str]:
        async with self._engine.begin() as connection:
            await connection.execute(
                insert(turns),
                [{"key": r.key, "reply": r.reply, "answered_at": r.at} for r in records],
            )
            rows = [
                _dialog_row(r.resident, r.dialog, r.at) for r in sorted(records, key=lambda r: r.resident)
            ]
            await connection.execute(_put_dialogs(connection.dialect.name), rows)
            await _store_effects(connection, records)
        return [record.reply for record in records]


def _dialog(state: str | None) -> Dialog:
    """A state that no version of ours can read begins anew: a resident is never locked out by it."""
    if not state:
        return Dialog()
    try:
        return _DIALOG.validate_json(state)
    except ValidationError:
        log.warning("dialog_unreadable")
        return Dialog()


def _is_of_all(error: Exception) -> bool:
    """A locked or lost database fails every turn alike: trying them one by one would only queue them up."""
    return isinstance(error, OperationalError | OSError)


def _dialog_row(resident: str, dialog: Dialog, at: datetime) -> dict[str, Any]:
    state = _DIALOG.dump_json(dialog, exclude_defaults=True).decode()
    return {"resident": resident, "state": state, "changed_at": at}


def _insert(dialect: str, table: Table) -> Any:
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


@cache
def _put_dialogs(dialect: str) -> Insert:
    put = _insert(dialect, dialogs)
    new = {"state": put.excluded.state, "changed_at": put.excluded.changed_at}
    statement: Insert = put.on_conflict_do_update(index_elements=["resident"], set_=new)
    return statement


@cache
def _add_asks(dialect: str) -> Insert:
    put = _insert(dialect, asks)
    more = {"count": asks.c.count + put.excluded.count}
    statement: Insert = put.on_conflict_do_update(index_elements=["target", "day"], set_=more)
    return statement


async def _store_effects(connection: AsyncConnection, records: Sequence[TurnRecord]) -> None:
    effects = [(record.at, effect) for record in records for effect in record.effects]
    if counted := Counter((e.target, local_day(at)) for at, e in effects if isinstance(e, Asked)):
        rows = [{"target": target, "day": day, "count": n} for (target, day), n in sorted(counted.items())]
        await connection.execute(_add_asks(connection.dialect.name), rows)
    if missed := list(_miss_rows(effects)):
        await connection.execute(insert(misses), missed)
    if rated := list(_rating_rows(effects)):
        await connection.execute(insert(ratings), rated)


def _miss_rows(effects: Iterable[tuple[datetime, Effect]]) -> Iterable[dict[str, Any]]:
    for at, e in effects:
        if isinstance(e, Missed):
            yield {"text": e.text, "reason": e.reason, "nearest": " ".join(e.nearest), "asked_at": at}


def _rating_rows(effects: Iterable[tuple[datetime, Effect]]) -> Iterable[dict[str, Any]]:
    for at, e in effects:
        if isinstance(e, Rated):
            yield {"target": e.target, "useful": e.useful, "rated_at": at}

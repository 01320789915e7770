"""Every sealed column → the same values under the newest key; and which keys are still in use.

``SEALED`` lists all there are (a test compares it with the tables). A value is replaced only where it still is what
was read, so a server that goes on writing loses nothing; what a run left behind, the next one finds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, LargeBinary, Select, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.errors import SealBroken
from storage import places
from storage.complaint_tables import complaint_events, complaints, drafts, evidence
from storage.platform_tables import platform_tokens
from storage.sealing import Sealer
from storage.tables import dialogs, misses, turns

LONGEST_ID = 40  # bytes that hold the id of any key


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """``column`` of the rows of ``rows``: their id, the sealed value, and what their place is made of."""

    column: Column[Any]
    ident: Column[Any]
    names: tuple[Column[Any], ...]
    place: Callable[..., str]

    @property
    def rows(self) -> Select[Any]:
        wanted = select(self.ident, self.column, *self.names).where(self.column.is_not(None))
        if self.column.table is complaint_events:
            return wanted.join(complaints, complaints.c.id == complaint_events.c.complaint)
        return wanted


_number = (complaints.c.number,)
SEALED = (
    SealedColumn(turns.c.sealed_reply, turns.c.key, (turns.c.key,), places.reply_of),
    SealedColumn(dialogs.c.sealed_state, dialogs.c.resident, (dialogs.c.resident,), places.state_of),
    SealedColumn(misses.c.sealed_text, misses.c.id, (misses.c.mark,), places.miss_of),
    SealedColumn(drafts.c.sealed_draft, drafts.c.owner, (drafts.c.owner,), places.draft_of),
    SealedColumn(evidence.c.sealed_media_id, evidence.c.id, (evidence.c.id,), places.media_of),
    SealedColumn(complaints.c.sealed_person, complaints.c.id, _number, places.person_of),
    SealedColumn(complaints.c.sealed_content, complaints.c.id, _number, places.content_of),
    SealedColumn(complaints.c.sealed_respondent, complaints.c.id, _number, places.respondent_of),
    SealedColumn(
        complaint_events.c.sealed_text,
        complaint_events.c.id,
        (complaints.c.number, complaint_events.c.seq),
        places.words_of,
    ),
)


@dataclass(frozen=True, slots=True)
class Resealed:
    """What a stretch of work came to. ``unreadable``: no key of ours opens them; they stay as they are."""

    changed: int = 0
    unreadable: int = 0


class Resealing:
    """The sealed values of the database."""

    def __init__(self, engine: AsyncEngine, fields: Sealer) -> None:
        self._engine = engine
        self._fields = fields

    async def keys_in_use(self) -> Counter[str]:
        """How many values each key has sealed, by the key's id."""
        used: Counter[str] = Counter()
        async with self._engine.connect() as connection:
            for sealed in SEALED:
                start = func.substr(sealed.column, 1, LONGEST_ID, type_=LargeBinary)
                rows = await connection.stream(select(start).where(sealed.column.is_not(None)))
                async for (head,) in rows:
                    used[bytes(head).partition(b":")[0].decode("ascii", "replace")] += 1
        return used

    async def reseal(self, chunk: int) -> AsyncIterator[Resealed]:
        """Bring everything under the newest key, ``chunk`` values a transaction; tells of each stretch."""
        for sealed in SEALED:
            wanted = sealed.rows.where(self._is_old(sealed.column)).order_by(sealed.ident).limit(chunk)
            stretch = wanted
            while True:
                async with self._engine.begin() as connection:
                    rows = (await connection.execute(stretch)).all()
                    done = await self._replace(connection, sealed, rows)
                if not rows:
                    break
                yield done
                stretch = wanted.where(sealed.ident > rows[-1][0])

    async def drop_old_tokens(self) -> None:
        """Forget what of the platform is sealed with an older key: it is fetched anew when it is needed."""
        newest = self._fields.head.hex()
        async with self._engine.begin() as connection:
            await connection.execute(
                delete(platform_tokens).where(~platform_tokens.c.sealed.startswith(newest))
            )

    def _is_old(self, column: Column[Any]) -> Any:
        head = self._fields.head
        return func.substr(column, 1, len(head), type_=LargeBinary) != head

    async def _replace(self, connection: AsyncConnection, sealed: SealedColumn, rows: Any) -> Resealed:
        changed = unreadable = 0
        for ident, value, *names in rows:
            try:
                new = self._fields.rewrap(value, sealed.place(*names))
            except SealBroken:
                unreadable += 1
                continue
            same = (sealed.ident == ident) & (sealed.column == value)
            put = update(sealed.column.table).where(same).values({sealed.column.name: new})
            changed += (await connection.execute(put)).rowcount
        return Resealed(changed, unreadable)

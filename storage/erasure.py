"""What is not to be kept any longer → gone; of a case, the bare facts that statistics need stay.

Rows go first, in one transaction; the sealed files follow, and only when they are gone are their names forgotten.
A process that is killed in between leaves names behind, so the next run finishes what was begun.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, delete, func, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.complaints.terms import ComplaintKind
from domain.errors import CaseChanged
from storage import audit
from storage.complaint_tables import attempts, complaint_events, complaints, drafts, evidence, outbox
from storage.drafts import drop_draft
from storage.evidence import GONE, drop_evidence
from storage.platform_tables import consents
from storage.reach import forget_resident
from storage.sealing import Seals
from storage.tables import dialogs, misses, turns


@dataclass(frozen=True, slots=True)
class Doomed:
    """Evidence that was taken back or erased; ``files``: what of it is still in the vault."""

    id: str
    files: tuple[str, ...]


# What is dropped by age alone, and the moment its age is counted from.
_BY_AGE: Mapping[str, tuple[Table, Any]] = MappingProxyType(
    {
        "reply": (turns, turns.c.answered_at),
        "dialog": (dialogs, dialogs.c.changed_at),
        "miss": (misses, misses.c.asked_at),
        "consent": (consents, consents.c.changed_at),
        "news": (outbox, outbox.c.created_at),
        "attempt": (attempts, attempts.c.changed_at),
    }
)


class Erasure:
    """Counts and removes."""

    def __init__(self, engine: AsyncEngine, seals: Seals) -> None:
        self._engine = engine
        self._seals = seals

    async def erase_case(self, number: str, at: datetime, entry: audit.Entry) -> None:
        """Empty a case that is at an end of everything but its bare facts, with the audit entry that says so.

        Raises ``CaseChanged`` when it is held, open again, or erased already.
        """
        async with self._engine.begin() as connection:
            await _empty(connection, number, at)
            await audit.record(connection, self._seals.chain, entry)

    async def due_cases(self, ended_before: Mapping[ComplaintKind, date]) -> Sequence[tuple[str, str]]:
        """Number and kind of the cases whose time is over; held ones are not among them."""
        wanted = or_(*(_is_over(kind, day) for kind, day in ended_before.items()))
        rows = select(complaints.c.number, complaints.c.kind).where(wanted, complaints.c.hold == "")
        async with self._engine.connect() as connection:
            found = await connection.execute(rows.order_by(complaints.c.id))
            return [(number, kind) for number, kind in found]

    async def count_held(self, ended_before: Mapping[ComplaintKind, date]) -> int:
        """How many cases would be due if nothing held them."""
        wanted = or_(*(_is_over(kind, day) for kind, day in ended_before.items()))
        return await self._count(complaints, and_(wanted, complaints.c.hold != ""))

    async def count_old(self, what: str, before: datetime) -> int:
        """How many rows of a kind (``reply``, ``dialog``…) are older than that."""
        table, since = _BY_AGE[what]
        return await self._count(table, since < before)

    async def drop_old(self, what: str, before: datetime) -> int:
        """Drop them; returns how many."""
        table, since = _BY_AGE[what]
        async with self._engine.begin() as connection:
            return (await connection.execute(delete(table).where(since < before))).rowcount

    async def count_drafts(self, before: datetime) -> int:
        return await self._count(drafts, drafts.c.changed_at < before)

    async def drop_drafts(self, before: datetime, at: datetime) -> int:
        """Drop drafts not touched since, and take back what was handed in for them."""
        async with self._engine.begin() as connection:
            old = drafts.c.changed_at < before
            gone = await connection.execute(delete(drafts).where(old).returning(drafts.c.id))
            idents = gone.scalars().all()
            for ident in idents:
                await drop_evidence(connection, ident, at)
        return len(idents)

    async def forget_conversation(self, resident: str, at: datetime) -> None:
        """Drop a resident's draft, with what was handed in for it, and everything remembered of the talk."""
        async with self._engine.begin() as connection:
            mine = select(drafts.c.id).where(drafts.c.owner == resident)
            ident = (await connection.execute(mine)).scalar()
            if ident:
                await drop_draft(connection, resident)
                await drop_evidence(connection, ident, at)
            await connection.execute(delete(dialogs).where(dialogs.c.resident == resident))

    async def forget_reach(self, resident: str) -> None:
        """Drop how they can be reached and what they agreed to be told: nothing is left to tell them."""
        async with self._engine.begin() as connection:
            await forget_resident(connection, resident)

    async def settle(self) -> None:
        """Leave no copy behind in SQLite's log; whoever is reading meanwhile puts it off to the next time.

        PostgreSQL reuses what was freed by itself (autovacuum).
        """
        if self._engine.dialect.name == "sqlite":
            async with self._engine.connect() as connection:
                plain = await connection.execution_options(isolation_level="AUTOCOMMIT")
                await plain.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))

    async def doomed(self, most: int) -> Sequence[Doomed]:
        """Evidence that was taken back and is not cleared away yet."""
        wanted = select(evidence.c.id, evidence.c.original, evidence.c.display).where(_IS_DOOMED).limit(most)
        async with self._engine.connect() as connection:
            rows = (await connection.execute(wanted.order_by(evidence.c.id))).all()
        return [Doomed(row.id, tuple(filter(None, (row.original, row.display)))) for row in rows]

    async def count_doomed(self) -> int:
        return await self._count(evidence, _IS_DOOMED)

    async def cleared(self, idents: Sequence[str]) -> None:
        """Their files are gone: of a case's evidence the fact stays that there was some, of a draft's nothing."""
        these = evidence.c.id.in_(idents)
        blank = {"original": "", "display": "", "sha256": "", "status": GONE}
        async with self._engine.begin() as connection:
            await connection.execute(delete(evidence).where(these, evidence.c.complaint.is_(None)))
            await connection.execute(update(evidence).where(these).values(blank))

    async def known_files(self) -> frozenset[str]:
        """The names of all files in the vault that some row knows of."""
        async with self._engine.connect() as connection:
            rows = await connection.execute(select(evidence.c.original, evidence.c.display))
            return frozenset(name for row in rows for name in row if name)

    async def _count(self, table: Table, wanted: ColumnElement[bool]) -> int:
        async with self._engine.connect() as connection:
            counted = select(func.count()).select_from(table).where(wanted)
            return (await connection.execute(counted)).scalar_one()


_IS_DOOMED = and_(
    evidence.c.removed_at.is_not(None),
    or_(evidence.c.complaint.is_(None), evidence.c.original != "", evidence.c.display != ""),
)


def _is_over(kind: ComplaintKind, day: date) -> ColumnElement[bool]:
    return and_(
        complaints.c.kind == kind.value, complaints.c.ended_on < day, complaints.c.purged_at.is_(None)
    )


async def _empty(connection: AsyncConnection, number: str, at: datetime) -> None:
    head = await connection.execute(
        update(complaints)
        .where(
            complaints.c.number == number,
            complaints.c.ended_on.is_not(None),
            complaints.c.hold == "",
            complaints.c.purged_at.is_(None),
        )
        .values(
            resident=None,
            phone_index=None,
            code_index="",
            respondent="",
            story_masked="",
            happened_masked="",
            place_masked="",
            sealed_person=None,
            sealed_content=None,
            sealed_respondent=None,
            purged_at=at,
        )
        .returning(complaints.c.id)
    )
    ident = head.scalar()
    if ident is None:
        raise CaseChanged(number)
    words = update(complaint_events).where(complaint_events.c.complaint == ident)
    await connection.execute(words.values(sealed_text=None))
    await connection.execute(delete(outbox).where(outbox.c.complaint == ident))
    removed = {"removed_at": at, "sealed_media_id": None, "next_try_at": None}
    files = update(evidence).where(evidence.c.complaint == ident, evidence.c.removed_at.is_(None))
    await connection.execute(files.values(removed))

"""Evidence that no virus scanner has looked at yet."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.evidence import Scan
from storage.complaint_tables import evidence
from storage.evidence import STORED


class Scans:
    """What the scanner is still to be asked about, and what it said."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def due(self, after: str, most: int) -> Sequence[tuple[str, str]]:
        """Id and original of files not looked at, in the order of their ids, from behind ``after``."""
        wanted = select(evidence.c.id, evidence.c.original).where(
            evidence.c.scan == Scan.UNSCANNED.value,
            evidence.c.status == STORED,
            evidence.c.removed_at.is_(None),
            evidence.c.id > after,
        )
        async with self._engine.connect() as connection:
            rows = await connection.execute(wanted.order_by(evidence.c.id).limit(most))
            return [(row.id, row.original) for row in rows]

    async def settle(self, ident: str, scan: Scan) -> None:
        async with self._engine.begin() as connection:
            await connection.execute(update(evidence).where(evidence.c.id == ident).values(scan=scan.value))

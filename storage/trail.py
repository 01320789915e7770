"""What the audit holds of a case or of a person of the staff. Read only; the chain itself is ``storage.audit``."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.complaints.terms import Role
from storage.complaint_tables import audit

MOST = 10_000


@dataclass(frozen=True, slots=True)
class Trail:
    """Which rows are wanted. Empty: all; ``since`` is inclusive, ``until`` is not."""

    object: str = ""
    actor: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One thing done, as it was written down. ``actor`` is empty for a resident and the system."""

    at: datetime
    actor: str
    role: Role
    action: str
    object: str
    detail: Mapping[str, str]


async def read_trail(connection: AsyncConnection, wanted: Trail) -> Sequence[Row]:
    """The rows wanted, the oldest first, ``MOST`` at the most."""
    rows = select(audit).order_by(audit.c.seq).limit(MOST)
    if wanted.object:
        rows = rows.where(audit.c.object == wanted.object)
    if wanted.actor:
        rows = rows.where(audit.c.actor == wanted.actor)
    if wanted.since:
        rows = rows.where(audit.c.at >= wanted.since)
    if wanted.until:
        rows = rows.where(audit.c.at < wanted.until)
    return [
        Row(row.at, row.actor, Role.of(row.role), row.action, row.object, json.loads(row.detail))
        for row in await connection.execute(rows)
    ]

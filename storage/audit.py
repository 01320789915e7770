"""Who did what, chained: a row changed, taken out, put in or moved is named by the verifier.

``mac`` = HMAC-SHA256(key, mac of the row before + this row). The key is not in the database, so whoever can write
to it cannot mend the chain. A tail cut off is found by the head, and by an anchor (``seq:mac``) kept elsewhere.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.clock import utc_text
from domain.complaints.events import Actor
from storage.complaint_tables import audit, audit_head

CHUNK = 2000


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing done. ``object``: a case number, a staff id, a file name. ``detail``: codes, never words."""

    actor: Actor
    action: str
    object: str
    at: datetime
    detail: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Verdict:
    """``broken_at``: the first row that does not fit (0: none); ``count`` rows were walked; ``head``: ``seq:mac``."""

    count: int
    broken_at: int
    head: str


async def record(connection: AsyncConnection, key: bytes, entry: Entry) -> None:
    """Append to the chain within the transaction of what it tells of."""
    head = await connection.execute(
        update(audit_head)
        .where(audit_head.c.id == 1)
        .values(seq=audit_head.c.seq + 1)
        .returning(audit_head.c.seq, audit_head.c.mac)
    )
    seq, before = head.one()
    row = {
        "seq": seq,
        "at": entry.at,
        "actor": entry.actor.id,
        "role": entry.actor.role.value,
        "action": entry.action,
        "object": entry.object,
        "detail": json.dumps(dict(entry.detail), ensure_ascii=False, sort_keys=True),
    }
    mac = _mac(key, before, row)
    await connection.execute(insert(audit).values(mac=mac, **row))
    await connection.execute(update(audit_head).where(audit_head.c.id == 1).values(mac=mac))


async def verify(connection: AsyncConnection, key: bytes, anchor: str = "") -> Verdict:
    """Walk the whole chain. ``anchor``: an earlier ``head``; a chain that no longer holds it is broken there."""
    before, count, anchored = "", 0, anchor.partition(":")
    while True:
        rows = await connection.execute(
            select(audit).where(audit.c.seq > count).order_by(audit.c.seq).limit(CHUNK)
        )
        chunk = rows.mappings().all()
        for row in chunk:
            is_next = row["seq"] == count + 1
            if not is_next or not hmac.compare_digest(_mac(key, before, row), row["mac"]):
                return Verdict(count, count + 1, f"{count}:{before}")
            if anchored[0] == str(row["seq"]) and anchored[2] != row["mac"]:
                return Verdict(count, row["seq"], f"{count}:{before}")
            before, count = row["mac"], count + 1
        if len(chunk) < CHUNK:
            break
    head = (await connection.execute(select(audit_head.c.seq, audit_head.c.mac))).one()
    is_whole = head.seq == count and head.mac == before and int(anchored[0] or 0) <= count
    return Verdict(count, 0 if is_whole else count + 1, f"{count}:{before}")


def _mac(key: bytes, before: str, row: Any) -> str:
    told = [
        before,
        str(row["seq"]),
        utc_text(row["at"]),
        *(row[name] for name in ("actor", "role", "action", "object", "detail")),
    ]
    return hmac.new(key, "\0".join(told).encode(), hashlib.sha256).hexdigest()

"""Who did what, chained: a row changed, taken out, put in or moved is named by the verifier.

``mac`` = HMAC-SHA256(key, mac of the row before + this row). The key is not in the database, so whoever can write
to it cannot mend the chain. A tail cut off is found by the head, and by an anchor (``seq:mac``) kept elsewhere.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.clock import utc_text
from domain.complaints.events import Actor
from domain.errors import AnchorUnreadable
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


class _Head(NamedTuple):
    """The end of the chain at some moment."""

    seq: int
    mac: str


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
    """Walk the whole chain. ``anchor``: an earlier ``head``; a chain that no longer holds it is broken there.

    Rows that are appended meanwhile are walked too: the head is read before the walk and after it. Raises
    ``AnchorUnreadable``.
    """
    promised = [await _head(connection), *([_anchored(anchor)] if anchor else [])]
    before, count = "", 0
    if (await connection.execute(select(audit.c.seq).where(audit.c.seq < 1).limit(1))).first():
        return Verdict(0, 1, "0:")
    while True:
        rows = await connection.execute(
            select(audit).where(audit.c.seq > count).order_by(audit.c.seq).limit(CHUNK)
        )
        chunk = rows.mappings().all()
        for row in chunk:
            is_next = row["seq"] == count + 1 and hmac.compare_digest(_mac(key, before, row), row["mac"])
            if not is_next or any(seq == row["seq"] and mac != row["mac"] for seq, mac in promised):
                return Verdict(count, count + 1, f"{count}:{before}")
            before, count = row["mac"], count + 1
        if len(chunk) < CHUNK:
            break
    last = (await _head(connection)).seq
    is_whole = all(seq <= count for seq, _ in promised) and count <= last
    return Verdict(count, 0 if is_whole else min(count, last) + 1, f"{count}:{before}")


async def _head(connection: AsyncConnection) -> _Head:
    row = (await connection.execute(select(audit_head.c.seq, audit_head.c.mac))).one()
    return _Head(row.seq, row.mac)


def _anchored(anchor: str) -> _Head:
    found = re.fullmatch(r"(\d{1,18}):([0-9a-f]{64})?", anchor.strip())
    if not found:
        raise AnchorUnreadable
    return _Head(int(found[1]), found[2] or "")


def _mac(key: bytes, before: str, row: Any) -> str:
    told = [
        before,
        str(row["seq"]),
        utc_text(row["at"]),
        *(row[name] for name in ("actor", "role", "action", "object", "detail")),
    ]
    return hmac.new(key, "\0".join(told).encode(), hashlib.sha256).hexdigest()

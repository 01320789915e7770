"""Whoever changes the record of who did what is found, with the row; whoever adds to it meanwhile is not."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import ColumnElement, delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.complaints.events import Actor
from domain.complaints.terms import Role
from domain.errors import AnchorUnreadable
from storage import audit as chain
from storage.audit import Entry, record, verify
from storage.complaint_tables import audit, audit_head
from tests.conftest import NOW

KEY = b"chain"
ROWS = 9


def entry(n: int) -> Entry:
    return Entry(
        Actor(Role.WINDOW, "wang"), "accept", f"case {n}", NOW + timedelta(seconds=n), {"to": "accepted"}
    )


def row(seq: int) -> ColumnElement[bool]:
    return audit.c.seq == seq


async def put_rows(engine: AsyncEngine, rows: int = ROWS) -> str:
    """A chain; returns its end."""
    async with engine.begin() as connection:
        for n in range(1, rows + 1):
            await record(connection, KEY, entry(n))
        return (await verify(connection, KEY)).head


async def disarm(engine: AsyncEngine) -> None:
    """What somebody who owns the database does first."""
    async with engine.begin() as connection:
        for name in ("audit_no_update", "audit_no_delete"):
            where = " ON audit" if connection.dialect.name == "postgresql" else ""
            await connection.execute(text(f"DROP TRIGGER {name}{where}"))


async def broken_at(engine: AsyncEngine, anchor: str = "") -> int:
    async with engine.connect() as connection:
        return (await verify(connection, KEY, anchor)).broken_at


async def test_a_whole_chain_is_whole_and_its_end_stays_true_as_it_grows(engine: AsyncEngine) -> None:
    assert await broken_at(engine) == 0, "an empty one is whole"
    head = await put_rows(engine)
    assert head.startswith(f"{ROWS}:")
    assert await broken_at(engine, head) == 0
    await put_rows(engine, 3)
    assert await broken_at(engine, head) == 0
    for anchor in ("9", "x:y", "9:abc", ":", "-1:" + "0" * 64):
        with pytest.raises(AnchorUnreadable):
            await broken_at(engine, anchor)


async def test_the_database_itself_refuses_to_change_a_row(engine: AsyncEngine) -> None:
    await put_rows(engine)
    for statement in (update(audit).values(actor="li"), delete(audit)):
        with pytest.raises(DBAPIError, match="append-only"):
            async with engine.begin() as connection:
                await connection.execute(statement)
    with pytest.raises(DBAPIError):
        async with engine.begin() as connection:
            await connection.execute(insert(audit_head).values(id=2, seq=0, mac=""))
    assert await broken_at(engine) == 0


async def edited(connection: AsyncConnection, column: str) -> int:
    value = NOW if column == "at" else "x"
    await connection.execute(update(audit).where(row(4)).values({column: value}))
    return 4


async def deleted(connection: AsyncConnection) -> int:
    await connection.execute(delete(audit).where(row(4)))
    return 4


async def deleted_and_the_gap_closed(connection: AsyncConnection) -> int:
    await connection.execute(delete(audit).where(row(4)))
    for n in range(5, ROWS + 1):
        await connection.execute(update(audit).where(row(n)).values(seq=n - 1))
    await connection.execute(update(audit_head).values(seq=ROWS - 1))
    return 4


async def reordered(connection: AsyncConnection) -> int:
    for before, after in ((4, 99), (5, 4), (99, 5)):
        await connection.execute(update(audit).where(row(before)).values(seq=after))
    return 4


async def put_in(connection: AsyncConnection, seq: int) -> int:
    copied = (await connection.execute(select(audit).where(row(3)))).mappings().one()
    await connection.execute(insert(audit).values({**copied, "seq": seq}))
    return 1 if seq < 1 else ROWS + 1


async def put_in_between(connection: AsyncConnection) -> int:
    for n in range(ROWS, 3, -1):
        await connection.execute(update(audit).where(row(n)).values(seq=n + 1))
    await connection.execute(update(audit_head).values(seq=ROWS + 1))
    await put_in(connection, 4)
    return 4


async def written_with_another_key(connection: AsyncConnection) -> int:
    await record(connection, b"another key", entry(10))
    return ROWS + 1


async def tail_cut_off(connection: AsyncConnection) -> int:
    await connection.execute(delete(audit).where(audit.c.seq > 6))
    return 7


async def head_moved(connection: AsyncConnection) -> int:
    await connection.execute(update(audit_head).values(seq=ROWS + 2))
    return ROWS + 1


TAMPERINGS = (
    *(partial(edited, column=c) for c in ("at", "actor", "role", "action", "object", "detail", "mac")),
    *(partial(put_in, seq=n) for n in (-3, 0, ROWS + 1, ROWS + 7)),
    deleted,
    deleted_and_the_gap_closed,
    reordered,
    put_in_between,
    written_with_another_key,
    tail_cut_off,
    head_moved,
)


async def test_every_tampering_is_named_with_its_row(engine: AsyncEngine) -> None:
    await put_rows(engine)
    await disarm(engine)
    for tamper in TAMPERINGS:
        async with engine.connect() as connection:
            expected = await tamper(connection)
            assert (await verify(connection, KEY)).broken_at == expected, tamper
            await connection.rollback()
    assert await broken_at(engine) == 0


async def test_a_tail_cut_off_with_its_head_mended_is_named_by_the_anchor(engine: AsyncEngine) -> None:
    anchor = await put_rows(engine)
    await disarm(engine)
    async with engine.begin() as connection:
        await connection.execute(delete(audit).where(audit.c.seq > 6))
        mac = (await connection.execute(select(audit.c.mac).where(row(6)))).scalar_one()
        await connection.execute(update(audit_head).values(seq=6, mac=mac))
    assert await broken_at(engine) == 0, "nothing in the database tells it"
    assert await broken_at(engine, anchor) == 7
    async with engine.begin() as connection:
        for n in range(7, 12):
            await record(connection, KEY, replace(entry(n), action="decline"))
    assert await broken_at(engine, anchor) == ROWS, "nor does writing it anew"


async def test_what_is_appended_during_the_walk_breaks_nothing(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A row that comes after the walk, before the second look at the head."""
    await put_rows(engine)
    look, looks = chain._head, []

    async def while_others_write(connection: AsyncConnection) -> object:
        looks.append(1)
        if len(looks) == 2:
            async with engine.begin() as another:
                await record(another, KEY, entry(10))
        return await look(connection)

    monkeypatch.setattr(chain, "_head", while_others_write)
    assert await broken_at(engine) == 0
    assert len(looks) == 2
    monkeypatch.undo()
    assert await broken_at(engine) == 0


async def test_work_that_was_undone_leaves_no_row_and_no_gap(engine: AsyncEngine) -> None:
    await put_rows(engine, 3)
    async with engine.connect() as connection:
        await record(connection, KEY, entry(4))
        await connection.rollback()
    assert (await put_rows(engine, 1)).startswith("4:")
    assert await broken_at(engine) == 0


async def test_a_hundred_thousand_rows_are_walked_within_five_seconds(engine: AsyncEngine) -> None:
    """Of the processor's time: what else the machine does is not the chain's fault."""
    fixed = {"at": NOW, "actor": "wang", "role": "window", "action": "accept", "detail": "{}"}
    mac, rows = "", []
    for n in range(1, 100_001):
        told = {**fixed, "seq": n, "object": str(n)}
        mac = chain._mac(KEY, mac, told)
        rows.append({**told, "mac": mac})
    async with engine.begin() as connection:
        await connection.execute(insert(audit), rows)
        await connection.execute(update(audit_head).values(seq=100_000, mac=mac))
    begun = time.process_time()
    async with engine.connect() as connection:
        verdict = await verify(connection, KEY)
    assert (verdict.count, verdict.broken_at) == (100_000, 0)
    assert time.process_time() - begun < 5

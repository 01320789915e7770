"""The migrated schema is the one the code means; every connection is set up as promised."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta, timezone

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, insert, select, text
from sqlalchemy.exc import StatementError
from sqlalchemy.ext.asyncio import AsyncEngine

import storage.platform_tables  # noqa: F401 - part of the schema
from storage.database import open_database
from storage.migrate import migrate
from storage.tables import metadata, turns
from tests.conftest import NOW


async def test_migrated_schema_is_the_declared_one(engine: AsyncEngine) -> None:
    def difference(connection: Connection) -> list[object]:
        return list(
            compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata)
        )

    async with engine.connect() as connection:
        assert await connection.run_sync(difference) == []


async def test_migrating_twice_and_at_once_is_harmless(address: str) -> None:
    engines = [open_database(address), open_database(address)]
    if address.startswith("postgresql"):
        await asyncio.gather(*map(migrate, engines))
    for engine in engines:
        await migrate(engine)
        await engine.dispose()


async def test_instants_come_back_as_they_went_in(engine: AsyncEngine) -> None:
    beijing = NOW.astimezone(timezone(timedelta(hours=8)))
    async with engine.begin() as connection:
        await connection.execute(insert(turns).values(key="k", sealed_reply=b"r", answered_at=beijing))
        back = (await connection.execute(select(turns.c.answered_at))).scalar_one()
    assert back == NOW
    assert back.tzinfo is not None


async def test_instant_without_a_zone_is_refused(engine: AsyncEngine) -> None:
    naive = datetime(2026, 11, 23)  # noqa: DTZ001 - the fault under test
    with pytest.raises(StatementError, match="time zone"):
        async with engine.begin() as connection:
            await connection.execute(insert(turns).values(key="k", sealed_reply=b"r", answered_at=naive))


async def test_sqlite_is_durable_and_deletes_for_good(engine: AsyncEngine) -> None:
    if engine.dialect.name != "sqlite":
        return
    wanted = {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "secure_delete": 1,
        "busy_timeout": 5000,
    }
    async with engine.connect() as connection:
        for pragma, value in wanted.items():
            assert (await connection.execute(text(f"PRAGMA {pragma}"))).scalar() == value

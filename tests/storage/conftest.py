"""Every storage test runs on SQLite and on PostgreSQL."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.conversations import Conversations
from storage.database import open_database
from storage.migrate import migrate
from storage.sealing import BlindIndex, Sealer, Seals
from tests.conftest import is_listening, require

SEALS = Seals(Sealer({"k1": bytes(32)}), BlindIndex(b"index"), b"chain")
POSTGRES = "postgresql://postgres@127.0.0.1:5432"


@pytest_asyncio.fixture(params=["sqlite", "postgresql"])
async def address(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """The address of an empty database of the test's own."""
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'test.db'}"
        return
    require("PostgreSQL", is_listening(5432), "nothing listens on 127.0.0.1:5432")
    name = f"test_{uuid.uuid4().hex[:12]}"
    admin = await asyncpg.connect(f"{POSTGRES}/postgres")
    await admin.execute(f'CREATE DATABASE "{name}"')
    yield f"postgresql+asyncpg://postgres@127.0.0.1:5432/{name}"
    await admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    await admin.close()


@pytest_asyncio.fixture
async def engine(address: str) -> AsyncIterator[AsyncEngine]:
    engine = open_database(address)
    await migrate(engine)
    yield engine
    await engine.dispose()


@pytest.fixture
def conversations(engine: AsyncEngine) -> Conversations:
    return Conversations(engine, SEALS)

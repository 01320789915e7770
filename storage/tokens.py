"""What processes share of the platform's tokens: a sealed text by name, and the right to fetch the next one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.errors import TokensUnavailable
from storage.platform_tables import platform_tokens, token_leases


class TokenStore(Protocol):
    """Every method raises ``TokensUnavailable`` when the store does not answer."""

    async def load(self, name: str) -> str:
        """The sealed text under ``name``; empty when there is none."""

    async def save(self, name: str, sealed: str) -> None:
        """Put a sealed text in the place of the one before."""

    async def claim(self, name: str, holder: str, now: datetime, for_s: float) -> bool:
        """Take the right to fetch ``name``, unless somebody else has it; it lapses by itself after ``for_s``."""

    async def release(self, name: str, holder: str) -> None:
        """Give the right back, if ``holder`` still has it."""

    async def close(self) -> None:
        """Let go of what the store itself has opened."""


class MemoryTokens:
    """For one process: a command at the terminal, a test."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}
        self._leases: dict[str, tuple[str, datetime]] = {}

    async def load(self, name: str) -> str:
        return self._texts.get(name, "")

    async def save(self, name: str, sealed: str) -> None:
        self._texts[name] = sealed

    async def claim(self, name: str, holder: str, now: datetime, for_s: float) -> bool:
        if name in self._leases and self._leases[name][1] > now:
            return False
        self._leases[name] = (holder, now + timedelta(seconds=for_s))
        return True

    async def release(self, name: str, holder: str) -> None:
        if self._leases.get(name, ("",))[0] == holder:
            del self._leases[name]

    async def close(self) -> None:
        return


class DatabaseTokens:
    """For processes that share a database. The engine belongs to whoever made it."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def load(self, name: str) -> str:
        async with _answering(self._engine) as connection:
            wanted = select(platform_tokens.c.sealed).where(platform_tokens.c.name == name)
            return (await connection.execute(wanted)).scalar_one_or_none() or ""

    async def save(self, name: str, sealed: str) -> None:
        async with _answering(self._engine) as connection:
            changed = await connection.execute(
                update(platform_tokens).where(platform_tokens.c.name == name).values(sealed=sealed)
            )
            if not changed.rowcount:  # only the holder of the lease saves, so nobody comes between
                await connection.execute(platform_tokens.insert().values(name=name, sealed=sealed))

    async def claim(self, name: str, holder: str, now: datetime, for_s: float) -> bool:
        async with _answering(self._engine) as connection:
            dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
            put = dialect.insert(token_leases).values(
                name=name, holder=holder, held_until=now + timedelta(seconds=for_s)
            )
            taken = await connection.execute(
                put.on_conflict_do_update(
                    index_elements=["name"],
                    set_={"holder": put.excluded.holder, "held_until": put.excluded.held_until},
                    where=token_leases.c.held_until <= now,
                )
            )
            return taken.rowcount == 1

    async def release(self, name: str, holder: str) -> None:
        async with _answering(self._engine) as connection:
            await connection.execute(
                delete(token_leases).where(token_leases.c.name == name, token_leases.c.holder == holder)
            )

    async def close(self) -> None:
        return


@asynccontextmanager
async def _answering(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    try:
        async with engine.begin() as connection:
            yield connection
    except (SQLAlchemyError, OSError) as error:
        raise TokensUnavailable(type(error).__name__) from None

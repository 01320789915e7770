"""Tries that are counted across processes and restarts: guesses at a query code, complaints sent from one address.

A try is counted before it is known what comes of it, so a hundred guesses at once are no more than a hundred in a
row. What was tried, and from where, is stored as a keyed fingerprint.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Row, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.attempts import Bound, Tally, opens_at, taken_back, tried
from storage.complaint_tables import attempts
from storage.dialect import insert_of
from storage.sealing import BlindIndex

_KIND = "attempt"


class Attempts:
    """Counts tries by name (``code:WH26-…``, ``address:…``); the names themselves are not stored."""

    def __init__(self, engine: AsyncEngine, index: BlindIndex) -> None:
        self._engine = engine
        self._index = index

    async def take(self, names: Sequence[str], bounds: Sequence[Bound], now: datetime) -> datetime | None:
        """Count one try under every name. Returns until when it has to wait, and then nothing is counted; None:
        it may go on."""
        async with self._engine.begin() as connection:
            tallies = {key: await _held(connection, key, now) for key in self._keys(names)}
            waits = [opens_at(tally, bounds, now) for tally in tallies.values()]
            if until := max(filter(None, waits), default=None):
                return until
            for key, tally in tallies.items():
                await _put(connection, key, tried(tally, bounds, now), now)
        return None

    async def waits(self, name: str, bounds: Sequence[Bound], now: datetime) -> bool:
        """Whether the next try under a name would have to wait; counts nothing."""
        wanted = select(attempts).where(attempts.c.name == self._index.of(_KIND, name))
        async with self._engine.connect() as connection:
            row = (await connection.execute(wanted)).one_or_none()
        return row is not None and opens_at(_tally(row), bounds, now) is not None

    async def give_back(self, names: Sequence[str], now: datetime) -> None:
        """The last try was a right one: it does not count."""
        async with self._engine.begin() as connection:
            for key in self._keys(names):
                await _put(connection, key, taken_back(await _held(connection, key, now)), now)

    def _keys(self, names: Sequence[str]) -> list[str]:
        """Fingerprints in one order, so that two tries never wait for each other."""
        return sorted({self._index.of(_KIND, name) for name in names})


def network_of(address: str) -> str:
    """What stands for one visitor: an IPv4 address, or the /64 that a household has of IPv6. Anything else: itself."""
    try:
        known = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(known, ipaddress.IPv6Address):
        mapped = known.ipv4_mapped
        return str(mapped or ipaddress.ip_network((known, 64), strict=False))
    return str(known)


async def _held(connection: AsyncConnection, key: str, now: datetime) -> Tally:
    """The tally of a name, its row held until the end of the transaction."""
    fresh = insert_of(connection.dialect.name, attempts).values(
        name=key, tried="", locked_until=0, changed_at=now
    )
    hold = fresh.on_conflict_do_update(index_elements=["name"], set_={"name": key})
    await connection.execute(hold)
    row = (await connection.execute(select(attempts).where(attempts.c.name == key))).one()
    return _tally(row)


def _tally(row: Row[tuple[str, str, int, datetime]]) -> Tally:
    return Tally(tuple(map(int, row.tried.split())), row.locked_until)


async def _put(connection: AsyncConnection, key: str, tally: Tally, now: datetime) -> None:
    await connection.execute(
        update(attempts)
        .where(attempts.c.name == key)
        .values(tried=" ".join(map(str, tally.tried)), locked_until=tally.locked_until, changed_at=now)
    )

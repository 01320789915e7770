"""Tries are counted once each, however many come at the same moment."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.attempts import Bound
from storage.attempts import Attempts, network_of
from storage.complaint_tables import attempts
from storage.erasure import Erasure
from storage.sealing import BlindIndex
from tests.conftest import NOW
from tests.storage.conftest import SEALS

BOUND = (Bound(5, timedelta(minutes=15), timedelta(minutes=30)),)


@pytest.fixture
def counted(engine: AsyncEngine) -> Attempts:
    return Attempts(engine, BlindIndex(b"index"))


async def test_of_many_at_once_five_get_through(counted: Attempts) -> None:
    tries = [counted.take([f"code:x{n % 2}", "from:1.2.3.4"], BOUND, NOW) for n in range(20)]
    waits = await asyncio.gather(*tries)
    assert waits.count(None) == 5


async def test_a_lock_is_for_its_name_alone_and_survives_a_restart(
    counted: Attempts, engine: AsyncEngine
) -> None:
    for _ in range(5):
        assert await counted.take(["code:a"], BOUND, NOW) is None
    again = Attempts(engine, BlindIndex(b"index"))
    assert await again.take(["code:a"], BOUND, NOW) == NOW + timedelta(minutes=30)
    assert await again.take(["code:b"], BOUND, NOW) is None
    assert await again.take(["code:a"], BOUND, NOW + timedelta(minutes=30)) is None


async def test_what_is_refused_is_not_counted_for_anybody(counted: Attempts) -> None:
    for _ in range(5):
        await counted.take(["code:a"], BOUND, NOW)
    for _ in range(9):
        assert await counted.take(["code:a", "from:1.2.3.4"], BOUND, NOW) is not None
    assert await counted.take(["from:1.2.3.4"], BOUND, NOW) is None


async def test_a_right_one_is_given_back(counted: Attempts) -> None:
    for _ in range(20):
        assert await counted.take(["code:a"], BOUND, NOW) is None
        await counted.give_back(["code:a"], NOW)


async def test_neither_number_nor_address_is_stored(counted: Attempts, engine: AsyncEngine) -> None:
    await counted.take(["code:WH26-7K4Q-9MZP3", "from:203.0.113.9"], BOUND, NOW)
    async with engine.connect() as connection:
        rows = str((await connection.execute(select(attempts))).all())
    assert "203.0.113.9" not in rows
    assert "7K4Q" not in rows


async def test_what_is_old_is_forgotten(counted: Attempts, engine: AsyncEngine) -> None:
    erasure = Erasure(engine, SEALS)
    await counted.take(["code:a"], BOUND, NOW)
    assert await erasure.drop_old("attempt", NOW) == 0
    assert await erasure.drop_old("attempt", NOW + timedelta(seconds=1)) == 1


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("fe80::1%eth0", "fe80::/64"),
        ("unknown", "unknown"),
    ],
)
def test_a_household_is_one_visitor(address: str, network: str) -> None:
    assert network_of(address) == network

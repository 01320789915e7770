"""A platform of the test's own, and clients that speak with it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import ClientTimeout
from aiohttp.test_utils import TestServer

from bot.platform import Identity, PlatformClient, open_platform
from bot.tokens import Seal
from domain.clock import ManualClock
from storage.sealing import Sealer
from storage.tokens import MemoryTokens, TokenStore
from tests.platform.server import build_stand_in
from tests.platform.world import World

KEY = bytes(range(32))
MakeClient = Callable[..., PlatformClient]


@pytest.fixture
def world(clock: ManualClock) -> World:
    return World(clock)


@pytest_asyncio.fixture
async def stand_in(world: World) -> AsyncIterator[TestServer]:
    async with TestServer(build_stand_in(world)) as server:
        yield server


@pytest_asyncio.fixture
async def make_client(world: World, stand_in: TestServer) -> AsyncIterator[MakeClient]:
    """Builds clients; each stands for a process of its own unless it is given another one's store."""
    async with AsyncExitStack() as opened:

        def make(store: TokenStore | None = None, within_s: float = 10.0, **changes: Any) -> PlatformClient:
            identity = Identity(changes.get("appid", world.appid), changes.get("secret", world.secret))
            base = changes.get("base", str(stand_in.make_url("")))
            client = open_platform(
                base, identity, store or MemoryTokens(), Seal(Sealer({"k1": KEY})), world.clock
            )
            client._transport._timeout = ClientTimeout(total=within_s)
            opened.push_async_callback(client.close)
            return client

        yield make


@pytest_asyncio.fixture
async def platform(make_client: MakeClient) -> PlatformClient:
    return make_client()

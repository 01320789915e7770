"""A browser's view of the application: a client on the real app, with the real knowledge."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestClient, TestServer

from bot.service import Assistant
from services.desk import Desk
from tests.support.filed import staffed
from tests.web.phones import Client, Phone
from web.app import build_app


@pytest_asyncio.fixture
async def client(assistant: Assistant) -> AsyncIterator[Client]:
    async with TestClient(TestServer(build_app(assistant))) as opened:
        yield opened


@pytest.fixture
def pages(desk: Desk) -> list[str]:
    """One page of every kind."""
    policy = next(p for p in desk.library.policies.values() if p.spans)
    story = next(s for s in desk.library.stories.values() if s.sayings)
    return [
        "/p/policies",
        "/p/policies?q=修复",
        "/p/policies?q=没有这样的词儿",
        "/p/policies?topic=anti_fraud&audience=resident",
        f"/p/policies/{policy.id}",
        "/p/stories",
        "/p/stories?category=wuhai",
        f"/p/stories/{story.id}",
        "/p/sayings",
        "/p/privacy",
        "/p/display",
    ]


@pytest_asyncio.fixture
async def phone(client: Client, assistant: Assistant) -> Phone:
    """The resident's own phone."""
    await staffed(assistant)
    phone = Phone(client)
    await phone.arrive(assistant)
    return phone


@pytest_asyncio.fixture
async def stranger(assistant: Assistant) -> AsyncIterator[Phone]:
    """A browser that nobody knows."""
    async with TestClient(TestServer(build_app(assistant))) as opened:
        yield Phone(opened)

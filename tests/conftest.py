"""Fixtures that every folder of tests shares."""

from __future__ import annotations

import base64
import os
import socket
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import hypothesis
import pytest
import pytest_asyncio

from bot.service import Assistant, open_assistant, places_of
from config.settings import Settings
from domain.clock import ManualClock
from domain.entries import Library
from knowledge.loader import load_library
from matching import warm
from services.desk import Content, Desk, open_desk

# How long one example takes says how busy the machine is, not whether the code is right.
hypothesis.settings.register_profile("here", deadline=None)
hypothesis.settings.load_profile("here")

# A Monday morning in 乌海: 2026-11-23 10:00.
KEY = "k1:" + base64.b64encode(b"a key that tests may know.......").decode()
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--accept", action="store_true", help="rewrite the expected lines of the transcripts")
    parser.addoption(
        "--kills", type=int, default=12, help="how often the process is killed while a complaint is confirmed"
    )


def require(service: str, is_there: bool, reason: str) -> None:
    """Skip with the reason, or fail where services are promised (REQUIRE_SERVICES=1)."""
    if is_there:
        return
    if os.environ.get("REQUIRE_SERVICES"):
        pytest.fail(f"{service}: {reason}")
    pytest.skip(f"{service}: {reason}")


def is_listening(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """The real knowledge, loaded and indexed once."""
    warm()
    settings = Settings(_env_file=None, data_dir=tmp_path_factory.mktemp("desk"))
    return open_desk(places_of(settings))


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """The real knowledge without its index: half the time."""
    settings = Settings(_env_file=None, data_dir=tmp_path_factory.mktemp("library"))
    places = places_of(settings)
    return load_library(places.knowledge, places.city_file)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(_env_file=None, data_dir=tmp_path, wechat_token="t0ken", secret_keys=KEY)


@pytest_asyncio.fixture
async def assistant(settings: Settings, clock: ManualClock, desk: Desk) -> AsyncIterator[Assistant]:
    """An assistant on a database of its own, with a clock that stands still."""
    content = Content(places_of(settings), desk)
    content.popular = desk.library.popular
    opened = await open_assistant(settings, clock, content)
    yield opened
    await opened.close()

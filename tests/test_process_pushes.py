"""The process is killed while it brings news out: no phone buzzes twice, and nobody is left uninformed."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import select

from bot.service import Assistant, open_assistant, places_of
from config.settings import ROOT, Settings
from domain.allowance import Touch
from domain.clock import ManualClock
from domain.ids import blind_name
from services.desk import Content, Desk
from storage.complaint_tables import outbox
from storage.deliveries import LEASE
from storage.reach import note_touches
from tests.support.news import accept, file_case
from tests.support.stand_in import StandIn

pytestmark = pytest.mark.slow
KILLS, RESIDENTS = 3, 6
SEND = "/cgi-bin/message/custom/send"
NOON = datetime.now(UTC).replace(hour=4, minute=0, second=0, microsecond=0)


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    started = StandIn()
    yield started
    started.stop()


@pytest.fixture
def env(stand_in: StandIn) -> dict[str, str]:
    return stand_in.env


@pytest_asyncio.fixture
async def beside(tmp_path: Path, env: dict[str, str], desk: Desk) -> AsyncIterator[Assistant]:
    """An assistant on the same data, in the test's own hands."""
    values = {name.lower(): value for name, value in env.items()}
    settings = Settings(_env_file=None, data_dir=tmp_path, **values)  # type: ignore[arg-type]
    opened = await open_assistant(settings, ManualClock(NOON), Content(places_of(settings), desk))
    yield opened
    await opened.close()


def start_courier(data: Path, env: dict[str, str]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.support.courier_process", str(data), NOON.isoformat()]
    with (data / "courier.log").open("ab") as log:
        return subprocess.Popen(command, cwd=ROOT, env=os.environ | env, stdout=log, stderr=log)


def reached(stand_in: StandIn) -> list[str]:
    with urllib.request.urlopen(f"{stand_in.base}/stand-in/sent", timeout=5) as answer:
        return [sent["touser"] for sent in json.load(answer)]


async def until(reached_count: int, stand_in: StandIn) -> None:
    deadline = time.monotonic() + 60
    while len(reached(stand_in)) < reached_count:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)


async def test_kills_between_sending_and_storing(
    stand_in: StandIn, beside: Assistant, env: dict[str, str], tmp_path: Path
) -> None:
    """The platform answers late; each time it has taken a push, the process dies before it can store that."""
    people = [f"o-{n}" for n in range(RESIDENTS)]
    names = [blind_name(beside.pipeline.naming_key, openid) for openid in people]
    async with beside.engine.begin() as connection:
        await note_touches(connection, [(name, Touch.MESSAGE, NOON) for name in names])
    for openid in people:
        stand_in.act("act", openid=openid, act="message")
        await accept(beside, await file_case(beside, openid))
    stand_in.act("fault", kind="late", path=SEND, times=1000, seconds=5)
    for kill in range(1, KILLS + 1):
        process = start_courier(tmp_path, env)
        await until(kill, stand_in)
        process.kill()
        process.wait(10)
    assert len(reached(stand_in)) == KILLS
    stand_in.act("mend")
    assert isinstance(beside.clock, ManualClock)
    beside.clock.advance(LEASE)
    assert beside.courier
    await beside.courier.deliver_due()
    assert sorted(reached(stand_in)) == people, "everybody once, those in doubt not again"
    async with beside.engine.connect() as connection:
        rows = (await connection.execute(select(outbox.c.status, outbox.c.fault, outbox.c.told_at))).all()
    unsure = [row for row in rows if row.fault == "unsure"]
    assert len(unsure) == KILLS
    assert all(row.told_at is None for row in unsure), "told at the next visit"
    assert [row.status for row in rows if row not in unsure] == ["sent"] * (RESIDENTS - KILLS)
    logged = (tmp_path / "courier.log").read_text()
    for secret in (env["WECHAT_APPSECRET"], "access_token=", *people):
        assert secret not in logged

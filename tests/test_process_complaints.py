"""A resident confirms, the process dies: the complaint is there once, under the number that was told.

``pytest tests/test_process_complaints.py --kills 200`` kills that often; without it, a few times.
"""

from __future__ import annotations

import asyncio
import random
import re
import shutil
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.support.platform import Platform, read_answer, words_of
from tests.support.server import Server, WarmServer
from tests.test_process import post

pytestmark = pytest.mark.slow
TOLD = (
    "我要投诉", "同意", "投诉", "政府", "示例镇答应修路，说了三年没有修", "说完了", "示例镇政府", "跳过", "跳过", "说完了",
    "保密", "13800000001",
)  # fmt: skip
NUMBER = re.compile(r"受理编号 (\S+)\n查询码\s+(\S+)")
LONGEST_MS = 60
ENOUGH = 100


@dataclass
class Complainant:
    """Somebody whose draft waits to be confirmed. ``told``: every receipt they were given."""

    openid: str
    confirmation: str = ""
    told: set[tuple[str, str]] = field(default_factory=set)

    def hears(self, answer: str | None) -> bool:
        """Whether it is a receipt."""
        words = words_of(read_answer(answer).get("Content", "")) if answer else ""
        if found := NUMBER.search(words):
            self.told.add((found[1], found[2]))
        return bool(found)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[WarmServer]:
    server = WarmServer(tmp_path)
    yield server
    server.close()


async def drafted(server: Server, platform: Platform, people: list[Complainant]) -> None:
    """Everybody has told everything and reads the preview."""
    for person in people:
        for words in TOLD:
            answer = await post(server, platform, platform.text(words, person.openid))
        assert answer
        assert "请核对" in answer
        person.confirmation = platform.text("确认提交", person.openid)


def on_disk(data: Path) -> int:
    """How many complaints a restart would find: looked up in a copy, so that the restart has its own work to do."""
    with tempfile.TemporaryDirectory() as folder:
        for file in data.glob("credit.db*"):
            shutil.copy(file, folder)
        with closing(sqlite3.connect(f"{folder}/credit.db")) as database:
            return int(database.execute("SELECT count(*) FROM complaints").fetchone()[0])


async def test_what_was_confirmed_is_there_once_wherever_the_process_dies(
    server: WarmServer, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    kills = request.config.getoption("--kills")
    lots = random.Random(kills)
    platform = Platform(now_s=int(time.time()))
    waves = [
        [Complainant(f"o-{kill}-{n}") for n in range(lots.choice((1, 1, 2, 3)))] for kill in range(kills)
    ]
    server.start()
    await drafted(server, platform, [person for wave in waves for person in wave])
    died = Counter[str]()
    for wave in waves:
        before = on_disk(tmp_path)
        confirming = [asyncio.create_task(post(server, platform, person.confirmation)) for person in wave]
        await asyncio.sleep(lots.uniform(0, LONGEST_MS) / 1000)
        server.kill()
        told = sum([person.hears(await task) for person, task in zip(wave, confirming, strict=True)])
        stored = on_disk(tmp_path) - before
        assert told <= stored, "a number was told of a complaint that is nowhere"
        died.update(
            {"before it was stored": len(wave) - stored, "before it was told": stored - told, "after": told}
        )
        server.start()
        for person in wave:
            assert person.hears(await post(server, platform, person.confirmation)), "delivered again"
            await post(server, platform, platform.text("确认提交", person.openid))
    server.kill()
    assert died["before it was told"] or kills < ENOUGH, "the moment that matters was never hit"
    sys.stderr.write(f"{kills} kills, {sum(map(len, waves))} complaints: {dict(died)}\n")
    with sqlite3.connect(tmp_path / "credit.db") as database:
        stored = database.execute("SELECT number, resident FROM complaints").fetchall()
        assert len(stored) == len({resident for _, resident in stored}) == sum(map(len, waves))
        assert database.execute("SELECT count(*) FROM complaint_events").fetchone() == (len(stored),)
        assert database.execute("SELECT count(*) FROM drafts").fetchone() == (0,)
    everybody = [person for wave in waves for person in wave]
    assert all(len(person.told) == 1 for person in everybody), "one number and one code, however often told"
    assert {number for person in everybody for number, _ in person.told} == {number for number, _ in stored}

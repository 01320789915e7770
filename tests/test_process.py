"""The whole process: killed, restarted, stopped; one answer per message all the same."""

from __future__ import annotations

import asyncio
import json
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest

from config.settings import ROOT
from tests.support.platform import Platform, read_answer
from tests.support.server import Server

pytestmark = pytest.mark.slow
KILLS = 6


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path)
    yield server
    if server.process and server.process.poll() is None:
        server.kill()


async def post(server: Server, platform: Platform, body: str) -> str | None:
    """The answer, or None when the server died before it."""
    platform.now_s = int(time.time())
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(10)) as session,
            session.post(server.base + platform.path(), data=body.encode()) as answer,
        ):
            assert answer.status == 200
            return await answer.text()
    except (TimeoutError, aiohttp.ClientError, ConnectionError):
        return None


async def test_retry_storm_with_kills_between_is_one_processing_and_one_reply(
    server: Server, tmp_path: Path
) -> None:
    """Three at once, kill -9 in the middle, three in turn, restart, again: one row, one count, one reply."""
    platform = Platform(now_s=int(time.time()))
    heard: dict[int, set[str]] = {}
    for message in range(KILLS):
        server.start()
        body = platform.text("讲个故事", msg_id=1000 + message)
        storm = [asyncio.create_task(post(server, platform, body)) for _ in range(3)]
        await asyncio.sleep(0.002 * message)
        server.kill()
        answers = [await task for task in storm]
        server.start()
        answers += [await post(server, platform, body) for _ in range(3)]
        heard[message] = {content(answer) for answer in answers if answer}
        server.stop()
    for message, replies in heard.items():
        assert len(replies) == 1, f"message {message} was answered in {len(replies)} ways"
    with sqlite3.connect(tmp_path / "credit.db") as database:
        assert database.execute("SELECT count(*) FROM turns").fetchone() == (KILLS,)
        assert database.execute("SELECT sum(count) FROM asks").fetchone() == (KILLS,)


def content(answer: str) -> str:
    fields = read_answer(answer)
    return json.dumps({k: v for k, v in fields.items() if k != "Nonce"}, ensure_ascii=False)


async def test_sigterm_finishes_what_is_in_flight_and_exits_cleanly(server: Server) -> None:
    server.start()
    platform = Platform(now_s=int(time.time()))
    asking = asyncio.create_task(post(server, platform, platform.text("罚款一万多多久能修复")))
    await asyncio.sleep(0.01)
    assert await asyncio.to_thread(server.stop) == 0
    answer = await asking
    assert answer is None or "3 个月" in answer


async def test_hostile_bodies_get_no_5xx_and_leave_no_trace_in_the_log(server: Server) -> None:
    from tests.bot.test_callback import HOSTILE

    server.start()
    platform = Platform(now_s=int(time.time()))
    canary = "13812345678"
    bodies = [
        *HOSTILE.values(),
        platform.text(f"我的电话{canary}").encode() + b"<",
        b"x" * 70_000,
        canary.encode(),
    ]
    async with aiohttp.ClientSession() as session:
        for body in bodies:
            for path in (
                platform.path(),
                platform.path(encrypt_type="aes"),
                "/wechat",
                "/wechat?signature=%00&timestamp=%ff",
            ):
                async with session.post(server.base + path, data=body) as answer:
                    assert answer.status < 500, (answer.status, path, body[:80])
        squeezed = {"Content-Encoding": "gzip"}
        async with session.post(server.base + platform.path(), data=b"hello", headers=squeezed) as answer:
            assert answer.status == 400
        for header in ("X-Forwarded-For", "X-Real-IP", "Forwarded"):
            for path in ("/metrics", "/simulator"):
                async with session.get(server.base + path, headers={header: "203.0.113.9"}) as answer:
                    assert answer.status == 404
        for method in ("PUT", "DELETE", "PATCH", "OPTIONS"):
            async with session.request(method, server.base + platform.path()) as answer:
                assert answer.status in {403, 405}
        async with session.post(server.base + platform.path(), data=platform.text(canary).encode()) as answer:
            assert answer.status == 200
    server.stop()
    log = server.log.read_text()
    assert canary not in log
    assert "Traceback" not in log


def test_port_in_use_is_told_in_a_sentence(server: Server) -> None:
    server.start()
    second = subprocess.run(
        [sys.executable, "run.py"], cwd=ROOT, env=server.env, capture_output=True, text=True, timeout=60
    )
    assert second.returncode == 1
    assert "用不了" in second.stderr
    assert "Traceback" not in second.stderr


def test_start_tells_where_to_look(server: Server) -> None:
    server.start()
    told = server.wait_for("listening")
    for place in ("/simulator", "/p/policies", "/wechat"):
        assert re.search(rf"http://127\.0\.0\.1:{server.port}{place}", told)

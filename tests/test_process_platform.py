"""The product beside the stand-in, each a process of its own, as a developer runs them."""

from __future__ import annotations

import json
import urllib.parse
import urllib.request
from collections.abc import Iterator
from http.cookiejar import CookieJar
from pathlib import Path

import pytest

from tests.support.server import Server
from tests.support.stand_in import StandIn

pytestmark = pytest.mark.slow


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    started = StandIn()
    yield started
    started.stop()


@pytest.fixture
def servers(tmp_path: Path, stand_in: StandIn) -> Iterator[list[Server]]:
    """Two processes on one database."""
    env = stand_in.env | {"WECHAT_SIGNIN": "on"}
    started = [Server(tmp_path, **env) for _ in range(2)]
    yield started
    for server in started:
        if server.process and server.process.poll() is None:
            server.kill()


def read(browser: urllib.request.OpenerDirector, address: str) -> tuple[str, str]:
    """Where it ended, and what was there."""
    with browser.open(address, timeout=10) as answer:
        return answer.url, answer.read().decode()


def test_phone_signs_in_and_two_processes_share_one_token(
    servers: list[Server], stand_in: StandIn, tmp_path: Path
) -> None:
    for server in servers:
        server.start()
    stand_in.act("visitor", openid="o-resident-of-the-test")
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    where, page = read(browser, f"{servers[0].base}/p/signin?next=/p/stories")
    assert where == f"{servers[0].base}/p/stories"
    assert "<title>" in page
    tickets = []
    for server in servers:
        url = urllib.parse.quote(f"{server.base}/p/policies", safe="")
        tickets.append(json.loads(read(browser, f"{server.base}/wechat/jssdk?url={url}")[1])["appId"])
    assert len(set(tickets)) == 1
    with urllib.request.urlopen(f"{stand_in.base}/stand-in/calls", timeout=5) as answer:
        calls = json.load(answer)
    assert calls["/cgi-bin/stable_token"] == 1
    assert calls["/cgi-bin/ticket/getticket"] == 1
    assert calls["/sns/oauth2/access_token"] == 1
    assert [server.stop() for server in servers] == [0, 0]
    logged = (tmp_path / "server.log").read_text()
    for secret in (stand_in_secret(servers[0]), "o-resident-of-the-test", "access_token=", "t0kenOf"):
        assert secret not in logged


def stand_in_secret(server: Server) -> str:
    return server.env["WECHAT_APPSECRET"]

"""The stand-in keeps the platform's rules: asked directly, without the product."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from domain.clock import ManualClock
from tests.platform.server import build_stand_in
from tests.platform.world import Person, World

Client = TestClient[web.Request, web.Application]


@pytest.fixture
def world(clock: ManualClock) -> World:
    return World(clock, people={"o-a": Person("o-a")})


@pytest_asyncio.fixture
async def client(world: World) -> AsyncIterator[Client]:
    async with TestClient(TestServer(build_stand_in(world))) as opened:
        yield opened


async def token(client: Client, world: World, **more: Any) -> dict[str, Any]:
    body = {"grant_type": "client_credential", "appid": world.appid, "secret": world.secret} | more
    async with client.post("/cgi-bin/stable_token", json=body) as response:
        answer: dict[str, Any] = await response.json()
        return answer


async def errcode(client: Client, value: str) -> int:
    async with client.get("/cgi-bin/user/info", params={"access_token": value, "openid": "o-a"}) as response:
        return int((await response.json()).get("errcode", 0))


async def test_token_stays_the_same_until_its_last_five_minutes(
    client: Client, world: World, clock: ManualClock
) -> None:
    first = await token(client, world)
    clock.advance(timedelta(seconds=7200 - 301))
    again = await token(client, world)
    assert (again["access_token"], again["expires_in"]) == (first["access_token"], 301)
    clock.advance(timedelta(seconds=1))
    new = await token(client, world)
    assert new["access_token"] != first["access_token"]
    assert new["expires_in"] >= 300
    assert await errcode(client, first["access_token"]) == 0, "both hold for five minutes"
    assert await errcode(client, new["access_token"]) == 0
    clock.advance(timedelta(seconds=300))
    assert await errcode(client, first["access_token"]) == 42001


async def test_forced_token_kills_the_old_one_at_most_twenty_times_a_day(
    client: Client, world: World, clock: ManualClock
) -> None:
    first = await token(client, world)
    values = {first["access_token"]}
    for _ in range(20):
        values.add((await token(client, world, force_refresh=True))["access_token"])
        clock.advance(timedelta(seconds=30))
    assert len(values) == 21
    assert await errcode(client, first["access_token"]) == 40001
    assert (await token(client, world, force_refresh=True))["errcode"] == 45009
    clock.advance(timedelta(days=1))
    assert "access_token" in await token(client, world, force_refresh=True)


async def test_forced_token_within_thirty_seconds_is_the_same(client: Client, world: World) -> None:
    first = await token(client, world, force_refresh=True)
    assert await token(client, world, force_refresh=True) == first


async def test_token_that_never_was_is_unknown(client: Client) -> None:
    assert await errcode(client, "x") == 40014


async def test_escaped_letters_are_refused(client: Client, world: World) -> None:
    value = (await token(client, world))["access_token"]
    async with client.post(
        f"/cgi-bin/menu/create?access_token={value}", data=b'{"button": [{"name": "\\u95ee"}]}'
    ) as response:
        assert (await response.json())["errcode"] == 40033


async def test_what_is_no_json_is_refused(client: Client, world: World) -> None:
    value = (await token(client, world))["access_token"]
    for body in (b"", b"{", b"[]"):
        async with client.post(f"/cgi-bin/menu/create?access_token={value}", data=body) as response:
            assert (await response.json())["errcode"] == 47001


async def test_residents_are_played_from_outside(client: Client, world: World) -> None:
    acts = ["message", "click", "scan", "subscribe", "consent", "lasting", "blacklist", "mute", "unfollow"]
    for act in acts:
        async with client.post("/stand-in/act", json={"openid": "o-b", "act": act}) as response:
            assert response.status == 200
    person = world.people["o-b"]
    assert [kind for kind, _ in person.touches] == ["message", "click", "scan", "subscribe"]
    assert person.is_blacklisted
    assert person.is_muted
    assert not person.is_following
    assert person.consents["NOTICE"] == 1
    async with client.post("/stand-in/act", json={"openid": "o-b", "act": "fly"}) as response:
        assert response.status == 400


async def test_faults_and_kills_are_ordered_from_outside(client: Client, world: World) -> None:
    value = (await token(client, world))["access_token"]
    async with client.post("/stand-in/fault", json={"kind": "errcode", "errcode": -1}) as response:
        assert response.status == 200
    assert await errcode(client, value) == -1
    assert await errcode(client, value) == 0
    async with client.post("/stand-in/kill", json={}) as response:
        assert response.status == 200
    assert await errcode(client, value) == 40001
    async with client.get("/stand-in/sent") as response:
        assert await response.json() == []


async def test_sign_in_page_is_for_silent_sign_in_of_this_account(client: Client, world: World) -> None:
    way = {"appid": world.appid, "scope": "snsapi_base", "redirect_uri": "http://x/y?z=1", "state": "s"}
    async with client.get("/connect/oauth2/authorize", params=way, allow_redirects=False) as response:
        assert response.headers["Location"].startswith("http://x/y?z=1&code=")
    for change in ({"scope": "snsapi_userinfo"}, {"appid": "wx-other"}):
        async with client.get("/connect/oauth2/authorize", params=way | change) as response:
            assert response.status == 400

"""Who opens a page inside WeChat is signed in without a word, under a blind name, and nobody else."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.service import open_assistant, places_of
from config.secrets import Keys
from config.settings import Settings
from domain.attempts import Bound
from domain.clock import ManualClock
from domain.ids import blind_name
from services.desk import Content, Desk
from tests.platform.server import build_stand_in
from tests.platform.world import Fault, World
from web.app import build_app
from web.residents import RESIDENT, who
from web.signed import read_signed, sign_text
from web.signin import MOST_SPENT, Spent

START = "/p/signin?next=/p/stories"
EXCHANGE = "/sns/oauth2/access_token"


@dataclass
class Phone:
    """A browser inside WeChat, its cookies, and the world it lives in."""

    client: TestClient[web.Request, web.Application]
    world: World
    naming_key: bytes

    async def open(self, path: str) -> tuple[int, str, str]:
        """Status, where it leads, and the page."""
        async with self.client.get(path, allow_redirects=False) as response:
            return response.status, response.headers.get("Location", ""), await response.text()

    async def authorised(self, address: str) -> str:
        """Pass through WeChat's page; returns the path that it sends the phone back to."""
        async with self.client.session.get(address, allow_redirects=False) as response:
            assert response.status == 302, await response.text()
            back = urlsplit(response.headers["Location"])
            return f"{back.path}?{back.query}"

    async def sign_in(self) -> tuple[int, str, str]:
        _, address, _ = await self.open(START)
        return await self.open(await self.authorised(address))

    async def name(self) -> str:
        async with self.client.get("/p/who") as response:
            return await response.text()


@pytest_asyncio.fixture
async def world(clock: ManualClock) -> World:
    return World(clock)


async def _phone(world: World, desk: Desk, tmp_path: Path, **changes: str) -> AsyncIterator[Phone]:
    async with TestServer(build_stand_in(world)) as stand_in:
        base = str(stand_in.make_url("")).rstrip("/")
        settings = Settings(
            _env_file=None,
            data_dir=tmp_path,
            wechat_token="t0ken",
            wechat_appid=world.appid,
            wechat_appsecret=world.secret,
            wechat_api_base=base,
            wechat_open_base=base,
            **({"wechat_signin": "on"} | changes),
        )
        assistant = await open_assistant(settings, world.clock, Content(places_of(settings), desk))
        app = build_app(assistant)
        app.router.add_get("/p/who", _who)
        async with TestClient(TestServer(app)) as client:
            yield Phone(client, world, assistant.pipeline.naming_key)


async def _who(request: web.Request) -> web.Response:
    visitor = who(request)
    return web.Response(text=visitor.owner if visitor.is_known else "")


@pytest_asyncio.fixture
async def phone(world: World, desk: Desk, tmp_path: Path) -> AsyncIterator[Phone]:
    async for phone in _phone(world, desk, tmp_path):
        yield phone


async def test_phone_comes_back_signed_in_where_it_wanted(phone: Phone, world: World) -> None:
    status, where, _ = await phone.sign_in()
    assert (status, where) == (303, "/p/stories")
    assert await phone.name() == blind_name(phone.naming_key, world.visitor)
    assert world.visitor not in str(list(phone.client.session.cookie_jar))


async def test_way_out_asks_silently_for_no_more_than_who(phone: Phone, world: World) -> None:
    status, address, _ = await phone.open(START)
    asked = parse_qs(urlsplit(address).query)
    assert status == 302
    assert asked["scope"] == ["snsapi_base"]
    assert asked["redirect_uri"][0].endswith("/p/signin/return")
    assert address.endswith("#wechat_redirect")
    assert re.fullmatch("[0-9a-f]{32}", asked["state"][0])
    assert world.secret not in address


async def test_who_is_signed_in_is_not_sent_round_again(phone: Phone) -> None:
    await phone.sign_in()
    assert await phone.open(START) == (303, "/p/stories", "303: See Other")


async def test_each_way_out_has_a_state_of_its_own(phone: Phone) -> None:
    states = {parse_qs(urlsplit((await phone.open(START))[1]).query)["state"][0] for _ in range(5)}
    assert len(states) == 5


async def test_stranger_cannot_sign_somebody_else_in(phone: Phone, world: World) -> None:
    """A link with the stranger's own code and state: this browser never set out with them."""
    back = await phone.authorised((await phone.open(START))[1])
    phone.client.session.cookie_jar.clear()
    status, _, page = await phone.open(back)
    assert status == 400
    assert "再打开一次" in page
    assert await phone.name() == ""
    assert world.calls[EXCHANGE] == 0


@pytest.mark.parametrize(
    "query",
    ["", "?code=x", "?state=", "?code=x&state=" + "0" * 32, "?code=&state={state}", "?code=x&state={state}0",
     "?code=x&state=%C3%A9"],
)  # fmt: skip
async def test_way_back_that_is_not_ours_asks_the_platform_nothing(
    query: str, phone: Phone, world: World
) -> None:
    state = parse_qs(urlsplit((await phone.open(START))[1]).query)["state"][0]
    status, _, _ = await phone.open("/p/signin/return" + query.replace("{state}", state))
    assert status == 400
    assert world.calls[EXCHANGE] == 0


async def test_state_is_over_after_ten_minutes(phone: Phone, world: World, clock: ManualClock) -> None:
    back = await phone.authorised((await phone.open(START))[1])
    clock.advance(timedelta(minutes=10))
    assert (await phone.open(back))[0] == 400
    assert world.calls[EXCHANGE] == 0


async def test_code_is_exchanged_once_however_often_the_page_is_loaded(phone: Phone, world: World) -> None:
    back = await phone.authorised((await phone.open(START))[1])
    cookies = {cookie.key: cookie.value for cookie in phone.client.session.cookie_jar}
    first = await phone.open(back)
    assert first[0] == 303
    again = await phone.open(back)
    assert again[0] == 400, "the state is gone with its cookie"
    async with phone.client.get(back, cookies=cookies, allow_redirects=False) as replayed:
        assert replayed.status == 303
    assert world.calls[EXCHANGE] == 1


async def test_page_loaded_twice_at_once_exchanges_once(phone: Phone, world: World) -> None:
    back = await phone.authorised((await phone.open(START))[1])
    statuses = [status for status, _, _ in await asyncio.gather(*(phone.open(back) for _ in range(5)))]
    assert statuses.count(303) >= 1
    assert world.calls[EXCHANGE] == 1


async def test_snapshot_page_signs_nobody_in(phone: Phone, world: World) -> None:
    world.is_snapshot = True
    status, _, page = await phone.sign_in()
    assert status == 403
    assert "完整服务" in page
    assert await phone.name() == ""


async def test_silent_platform_is_told_as_ours_to_wait_for(phone: Phone, world: World) -> None:
    world.faults.append(Fault("html", EXCHANGE))
    status, _, page = await phone.sign_in()
    assert status == 503
    assert "什么也没有丢" in page
    assert await phone.name() == ""
    assert (await phone.sign_in())[0] == 303


async def test_stale_code_may_be_asked_for_again(phone: Phone, world: World) -> None:
    world.faults.append(Fault("errcode", EXCHANGE, errcode=40029))
    status, _, page = await phone.sign_in()
    assert status == 400
    assert "/p/signin?next=/p/stories" in page


async def test_sign_in_lasts_half_a_day(phone: Phone, clock: ManualClock) -> None:
    await phone.sign_in()
    clock.advance(timedelta(hours=11, minutes=59))
    assert await phone.name()
    clock.advance(timedelta(minutes=2))
    assert not await phone.name()


@pytest.mark.parametrize(
    "next_path",
    ["https://evil.example/p/", "//evil.example", "/console", "/p/\\evil", "/p/x y", "javascript:1"],
)
async def test_way_on_leads_nowhere_else(next_path: str, phone: Phone) -> None:
    _, address, _ = await phone.open(f"/p/signin?next={next_path}")
    _, where, _ = await phone.open(await phone.authorised(address))
    assert where == "/p/policies"


async def test_cookies_stay_out_of_scripts_and_of_other_sites(phone: Phone) -> None:
    async with phone.client.get(START, allow_redirects=False) as response:
        cookie = response.headers["Set-Cookie"]
        assert response.headers["Cache-Control"] == "no-store"
    for word in ("HttpOnly", "SameSite=Lax", "Path=/p/signin"):
        assert word in cookie


async def test_cookies_of_an_https_address_stay_on_https(world: World, desk: Desk, tmp_path: Path) -> None:
    async for phone in _phone(world, desk, tmp_path, public_url="https://xy.example.gov.cn"):
        async with phone.client.get(START, allow_redirects=False) as response:
            assert "Secure" in response.headers["Set-Cookie"]
            assert "redirect_uri=https%3A%2F%2Fxy.example.gov.cn%2Fp" in response.headers["Location"]


async def test_account_without_the_right_says_how_else(world: World, desk: Desk, tmp_path: Path) -> None:
    async for phone in _phone(world, desk, tmp_path, wechat_signin="off"):
        status, _, page = await phone.open(START)
        assert status == 200
        assert "请从公众号里打开" in page


@pytest.mark.parametrize("forged", ["", "x", "x.y", "x.y.z", "YQ.9999999999.0", "é.1.1", "." * 5])
async def test_forged_cookie_is_nobody(forged: str, phone: Phone) -> None:
    async with phone.client.get("/p/who", headers={"Cookie": f"{RESIDENT.name}={forged}"}) as response:
        assert response.status == 200
        assert await response.text() == ""


def test_signed_text_is_for_one_purpose_one_time_and_our_keys(clock: ManualClock) -> None:
    old, new = Keys((("k1", bytes(32)),)), Keys((("k2", bytes([1] * 32)), ("k1", bytes(32))))
    until = clock.now() + timedelta(minutes=1)
    signed = sign_text(old, "a", "谁", until)
    assert read_signed(old, "a", signed, clock.now()) == "谁"
    assert read_signed(new, "a", signed, clock.now()) == "谁", "an older key still counts"
    assert read_signed(old, "b", signed, clock.now()) == ""
    assert read_signed(old, "a", signed, until) == ""
    assert read_signed(old, "a", signed.replace(signed[0], "Z", 1), clock.now()) == ""
    assert read_signed(Keys((("k3", bytes([3] * 32)),)), "a", signed, clock.now()) == ""


def test_spent_states_do_not_fill_the_memory(clock: ManualClock) -> None:
    spent = Spent()
    for number in range(MOST_SPENT):
        assert spent.take(str(number), clock.now())
    clock.advance(timedelta(minutes=11))
    assert spent.take("new", clock.now())
    assert len(spent.until) == 1
    assert not spent.take("new", clock.now())


# --- JS-SDK ---


async def test_page_of_ours_gets_a_signature_that_fits(phone: Phone, world: World) -> None:
    from wechatpy.client.api import WeChatJSAPI

    base = (await _base(phone)) + "/p/policies?q=1"
    async with phone.client.get("/wechat/jssdk", params={"url": base + "#top"}) as response:
        answer = await response.json()
        assert response.headers["Cache-Control"] == "no-store"
    assert world.ticket
    fits = WeChatJSAPI(None).get_jsapi_signature(
        answer["nonceStr"], world.ticket.value, answer["timestamp"], base
    )
    assert answer["signature"] == fits
    assert answer["appId"] == world.appid
    assert world.ticket.value not in str(answer)


async def test_ticket_is_asked_for_once(phone: Phone, world: World) -> None:
    url = (await _base(phone)) + "/p/policies"
    for _ in range(5):
        async with phone.client.get("/wechat/jssdk", params={"url": url}) as response:
            assert response.status == 200
    assert world.calls["/cgi-bin/ticket/getticket"] == 1


@pytest.mark.parametrize("url", ["", "https://evil.example/p/", "{base}/console", "{base}.evil.example/p/"])
async def test_page_that_is_not_ours_gets_no_signature(url: str, phone: Phone) -> None:
    url = url.replace("{base}", await _base(phone))
    async with phone.client.get("/wechat/jssdk", params={"url": url}) as response:
        assert response.status == 400


async def test_silent_platform_leaves_the_page_without_the_sdk(phone: Phone, world: World) -> None:
    world.faults.append(Fault("html", "/cgi-bin/ticket/getticket"))
    async with phone.client.get("/wechat/jssdk", params={"url": (await _base(phone)) + "/p/x"}) as response:
        assert response.status == 503


async def test_without_an_account_there_is_no_sdk(client: TestClient[web.Request, web.Application]) -> None:
    async with client.get("/wechat/jssdk", params={"url": "http://127.0.0.1:8080/p/x"}) as response:
        assert response.status == 404
    async with client.get("/p/signin", allow_redirects=False) as response:
        assert response.status == 200
        assert "Set-Cookie" not in response.headers


async def _base(phone: Phone) -> str:
    from web.keys import ASSISTANT

    assert phone.client.app
    return phone.client.app[ASSISTANT].settings.base_url


async def test_one_address_does_not_keep_the_platform_busy(
    phone: Phone, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.signin.SIGN_INS", Bound(2, timedelta(minutes=10)))
    answers = []
    for _ in range(3):
        phone.client.session.cookie_jar.clear()
        answers.append(await phone.sign_in())
    assert [status for status, _, _ in answers] == [303, 303, 429]
    assert "先停一停" in answers[-1][2]

"""Who a page is opened by: named by WeChat, by a link out of the chat, or a browser nobody knows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
import pytest_asyncio
from aiohttp import ClientSession, DummyCookieJar, web
from aiohttp.test_utils import TestClient, TestServer, make_mocked_request
from yarl import URL

from bot.links import VALID_S
from bot.service import Assistant
from config.settings import Settings
from domain.clock import ManualClock
from domain.ids import blind_name
from web.app import build_app
from web.csrf import FIELD, check_form, form_token
from web.keys import ASSISTANT
from web.proxies import address_of
from web.residents import BROWSER, RESIDENT, who

OPENID = "o-示例-resident"
Client = TestClient[web.Request, web.Application]


async def tell(request: web.Request) -> web.Response:
    visitor = who(request)
    return web.json_response(
        {
            "owner": visitor.owner,
            "openid": visitor.openid,
            "token": form_token(request),
            "at": request.path_qs,
        }
    )


async def send(request: web.Request) -> web.Response:
    form = await request.post()
    check_form(request, {name: str(value) for name, value in form.items()})
    return web.Response(text="ok")


def _app(assistant: Assistant) -> web.Application:
    app = build_app(assistant)
    app.router.add_get("/p/tell", tell)
    app.router.add_post("/p/tell", send)
    return app


@pytest_asyncio.fixture
async def client(assistant: Assistant) -> AsyncIterator[Client]:
    async with TestClient(TestServer(_app(assistant))) as opened:
        yield opened


@pytest_asyncio.fixture
async def other(assistant: Assistant) -> AsyncIterator[Client]:
    async with TestClient(TestServer(_app(assistant))) as opened:
        yield opened


def link(assistant: Assistant, page: str = "/p/tell") -> str:
    return assistant.links.personal(page, OPENID, int(assistant.clock.now().timestamp()))


async def test_link_out_of_the_chat_names_the_resident_and_leaves_the_address(
    client: Client, assistant: Assistant
) -> None:
    answer = await client.get(URL(link(assistant, "/p/tell?step=3&q=%E4%BF%A1%20a%26b"), encoded=True))
    assert answer.history[0].status == 303
    assert answer.history[0].headers["Cache-Control"] == "no-store"
    told = await answer.json()
    assert told["owner"] == blind_name(assistant.pipeline.naming_key, OPENID)
    assert told["openid"] == OPENID
    assert URL(told["at"]).query == {"step": "3", "q": "信 a&b"}
    cookie = client.session.cookie_jar.filter_cookies(client.make_url("/p/"))[RESIDENT.name].value
    assert OPENID not in cookie


async def test_old_or_invented_link_says_so_and_still_leads_on(
    client: Client, assistant: Assistant, clock: ManualClock
) -> None:
    old = link(assistant)
    clock.advance(timedelta(seconds=VALID_S + 1))
    for address in (old, "/p/tell?t=invented", "/p/tell?t=%FF%FE", "/p/tell?t="):
        answer = await client.get(URL(address, encoded=True))
        text = await answer.text()
        assert answer.status == 410
        assert "这个链接过期了" in text
        assert 'href="/p/tell"' in text
    assert (await (await client.get("/p/tell")).json())["openid"] == ""


async def test_old_link_on_a_browser_that_is_known_just_opens(
    client: Client, assistant: Assistant, clock: ManualClock
) -> None:
    address = link(assistant)
    await client.get(address)
    clock.advance(timedelta(seconds=VALID_S + 1))
    answer = await client.get(address)
    assert (await answer.json())["openid"] == OPENID


async def test_link_lets_in_only_the_browser_that_opened_it_first(
    client: Client, other: Client, assistant: Assistant
) -> None:
    address = link(assistant)
    for _ in range(2):
        assert (await (await client.get(address)).json())["openid"] == OPENID
    for again in (address, f"{address}==", address):
        refused = await other.get(URL(again, encoded=True))
        assert refused.status == 410
        assert "这个链接用过了" in await refused.text()
    assert (await (await other.get("/p/tell")).json())["openid"] == ""


async def test_whoever_is_first_of_many_at_once_is_the_only_one(
    client: Client, other: Client, assistant: Assistant
) -> None:
    address = link(assistant)
    for each in (client, other):
        await each.get("/p/tell")
    answers = await asyncio.gather(*(each.get(address) for each in (client, other, other, client, other)))
    let_in = [answer.status == 200 for answer in answers]
    assert let_in in ([True, False, False, True, False], [False, True, True, False, True])


async def test_preview_of_a_link_uses_nothing_up(client: Client, assistant: Assistant) -> None:
    address = link(assistant)
    async with ClientSession(cookie_jar=DummyCookieJar()) as preview:
        for ask in (preview.head, preview.get, preview.get):
            async with ask(client.make_url(address), allow_redirects=True) as answer:
                assert answer.status == 200
        async with preview.get(client.make_url(address)) as answer:
            assert (await answer.json())["openid"] == ""
    assert (await (await client.get(address)).json())["openid"] == OPENID


async def test_resident_is_forgotten_after_half_a_day(
    client: Client, assistant: Assistant, clock: ManualClock
) -> None:
    await client.get(link(assistant))
    clock.advance(RESIDENT.lasts + timedelta(seconds=1))
    assert (await (await client.get("/p/tell")).json())["openid"] == ""


async def test_link_leads_nowhere_else(client: Client, assistant: Assistant) -> None:
    token = URL(link(assistant)).query["t"]
    answer = await client.get(URL(f"/p//evil.example/?t={token}", encoded=True), allow_redirects=False)
    assert answer.headers["Location"].startswith("/p/")


async def test_unknown_browser_keeps_its_name(client: Client, other: Client) -> None:
    first, second = [(await (await client.get("/p/tell")).json())["owner"] for _ in range(2)]
    assert first == second
    assert first != (await (await other.get("/p/tell")).json())["owner"]


async def test_name_that_somebody_made_up_is_not_taken(client: Client) -> None:
    client.session.cookie_jar.update_cookies({BROWSER.name: "chosen"}, client.make_url("/"))
    answer = await client.get("/p/tell")
    assert BROWSER.name in answer.cookies


def test_cookies_are_tied_to_the_host_where_there_is_https() -> None:
    assert BROWSER.named(is_secure=True) == "__Host-browser"
    assert BROWSER.named(is_secure=False) == "browser"
    assert RESIDENT.named(is_secure=True) == "resident"


async def test_form_of_ours_is_taken_and_nobody_elses(client: Client, other: Client) -> None:
    token = (await (await client.get("/p/tell")).json())["token"]
    foreign = (await (await other.get("/p/tell")).json())["token"]

    async def status(token: str | None, **headers: str) -> int:
        data = {} if token is None else {FIELD: token}
        return (await client.post("/p/tell", data=data, headers=headers)).status

    assert await status(token) == 200
    assert await status(token, **{"Sec-Fetch-Site": "same-origin"}) == 200
    for refused in (None, "", foreign, token[:-1], "信"):
        assert await status(refused) == 403, refused
    for site in ("cross-site", "same-site"):
        assert await status(token, **{"Sec-Fetch-Site": site}) == 403


@pytest.mark.parametrize(
    ("hops", "forwarded", "address"),
    [
        (0, [], "192.0.2.9"),
        (0, ["198.51.100.1"], "192.0.2.9"),  # nobody is trusted: whatever is said counts for nothing
        (1, ["198.51.100.1"], "198.51.100.1"),
        (1, ["203.0.113.66, 198.51.100.1"], "198.51.100.1"),  # the first one was made up by the phone
        (1, ["203.0.113.66", "198.51.100.1"], "198.51.100.1"),
        (2, ["203.0.113.66, 198.51.100.1, 10.0.0.2"], "198.51.100.1"),
        (2, ["198.51.100.1"], "192.0.2.9"),  # came past a proxy
        (1, ["nonsense"], "192.0.2.9"),
        (1, ["2001:db8:1:2:3:4:5:6"], "2001:db8:1:2:3:4:5:6"),
    ],
)
def test_address_is_taken_from_trusted_proxies_alone(
    assistant: Assistant, hops: int, forwarded: list[str], address: str
) -> None:
    app = web.Application()
    settings = assistant.settings.model_copy(update={"trusted_proxies": hops})
    app[ASSISTANT] = _with(assistant, settings)
    request = make_mocked_request(
        "GET", "/p/tell", headers=[("X-Forwarded-For", f) for f in forwarded], app=app
    )
    assert address_of(request.clone(remote="192.0.2.9")) == address


def _with(assistant: Assistant, settings: Settings) -> Assistant:
    return replace(assistant, settings=settings)

"""Asking a resident whether WeChat may tell them: on the page of their own case, and nowhere else."""

from __future__ import annotations

from dataclasses import replace

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.platform import Identity, open_platform
from bot.service import Assistant
from bot.tokens import Seal
from domain.clock import ManualClock
from domain.messages import Incoming, Text
from domain.push_fields import Fact, PushTemplate
from domain.pushing import Pushes
from storage.sealing import Sealer
from storage.tokens import MemoryTokens
from tests.support import complaint_form
from tests.support.filed import OWNER, staffed
from tests.support.news import with_pushes
from tests.support.platform import words_of
from tests.web.phones import Phone, filed
from web.app import build_app

NOTICE = Pushes(notice=PushTemplate("NOTICE-1", {"thing1": Fact.NEWS}))
SDK = "https://res.wx.qq.com"


def with_account(assistant: Assistant, pushes: Pushes) -> Assistant:
    """The assistant of a city that has an account and has chosen these templates. Nothing is called."""
    assistant.content.desk = with_pushes(assistant.content, pushes).desk
    seal = Seal(Sealer({"k1": bytes(32)}))
    platform = open_platform(
        "http://127.0.0.1:1", Identity("wx0", "s"), MemoryTokens(), seal, assistant.clock
    )
    return replace(assistant, platform=platform)


async def page_of(assistant: Assistant, path: str, openid: str) -> tuple[str, str]:
    """What stands on the page, and its policy."""
    async with TestClient(TestServer(build_app(assistant))) as client:
        await Phone(client).arrive(assistant, openid)
        response = await client.get(path)
        return await response.text(), response.headers["Content-Security-Policy"]


async def test_own_open_case_asks_and_may_load_wechats_script(assistant: Assistant) -> None:
    filing = await filed(assistant)
    with_notice = with_account(assistant, NOTICE)
    html, policy = await page_of(with_notice, f"/p/complaints/{filing.number}", OWNER)
    assert '<wx-open-subscribe template="NOTICE-1">' in html
    assert "js/weixin.js" in html
    assert SDK in policy


@pytest.mark.parametrize("why", ["no template", "ended", "another page"])
async def test_nothing_asks_where_nothing_could_come(assistant: Assistant, why: str) -> None:
    await staffed(assistant)
    filing = await filed(assistant, "transferred" if why == "ended" else "")
    account = with_account(assistant, Pushes() if why == "no template" else NOTICE)
    path = "/p/complaints" if why == "another page" else f"/p/complaints/{filing.number}"
    html, policy = await page_of(account, path, OWNER)
    assert "wx-open-subscribe" not in html
    assert SDK not in policy


async def test_chat_asks_where_the_account_can_send_one(assistant: Assistant) -> None:
    await filed(assistant)
    second = int(assistant.clock.now().timestamp())
    message = Incoming("m1", OWNER, "gh", second, Text("查进度"))
    assert "按一下同意" not in words_of((await assistant.pipeline.answer(message)).content)
    assistant.content.desk = with_pushes(assistant.content, NOTICE).desk
    message = Incoming("m2", OWNER, "gh", second, Text("查进度"))
    assert "按一下同意" in words_of((await assistant.pipeline.answer(message)).content)


@pytest.mark.parametrize("identity", ["shielded", "anonymous"])
async def test_receipt_of_the_form_asks_who_can_be_told(
    assistant: Assistant, clock: ManualClock, identity: str
) -> None:
    account = with_account(assistant, NOTICE)
    async with TestClient(TestServer(build_app(account))) as client:
        phone = complaint_form.Phone(client, account, clock)
        await phone.come_from_chat()
        await phone.fill_in(identity=identity, kind="tip")
        receipt = await phone.get((await phone.confirm()).where)
    assert "已收到您的" in receipt.html
    assert ("wx-open-subscribe" in receipt.html) == (identity == "shielded")


async def test_public_pages_share_well_where_there_is_an_account(
    assistant: Assistant, pages: list[str]
) -> None:
    account = with_account(assistant, Pushes())
    async with TestClient(TestServer(build_app(account))) as client:
        for path in pages:
            response = await client.get(path)
            html = await response.text()
            is_shared = 'property="og:description"' in html
            assert ("js/weixin.js" in html) == is_shared, path
            assert (SDK in response.headers["Content-Security-Policy"]) == is_shared, path


async def test_without_an_account_no_page_loads_anything_from_elsewhere(
    assistant: Assistant, pages: list[str]
) -> None:
    async with TestClient(TestServer(build_app(assistant))) as client:
        for path in pages:
            response = await client.get(path)
            assert "weixin.js" not in await response.text()
            assert SDK not in response.headers["Content-Security-Policy"]

"""The simulator's server half: the real protocol, to this machine only."""

from __future__ import annotations

import html
from io import BytesIO
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from hypothesis import given
from hypothesis import strategies as st

from bot.service import Assistant, open_assistant, places_of
from config.settings import Settings
from domain.clock import ManualClock
from domain.ids import blind_name
from domain.messages import Incoming, Text
from services.desk import Content, Desk
from storage.evidence import STORED, of_draft
from tests.platform.server import build_stand_in
from tests.platform.world import World
from tests.support import files
from tests.support.filed import file_case, lead_to, staffed
from tests.web.conftest import Client
from tests.web.reading import read
from web.app import build_app
from web.arrivals import as_shown
from web.chat import blocks_of, shown
from web.deliveries import Act, Platform

AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"


async def send(client: Client, kind: str = "text", **fields: Any) -> dict[str, Any]:
    response = await client.post("/simulator/send", json={"resident": "sim_jia_01", "kind": kind, **fields})
    assert response.status == 200
    told: dict[str, Any] = await response.json()
    return told


def words_of(answer: dict[str, Any]) -> str:
    return "\n".join("".join(part["text"] for part in block["parts"]) for block in answer["blocks"])


async def test_the_page_has_nothing_inline_and_names_the_menu(client: Client, desk: Desk) -> None:
    page = read(await (await client.get("/simulator")).text())
    assert not page.all("style")
    assert all(script.attributes["src"].startswith("/static/") for script in page.all("script"))
    assert "style" not in {a for e in page.elements for a in e.attributes}
    text = page.one("body").text
    for button in desk.library.menu:
        assert button.name in text


async def test_a_new_follower_is_greeted_with_choices(client: Client) -> None:
    told = await send(client, "subscribe")
    assert told["answer"]["type"] == "text"
    assert any(block["kind"] == "list" for block in told["answer"]["blocks"])


async def test_a_question_gets_its_answer_with_a_page_of_ours(client: Client) -> None:
    told = await send(client, text="处罚记录多久能修复")
    assert "3 个月" in words_of(told["answer"])
    pages = [p["page"] for block in told["answer"]["blocks"] for p in block["parts"] if "page" in p]
    assert pages
    assert (await client.get(pages[0])).status == 200


async def test_a_choice_can_be_clicked_and_said_by_number(client: Client) -> None:
    first = await send(client, text="处罚记录多久能修复")
    choices = next(block for block in first["answer"]["blocks"] if block["kind"] == "list")["parts"]
    by_click = await send(client, text=choices[0]["say"], menu_id=choices[0]["menu_id"])
    await send(client, text="处罚记录多久能修复")
    by_number = await send(client, text="1")
    assert by_click["answer"] == by_number["answer"]


async def test_a_story_comes_as_a_card_with_page_and_picture(client: Client) -> None:
    told = await send(client, text="曾子杀猪")
    card = told["answer"]
    assert card["type"] == "news"
    assert (await client.get(card["page"])).status == 200
    assert (await client.get(card["picture"])).status == 200


async def test_delivering_again_gives_the_very_same_answer(client: Client) -> None:
    first = await send(client, text="讲个故事")
    again = await client.post("/simulator/send", json=first["act"])
    assert (await again.json())["raw"] == first["raw"]
    fresh = await send(client, text="讲个故事")
    assert fresh["act"]["msg_id"] != first["act"]["msg_id"]


@pytest.mark.parametrize("kind", ["image", "voice", "location", "click"])
async def test_whatever_a_phone_sends_is_answered(client: Client, kind: str) -> None:
    told = await send(client, kind, text="帮助" if kind == "click" else "乌海市")
    assert told["answer"]["type"] == "text"


async def test_opening_a_menu_page_is_noted_without_an_answer(client: Client) -> None:
    told = await send(client, "view", text="http://127.0.0.1/p/stories")
    assert told["answer"] == {"type": "none"}


@pytest.mark.parametrize("mode", ["compatible", "safe"])
async def test_sealed_modes_are_spoken_too(
    settings: Settings, clock: ManualClock, desk: Desk, mode: str
) -> None:
    sealed = settings.model_copy(
        update={"wechat_mode": mode, "wechat_aes_key": AES_KEY, "wechat_appid": "wx0123", "simulator": "on"}
    )
    assistant = await open_assistant(sealed, clock, Content(places_of(sealed), desk))
    async with TestClient(TestServer(build_app(assistant))) as client:
        told = await send(client, text="你好")
        assert told["answer"]["type"] == "text"
        assert "<Content>" in told["raw"]


async def test_understanding_is_explained(client: Client) -> None:
    response = await client.post(
        "/simulator/explain",
        json={"resident": "sim_jia_01", "kind": "text", "text": "罚款<b>一万</b>多久能修复"},
    )
    text = await response.text()
    assert "&lt;b&gt;" in text
    assert "<b>一万</b>" not in text
    for heading in ("原话", "词", "候选", "决定", "用时"):
        assert heading in text


@pytest.mark.parametrize("kind", ["subscribe", "image", "voice", "location", "view", "text"])
async def test_what_has_no_words_is_said_to_have_none(client: Client, kind: str) -> None:
    response = await client.post("/simulator/explain", json={"resident": "sim_a", "kind": kind})
    assert response.status == 200
    assert "没有文字" in await response.text()


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{}",
        "[]",
        '{"resident": "o-real-openid", "kind": "text"}',
        '{"resident": "sim_a", "kind": "unsubscribe"}',
        '{"resident": "sim_a", "kind": "text", "extra": 1}',
        '{"resident": "sim_a", "kind": "text", "msg_id": "1<x>"}',
    ],
)
async def test_anything_else_is_refused(client: Client, body: str) -> None:
    for path in ("/simulator/send", "/simulator/explain"):
        response = await client.post(path, data=body, headers={"Content-Type": "application/json"})
        assert response.status == 400


async def test_a_form_of_another_site_cannot_send(client: Client) -> None:
    response = await client.post("/simulator/send", data={"resident": "sim_a", "kind": "text"})
    assert response.status == 415


async def test_only_this_machine_sees_it(client: Client) -> None:
    for path in ("/simulator", "/simulator/send", "/simulator/explain"):
        ask = client.get if path == "/simulator" else client.post
        assert (await ask(path, headers={"X-Forwarded-For": "203.0.113.9"})).status == 404


async def test_it_is_gone_once_a_real_account_is_connected(
    settings: Settings, clock: ManualClock, desk: Desk
) -> None:
    real = settings.model_copy(update={"wechat_appid": "wx0123"})
    assistant = await open_assistant(real, clock, Content(places_of(real), desk))
    async with TestClient(TestServer(build_app(assistant))) as client:
        assert (await client.get("/simulator")).status == 404
        page = await client.get("/p/policies")
        assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]


def test_markup_in_a_reply_other_than_links_is_text() -> None:
    blocks = blocks_of(
        '<img src=x onerror=alert(1)> <a href="javascript:alert(1)">x</a> <b>y</b>', "http://h"
    )
    texts = [part["text"] for block in blocks for part in block["parts"]]
    assert texts == ["<img src=x onerror=alert(1)> ", "x", " <b>y</b>"]


def test_numbered_links_make_a_list() -> None:
    link = '<a href="weixin://bizmsgmenu?msgmenucontent={0}&msgmenuid={1}">{1} {0}</a>'
    text = f"您是不是想问：\n\n{link.format('甲', 1)}\n{link.format('乙', 2)}\n\n点一下"
    kinds = [block["kind"] for block in blocks_of(text, "http://h")]
    assert kinds == ["text", "list", "text"]


@given(st.text(max_size=200))
def test_any_escaped_text_is_shown_as_it_is(text: str) -> None:
    plain = text.replace("\r", "").replace("\0", "")
    shown_text = "\n\n".join(
        "".join(part["text"] for part in block["parts"])
        for block in blocks_of(html.escape(plain), "http://h")
    )
    assert "".join(shown_text.split("\n")) == "".join(plain.split("\n"))


def test_success_is_no_answer() -> None:
    assert shown("success", "http://h") == {"type": "none"}


def test_an_act_keeps_its_id_when_it_is_delivered_again() -> None:
    act = Act(resident="sim_a", kind="text", text="x").stamped(100)
    assert act.stamped(200) == act
    platform = Platform(Settings(_env_file=None))
    first, second = platform.post(act, 200), platform.post(act, 201)
    assert first.body == second.body
    assert first.query["signature"] != second.query["signature"]


async def test_a_picture_that_is_sent_becomes_evidence_of_the_draft(
    client: Client, assistant: Assistant
) -> None:
    for text in (
        "我要投诉",
        "同意",
        "投诉",
        "政务诚信",
        "示例镇政府说好三十天发补贴，验收完两个月了一直不发。",
    ):
        await send(client, text=text)
    kept = await client.post("/simulator/picture", data=files.jpeg())
    assert kept.status == 200
    await send(client, "image", **await kept.json())
    assert assistant.collector
    assert await assistant.collector.collect_due() == 1
    owner = blind_name(assistant.pipeline.naming_key, "sim_jia_01")
    draft = (await assistant.conversations.memory(owner)).draft
    assert draft
    assert draft.pictures == 1
    async with assistant.engine.connect() as connection:
        [row] = (await connection.execute(of_draft(draft.id))).mappings().all()
    assert row["id"] == draft.evidence[0].id
    assert row["status"] == STORED
    assert len(list(assistant.vault.names())) == 2


async def test_a_picture_larger_than_any_may_be_is_not_taken(client: Client) -> None:
    assert (await client.post("/simulator/picture", data=BytesIO(bytes(11 * 1024 * 1024)))).status == 413


async def test_news_of_a_complaint_arrive_on_the_simulated_phone(
    client: Client, assistant: Assistant
) -> None:
    openid = "sim_jia_01"
    await send(client, text="你好")
    await staffed(assistant)
    owner = blind_name(assistant.pipeline.naming_key, openid)
    filing = await file_case(assistant, assistant.content.desk.library, owner, openid=openid)
    await lead_to(assistant, filing.number, "accepted")
    assert assistant.courier
    await assistant.courier.deliver_due()
    told = await arrivals(client, openid)
    assert f"{filing.number} 已受理" in words_of(told["messages"][0])
    assert (await arrivals(client, openid, told["next"]))["messages"] == []
    assert (await arrivals(client, "sim_yi_01"))["messages"] == []
    assert len((await arrivals(client, openid, 99))["messages"]) == 1, "after a restart nothing is missed"


async def test_a_real_resident_is_never_told_on_a_simulated_phone(
    client: Client, assistant: Assistant
) -> None:
    """An installation that runs without an AppID has no phones to write to: news wait for the next visit."""
    openid = "o-resident-a"
    await staffed(assistant)
    owner = blind_name(assistant.pipeline.naming_key, openid)
    await assistant.pipeline.answer(Incoming("m1", openid, "gh", 1, Text("你好")))
    filing = await file_case(assistant, assistant.content.desk.library, owner, openid=openid)
    await lead_to(assistant, filing.number, "accepted")
    assert assistant.courier
    await assistant.courier.deliver_due()
    assert (await arrivals(client, openid))["messages"] == []
    answer = await assistant.pipeline.answer(Incoming("m2", openid, "gh", 1, Text("信用修复")))
    assert filing.number in answer.content


async def arrivals(client: Client, openid: str, since: int = 0) -> dict[str, Any]:
    response = await client.get("/simulator/arrivals", params={"resident": openid, "since": str(since)})
    assert response.status == 200
    told: dict[str, Any] = await response.json()
    return told


async def test_pushes_and_pictures_go_through_the_stand_in(
    settings: Settings, clock: ManualClock, desk: Desk
) -> None:
    """``make run`` beside ``python -m tests.platform``: windows open there, pushes come back, pictures are real."""
    world = World(clock)
    async with TestServer(build_stand_in(world)) as stand_in:
        account = {
            "wechat_api_base": str(stand_in.make_url("")).rstrip("/"),
            "wechat_appid": world.appid,
            "wechat_appsecret": world.secret,
            "simulator": "on",
        }
        settings = settings.model_copy(update=account)
        assistant = await open_assistant(settings, clock, Content(places_of(settings), desk))
        async with TestClient(TestServer(build_app(assistant))) as client:
            await send(client, text="你好")
            assert [kind for kind, _ in world.people["sim_jia_01"].touches] == ["message"]
            owner = blind_name(assistant.pipeline.naming_key, "sim_jia_01")
            library = desk.library
            filing = await file_case(assistant, library, owner, openid="sim_jia_01")
            await staffed(assistant)
            await lead_to(assistant, filing.number, "accepted")
            assert assistant.courier
            await assistant.courier.deliver_due()
            told = await arrivals(client, "sim_jia_01")
            assert "已受理" in words_of(told["messages"][0])
            kept = await client.post("/simulator/picture", data=b"\xff\xd8\xff" + bytes(100))
            media_id = (await kept.json())["media_id"]
            assert world.files[media_id].content.startswith(b"\xff\xd8\xff")


async def test_arrivals_are_for_this_machine_and_for_a_place(client: Client) -> None:
    for since in ("", "x", "-1", "9" * 12):
        answer = await client.get("/simulator/arrivals", params={"resident": "sim_a", "since": since})
        assert answer.status == 400
    forwarded = await client.get("/simulator/arrivals?since=0", headers={"X-Forwarded-For": "203.0.113.9"})
    assert forwarded.status == 404


def test_a_notice_is_drawn_with_its_fields_and_its_page() -> None:
    sent = {"by": "notice", "data": {"thing1": {"value": "已受理"}}, "page": "https://x.cn/p/complaints/1"}
    assert as_shown(sent, "https://x.cn") == {
        "type": "notice",
        "lines": ["已受理"],
        "page": "/p/complaints/1",
    }

"""Scanning a code opens what it was made for; people answer within their hours; their comings and goings are noted."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from bot.parse import parse_message
from bot.render import Outbound
from bot.service import Assistant
from bot.xml import parse_fields
from domain.clock import SHANGHAI, ManualClock
from domain.messages import Notice
from domain.opening import OpeningHours, Weekday
from services.desk import Desk
from tests.support.platform import Platform, words_of

HOURS = (OpeningHours(tuple(Weekday)[:5], "09:00", "17:00"),)


def event(name: str, key: str = "", msg: int = 0) -> str:
    return Platform(now_s=1_795_000_000 + msg).event(name, key)


async def answer(assistant: Assistant, xml: str) -> Outbound:
    return await assistant.pipeline.answer(parse_message(parse_fields(xml.encode())))


async def say(assistant: Assistant, text: str, msg_id: int = 1, sender: str = "o-resident-a") -> str:
    xml = Platform(now_s=1_795_000_000).text(text, sender=sender, msg_id=msg_id)
    return words_of((await answer(assistant, xml)).content)


@pytest.mark.parametrize(
    ("name", "key"),
    [("SCAN", "window_city"), ("subscribe", "qrscene_window_city"), ("SCAN", "window_hainan")],
)
async def test_code_at_a_window_opens_the_complaint(assistant: Assistant, name: str, key: str) -> None:
    scanned = words_of((await answer(assistant, event(name, key))).content)
    assert scanned == await say(assistant, "我要投诉", 2, sender="o-resident-b")


async def test_code_on_a_story_board_tells_its_story(assistant: Assistant) -> None:
    told = await answer(assistant, event("SCAN", "story_wang_cairong"))
    assert told.type == "news"
    assert told.url.endswith("/p/stories/wuhai-wang-cairong")


async def test_code_of_a_guide_asks_its_first_question_and_goes_on(assistant: Assistant) -> None:
    first = words_of((await answer(assistant, event("SCAN", "board_repair"))).content)
    assert "1 " in first
    assert first != await say(assistant, "1", 2)


async def test_code_of_a_policy_answers_it(assistant: Assistant) -> None:
    assert "依据：" in words_of((await answer(assistant, event("SCAN", "board_fraud"))).content)


@pytest.mark.parametrize("key", ["", "qrscene_", "qrscene_hall", "qrscene_123", "last_trade_no_1"])
async def test_code_that_nobody_knows_welcomes_as_before(assistant: Assistant, key: str) -> None:
    assert "您好，我是信用乌海助手" in (await answer(assistant, event("subscribe", key))).content


async def test_unknown_code_of_a_follower_shows_how_it_works(assistant: Assistant) -> None:
    assert (await answer(assistant, event("SCAN", "hall"))).content == (
        await answer(assistant, event("CLICK", "帮助"))
    ).content


async def test_every_scene_opens_something(assistant: Assistant, desk: Desk) -> None:
    for number, scene in enumerate(desk.library.scenes.values()):
        opened = await answer(assistant, event("SCAN", scene.id, number))
        assert opened.type in ("text", "news"), scene.id
        assert "没有可以选" not in opened.content


def test_every_window_of_the_city_has_a_code(desk: Desk) -> None:
    titles = {scene.title for scene in desk.library.scenes.values()}
    assert {window.name for window in desk.library.city.windows} <= titles


@pytest.mark.parametrize("name", ["kf_create_session", "kf_close_session", "kf_switch_session"])
async def test_comings_and_goings_of_staff_are_noted_and_not_answered(
    assistant: Assistant, name: str
) -> None:
    xml = Platform(now_s=1_795_000_000).message("o-a", "event", Event=name, KfAccount="wang@gh_0")
    assert parse_message(parse_fields(xml.encode())).content == Notice(name)
    assert (await answer(assistant, xml)).type == "none"


# --- 转人工 ---


def staffed(assistant: Assistant, moment: str, clock: ManualClock, handover: str = "platform") -> None:
    desk = assistant.content.desk
    city = replace(desk.library.city, handover=handover, handover_hours=HOURS)
    assistant.content.desk = replace(desk, library=replace(desk.library, city=city))
    clock.at = datetime.fromisoformat(moment).replace(tzinfo=SHANGHAI)


async def transfer(assistant: Assistant) -> Outbound:
    return await answer(assistant, Platform(now_s=1_795_000_000).text("转人工", msg_id=7))


async def test_within_their_hours_people_answer(assistant: Assistant, clock: ManualClock) -> None:
    staffed(assistant, "2026-11-23T10:00", clock)
    assert (await transfer(assistant)).type == "transfer_customer_service"


async def test_in_the_evening_the_next_hour_and_other_doors_are_told(
    assistant: Assistant, clock: ManualClock
) -> None:
    staffed(assistant, "2026-11-23T20:00", clock)
    told = words_of((await transfer(assistant)).content)
    assert told.startswith("工作人员现在不在。2026年11月24日星期二 9:00开始，您再说转人工。")
    assert "12345" in told


async def test_on_a_holiday_it_is_said_that_it_is_one(assistant: Assistant, clock: ManualClock) -> None:
    staffed(assistant, "2026-10-01T10:00", clock)
    told = words_of((await transfer(assistant)).content)
    assert told.startswith("今天休息，没有工作人员。2026年10月8日星期四 9:00开始")


async def test_no_day_is_promised_in_a_year_whose_days_off_are_unknown(
    assistant: Assistant, clock: ManualClock
) -> None:
    staffed(assistant, "2027-03-06T10:00", clock)
    told = words_of((await transfer(assistant)).content)
    assert told.startswith("今天休息，没有工作人员。平时的时间：周一至周五 9:00—17:00")


async def test_switched_off_nobody_is_promised(assistant: Assistant, clock: ManualClock) -> None:
    staffed(assistant, "2026-11-23T10:00", clock, handover="off")
    told = await transfer(assistant)
    assert told.type == "text"
    assert "眼下不能在这里直接接通" in told.content
    assert "2026年" not in told.content


def test_city_that_is_shipped_promises_nobody(desk: Desk) -> None:
    assert desk.library.city.handover == "off"
    assert desk.library.city.handover_hours == ()


def test_scenes_file_says_how_to_print_a_code() -> None:
    head = Path("knowledge/scenes.yaml").read_text(encoding="utf-8")
    assert "qr create" in head

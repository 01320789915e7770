"""An answer that took too long follows by itself where the platform allows it, once; else it waits for a 1."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot.late import LateAnswers
from bot.pipeline import Pipeline
from bot.platform import PlatformClient
from bot.render import Outbound
from bot.service import Assistant
from domain.allowance import Touch
from domain.ids import blind_name
from storage.deliveries import Deliveries
from storage.reach import known_of
from tests.bot.test_pipeline import QUESTION, SlowStore, incoming, patient, slow_pipeline
from tests.platform.world import Fault, World
from tests.support.platform import words_of

SEND, TYPING = "/cgi-bin/message/custom/send", "/cgi-bin/message/custom/typing"
OPENID = "o-resident-a"
Slow = tuple[Pipeline, SlowStore]


@pytest.fixture
def slow(assistant: Assistant, platform: PlatformClient, world: World) -> Slow:
    """A pipeline whose every turn takes too long, with an account that can say more later."""
    late = LateAnswers(platform, Deliveries(assistant.engine, assistant.seals), assistant.clock)
    world.touch(OPENID, "message")
    return slow_pipeline(assistant, answer_within_s=0.5, hold_s=0.5, typing_after_s=0.01, late=late)


async def three_deliveries(slow: Slow, text: str = QUESTION) -> list[Outbound]:
    """Each comes after the one before was cut; then the work ends."""
    pipeline, store = slow
    heard = [await pipeline.answer(incoming(text)) for _ in range(3)]
    store.gate.set()
    await pipeline.drain()
    return heard


async def test_resident_sees_typing_and_then_the_answer_once(
    slow: Slow, world: World, assistant: Assistant
) -> None:
    heard = await three_deliveries(slow)
    assert heard[-1].type == "none"
    assert world.calls[TYPING] == 1
    assert [sent["touser"] for sent in world.sent] == [OPENID]
    assert "3 个月" in world.sent[0]["text"]["content"]
    picked = await patient(slow[0]).answer(incoming("1", msg_id=2))
    assert "一般失信满 3 个月" not in picked.content, "the answer does not wait as well"
    assert len(world.sent) == 1
    async with assistant.engine.connect() as connection:
        known = await known_of(connection, blind_name(assistant.pipeline.naming_key, OPENID))
    assert [contact.touch for contact in known.contacts].count(Touch.SENT) == 1, "the ledger knows"


async def test_a_card_follows_as_a_card(slow: Slow, world: World) -> None:
    await three_deliveries(slow, "讲个故事")
    assert world.sent[0]["msgtype"] == "news"


@pytest.mark.parametrize("errcode", [48001, 45080, -1])
async def test_where_no_message_can_follow_it_waits_for_a_one(slow: Slow, world: World, errcode: int) -> None:
    world.faults.append(Fault("errcode", TYPING, errcode=errcode))
    heard = await three_deliveries(slow)
    assert "回复1" in words_of(heard[-1].content)
    assert world.sent == []
    assert "3 个月" in (await patient(slow[0]).answer(incoming("1", msg_id=2))).content


@pytest.mark.parametrize("kind", ["errcode", "status", "cut"])
async def test_what_could_not_follow_after_all_waits_for_a_one(slow: Slow, world: World, kind: str) -> None:
    world.faults.append(Fault(kind, SEND, errcode=45047))  # type: ignore[arg-type]
    heard = await three_deliveries(slow)
    assert heard[-1].type == "none"
    assert "3 个月" in (await patient(slow[0]).answer(incoming("1", msg_id=2))).content


async def test_an_answer_in_time_needs_neither(slow: Slow, world: World) -> None:
    pipeline, store = slow
    store.gate.set()
    in_no_hurry = replace(patient(pipeline), typing_after_s=30.0)
    assert "3 个月" in (await in_no_hurry.answer(incoming(QUESTION))).content
    assert world.calls[TYPING] == 0
    assert world.sent == []


async def test_an_answer_that_comes_with_the_retry_is_not_sent_after_it(slow: Slow, world: World) -> None:
    pipeline, store = slow
    await pipeline.answer(incoming(QUESTION))
    store.gate.set()
    assert "3 个月" in (await pipeline.answer(incoming(QUESTION))).content
    await pipeline.drain()
    assert world.sent == []


async def test_what_fails_in_the_end_is_told(
    slow: Slow, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, store = slow

    async def fail(_record: object) -> str:
        store.entered.set()
        await store.gate.wait()
        raise OSError("disk full")

    monkeypatch.setattr(store, "commit", fail)
    heard = await three_deliveries(slow)
    assert heard[-1].type == "none"
    assert "请再发一次" in world.sent[0]["text"]["content"]


async def test_a_resident_does_not_wait_for_the_platform_longer_than_for_the_answer(
    slow: Slow, world: World
) -> None:
    """A platform that is slow to take the typing sign costs nobody the sentence about the 1."""
    world.faults.append(Fault("slow", TYPING, seconds=5))
    heard = await asyncio.wait_for(three_deliveries(slow), 8)
    assert "回复1" in words_of(heard[-1].content)

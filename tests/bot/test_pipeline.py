"""One answer per message, whatever the retries, the concurrency and the hang-ups."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any
from weakref import WeakValueDictionary

import pytest
from sqlalchemy import func, select

from bot.parse import parse_message
from bot.pipeline import Pipeline
from bot.render import Outbound
from bot.service import Assistant
from bot.xml import parse_fields
from domain.messages import Incoming
from storage.conversations import Before, Conversations, TurnRecord
from storage.tables import asks, dialogs, misses, turns
from tests.support.platform import Platform, words_of

QUESTION = "罚款一万多多久能修复"


def incoming(text: str, sender: str = "o-resident-a", msg_id: int = 1) -> Incoming:
    return parse_message(parse_fields(Platform(now_s=1_795_000_000).text(text, sender, msg_id).encode()))


async def count(assistant: Assistant, what: object) -> int:
    async with assistant.engine.connect() as connection:
        return (await connection.execute(select(what))).scalar() or 0  # type: ignore[call-overload]


def another_process(assistant: Assistant, **changes: Any) -> Pipeline:
    """A pipeline on the same database that shares no memory with the assistant's own."""
    changes.setdefault("conversations", Conversations(assistant.engine, assistant.seals))
    return replace(assistant.pipeline, _flights={}, _locks=WeakValueDictionary(), **changes)


class SlowStore(Conversations):
    """A database that lets a commit wait until it is told to go on."""

    def __init__(self, assistant: Assistant) -> None:
        super().__init__(assistant.engine, assistant.seals)
        self.gate = asyncio.Event()
        self.entered = asyncio.Event()

    async def commit(self, record: TurnRecord) -> str:
        self.entered.set()
        await self.gate.wait()
        return await super().commit(record)


def slow_pipeline(assistant: Assistant, **times: float) -> tuple[Pipeline, SlowStore]:
    store = SlowStore(assistant)
    return another_process(assistant, conversations=store, **times), store


def patient(pipeline: Pipeline) -> Pipeline:
    """The same pipeline, in no hurry: what follows is answered however busy the machine is."""
    return replace(pipeline, answer_within_s=30.0, hold_s=30.0)


async def test_three_deliveries_at_once_are_one_processing(assistant: Assistant) -> None:
    message = incoming("讲个故事")
    answers = await asyncio.gather(*(assistant.pipeline.answer(message) for _ in range(3)))
    assert len(set(answers)) == 1
    assert await count(assistant, func.count(turns.c.key)) == 1
    assert await count(assistant, func.sum(asks.c.count)) == 1


async def test_three_deliveries_in_turn_get_the_same_reply(assistant: Assistant) -> None:
    message = incoming("讲个故事")
    answers = [await assistant.pipeline.answer(message) for _ in range(3)]
    assert len(set(answers)) == 1
    assert await count(assistant, func.sum(asks.c.count)) == 1


async def test_a_delivery_after_a_restart_gets_the_stored_reply(assistant: Assistant) -> None:
    message = incoming("讲个故事")
    first = await assistant.pipeline.answer(message)
    reborn = another_process(assistant)
    await reborn.answer(incoming("换一个", msg_id=2))
    assert await reborn.answer(message) == first


async def test_the_process_that_comes_second_gives_the_first_ones_reply(assistant: Assistant) -> None:
    """Two processes load before either commits: the row that stands decides."""
    pipeline, store = slow_pipeline(assistant)
    late = asyncio.create_task(pipeline.answer(incoming("讲个故事")))
    await store.entered.wait()
    await assistant.pipeline.answer(incoming("换一个讲当官的", msg_id=9))
    first = await assistant.pipeline.answer(incoming("讲个故事"))
    store.gate.set()
    assert await late == first
    assert await count(assistant, func.count(turns.c.key)) == 2


async def test_a_cut_connection_loses_nothing(assistant: Assistant) -> None:
    pipeline, store = slow_pipeline(assistant)
    message = incoming(QUESTION)
    cut = asyncio.create_task(pipeline.answer(message))
    await store.entered.wait()
    cut.cancel()
    store.gate.set()
    retried = await pipeline.answer(message)
    assert "3 个月" in retried.content
    assert await count(assistant, func.count(turns.c.key)) == 1


async def test_late_answer_is_put_off_on_the_last_delivery_and_fetched_with_one(assistant: Assistant) -> None:
    pipeline, store = slow_pipeline(assistant, answer_within_s=0.01, hold_s=0.01)
    message = incoming(QUESTION)
    heard = [await pipeline.answer(message) for _ in range(3)]
    assert "回复1" in words_of(heard[-1].content)
    store.gate.set()
    await pipeline.drain()
    fetched = await patient(pipeline).answer(incoming("1", msg_id=2))
    assert "3 个月" in fetched.content
    again = await patient(pipeline).answer(incoming("1", msg_id=3))
    assert again.content != fetched.content, "the offered choices are back in force"


async def test_late_answer_is_not_told_to_who_asks_something_else(assistant: Assistant) -> None:
    pipeline, store = slow_pipeline(assistant, answer_within_s=0.01, hold_s=0.01)
    for _ in range(3):
        await pipeline.answer(incoming(QUESTION))
    store.gate.set()
    await pipeline.drain()
    other = await patient(pipeline).answer(incoming("征信逾期几年能消", msg_id=2))
    assert "5 年" in other.content
    stray = await patient(pipeline).answer(incoming("查看", msg_id=3))
    assert "3 个月" not in stray.content


async def test_messages_of_one_resident_are_answered_in_order(assistant: Assistant) -> None:
    """A choice sent right behind its question finds the list that the question opened."""
    question, pick = incoming(QUESTION, msg_id=1), incoming("1", msg_id=2)
    first, second = await asyncio.gather(assistant.pipeline.answer(question), assistant.pipeline.answer(pick))
    assert "没有可以选" not in second.content
    assert first.content != second.content


async def test_residents_do_not_see_each_others_dialogs(assistant: Assistant) -> None:
    await assistant.pipeline.answer(incoming(QUESTION))
    stranger = await assistant.pipeline.answer(incoming("1", sender="o-resident-b", msg_id=2))
    assert "没有可以选" in words_of(stranger.content)


async def test_failure_is_told_and_the_next_message_is_answered(assistant: Assistant) -> None:
    class Broken(Conversations):
        async def load(self, key: str, resident: str) -> Before:
            raise OSError("disk full")

    broken = another_process(assistant, conversations=Broken(assistant.engine, assistant.seals))
    assert "请再发一次" in (await broken.answer(incoming(QUESTION))).content
    assert "3 个月" in (await assistant.pipeline.answer(incoming(QUESTION))).content


async def test_who_says_hello_first_still_gets_the_late_answer(assistant: Assistant) -> None:
    pipeline, store = slow_pipeline(assistant, answer_within_s=0.01, hold_s=0.01)
    for _ in range(3):
        await pipeline.answer(incoming(QUESTION))
    store.gate.set()
    await pipeline.drain()
    await patient(pipeline).answer(incoming("好的", msg_id=2))
    assert "3 个月" in (await patient(pipeline).answer(incoming("看", msg_id=3))).content


async def test_answer_that_came_with_the_retry_does_not_wait_again(assistant: Assistant) -> None:
    pipeline, store = slow_pipeline(assistant, hold_s=0.01)
    await pipeline.answer(incoming(QUESTION))
    store.gate.set()
    assert "3 个月" in (await patient(pipeline).answer(incoming(QUESTION))).content
    picked = await patient(pipeline).answer(incoming("1", msg_id=2))
    assert "一般失信满 3 个月" not in picked.content


async def test_who_is_in_danger_is_answered_even_when_nothing_can_be_stored(assistant: Assistant) -> None:
    class Broken(Conversations):
        async def load(self, key: str, resident: str) -> Before:
            raise OSError("disk full")

    broken = another_process(assistant, conversations=Broken(assistant.engine, assistant.seals))
    assert "12356" in (await broken.answer(incoming("我想自杀"))).content


async def test_choice_whose_entry_is_gone_locks_nobody_out(assistant: Assistant) -> None:
    await assistant.pipeline.answer(incoming(QUESTION))
    desk = assistant.content.desk
    kept = {i: p for i, p in desk.library.policies.items() if i == "repair-wait-tiers"}
    assistant.content.desk = replace(desk, library=replace(desk.library, policies=kept))
    answer = await assistant.pipeline.answer(incoming("1", msg_id=2))
    assert "请再发一次" not in answer.content


async def test_notices_leave_no_rows(assistant: Assistant) -> None:
    xml = Platform(now_s=1_795_000_000).event("VIEW", "http://127.0.0.1/p/policies")
    assert (await assistant.pipeline.answer(parse_message(parse_fields(xml.encode())))).type == "none"
    assert await count(assistant, func.count(turns.c.key)) == 0


async def test_unanswered_question_is_kept_masked_and_without_a_person(assistant: Assistant) -> None:
    await assistant.pipeline.answer(incoming("我的电话１３８１２３４５６７８，能给我算算彩票号码么"))
    async with assistant.engine.connect() as connection:
        row = (await connection.execute(select(misses.c.mark, misses.c.sealed_text))).one()
        resident = (await connection.execute(select(dialogs.c.resident))).scalar_one()
    kept = assistant.seals.read(row.sealed_text, f"misses:{row.mark}:sealed_text")
    assert "138" not in kept
    assert "〔手机号〕" in kept
    assert "彩票".encode() not in row.sealed_text
    assert "o-resident-a" not in resident


async def test_long_answer_is_continued_on_request(assistant: Assistant) -> None:
    """Cut at a sentence; 继续 brings the rest, page by page, and then says that it is over."""
    desk = assistant.content.desk
    long = "".join(f"这是第{n}句，说的是信用修复里一个要紧的地方。" for n in range(120))
    policies = desk.library.policies | {
        "repair-wait-tiers": replace(desk.library.policies["repair-wait-tiers"], detail=long)
    }
    assistant.content.desk = replace(desk, library=replace(desk.library, policies=policies))
    first = words_of((await assistant.pipeline.answer(incoming(QUESTION, msg_id=1))).content)
    assert "回复继续" in first
    assert "依据：" in first
    heard = [first]
    for number in range(2, 9):
        heard.append(words_of((await assistant.pipeline.answer(incoming("继续", msg_id=number))).content))
    everything = "".join(heard)
    assert all(f"第{n}句" in everything for n in range(120))
    assert "已经说完" in heard[-1]


async def test_another_question_drops_the_rest_of_a_long_answer(assistant: Assistant) -> None:
    await test_long_answer_is_continued_on_request(assistant)
    await assistant.pipeline.answer(incoming(QUESTION, msg_id=20))
    await assistant.pipeline.answer(incoming("你好", msg_id=21))
    assert "已经说完" in words_of((await assistant.pipeline.answer(incoming("继续", msg_id=22))).content)


async def test_nothing_in_flight_is_kept_once_it_is_answered(assistant: Assistant) -> None:
    await asyncio.gather(*(assistant.pipeline.answer(incoming("你好", f"o-{n}", n)) for n in range(1, 40)))
    assert not assistant.pipeline._flights
    assert not dict(assistant.pipeline._locks)


@pytest.mark.parametrize(
    "text",
    ["", " ", "\n", "。", "?" * 2000, "好" * 5000, "\u200b", "'; DROP TABLE turns;--", "{0}{name}", "%s"],
)
async def test_any_text_gets_one_fitting_message(text: str, assistant: Assistant) -> None:
    answer = await assistant.pipeline.answer(incoming(text))
    assert isinstance(answer, Outbound)
    assert answer.content

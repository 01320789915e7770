"""A turn is stored whole, once, and can be read again; on SQLite and on PostgreSQL alike."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.dialog import Dialog, StoryWish
from domain.effects import Asked, Missed, Rated
from domain.replies import Choice, Choices, Paragraph, Reply, ReplyKind, Span
from storage.conversations import Conversations, TurnRecord
from storage.database import open_database
from storage.erasure import Erasure
from storage.tables import asks, dialogs, misses, ratings, turns
from tests.conftest import NOW
from tests.storage.conftest import SEALS

FULL = Dialog(
    choices=(Choice("要交什么材料", "policy:repair-materials"),),
    topic="policy:x",
    topic_at=5,
    rest=("后半段。",),
    told=("zengzi-sha-zhi",),
    wish=StoryWish(("还债",), "wuhai", ""),
    waiting=Reply(
        ReplyKind.ANSWER,
        (
            Paragraph((Span("满 3 个月。"), Span("看全文", "/p/x")), may_cut=True),
            Choices((Choice("甲", "policy:a"),)),
        ),
    ),
)


def record(key: str = "k1", resident: str = "r1", **more: object) -> TurnRecord:
    plain = TurnRecord(key, resident, f"reply to {key}", FULL, (Asked("policy:x"),), NOW)
    return replace(plain, **more)  # type: ignore[arg-type]


async def total(engine: AsyncEngine, what: object) -> int:
    async with engine.connect() as connection:
        return (await connection.execute(select(what))).scalar() or 0  # type: ignore[call-overload]


async def test_what_was_stored_is_read_again(conversations: Conversations) -> None:
    assert (await conversations.load("k1", "r1")).reply is None
    assert await conversations.commit(record()) == "reply to k1"
    before = await conversations.load("k1", "r1")
    assert before.reply == "reply to k1"
    assert before.dialog == FULL


async def test_second_commit_of_a_message_changes_nothing(
    conversations: Conversations, engine: AsyncEngine
) -> None:
    await conversations.commit(record())
    stored = await conversations.commit(record(reply="another reply", dialog=Dialog()))
    assert stored == "reply to k1"
    assert (await conversations.load("k1", "r1")).dialog == FULL
    assert await total(engine, func.sum(asks.c.count)) == 1


async def test_turn_that_fails_leaves_nothing(conversations: Conversations, engine: AsyncEngine) -> None:
    broken = record(effects=(Asked("policy:x"), Rated(None, True)))  # type: ignore[arg-type]
    with pytest.raises(SQLAlchemyError):
        await conversations.commit(broken)
    for column in (turns.c.key, dialogs.c.resident, asks.c.target, misses.c.id):
        assert await total(engine, func.count(column)) == 0


async def test_one_bad_turn_does_not_take_its_neighbours_down(
    conversations: Conversations, engine: AsyncEngine
) -> None:
    good = [record(f"k{n}", f"r{n}") for n in range(20)]
    bad = record("bad", "r-bad", effects=(Rated(None, True),))  # type: ignore[arg-type]
    results = await asyncio.gather(*map(conversations.commit, [*good, bad]), return_exceptions=True)
    assert [r for r in results if isinstance(r, Exception)] == [results[-1]]
    assert await total(engine, func.count(turns.c.key)) == 20
    assert await total(engine, func.sum(asks.c.count)) == 20


async def test_two_stores_race_for_one_message(engine: AsyncEngine, address: str) -> None:
    other_engine = open_database(address)
    stores = [Conversations(engine, SEALS), Conversations(other_engine, SEALS)]
    replies = await asyncio.gather(
        *(store.commit(record(reply=f"from {n}")) for n, store in enumerate(stores))
    )
    await other_engine.dispose()
    assert len(set(replies)) == 1
    assert await total(engine, func.sum(asks.c.count)) == 1


async def test_effects_are_counted_and_kept(conversations: Conversations, engine: AsyncEngine) -> None:
    effects = (
        Asked("policy:x"),
        Missed("能不能〔手机号〕", "weak", ("policy:a",)),
        Rated("policy:x", useful=False),
    )
    await asyncio.gather(
        *(conversations.commit(record(f"k{n}", f"r{n}", effects=effects)) for n in range(30))
    )
    assert await total(engine, func.sum(asks.c.count)) == 30
    assert await total(engine, func.count(asks.c.target)) == 1
    assert await total(engine, func.count(misses.c.id)) == 30
    assert await total(engine, func.count(ratings.c.id)) == 30


async def test_popular_counts_recent_days_only(conversations: Conversations) -> None:
    old = record("old", at=NOW - timedelta(days=40), effects=(Asked("policy:old"),) * 9)
    await conversations.commit(old)
    await conversations.commit(record("a", effects=(Asked("policy:a"), Asked("policy:b"), Asked("policy:b"))))
    assert await conversations.popular(NOW, days=30, most=5) == ("policy:b", "policy:a")


async def test_stored_replies_are_forgotten_when_nobody_repeats_them(
    conversations: Conversations, engine: AsyncEngine
) -> None:
    await conversations.commit(record("old", at=NOW - timedelta(days=3)))
    await conversations.commit(record("new", "r2"))
    assert await Erasure(engine, SEALS).drop_old("reply", NOW - timedelta(days=2)) == 1
    assert (await conversations.load("old", "r1")).reply is None
    assert (await conversations.load("old", "r1")).dialog == FULL, "the conversation itself stays"


async def test_dialog_of_an_older_version_is_still_read(
    conversations: Conversations, engine: AsyncEngine
) -> None:
    async with engine.begin() as connection:
        state = SEALS.text('{"topic": "policy:x", "gone_field": 1}', "dialogs:r9:sealed_state")
        row = {"resident": "r9", "sealed_state": state, "has_news": False, "changed_at": NOW}
        await connection.execute(dialogs.insert(), row)
    assert (await conversations.load("k", "r9")).dialog == Dialog(topic="policy:x")

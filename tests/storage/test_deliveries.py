"""News are taken by one process each, on both databases."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.allowance import Contact, Touch
from domain.pushing import Channel, Consent, PushState
from services.desk import Desk
from services.submission import Sender, file_draft
from storage.complaint_tables import complaints, outbox
from storage.complaints import Complaints
from storage.database import open_database
from storage.deliveries import LEASE, Deliveries, Parcel
from storage.reach import (
    add_consent,
    forget_resident,
    forget_spent,
    known_of,
    note_sent,
    note_touches,
    note_unfollowed,
    revoke_consent,
)
from tests.conftest import NOW
from tests.storage.conftest import SEALS
from tests.support.filed import draft_of

RESIDENTS = 12


async def fill_outbox(engine: AsyncEngine, desk: Desk, residents: int = RESIDENTS, each: int = 1) -> None:
    """A case and ``each`` pieces of news for so many residents, all due."""
    store = Complaints(engine, SEALS)
    for n in range(residents):
        sender = Sender(f"r{n}", "chat", f"o-{n}")
        await store.file(file_draft(draft_of(desk.library), sender, desk.library, NOW, bytes([n]) * 32))
    async with engine.begin() as connection:
        cases = (await connection.execute(select(complaints).order_by(complaints.c.id))).all()
        rows = [
            {
                "complaint": case.id,
                "seq": 10 + number,
                "resident": case.resident,
                "number": case.number,
                "news": "accepted",
                "status": "waiting",
                "channel": "",
                "attempts": 0,
                "due_at": NOW,
                "created_at": NOW,
                "fault": "",
                "lease": "",
                "message_id": "",
            }
            for number in range(each)
            for case in cases
        ]
        await connection.execute(insert(outbox), rows)


async def test_many_takers_at_once_each_get_another_piece(
    address: str, engine: AsyncEngine, desk: Desk
) -> None:
    """Three processes of four takers each; whatever is taken is taken once."""
    await fill_outbox(engine, desk)
    engines = [open_database(address) for _ in range(3)]
    taken: list[Parcel] = []

    async def work(deliveries: Deliveries) -> None:
        misses = 0
        while misses < 3:
            if parcel := await deliveries.take(NOW):
                taken.append(parcel)
            else:
                misses += 1

    await asyncio.gather(*(work(Deliveries(each, SEALS)) for each in engines for _ in range(4)))
    assert sorted(parcel.news.id for parcel in taken) == list(range(1, RESIDENTS + 1))
    assert {parcel.openid for parcel in taken} == {f"o-{n}" for n in range(RESIDENTS)}
    for each in engines:
        await each.dispose()


async def test_a_residents_second_piece_waits_until_the_first_is_done(
    engine: AsyncEngine, desk: Desk
) -> None:
    await fill_outbox(engine, desk, residents=1, each=2)
    deliveries = Deliveries(engine, SEALS)
    first = await deliveries.take(NOW)
    assert first
    assert await deliveries.take(NOW) is None
    await deliveries.put_off(first, NOW + timedelta(minutes=1), 1, "system_busy", in_doubt=False)
    assert await deliveries.take(NOW) is None
    later = NOW + timedelta(minutes=1)
    again = await deliveries.take(later)
    assert again
    assert (again.news.id, again.tries) == (first.news.id, 1)
    assert await deliveries.begin(again, Channel.CUSTOM, later)
    await deliveries.sent(again, Channel.CUSTOM, later)
    second = await deliveries.take(later)
    assert second
    assert second.news.id != first.news.id
    assert second.known.contacts == (Contact(Touch.SENT, later),)


async def test_who_lost_the_lease_can_neither_begin_nor_settle(engine: AsyncEngine, desk: Desk) -> None:
    await fill_outbox(engine, desk, residents=1)
    deliveries = Deliveries(engine, SEALS)
    slow = await deliveries.take(NOW)
    assert slow
    assert await deliveries.begin(slow, Channel.CUSTOM, NOW)
    assert await deliveries.take(NOW + LEASE - timedelta(seconds=1)) is None
    quick = await deliveries.take(NOW + LEASE)
    assert quick
    assert (quick.channel, quick.tried_at) == (Channel.CUSTOM, NOW), "it may have gone out"
    assert not await deliveries.begin(slow, Channel.CUSTOM, NOW + LEASE)
    await deliveries.bury(slow, 9, "late")
    assert await deliveries.counts() == {PushState.SENDING: 1}


async def test_what_was_told_meanwhile_is_not_taken(engine: AsyncEngine, desk: Desk) -> None:
    await fill_outbox(engine, desk, residents=1)
    async with engine.begin() as connection:
        await connection.execute(update(outbox).values(status="told", told_at=NOW))
    assert await Deliveries(engine, SEALS).take(NOW) is None


async def test_the_ledger_keeps_the_last_of_each_touch_and_every_send(engine: AsyncEngine) -> None:
    later = NOW + timedelta(minutes=5)
    async with engine.begin() as connection:
        await note_touches(
            connection,
            [
                ("a", Touch.MESSAGE, NOW),
                ("a", Touch.CLICK, NOW),
                ("b", Touch.SCAN, NOW),
                ("a", Touch.MESSAGE, later),
            ],
        )
        await note_sent(connection, "a", later)
        known = await known_of(connection, "a")
        assert set(known.contacts) == {
            Contact(Touch.MESSAGE, later),
            Contact(Touch.CLICK, NOW),
            Contact(Touch.SENT, later),
        }
        await note_unfollowed(connection, "a")
        await note_unfollowed(connection, "c")
        assert not (await known_of(connection, "a")).is_following
        assert not (await known_of(connection, "c")).is_following
        await note_touches(connection, [("a", Touch.SUBSCRIBE, later)])
        assert (await known_of(connection, "a")).is_following
        assert (await known_of(connection, "nobody")).contacts == ()


async def test_consents_add_up_and_can_be_taken_back(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        for _ in range(2):
            await add_consent(connection, "a", "T", Consent(1), NOW)
        assert (await known_of(connection, "a")).consent("T") == Consent(2)
        await add_consent(connection, "a", "T", Consent(0, is_lasting=True), NOW)
        assert (await known_of(connection, "a")).consent("T") == Consent(2, is_lasting=True)
        await revoke_consent(connection, "a", "T", NOW)
        assert not (await known_of(connection, "a")).consent("T")
        assert not (await known_of(connection, "b")).consent("T")


async def test_what_counts_no_more_is_forgotten_but_not_who_left(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await note_touches(connection, [(who, Touch.MESSAGE, NOW) for who in "ab"])
        await note_sent(connection, "a", NOW)
        await note_unfollowed(connection, "b")
        await forget_spent(connection, NOW + timedelta(hours=47))
        assert len((await known_of(connection, "a")).contacts) == 2
        await forget_spent(connection, NOW + timedelta(hours=49))
        assert (await known_of(connection, "a")).contacts == ()
        assert not (await known_of(connection, "b")).is_following


async def test_who_wants_to_be_forgotten_is(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await note_touches(connection, [("a", Touch.MESSAGE, NOW)])
        await note_sent(connection, "a", NOW)
        await add_consent(connection, "a", "T", Consent(1), NOW)
        await forget_resident(connection, "a")
        known = await known_of(connection, "a")
        assert (known.contacts, dict(known.consents)) == ((), {})

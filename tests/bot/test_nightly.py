"""The night's work is done once a night, by one process, also when the server was off at three."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.nightly import work_through_the_night
from bot.service import Assistant, open_assistant
from domain.clock import ManualClock
from domain.ids import new_id
from services.antivirus import Antivirus
from services.evidence import Intake
from services.rescan import scan_overdue
from storage.complaint_tables import audit
from storage.complaint_tables import evidence as table
from tests.conftest import NOW
from tests.support.clamd import EICAR, clamd, silent

# NOW is ten in the morning.
MIDNIGHT = NOW + timedelta(hours=14)


async def test_it_waits_for_three_and_is_done_once(assistant: Assistant, clock: ManualClock) -> None:
    clock.at = MIDNIGHT + timedelta(hours=2, minutes=59)
    assert not await work_through_the_night(assistant)
    clock.at = MIDNIGHT + timedelta(hours=3)
    assert await work_through_the_night(assistant)
    again = await open_assistant(assistant.settings, clock, assistant.content)
    assert not await work_through_the_night(again)
    await again.close()
    clock.at += timedelta(days=1, hours=9)
    assert await work_through_the_night(assistant), "the next day at noon: the server was off"
    async with assistant.engine.connect() as connection:
        done = (await connection.execute(select(audit.c.action, audit.c.role))).all()
    assert done == [("purge", "system")] * 2


async def test_what_failed_is_tried_again(
    assistant: Assistant, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.at = MIDNIGHT + timedelta(hours=4)
    with monkeypatch.context() as broken:
        broken.setattr(assistant.retention, "purge", None)
        with pytest.raises(TypeError):
            await work_through_the_night(assistant)
    assert await work_through_the_night(assistant)
    assert not await work_through_the_night(assistant)


async def hand_in(assistant: Assistant, *contents: bytes) -> list[str]:
    """Sealed files that no scanner has seen; their ids, in order."""
    idents = sorted(new_id() for _ in contents)
    blank = {"draft": "", "kind": "picture", "media_type": "image/jpeg", "size": 1, "sha256": "", "width": 1}
    for ident, content in zip(idents, contents, strict=True):
        row = blank | {
            "id": ident,
            "status": "stored",
            "scan": "unscanned",
            "original": assistant.vault.put([content]),
        }
        row |= {"height": 1, "pages": 0, "display": "", "attempts": 0, "added_at": NOW}
        async with assistant.engine.begin() as connection:
            await connection.execute(table.insert(), row)
    return idents


async def scans(assistant: Assistant) -> dict[str, str]:
    async with assistant.engine.connect() as connection:
        return dict((await connection.execute(select(table.c.id, table.c.scan))).tuples().all())


def intake_with(assistant: Assistant, address: str, within_s: float = 5) -> Intake:
    limits = assistant.content.desk.library.limits.evidence
    return Intake(assistant.vault, limits, Antivirus(address, within_s))


async def test_what_came_while_the_scanner_was_down_is_looked_at(assistant: Assistant) -> None:
    clean, bad, gone = await hand_in(assistant, b"a picture", EICAR, b"lost")
    async with assistant.engine.begin() as connection:
        await connection.execute(table.update().where(table.c.id == gone).values(original="0" * 32))
    async with clamd() as address:
        assert await scan_overdue(assistant.scans, intake_with(assistant, address).scan_again) == 2
    assert await scans(assistant) == {clean: "clean", bad: "suspicious", gone: "unscanned"}


async def test_a_scanner_that_is_silent_is_asked_once_a_night(assistant: Assistant) -> None:
    await hand_in(assistant, *[b"x"] * 5)
    async with clamd(silent) as address:
        assert await scan_overdue(assistant.scans, intake_with(assistant, address, 0.2).scan_again) == 0
    assert set((await scans(assistant)).values()) == {"unscanned"}

"""``/readyz``: whether this process may be asked, and what is not well."""

from __future__ import annotations

from datetime import timedelta

from bot.service import Assistant
from domain.clock import ManualClock
from tests.support.news import accept, file_case
from tests.web.conftest import Client


async def test_a_sound_process_is_ready(client: Client) -> None:
    answer = await client.get("/readyz")
    assert answer.status == 200
    assert await answer.json() == {
        "status": "ok",
        "checks": {"database": True, "knowledge": True, "outbox": True},
    }


async def test_news_left_lying_are_told_and_the_process_still_answers(
    client: Client, assistant: Assistant, clock: ManualClock
) -> None:
    await accept(assistant, await file_case(assistant, "o-resident-a"))
    clock.advance(timedelta(minutes=16))
    answer = await client.get("/readyz")
    assert answer.status == 200
    told = await answer.json()
    assert (told["status"], told["checks"]["outbox"]) == ("degraded", False)


async def test_without_a_database_nobody_is_sent_here(client: Client, assistant: Assistant) -> None:
    await assistant.engine.dispose()
    database = assistant.settings.data_dir / "credit.db"
    database.rename(database.with_suffix(".away"))
    database.mkdir()
    answer = await client.get("/readyz")
    assert answer.status == 503
    assert (await answer.json())["checks"]["database"] is False

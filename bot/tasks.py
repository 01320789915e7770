"""Background loops: fresh knowledge, what is asked most, cases that move by themselves, news brought to phones,
pictures fetched, the night's work."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import structlog
from watchfiles import Change, awatch

from bot.nightly import work_through_the_night
from bot.service import Assistant

log = structlog.get_logger()

POPULAR_EVERY_S = 300
POPULAR_DAYS = 30
POPULAR_MOST = 8
POPULAR_AT_LEAST = 20  # times: fewer are a few people, not what residents ask
DELIVER_EVERY_S = 5
COLLECT_EVERY_S = 2
SWEEP_EVERY_S = 600
NIGHT_EVERY_S = 1800


@asynccontextmanager
async def background(assistant: Assistant) -> AsyncIterator[None]:
    """Run the loops while the block lasts."""
    await count_popular(assistant)
    loops = [
        _watch(assistant),
        _every(POPULAR_EVERY_S, lambda: count_popular(assistant)),
        _every(SWEEP_EVERY_S, lambda: _sweep(assistant)),
        _every(NIGHT_EVERY_S, lambda: work_through_the_night(assistant)),
    ]
    if assistant.courier:
        loops.append(_every(DELIVER_EVERY_S, assistant.courier.deliver_due))
    if assistant.collector:
        loops.append(_every(COLLECT_EVERY_S, assistant.collector.collect_due))
    tasks = [asyncio.create_task(loop) for loop in loops]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def count_popular(assistant: Assistant) -> None:
    """Refresh what is asked most; until enough was asked, the editors' own list stands in."""
    now = assistant.clock.now()
    asked = await assistant.conversations.popular(now, POPULAR_DAYS, POPULAR_MOST, POPULAR_AT_LEAST)
    desk = assistant.content.desk
    policies = [target for target in asked if target.startswith("policy:") and desk.title(target)]
    assistant.content.popular = tuple(dict.fromkeys([*policies, *desk.library.popular]))[:POPULAR_MOST]


async def _sweep(assistant: Assistant) -> None:
    """What runs out moves on: 补正, 评价, 中止."""
    if moved := await assistant.casework.sweep():
        log.info("cases_moved", count=moved)


async def _watch(assistant: Assistant) -> None:
    """Swap the desk when a knowledge file changes."""
    places = assistant.content.places
    folders = (places.knowledge, places.city_file.parent)
    async for _ in awatch(*folders, watch_filter=_is_content, recursive=True):
        try:
            await assistant.content.refresh()
        except Exception as error:  # whatever a file holds, the watch goes on
            log.error("knowledge_unreadable", reason=type(error).__name__)


def _is_content(_change: Change, path: str) -> bool:
    name = Path(path).name
    return name.endswith((".md", ".yaml", ".txt")) and not name.startswith(".")


async def _every(seconds: float, work: Callable[[], Awaitable[object]]) -> None:
    while True:
        await asyncio.sleep(seconds)
        try:
            await work()
        except Exception:
            log.exception("background_failed")

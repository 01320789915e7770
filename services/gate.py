"""Heavy work → a queue of it: so many at once, and no more memory together than was set aside."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Gate:
    """Lets work in, first come, first served, while there is a lane and its memory fits.

    Work that needs more than everything is let in alone. The gate has as many threads as lanes: glibc gives each
    thread a heap of its own and keeps what was freed there, so any more would hold any more memory.
    """

    def __init__(self, lanes: int, memory: int) -> None:
        self._threads = ThreadPoolExecutor(lanes, "gate")
        self._lanes = lanes
        self._memory = memory
        self._free = memory
        self._waiting: deque[tuple[int, asyncio.Future[None]]] = deque()

    @asynccontextmanager
    async def hold(self, need: int) -> AsyncIterator[None]:
        """Wait for a lane and ``need`` bytes; give both back at the end."""
        need = min(need, self._memory)
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((need, place))
        self._let_in()
        try:
            await place
            yield
        finally:
            self._leave(need, place)

    async def run(self, need: int, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """``hold``, and do the work in a thread of the gate."""
        async with self.hold(need):
            return await _to_its_end(self._threads, partial(function, *args, **kwargs))

    def _let_in(self) -> None:
        while self._waiting and self._lanes:
            need, place = self._waiting[0]
            if need > self._free and not place.done():
                return
            self._waiting.popleft()
            if not place.done():  # who was cancelled takes nothing
                self._lanes -= 1
                self._free -= need
                place.set_result(None)

    def _leave(self, need: int, place: asyncio.Future[None]) -> None:
        if place.cancelled():
            with suppress(ValueError):
                self._waiting.remove((need, place))
        else:
            self._lanes += 1
            self._free += need
        self._let_in()


async def in_thread(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """``asyncio.to_thread`` that does not leave a thread behind: when it is cancelled it still waits for the
    work's end, so what the work uses may be closed afterwards, and what it made can be undone."""
    return await _to_its_end(None, partial(function, *args, **kwargs))


async def _to_its_end(threads: ThreadPoolExecutor | None, work: Callable[[], T]) -> T:
    running = asyncio.get_running_loop().run_in_executor(threads, work)
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.wait({running})
        if not running.cancelled():
            running.exception()  # seen; the cancellation is what is told
        raise

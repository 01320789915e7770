"""Calls that arrive together → one call for all of them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")

MOST = 256


class Batcher(Generic[T, R]):
    """Carries items out one batch after another; while a batch runs, the next one gathers.

    Nothing waits for company: an item that comes alone goes alone. When a batch fails, its items
    are carried out one by one, so that only the one at fault raises; unless the error is one ``of all``.
    """

    def __init__(
        self,
        run: Callable[[Sequence[T]], Awaitable[Sequence[R]]],
        *,
        is_of_all: Callable[[Exception], bool] = lambda _: False,
    ) -> None:
        self._run = run
        self._is_of_all = is_of_all
        self._waiting: list[tuple[T, asyncio.Future[R]]] = []
        self._drain: asyncio.Task[None] | None = None

    async def __call__(self, item: T) -> R:
        """Carry out ``item``; returns its own result or raises its own error."""
        future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if self._drain is None:
            self._drain = asyncio.create_task(self._drain_all())
        return await future

    async def _drain_all(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
                await self._carry_out(batch)
        finally:
            self._drain = None

    async def _carry_out(self, batch: list[tuple[T, asyncio.Future[R]]]) -> None:
        try:
            results = await self._run([item for item, _ in batch])
            if len(results) != len(batch):
                raise RuntimeError(f"{len(batch)} items gave {len(results)} results")
        except Exception as error:
            if len(batch) == 1 or self._is_of_all(error):
                _fail(batch, error)
                return
            for single in batch:
                await self._carry_out([single])
            return
        except BaseException:
            _fail(batch, ConnectionAbortedError())
            raise
        for (_, future), result in zip(batch, results, strict=True):
            if not future.done():
                future.set_result(result)


def _fail(batch: list[tuple[T, asyncio.Future[R]]], error: Exception) -> None:
    for _, future in batch:
        if not future.done():
            future.set_exception(error)

"""Who is let in when, and that nobody's place is lost."""

from __future__ import annotations

import asyncio
import threading

import pytest

from services.gate import Gate, in_thread


class Worker:
    """Work that is done when it is told to be."""

    def __init__(self, gate: Gate, need: int) -> None:
        self.is_in = False
        self.end = asyncio.Event()
        self.task = asyncio.create_task(self._work(gate, need))

    async def _work(self, gate: Gate, need: int) -> None:
        async with gate.hold(need):
            self.is_in = True
            await self.end.wait()
        self.is_in = False


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def who_is_in(workers: list[Worker]) -> list[bool]:
    await settle()
    return [worker.is_in for worker in workers]


async def test_no_more_at_once_than_there_are_lanes() -> None:
    gate = Gate(2, 100)
    workers = [Worker(gate, 1) for _ in range(4)]
    assert await who_is_in(workers) == [True, True, False, False]
    workers[1].end.set()
    assert await who_is_in(workers) == [True, False, True, False]


async def test_no_more_memory_than_there_is_and_first_come_first_served() -> None:
    gate = Gate(4, 100)
    workers = [Worker(gate, need) for need in (60, 60, 10)]
    assert await who_is_in(workers) == [True, False, False]
    workers[0].end.set()
    assert await who_is_in(workers) == [False, True, True]


async def test_who_needs_more_than_there_is_comes_in_alone() -> None:
    gate = Gate(2, 100)
    workers = [Worker(gate, 500), Worker(gate, 1)]
    assert await who_is_in(workers) == [True, False]
    workers[0].end.set()
    assert await who_is_in(workers) == [False, True]


async def test_who_gives_up_while_waiting_takes_nothing_with_them() -> None:
    gate = Gate(1, 100)
    workers = [Worker(gate, 100) for _ in range(3)]
    assert await who_is_in(workers) == [True, False, False]
    workers[1].task.cancel()
    workers[0].end.set()
    assert await who_is_in(workers) == [False, False, True]


async def test_who_gives_up_at_the_moment_of_being_let_in_gives_the_place_back() -> None:
    gate = Gate(1, 100)
    async with gate.hold(100):
        workers = [Worker(gate, 100) for _ in range(2)]
        await settle()
    workers[0].task.cancel()  # its place is there, but it has not woken up to take it
    assert await who_is_in(workers) == [False, True]


async def test_failed_work_gives_its_place_back() -> None:
    gate = Gate(1, 100)
    with pytest.raises(KeyError):
        async with gate.hold(100):
            raise KeyError
    assert await who_is_in([Worker(gate, 100)]) == [True]


async def test_cancelled_thread_is_waited_for() -> None:
    begun, may_end, has_ended = threading.Event(), threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        may_end.wait(10)
        has_ended.set()

    task = asyncio.create_task(in_thread(work))
    await asyncio.to_thread(begun.wait, 10)
    task.cancel()
    await settle()
    assert not task.done()
    may_end.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert has_ended.is_set()


async def test_what_a_thread_raises_is_raised() -> None:
    with pytest.raises(ZeroDivisionError):
        await in_thread(lambda: 1 // 0)

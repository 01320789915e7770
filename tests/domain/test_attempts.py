"""Tries within sliding spans, with and without a lock."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.attempts import Bound, Tally, opens_at, taken_back, tried
from tests.conftest import NOW

CODE = (Bound(5, timedelta(minutes=15), timedelta(minutes=30)),)
SUBMIT = (Bound(3, timedelta(minutes=10)), Bound(10, timedelta(days=1)))


def after(bounds: tuple[Bound, ...], minutes: list[float]) -> Tally:
    tally = Tally()
    for each in minutes:
        tally = tried(tally, bounds, NOW + timedelta(minutes=each))
    return tally


def wait(tally: Tally, bounds: tuple[Bound, ...], minute: float) -> float | None:
    """Minutes from ``minute`` until the next try."""
    now = NOW + timedelta(minutes=minute)
    until = opens_at(tally, bounds, now)
    return (until - now).total_seconds() / 60 if until else None


def test_the_sixth_guess_waits_half_an_hour() -> None:
    assert wait(after(CODE, [0, 1, 2, 3]), CODE, 4) is None
    locked = after(CODE, [0, 1, 2, 3, 4])
    assert wait(locked, CODE, 4) == 30
    assert wait(locked, CODE, 33.9) is not None
    assert wait(locked, CODE, 34) is None


def test_the_span_slides() -> None:
    assert wait(after(CODE, [0, 14, 14, 14, 16]), CODE, 17) is None
    assert wait(after(CODE, [0, 14, 14, 14, 16, 17]), CODE, 17) == 30


def test_a_right_one_does_not_count() -> None:
    assert wait(taken_back(after(CODE, [0, 1, 2, 3, 4])), CODE, 4) is None


def test_without_a_lock_it_waits_for_room() -> None:
    full = after(SUBMIT, [0, 1, 2])
    assert wait(full, SUBMIT, 3) == 7
    assert wait(full, SUBMIT, 10) is None


def test_the_day_counts_as_well() -> None:
    spread = after(SUBMIT, [20 * n for n in range(10)])
    assert wait(spread, SUBMIT, 200) == 24 * 60 - 200


@given(st.lists(st.integers(0, 40 * 60), min_size=1, max_size=60))
def test_no_span_ever_holds_more_than_it_may(seconds: list[int]) -> None:
    tally, let_through = Tally(), []
    for second in sorted(seconds):
        now = NOW + timedelta(seconds=second)
        if opens_at(tally, CODE, now) is None:
            tally = tried(tally, CODE, now)
            let_through.append(second)
    for first in let_through:
        assert sum(first <= at < first + 900 for at in let_through) <= 5

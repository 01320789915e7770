"""What may still be sent is never more than the platform takes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.allowance import Contact, Touch, allowance, worth_keeping
from domain.clock import ManualClock
from tests.platform import rules
from tests.platform.world import Refused, World

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
OPENING = [Touch.MESSAGE, Touch.CLICK, Touch.SUBSCRIBE, Touch.SCAN]


def ago(seconds: float, touch: Touch) -> Contact:
    return Contact(touch, NOW - timedelta(seconds=seconds))


HOUR = 3600


@pytest.mark.parametrize(
    ("contacts", "remaining", "closes_in"),
    [
        ([], 0, None),
        ([ago(0, Touch.MESSAGE)], 5, 48 * HOUR),
        ([ago(0, Touch.MESSAGE), ago(0, Touch.SENT)], 4, 48 * HOUR),
        ([ago(48 * HOUR - 1, Touch.MESSAGE)], 5, 1),
        ([ago(48 * HOUR, Touch.MESSAGE)], 0, None),
        ([ago(10, Touch.CLICK)], 3, 50),
        ([ago(60, Touch.CLICK)], 0, None),
        ([ago(10, Touch.SUBSCRIBE)], 3, 50),
        ([ago(10, Touch.SCAN)], 3, 50),
        ([ago(10, Touch.MESSAGE), *[ago(5, Touch.SENT)] * 4], 1, 48 * HOUR - 10),
        ([ago(10, Touch.MESSAGE), *[ago(5, Touch.SENT)] * 5], 0, None),
        ([ago(10, Touch.MESSAGE), *[ago(5, Touch.SENT)] * 5, ago(1, Touch.MESSAGE)], 5, 48 * HOUR - 1),
        ([ago(HOUR, Touch.MESSAGE), ago(10, Touch.CLICK), *[ago(5, Touch.SENT)] * 2], 3, 47 * HOUR),
        ([ago(HOUR, Touch.MESSAGE), *[ago(99, Touch.SENT)] * 5, ago(10, Touch.CLICK)], 3, 50),
        ([Contact(Touch.MESSAGE, NOW + timedelta(seconds=1))], 0, None),
    ],
)
def test_table_of_what_is_left(contacts: list[Contact], remaining: int, closes_in: int | None) -> None:
    left = allowance(contacts, NOW)
    assert left.remaining == remaining
    assert left.until == (None if closes_in is None else NOW + timedelta(seconds=closes_in))


Acts = st.lists(
    st.tuples(
        st.sampled_from([*OPENING, Touch.SENT]), st.integers(0, 30 * HOUR) | st.integers(0, 70) | st.just(0)
    )
)


@given(Acts, st.sampled_from(["first", "last", "all"]))
def test_what_the_ledger_allows_the_platform_takes_however_it_counts(
    acts: list[tuple[Touch, int]], way: str
) -> None:
    """The documents leave open from which window a message is taken; the ledger holds under every reading."""
    clock = ManualClock(NOW)
    world = World(clock, takes_from=way)  # type: ignore[arg-type]
    person = world.person("o-a")
    contacts: list[Contact] = []
    for touch, seconds in acts:
        clock.advance(timedelta(seconds=seconds))
        if touch is not Touch.SENT:
            world.touch("o-a", touch.value)
        elif allowance(contacts, clock.now()).remaining:
            rules.take_from_window(world, person)  # raises what the platform would say
        else:
            continue
        contacts.append(Contact(touch, clock.now()))


@given(Acts)
def test_when_nothing_is_left_a_strict_platform_refuses(acts: list[tuple[Touch, int]]) -> None:
    """The ledger is not timid either: it says no only where the strictest reading says no."""
    clock = ManualClock(NOW)
    world = World(clock, takes_from="all")
    contacts: list[Contact] = []
    for touch, seconds in acts:
        clock.advance(timedelta(seconds=seconds))
        if touch is Touch.SENT:
            is_allowed = allowance(contacts, clock.now()).remaining > 0
            try:
                rules.take_from_window(world, world.person("o-a"))
            except Refused:
                assert not is_allowed
                continue
            assert is_allowed
        else:
            world.touch("o-a", touch.value)
        contacts.append(Contact(touch, clock.now()))


@given(st.lists(st.builds(ago, st.integers(-10, 60 * HOUR), st.sampled_from(list(Touch)))))
def test_forgetting_changes_nothing(contacts: list[Contact]) -> None:
    past = [contact for contact in contacts if contact.at <= NOW]
    kept = worth_keeping(past, NOW)
    assert allowance(kept, NOW) == allowance(past, NOW)
    assert set(kept) <= set(past)
    later = NOW + timedelta(minutes=5)
    assert allowance(kept, later) == allowance(past, later)


def test_nothing_older_than_two_days_is_kept() -> None:
    assert worth_keeping([ago(48 * HOUR, Touch.MESSAGE), ago(61, Touch.CLICK)], NOW) == ()

"""How often something was tried lately → whether it may be tried again. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.clock import from_unix


@dataclass(frozen=True, slots=True)
class Bound:
    """At most ``most`` tries within a span that slides along. ``lock``: how long nothing is let through once the
    span is full; without one the next try waits until the span has room again."""

    most: int
    within: timedelta
    lock: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class Tally:
    """Tries that were let through, as unix seconds in order, and until when nothing is."""

    tried: tuple[int, ...] = ()
    locked_until: int = 0


def opens_at(tally: Tally, bounds: Sequence[Bound], now: datetime) -> datetime | None:
    """When the next try is let through; None: now."""
    now_s = int(now.timestamp())
    waits = [tally.locked_until, *(_room_at(tally, bound) for bound in bounds)]
    return from_unix(max(waits)) if max(waits) > now_s else None


def tried(tally: Tally, bounds: Sequence[Bound], now: datetime) -> Tally:
    """The tally after one more try that was let through."""
    now_s = int(now.timestamp())
    longest = max(bound.within for bound in bounds)
    recent = (*(at for at in tally.tried if at > now_s - longest.total_seconds()), now_s)
    locks = [now_s + int(bound.lock.total_seconds()) for bound in bounds if _is_full(recent, bound, now_s)]
    return Tally(recent, max([tally.locked_until, *locks]))


def taken_back(tally: Tally) -> Tally:
    """The tally without its last try, which turned out to be a right one; the lock that it brought goes too."""
    return Tally(tally.tried[:-1])


def _room_at(tally: Tally, bound: Bound) -> int:
    """The second from which a span has room; 0 while it has."""
    if len(tally.tried) < bound.most:
        return 0
    return tally.tried[-bound.most] + int(bound.within.total_seconds())


def _is_full(tries: Sequence[int], bound: Bound, now_s: int) -> bool:
    since = now_s - bound.within.total_seconds()
    return bool(bound.lock) and sum(at > since for at in tries) >= bound.most

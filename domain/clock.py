"""Instants and days: UTC inside, Asia/Shanghai when shown. The only place that asks what time it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


class Clock(Protocol):
    """Whatever tells the time."""

    def now(self) -> datetime:
        """The instant, aware, in UTC."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(slots=True)
class ManualClock:
    """A clock that stands still until it is moved: for replays and tests."""

    at: datetime

    def now(self) -> datetime:
        return self.at

    def advance(self, by: timedelta) -> None:
        self.at += by


def local(instant: datetime) -> datetime:
    """The same instant as the clocks in 乌海 show it."""
    return instant.astimezone(SHANGHAI)


def local_day(instant: datetime) -> date:
    """The day on the wall calendar in 乌海 at that instant."""
    return local(instant).date()


def from_unix(seconds: int) -> datetime:
    """Seconds since 1970 → instant."""
    return datetime.fromtimestamp(seconds, UTC)


def chinese_weekday(day: date) -> str:
    """2026-11-23 → 星期一."""
    return "星期" + "一二三四五六日"[day.weekday()]


def chinese_date(day: date) -> str:
    """2026-04-01 → 2026年4月1日."""
    return f"{day.year}年{day.month}月{day.day}日"


def chinese_day(day: date) -> str:
    """2026-11-25 → 11月25日（星期三）: a day on which somebody waits or must act, its year being plain."""
    return f"{day.month}月{day.day}日（{chinese_weekday(day)}）"


def chinese_moment(instant: datetime, today: date) -> str:
    """10:25, or 11月26日（星期四）10:25 when it is another day than ``today``."""
    here = local(instant)
    return f"{'' if here.date() == today else chinese_day(here.date())}{here:%H:%M}"


def utc_text(instant: datetime) -> str:
    """An instant as one unmistakable text, to the microsecond."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds")

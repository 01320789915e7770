"""What a resident did and what was sent since → how many 客服 messages the platform still takes for them.

Source: 服务号 › 客服消息 › 下发规则 (since 2023-06-12): after a message 5 within 48 hours; after a menu click, a
subscription or a scan 3 within one minute. A click on an item of a menu message counts as a menu click.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.labels import Labelled
from domain.messages import (
    Content,
    File,
    Link,
    Location,
    MenuClicked,
    Picture,
    Scanned,
    Subscribed,
    Text,
    Unknown,
    Video,
    Voice,
)


class Touch(Labelled):
    """What opens a window for sending, and what uses it up."""

    MESSAGE = "message", "发来消息"
    CLICK = "click", "点菜单"
    SUBSCRIBE = "subscribe", "关注"
    SCAN = "scan", "扫码"
    SENT = "sent", "已发客服消息"


@dataclass(frozen=True, slots=True)
class Contact:
    """One touch of one resident, at an instant."""

    touch: Touch
    at: datetime


@dataclass(frozen=True, slots=True)
class Allowance:
    """``until``: when the last window with something left closes; None when nothing is left."""

    remaining: int
    until: datetime | None


def touch_of(content: Content) -> Touch | None:
    """What a message or an event counts as; None for what opens nothing."""
    match content:
        case Text(is_picked=True) | MenuClicked():
            return Touch.CLICK
        case Subscribed():
            return Touch.SUBSCRIBE
        case Scanned():
            return Touch.SCAN
        case Text() | Voice() | Picture() | Video() | File() | Location() | Link() | Unknown():
            return Touch.MESSAGE
    return None


MESSAGE_WINDOW, CLICK_WINDOW = timedelta(hours=48), timedelta(minutes=1)
_WINDOWS = {
    Touch.MESSAGE: (5, MESSAGE_WINDOW),
    Touch.CLICK: (3, CLICK_WINDOW),
    Touch.SUBSCRIBE: (3, CLICK_WINDOW),
    Touch.SCAN: (3, CLICK_WINDOW),
}


def allowance(contacts: Iterable[Contact], now: datetime) -> Allowance:
    """What may still be sent at ``now``.

    The platform does not tell from which of two open windows a message is taken, nor does a new message add
    to an old one's rest. So the latest touch of each kind opens its window anew, and what is sent counts in
    every window open at the time: never more than the platform takes, sometimes less.
    """
    past = [contact for contact in contacts if contact.at <= now]
    left = [
        (limit - _sent_since(past, opened), opened + length)
        for touch, (limit, length) in _WINDOWS.items()
        if (opened := _latest(past, touch)) is not None and now < opened + length
    ]
    usable = [(count, until) for count, until in left if count > 0]
    if not usable:
        return Allowance(0, None)
    return Allowance(max(count for count, _ in usable), max(until for _, until in usable))


def worth_keeping(contacts: Iterable[Contact], now: datetime) -> tuple[Contact, ...]:
    """The contacts that can still matter, oldest first; the others need not be remembered."""
    recent = sorted((c for c in contacts if now - c.at < MESSAGE_WINDOW), key=lambda c: c.at)
    return tuple(
        contact
        for contact in recent
        if contact.touch in (Touch.MESSAGE, Touch.SENT) or now - contact.at < CLICK_WINDOW
    )


def _latest(contacts: list[Contact], touch: Touch) -> datetime | None:
    return max((contact.at for contact in contacts if contact.touch is touch), default=None)


def _sent_since(contacts: list[Contact], opened: datetime) -> int:
    return sum(contact.touch is Touch.SENT and contact.at >= opened for contact in contacts)

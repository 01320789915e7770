"""What the platform knows: the account, its followers, tokens, files, codes, menu, and what was sent."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Literal

from domain.clock import Clock

DAY_S, MINUTE_S = 86400, 60
SHANGHAI_S = 8 * 3600

# 服务号 › 接口调用频次限制, a day.
QUOTA = {
    "/cgi-bin/stable_token": 500_000,
    "/cgi-bin/menu/create": 1000,
    "/cgi-bin/menu/get": 10_000,
    "/cgi-bin/menu/delete": 1000,
    "/cgi-bin/media/upload": 100_000,
    "/cgi-bin/media/get": 200_000,
    "/cgi-bin/message/custom/send": 500_000,
    "/cgi-bin/message/template/send": 100_000,
    "/cgi-bin/qrcode/create": 100_000,
    "/cgi-bin/user/info": 5_000_000,
}
PER_MINUTE = {"/cgi-bin/stable_token": 10_000, "/sns/oauth2/access_token": 50_000}


class Refused(Exception):
    """An errcode, with the platform's words for it."""

    def __init__(self, errcode: int, errmsg: str) -> None:
        super().__init__(errmsg)
        self.errcode = errcode
        self.errmsg = errmsg


@dataclass
class Person:
    """Somebody with a phone. ``touches``: (kind, second); ``sends``: seconds of 客服 messages."""

    openid: str
    is_following: bool = True
    is_blacklisted: bool = False
    is_muted: bool = False
    touches: list[tuple[str, float]] = field(default_factory=list)
    sends: list[float] = field(default_factory=list)
    consents: Counter[str] = field(default_factory=Counter)
    lasting: set[str] = field(default_factory=set)
    typing_at: float = -1e9


@dataclass
class Token:
    value: str
    expires_at: float
    is_killed: bool = False


@dataclass
class File:
    kind: str
    content: bytes
    content_type: str
    created_at: float
    is_by_address: bool = False


@dataclass
class Visit:
    """A code that was handed out by the authorisation page."""

    openid: str
    at: float
    is_snapshot: bool = False
    is_used: bool = False


@dataclass
class Fault:
    """What goes wrong with the next ``times`` calls of ``path`` (empty: of any)."""

    kind: Literal["errcode", "slow", "late", "html", "broken", "redirect", "cut", "status", "list", "huge"]
    path: str = ""
    times: int = 1
    errcode: int = 0
    errmsg: str = "refused on demand"
    seconds: float = 0.0
    status: int = 502


@dataclass
class World:
    """Everything, by a clock that it is given. ``kind``: what the account may do."""

    clock: Clock
    appid: str = "wx0stand1in2for3tests"
    secret: str = "s7and1nS3cretOfTheAccount0001"
    kind: Literal["service", "test", "unverified"] = "service"
    is_address_refused: bool = False
    people: dict[str, Person] = field(default_factory=dict)
    tokens: list[Token] = field(default_factory=list)
    forced_at: list[float] = field(default_factory=list)
    force_asked_at: list[float] = field(default_factory=list)
    ticket: Token | None = None
    files: dict[str, File] = field(default_factory=dict)
    visits: dict[str, Visit] = field(default_factory=dict)
    visitor: str = "o-visitor"
    is_snapshot: bool = False
    templates: set[str] = field(default_factory=lambda: {"TEMPLATE"})
    notices: set[str] = field(default_factory=lambda: {"NOTICE"})
    menu: dict[str, Any] | None = None
    tags: dict[str, int] = field(default_factory=dict)
    tagged: dict[int, list[str]] = field(default_factory=dict)
    permanent_codes: int = 0
    sent: list[dict[str, Any]] = field(default_factory=list)
    client_ids: dict[tuple[str, str], tuple[int, float]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)
    addresses_asked: list[str] = field(default_factory=list)
    quota: dict[str, int] = field(default_factory=lambda: dict(QUOTA))
    per_minute: dict[str, int] = field(default_factory=lambda: dict(PER_MINUTE))
    cleared: Counter[str] = field(default_factory=Counter)
    is_menu_meddled_with: bool = False
    takes_from: Literal["first", "last", "all"] = "first"
    _spent: Counter[tuple[str, str, int]] = field(default_factory=Counter)
    _numbers: Any = field(default_factory=lambda: itertools.count(1))

    def now(self) -> float:
        return self.clock.now().timestamp()

    def number(self) -> int:
        return int(next(self._numbers))

    def person(self, openid: str) -> Person:
        """A follower, made when first named."""
        return self.people.setdefault(openid, Person(openid))

    def known(self, openid: str) -> Person:
        if openid not in self.people:
            raise Refused(40003, "invalid openid")
        return self.people[openid]

    def touch(self, openid: str, kind: str) -> None:
        self.person(openid).touches.append((kind, self.now()))

    def kill_tokens(self) -> None:
        """As when the secret is reset, or another system forces a refresh."""
        for token in self.tokens:
            token.is_killed = True

    def spend(self, path: str) -> None:
        """Count a call against the day's and the minute's quota."""
        now = self.now()
        day, minute = int((now + SHANGHAI_S) // DAY_S), int(now // MINUTE_S)
        self._spent["minute", path, minute] += 1
        if self._spent["minute", path, minute] > self.per_minute.get(path, 10**9):
            raise Refused(45011, "api minute-quota reach limit, must slower, retry next minute")
        self._spent["day", path, day] += 1
        if self._spent["day", path, day] > self.quota.get(path, 10**9):
            raise Refused(45009, "reach max api daily quota limit")

    def clear_quota(self) -> None:
        month = self.clock.now().strftime("%Y-%m")
        self.cleared[month] += 1
        if self.cleared[month] > 10:
            raise Refused(48006, "forbid to clear quota because of reaching the limit")
        self._spent.clear()

"""A push and what its resident allows → the channel and the time; a refusal → what to do then. Pure.

The order of channels is the resident's: what they asked to be told (订阅通知), what follows from what they did
(模板消息), what belongs to a talk under way (客服消息), and else it waits until they come by.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from types import MappingProxyType

from domain.allowance import Contact, allowance
from domain.clock import SHANGHAI, local
from domain.labels import Labelled
from domain.platform_codes import PlatformCode, Remedy, code_of
from domain.push_fields import NO_TEMPLATE, PushTemplate


class Channel(Labelled):
    """How a resident is told, best first."""

    NOTICE = "notice", "订阅通知"
    TEMPLATE = "template", "模板消息"
    CUSTOM = "custom", "客服消息"
    NEXT_VISIT = "next_visit", "下次来时说"


class PushState(Labelled):
    """Where one piece of news stands."""

    WAITING = "waiting", "等着发"
    SENDING = "sending", "正在发"
    SENT = "sent", "发出去了"
    TOLD = "told", "来时说过了"
    KEPT = "kept", "下次来时说"
    DEAD = "dead", "送不出去"


@dataclass(frozen=True, slots=True)
class SendingHours:
    """Local times between which a phone may buzz."""

    opens: time = time(8, 30)
    closes: time = time(21, 0)

    def __post_init__(self) -> None:
        if self.opens >= self.closes:
            raise ValueError("sending hours open before they close")

    def next(self, instant: datetime) -> datetime:
        """``instant`` itself when phones may buzz, else when they next may."""
        moment = local(instant)
        if self.opens <= moment.time() < self.closes:
            return instant
        day = moment.date() if moment.time() < self.opens else moment.date() + timedelta(days=1)
        return datetime.combine(day, self.opens, SHANGHAI).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Pushes:
    """What a city has chosen: when phones may buzz, as ``08:30``, and the account's two templates."""

    opens: str = "08:30"
    closes: str = "21:00"
    notice: PushTemplate = NO_TEMPLATE
    template: PushTemplate = NO_TEMPLATE

    @property
    def hours(self) -> SendingHours:
        return SendingHours(time.fromisoformat(self.opens), time.fromisoformat(self.closes))

    @property
    def channels(self) -> frozenset[Channel]:
        """Those that can be tried; 客服 messages need no template."""
        chosen = {Channel.NOTICE: self.notice, Channel.TEMPLATE: self.template}
        return frozenset({Channel.CUSTOM, *(channel for channel, template in chosen.items() if template)})


USUAL_PUSHES = Pushes()


@dataclass(frozen=True, slots=True)
class Consent:
    """What a resident agreed to be told by one template: so many single times, or from now on."""

    times: int = 0
    is_lasting: bool = False

    def __bool__(self) -> bool:
        return self.is_lasting or self.times > 0

    def spent(self) -> Consent:
        """The consent after one push."""
        return self if self.is_lasting else replace(self, times=max(0, self.times - 1))


NO_CONSENT = Consent()


@dataclass(frozen=True, slots=True)
class Reach:
    """How a resident can be reached with one push.

    ``channels``: those the account has the right and the templates for; ``failed``: those that refused this
    push already; ``is_following``: False once the platform or the resident told so.
    """

    channels: frozenset[Channel]
    contacts: tuple[Contact, ...] = ()
    consent: Consent = NO_CONSENT
    is_following: bool = True
    failed: frozenset[Channel] = frozenset()


@dataclass(frozen=True, slots=True)
class Plan:
    """By which channel, and not before when."""

    channel: Channel
    at: datetime


def plan(reach: Reach, now: datetime, hours: SendingHours) -> Plan:
    """The best channel that will be open when the resident's phone may next buzz."""
    at = hours.next(now)
    for channel in (Channel.NOTICE, Channel.TEMPLATE, Channel.CUSTOM):
        if channel in reach.channels - reach.failed and reach.is_following and _is_open(channel, reach, at):
            return Plan(channel, at)
    return Plan(Channel.NEXT_VISIT, now)


def _is_open(channel: Channel, reach: Reach, at: datetime) -> bool:
    if channel is Channel.NOTICE:
        return bool(reach.consent)
    return channel is Channel.TEMPLATE or allowance(reach.contacts, at).remaining > 0


class Step(Labelled):
    """What follows a refusal."""

    TRY_AGAIN = "try_again", "再试"
    NEXT_CHANNEL = "next_channel", "换一种方式"
    NEXT_VISIT = "next_visit", "下次来时说"
    DEAD = "dead", "送不出去"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to do after a refusal. ``at``: when, for ``TRY_AGAIN``; ``tries``: how many count as spent by now.

    ``closes_channel``: every other push by this channel would be refused as well, until somebody mends it.
    """

    step: Step
    tries: int
    at: datetime | None = None
    revokes_consent: bool = False
    is_unfollowed: bool = False
    tells_operator: bool = False
    closes_channel: bool = False


BACKOFF_S = (30, 120, 600, 1800, 7200, 21600, 43200)
MOST_TRIES = len(BACKOFF_S) + 1
MINUTE = timedelta(minutes=1)

_NEXT_CHANNEL = Verdict(Step.NEXT_CHANNEL, 0)
_NEXT_VISIT = Verdict(Step.NEXT_VISIT, 0)
_ASK = replace(_NEXT_CHANNEL, tells_operator=True)
_CLOSE = replace(_ASK, closes_channel=True)
# What belongs to this push or this channel alone; all other codes go by their remedy.
_RULES: Mapping[PlatformCode, Verdict] = MappingProxyType(
    {
        PlatformCode.CONSENT_REFUSED: replace(_NEXT_CHANNEL, revokes_consent=True),
        PlatformCode.NOT_FOLLOWING: replace(_NEXT_VISIT, is_unfollowed=True),
        PlatformCode.BLACKLISTED: replace(_NEXT_VISIT, is_unfollowed=True),
        PlatformCode.MUTED: _NEXT_VISIT,
        PlatformCode.OPENID_UNKNOWN: _NEXT_VISIT,
        PlatformCode.CUSTOM_TIME_OVER: _NEXT_CHANNEL,
        PlatformCode.CUSTOM_COUNT_OVER: _NEXT_CHANNEL,
        PlatformCode.TEXT_TOO_LONG: _ASK,
        PlatformCode.TOO_MANY_ARTICLES: _ASK,
        PlatformCode.TEMPLATE_UNKNOWN: _CLOSE,
        PlatformCode.TEMPLATE_FIELD_WRONG: _ASK,
        PlatformCode.PAGE_WRONG: _ASK,
        PlatformCode.ACCOUNT_KIND: _CLOSE,
        PlatformCode.NO_PERMISSION: _CLOSE,
        PlatformCode.INTERFACE_BANNED: _CLOSE,
        PlatformCode.BODY_ESCAPED: _ASK,
        PlatformCode.BODY_MALFORMED: _ASK,
    }
)


def after_refusal(errcode: int, tries: int, now: datetime, seed: int = 0) -> Verdict:
    """What to do once the platform has said ``errcode`` to a push that was tried ``tries`` times before.

    ``seed`` spreads the times of many pushes that failed together. Waiting for a quota costs no try.
    """
    code = code_of(errcode)
    if code is PlatformCode.DAY_QUOTA:
        return Verdict(Step.TRY_AGAIN, tries, _tomorrow(now) + _spread(timedelta(hours=1), seed))
    if code is PlatformCode.MINUTE_QUOTA:
        return Verdict(Step.TRY_AGAIN, tries, now + MINUTE + _spread(MINUTE, seed))
    if rule := _RULES.get(code):
        return replace(rule, tries=tries + 1)
    if code.remedy is Remedy.NEVER:
        return replace(_NEXT_CHANNEL, tries=tries + 1)
    return _again(tries + 1, now, seed, tells_operator=code.remedy is Remedy.OPERATOR)


def _again(tries: int, now: datetime, seed: int, *, tells_operator: bool) -> Verdict:
    if tries >= MOST_TRIES:
        return Verdict(Step.DEAD, tries, tells_operator=True)
    wait = timedelta(seconds=BACKOFF_S[tries - 1])
    return Verdict(Step.TRY_AGAIN, tries, now + wait + _spread(wait / 4, seed), tells_operator=tells_operator)


def _spread(most: timedelta, seed: int) -> timedelta:
    return most * (seed % 1000) / 1000


def _tomorrow(now: datetime) -> datetime:
    """The next midnight in 乌海, when the platform counts a new day."""
    day = local(now).date() + timedelta(days=1)
    return datetime.combine(day, time(), SHANGHAI).astimezone(UTC)

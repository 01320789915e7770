"""News in the outbox → pushes to phones, each once; what cannot go out is told at the next visit.

What is decided without the network stands in ``domain.pushing``; here it is carried out. Why nothing goes out twice:
``docs/adr/0008-a-push-goes-out-once.md``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog

from bot.phones import Messenger
from bot.platform import SENDS, is_about_token
from bot.pushes import news_blocks, news_facts, text_message
from bot.render import Renderer
from domain.clock import Clock
from domain.errors import PlatformError, Unreachable
from domain.platform_codes import PlatformCode
from domain.push_fields import NO_TEMPLATE, PushTemplate
from domain.pushing import NO_CONSENT, Channel, Pushes, Reach, Step, Verdict, after_refusal, plan
from services.desk import Content
from storage.deliveries import Deliveries, Parcel
from storage.outbox import NOBODY

log = structlog.get_logger()

# 发送模板消息: one message for a resident and a client_msg_id, for ten minutes. A minute is left for the way there.
SAME_MESSAGE_FOR = timedelta(minutes=9)
ASK_AGAIN_AFTER = timedelta(seconds=30)
CHANNEL_CLOSED_FOR = timedelta(hours=1)


def _no_page(_number: str) -> str:
    return ""


@dataclass(slots=True)
class Courier:
    """One per process. ``page_of``: a case's number → the page that a touched notice opens; empty for none."""

    deliveries: Deliveries
    platform: Messenger
    content: Content
    renderer: Renderer
    clock: Clock
    page_of: Callable[[str], str] = _no_page
    _closed_until: dict[Channel, datetime] = field(default_factory=dict)
    _is_platform_silent: bool = False
    _delivery: asyncio.Task[bool] | None = None

    async def deliver_due(self) -> int:
        """Bring out what is due, one after the other; returns how much was taken in hand.

        While the platform is silent nothing is taken: a push sent into silence might go out and nobody would know.
        """
        count = 0
        while not await self._stays_silent():
            self._delivery = asyncio.create_task(self._deliver_next())
            if not await asyncio.shield(self._delivery):
                break
            count += 1
        return count

    async def close(self) -> None:
        """Finish the push that is on its way."""
        if self._delivery:
            await asyncio.wait({self._delivery})

    async def _stays_silent(self) -> bool:
        """After a call that came to nothing, a harmless one tells when the platform is back."""
        if self._is_platform_silent:
            try:
                await self.platform.callback_addresses()
                self._is_platform_silent = False
            except PlatformError as error:
                self._is_platform_silent = is_of_all(error)
        if self._is_platform_silent:
            log.info("platform_silent")
        return self._is_platform_silent

    async def _deliver_next(self) -> bool:
        parcel = await self.deliveries.take(self.clock.now())
        if parcel is None:
            return False
        if parcel.channel:
            await self._resolve(parcel, parcel.channel)
        else:
            await self._deliver(parcel)
        return True

    async def _deliver(self, parcel: Parcel) -> None:
        """By the best channel; by the next one when that is refused for good."""
        if not parcel.openid:
            return await self.deliveries.keep(parcel, parcel.tries, NOBODY)
        reach = self._reach(parcel)
        while True:
            now = self.clock.now()
            chosen = plan(reach, now, self._pushes.hours)
            if chosen.channel is Channel.NEXT_VISIT:
                return await self.deliveries.keep(parcel, parcel.tries, "")
            if chosen.at > now:
                return await self.deliveries.put_off(parcel, chosen.at, parcel.tries, "", in_doubt=False)
            refused = await self._send(parcel, chosen.channel)
            if refused is None:
                return None
            parcel = replace(parcel, tries=refused.tries)
            reach = replace(reach, failed=reach.failed | {chosen.channel})

    async def _resolve(self, parcel: Parcel, channel: Channel) -> None:
        """It may have gone out before a crash or a silence: the same template message can be sent again within ten
        minutes, the platform makes one of them; anything else is left to the next visit."""
        now = self.clock.now()
        is_same = parcel.tried_at is not None and now < parcel.tried_at + SAME_MESSAGE_FOR
        if channel is Channel.TEMPLATE and is_same and parcel.openid and self._pushes.template:
            if await self._send(parcel, channel):
                await self.deliveries.keep(parcel, parcel.tries, "")
            return
        log.warning("push_unsure", channel=channel.value)
        await self.deliveries.keep_unsure(parcel, channel, now, template=self._template(channel).id)

    async def _send(self, parcel: Parcel, channel: Channel) -> Verdict | None:
        """Send, and store what came of it; a verdict when another channel should be tried."""
        if not await self.deliveries.begin(parcel, channel, self.clock.now()):
            return None  # the lease was lost: somebody else decides now
        try:
            message_id = await self._call(parcel, channel)
        except PlatformError as error:
            return await self._refused(parcel, channel, error)
        template = self._template(channel).id
        await self.deliveries.sent(
            parcel, channel, self.clock.now(), template=template, message_id=message_id
        )
        log.info("pushed", channel=channel.value, news=parcel.news.news)
        return None

    async def _call(self, parcel: Parcel, channel: Channel) -> str:
        """The platform's id of the message, where it gives one."""
        texts = self.content.desk.texts
        if channel is Channel.CUSTOM:
            text = self.renderer.text(news_blocks(parcel.news, texts))
            await self.platform.send_custom(parcel.openid, text_message(text))
            return ""
        template, page = self._template(channel), self.page_of(parcel.news.number)
        values = template.values(news_facts(parcel.news, texts))
        if channel is Channel.NOTICE:
            await self.platform.send_notice(parcel.openid, template.id, values, page=page)
            return ""
        once = f"news-{parcel.news.id}"
        sent = await self.platform.send_template(parcel.openid, template.id, values, url=page, client_id=once)
        return str(sent)

    async def _refused(self, parcel: Parcel, channel: Channel, error: PlatformError) -> Verdict | None:
        now = self.clock.now()
        self._is_platform_silent = is_of_all(error)
        if is_perhaps_done(error):
            await self._in_doubt(parcel, channel, error, now)
            return None
        verdict = after_refusal(error.errcode, parcel.tries, now, seed=parcel.news.id)
        await self._note(parcel, channel, error, verdict)
        fault = error.code.name.lower()
        match verdict.step:
            case Step.NEXT_CHANNEL:
                return verdict
            case Step.NEXT_VISIT:
                await self.deliveries.keep(parcel, verdict.tries, fault)
            case Step.TRY_AGAIN:
                assert verdict.at is not None, "a time goes with TRY_AGAIN"
                await self.deliveries.put_off(parcel, verdict.at, verdict.tries, fault, in_doubt=False)
            case Step.DEAD:
                log.error("push_dead", channel=channel.value, errcode=error.errcode)
                await self.deliveries.bury(parcel, verdict.tries, fault)
        return None

    async def _in_doubt(self, parcel: Parcel, channel: Channel, error: PlatformError, now: datetime) -> None:
        if channel is Channel.TEMPLATE:
            fault = error.code.name.lower()
            await self.deliveries.put_off(parcel, now + ASK_AGAIN_AFTER, parcel.tries, fault, in_doubt=True)
        else:
            log.warning("push_unsure", channel=channel.value)
            template = self._template(channel).id
            await self.deliveries.keep_unsure(parcel, channel, now, template=template)

    async def _note(self, parcel: Parcel, channel: Channel, error: PlatformError, verdict: Verdict) -> None:
        """What a refusal teaches beyond this one push."""
        if verdict.revokes_consent:
            template = self._template(channel).id
            await self.deliveries.revoke_consent(parcel.resident, template, self.clock.now())
        if verdict.is_unfollowed:
            await self.deliveries.unfollowed(parcel.resident)
        if verdict.closes_channel:
            self._closed_until[channel] = self.clock.now() + CHANNEL_CLOSED_FOR
        if verdict.tells_operator:
            log.error("push_needs_operator", channel=channel.value, errcode=error.errcode)

    def _reach(self, parcel: Parcel) -> Reach:
        now = self.clock.now()
        closed = {channel for channel, until in self._closed_until.items() if now < until}
        notice = self._pushes.notice
        return Reach(
            channels=self._pushes.channels - closed,
            contacts=parcel.known.contacts,
            consent=parcel.known.consent(notice.id) if notice else NO_CONSENT,
            is_following=parcel.known.is_following,
        )

    def _template(self, channel: Channel) -> PushTemplate:
        """The template of a channel; an empty one where it needs none."""
        chosen = {Channel.NOTICE: self._pushes.notice, Channel.TEMPLATE: self._pushes.template}
        return chosen.get(channel, NO_TEMPLATE)

    @property
    def _pushes(self) -> Pushes:
        return self.content.desk.library.city.pushes


_SILENCE = frozenset({PlatformCode.UNREACHABLE, PlatformCode.UNREADABLE, PlatformCode.SYSTEM_BUSY})


def is_of_all(error: PlatformError) -> bool:
    """Whether any other call would come to nothing as well: no answer, or no token to ask with."""
    return error.code in _SILENCE or is_about_token(error)


def is_perhaps_done(error: PlatformError) -> bool:
    """Whether the platform may have sent what it was asked to although no answer tells so."""
    if error.call not in SENDS:
        return False
    if isinstance(error, Unreachable):
        return error.is_perhaps_done
    return error.code is PlatformCode.UNREADABLE

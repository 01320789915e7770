"""An answer that comes after the platform has stopped waiting → a 客服 message, with 正在输入 until it is there.

Source: 服务号 › 客服输入状态: shown for 15 seconds, only within 30 seconds of a message; sending ends it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog

from bot.platform import PlatformClient
from bot.pushes import article_message, text_message
from bot.render import Outbound
from domain.clock import Clock
from domain.errors import PlatformError
from storage.deliveries import Deliveries

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class LateAnswers:
    """One per process."""

    platform: PlatformClient
    deliveries: Deliveries
    clock: Clock

    async def show_typing(self, openid: str) -> bool:
        """Tell the resident that an answer is coming; True when the platform takes 客服 messages for them."""
        try:
            await self.platform.start_typing(openid)
        except PlatformError:
            return False
        return True

    async def bring(self, openid: str, resident: str, message: Outbound) -> bool:
        """Send the answer; False when it did not go out, or nobody knows whether it did."""
        content = as_custom(message)
        if content is None:
            return False
        try:
            await self.platform.send_custom(openid, content)
        except PlatformError as error:
            log.warning("late_answer_not_sent", errcode=error.errcode)
            return False
        await self.deliveries.count_custom(resident, self.clock.now())
        log.info("late_answer_sent")
        return True


def as_custom(message: Outbound) -> Mapping[str, Any] | None:
    """An answer as a 客服 message; None for what cannot be one (handing over to a person)."""
    if message.type == "text":
        return text_message(message.content)
    if message.type == "news":
        return article_message(message.title, message.description, message.url, message.picture)
    return None

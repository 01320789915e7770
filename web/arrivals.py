"""The simulator's other half: what was pushed to a simulated phone, and what a stand-in is to know of it.

Without an account pushes are in memory (``bot.phones``). With a stand-in for the platform they are there, and the
stand-in has to be told what residents do, since it is not the one who delivers it.
"""

from __future__ import annotations

from typing import Any

import aiohttp
import structlog
from aiohttp import web

from bot.service import Assistant
from web.chat import blocks_of, local_page
from web.deliveries import Act

log = structlog.get_logger()

WITHIN = aiohttp.ClientTimeout(total=3)
_TOUCHES = {"click": "click", "subscribe": "subscribe", "view": ""}


async def arrived(assistant: Assistant, resident: str, since: int) -> dict[str, Any]:
    """Pushes to a phone from place ``since`` on, as it shows them, and the place of the next."""
    sent = assistant.phones.arrived if assistant.phones else await _sent_by_stand_in(assistant)
    base_url = assistant.settings.base_url
    since = since if since <= len(sent) else 0  # whoever keeps them has begun anew
    mine = [as_shown(each, base_url) for each in sent[since:] if each.get("touser") == resident]
    return {"next": len(sent), "messages": mine}


async def tell_stand_in(assistant: Assistant, act: Act) -> None:
    """What the resident does, so that its windows open and close as the platform's would."""
    touch = _TOUCHES.get(act.kind, "message")
    if assistant.settings.has_stand_in and touch:
        await _ask(assistant, "POST", "act", {"openid": act.resident, "act": touch})


async def _sent_by_stand_in(assistant: Assistant) -> list[dict[str, Any]]:
    if not assistant.settings.has_stand_in:
        return []
    sent = await _ask(assistant, "GET", "sent")
    return sent if isinstance(sent, list) else []


async def _ask(assistant: Assistant, method: str, what: str, body: Any = None) -> Any:
    """The stand-in's answer; None when it is not there."""
    address = f"{assistant.settings.wechat_api_base}/stand-in/{what}"
    try:
        async with (
            aiohttp.ClientSession(timeout=WITHIN) as session,
            session.request(method, address, json=body) as response,
        ):
            return await response.json() if response.status == web.HTTPOk.status_code else None
    except (aiohttp.ClientError, TimeoutError, ValueError):
        log.info("stand_in_silent")
        return None


def as_shown(sent: dict[str, Any], base_url: str) -> dict[str, Any]:
    """A message as the platform was given it → what the phone draws; a template has its values, line by line."""
    match sent.get("msgtype"):
        case "text":
            return {"type": "text", "blocks": blocks_of(sent["text"]["content"], base_url)}
        case "news":
            article = sent["news"]["articles"][0]
            return {
                "type": "news",
                "title": article["title"],
                "description": article["description"],
                "page": local_page(article["url"], base_url),
                "picture": local_page(article["picurl"], base_url),
            }
    lines = [field["value"] for field in sent.get("data", {}).values()]
    page = sent.get("url") or sent.get("page") or ""
    return {"type": "notice", "lines": lines, "page": local_page(page, base_url)}

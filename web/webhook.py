"""``/wechat``: what the platform asks, and the answer it waits for."""

from __future__ import annotations

import asyncio

import structlog
from aiohttp import ClientPayloadError, web
from aiohttp.http_exceptions import HttpProcessingError

from bot.callback import BODY_LIMIT, SUCCESS
from bot.render import to_xml
from domain.errors import BodyMalformed, BodyTooLarge, ProtocolError
from web.keys import ASSISTANT

log = structlog.get_logger()

BODY_WITHIN_S = 5.0


async def verify(request: web.Request) -> web.Response:
    """GET: the platform checks that this address is ours."""
    try:
        echo = request.app[ASSISTANT].callback.verify_url(request.query)
    except ProtocolError as error:
        return _refused(error)
    return web.Response(text=echo)


async def receive(request: web.Request) -> web.Response:
    """POST: one delivery of one message. Anything unfit is refused; nothing ends in a 5xx."""
    assistant = request.app[ASSISTANT]
    try:
        delivery = assistant.callback.admit(request.query, await _body(request))
    except ProtocolError as error:
        return _refused(error)
    message = await assistant.pipeline.answer(delivery.incoming)
    if message.type == "none":
        return web.Response(body=SUCCESS, content_type="text/plain")
    sealed = assistant.callback.seal(delivery, to_xml(message, delivery.incoming))
    return web.Response(body=sealed, content_type="application/xml", charset="utf-8")


async def _body(request: web.Request) -> bytes:
    """The body, whole, within the size and the time that the platform ever takes."""
    if (request.content_length or 0) > BODY_LIMIT:
        raise BodyTooLarge
    if "Content-Encoding" in request.headers:
        raise BodyMalformed
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_WITHIN_S):
            async for chunk in request.content.iter_chunked(BODY_LIMIT):
                body += chunk
                if len(body) > BODY_LIMIT:
                    raise BodyTooLarge
    except (TimeoutError, ConnectionError, ClientPayloadError, HttpProcessingError):
        raise BodyMalformed from None
    return bytes(body)


def _refused(error: ProtocolError) -> web.Response:
    log.info("callback_refused", reason=type(error).__name__)
    return web.Response(status=error.status, text="")


def add_routes(app: web.Application) -> None:
    app.router.add_get("/wechat", verify)
    app.router.add_post("/wechat", receive)

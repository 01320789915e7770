"""``/wechat/jssdk``: a page of ours → what the JS-SDK needs to work on it (附录 › JS-SDK 使用权限签名算法)."""

from __future__ import annotations

from aiohttp import web

from bot.signature import sign_page
from domain.errors import PlatformError
from domain.ids import new_key
from web.keys import ASSISTANT


async def configuration(request: web.Request) -> web.Response:
    """JSON for ``wx.config``. 400 for a page that is not ours, 404 without an account, 503 when the platform is
    silent: the page then goes without the SDK."""
    assistant = request.app[ASSISTANT]
    if assistant.platform is None:
        raise web.HTTPNotFound
    url = request.query.get("url", "").partition("#")[0]
    if not url.startswith(f"{assistant.settings.base_url}/p/"):
        raise web.HTTPBadRequest
    try:
        ticket = await assistant.platform.ticket()
    except PlatformError:
        raise web.HTTPServiceUnavailable from None
    nonce, timestamp = new_key().hex()[:16], int(assistant.clock.now().timestamp())
    answer = {
        "appId": assistant.platform.appid,
        "timestamp": timestamp,
        "nonceStr": nonce,
        "signature": sign_page(ticket, nonce, timestamp, url),
    }
    return web.json_response(answer, headers={"Cache-Control": "no-store"})


def add_routes(app: web.Application) -> None:
    app.router.add_get("/wechat/jssdk", configuration)

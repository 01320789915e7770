"""What ours is measured against: a bare aiohttp POST, and an echo on wechatpy, plain and sealed."""

from __future__ import annotations

import os
import sys

from aiohttp import web
from wechatpy import create_reply, parse_message
from wechatpy.crypto import WeChatCrypto

from benchmarks.deliveries import AES_KEY, APPID, TOKEN


async def bare(request: web.Request) -> web.Response:
    await request.read()
    return web.Response(text="<xml><Content>ok</Content></xml>", content_type="application/xml")


async def echo(request: web.Request) -> web.Response:
    message = parse_message(await request.read())
    return web.Response(text=create_reply(message.content, message).render(), content_type="application/xml")


async def sealed_echo(request: web.Request) -> web.Response:
    crypto = WeChatCrypto(TOKEN, AES_KEY, APPID)
    query = request.query
    opened = crypto.decrypt_message(
        await request.read(), query["msg_signature"], query["timestamp"], query["nonce"]
    )
    message = parse_message(opened)
    reply = create_reply(message.content, message).render()
    sealed = crypto.encrypt_message(reply, query["nonce"], query["timestamp"])
    return web.Response(text=sealed, content_type="application/xml")


def main(name: str) -> None:
    handler = {"bare": bare, "wechatpy": echo, "wechatpy-aes": sealed_echo}[name]
    app = web.Application()
    app.router.add_post("/wechat", handler)
    web.run_app(app, host="127.0.0.1", port=int(os.environ["PORT"]), print=None, access_log=None)


if __name__ == "__main__":
    main(sys.argv[1])

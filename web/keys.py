"""Typed names of what the application carries."""

from __future__ import annotations

from aiohttp import web

from bot.service import Assistant

ASSISTANT = web.AppKey("assistant", Assistant)
# Set for a request whose page may load WeChat's script: it shares well, or asks for a notice.
WITH_WEIXIN = web.RequestKey("with_weixin", bool)

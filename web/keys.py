"""Typed names of what the application carries."""

from __future__ import annotations

from aiohttp import web

from bot.service import Assistant

ASSISTANT = web.AppKey("assistant", Assistant)

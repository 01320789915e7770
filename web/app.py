"""An assistant → the aiohttp application that serves it."""

from __future__ import annotations

from collections.abc import AsyncIterator

from aiohttp import web

from bot.service import Assistant
from bot.tasks import background
from web import (
    case_acts,
    complaint_form,
    following,
    headers,
    health,
    jssdk,
    my_information,
    pages,
    residents,
    signin,
    simulator,
    webhook,
)
from web.access import check_routes
from web.keys import ASSISTANT


def build_app(assistant: Assistant) -> web.Application:
    """All routes; the simulator's only where the settings say so. Closing the app closes the assistant."""
    app = web.Application(
        middlewares=[residents.name_browser, headers.guard, residents.arrive], client_max_size=1024 * 1024
    )
    app[ASSISTANT] = assistant
    webhook.add_routes(app)
    health.add_routes(app)
    pages.add_routes(app)
    complaint_form.add_routes(app)
    signin.add_routes(app)
    jssdk.add_routes(app)
    following.add_routes(app)
    case_acts.add_routes(app)
    my_information.add_routes(app)
    if assistant.settings.is_simulated:
        simulator.add_routes(app)
    check_routes(app)
    app.cleanup_ctx.append(_lifetime)
    return app


async def _lifetime(app: web.Application) -> AsyncIterator[None]:
    async with background(app[ASSISTANT]):
        yield
    await app[ASSISTANT].close()

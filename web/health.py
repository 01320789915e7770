"""``/healthz``, ``/readyz`` and ``/metrics``: whether this process lives, may be asked, and how it fares."""

from __future__ import annotations

import ipaddress

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from bot.service import Assistant
from web.keys import ASSISTANT

_PASSED_ON = ("X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Forwarded", "Via")


async def alive(_request: web.Request) -> web.Response:
    return web.json_response({"status": "ok"})


async def ready(request: web.Request) -> web.Response:
    """503 when the database does not answer; else 200, ``degraded`` when the knowledge is not sound or news are left
    lying in the outbox."""
    assistant = request.app[ASSISTANT]
    is_there = await _database_answers(request)
    checks = {
        "database": is_there,
        "knowledge": not assistant.content.last_problems,
        "outbox": is_there and not await _is_outbox_stuck(assistant),
    }
    status = 200 if checks["database"] else 503
    return web.json_response(
        {"status": "ok" if all(checks.values()) else "degraded", "checks": checks}, status=status
    )


async def metrics(request: web.Request) -> web.Response:
    """Prometheus, to this machine only."""
    if not is_from_here(request):
        raise web.HTTPNotFound
    return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})


async def _is_outbox_stuck(assistant: Assistant) -> bool:
    """Without an account nothing is pushed, and nothing can be stuck."""
    if assistant.courier is None:
        return False
    return await assistant.courier.deliveries.is_stuck(assistant.clock.now())


async def _database_answers(request: web.Request) -> bool:
    try:
        async with request.app[ASSISTANT].engine.connect() as connection:
            await connection.execute(text("SELECT 1"))
    except (SQLAlchemyError, OSError):
        return False
    return True


def is_from_here(request: web.Request) -> bool:
    """Whether somebody at this machine asks, and not a proxy on it for somebody else."""
    is_passed_on = any(name in request.headers for name in _PASSED_ON)
    return is_loopback(request.remote) and is_loopback_name(request.url.host) and not is_passed_on


def is_loopback_name(host: str | None) -> bool:
    """Whether a name or an address means this machine."""
    return host == "localhost" or is_loopback(host)


def is_loopback(address: str | None) -> bool:
    """Whether a peer's address is on this machine."""
    try:
        return ipaddress.ip_address(address or "").is_loopback
    except ValueError:
        return False


def add_routes(app: web.Application) -> None:
    app.router.add_get("/healthz", alive)
    app.router.add_get("/readyz", ready)
    app.router.add_get("/metrics", metrics)

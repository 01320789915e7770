"""``/healthz``, ``/readyz`` and ``/metrics``: whether this process lives, may be asked, and how it fares."""

from __future__ import annotations

import ipaddress

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from web.keys import ASSISTANT


async def alive(_request: web.Request) -> web.Response:
    return web.json_response({"status": "ok"})


async def ready(request: web.Request) -> web.Response:
    """200 when the database answers and the knowledge is sound; else 503 with what is not."""
    assistant = request.app[ASSISTANT]
    checks = {"database": await _database_answers(request), "knowledge": not assistant.content.last_problems}
    status = 200 if checks["database"] else 503
    return web.json_response(
        {"status": "ok" if all(checks.values()) else "degraded", "checks": checks}, status=status
    )


async def metrics(request: web.Request) -> web.Response:
    """Prometheus, to this machine only."""
    if not is_loopback(request.remote):
        raise web.HTTPNotFound
    return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})


async def _database_answers(request: web.Request) -> bool:
    try:
        async with request.app[ASSISTANT].engine.connect() as connection:
            await connection.execute(text("SELECT 1"))
    except (SQLAlchemyError, OSError):
        return False
    return True


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

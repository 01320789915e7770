"""What went wrong with a request → a page that says what happened, what is safe, what to do; the log has the rest."""

from __future__ import annotations

from typing import Any

import structlog
from aiohttp import web
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted

from domain.clock import local
from domain.errors import StorageFull, TriedTooOften
from domain.ids import new_id
from web.csrf import is_ours
from web.keys import ASSISTANT
from web.templating import page

log = structlog.get_logger()

_FOR_MACHINES = ("/wechat", "/static/", "/simulator/", "/healthz", "/readyz", "/metrics")
_BUSY = (OperationalError, PoolExhausted, StorageFull)
_KEPT = ("Allow", "Retry-After")
# What somebody had written when it went wrong: a handler leaves it here, the page gives it back.
TYPED = web.RequestKey("typed", str)
_BUSY_S = 5


def answer_to(request: web.Request, error: Exception) -> web.StreamResponse:
    """A page for a reader, a bare status for a machine; redirects stay as they are."""
    match error:
        case web.HTTPException():
            if error.status < 400:
                return error
            told = {name: error.headers[name] for name in _KEPT if name in error.headers}
            return _page(request, error.status, told)
        case TriedTooOften():
            wait = error.until - request.app[ASSISTANT].clock.now()
            told = {"Retry-After": str(max(1, int(wait.total_seconds()) + 1))}
            return _page(request, 429, told, until=local(error.until))
    reference = new_id()[:8].upper()
    is_busy = isinstance(error, _BUSY)
    log.error(
        "request_failed", method=request.method, route=route_of(request), reference=reference, exc_info=error
    )
    if is_busy:
        return _page(request, 503, {"Retry-After": str(_BUSY_S)}, reference=reference)
    return _page(request, 500, {}, reference=reference)


def route_of(request: web.Request) -> str:
    """The route as it was declared, without what stood in the address."""
    resource = request.match_info.route.resource
    return resource.canonical if resource else "unknown"


def _page(request: web.Request, status: int, headers: dict[str, str], **told: Any) -> web.Response:
    if request.path.startswith(_FOR_MACHINES):
        return web.Response(status=status, text="", headers=headers)
    values = {"until": None, "reference": ""} | told
    try:
        # The address goes back into the page only where opening it again is the way on.
        again = request.path_qs if request.method == "GET" and status >= 500 else ""
        typed = request.get(TYPED, "") if is_ours(request) else ""
        response = page(request, "error.html", status=status, code=status, again=again, typed=typed, **values)
    except Exception:
        log.exception("error_page_failed", status=status)
        return web.Response(status=status, text="", headers=headers)
    response.headers.update(headers | {"Cache-Control": "no-store"})
    response.headers.popall("ETag", None)
    return response

"""Security headers, and errors as pages a resident can read."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import structlog
from aiohttp import web

from web.keys import ASSISTANT
from web.templating import page

log = structlog.get_logger()

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_POLICY = (
    "default-src 'self'; {weixin}img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "frame-ancestors {ancestors}; form-action 'self'"
)
SECURITY_HEADERS = {
    "Content-Security-Policy": _POLICY.format(weixin="", ancestors="'none'"),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
# WeChat's own script, which brings its button along in a shadow of the page: where a page asks to be told by a notice.
_WEIXIN = "script-src 'self' https://res.wx.qq.com; style-src 'self' 'unsafe-inline'; "
_WITH_WEIXIN = web.RequestKey("with_weixin", bool)
_FOR_MACHINES = ("/wechat", "/static/", "/simulator/", "/healthz", "/readyz", "/metrics")


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Put the headers on every answer; turn what went wrong into an answer without its details."""
    try:
        response = await handler(request)
    except web.HTTPException as error:
        response = _page_of(request, error)
    except Exception:
        log.exception("request_failed", method=request.method, route=_route(request))
        response = _error_page(request, 500)
    for name, value in (SECURITY_HEADERS | _policy(request)).items():
        response.headers.setdefault(name, value)
    return response


def allow_weixin(request: web.Request) -> None:
    """Let the page that answers this request load WeChat's script."""
    request[_WITH_WEIXIN] = True


def _policy(request: web.Request) -> dict[str, str]:
    """The simulator shows phone pages inside its phone; without a simulator nothing may frame them."""
    is_framed = request.path.startswith("/p/") and request.app[ASSISTANT].settings.is_simulated
    weixin = _WEIXIN if request.get(_WITH_WEIXIN) else ""
    ancestors = "'self'" if is_framed else "'none'"
    return {"Content-Security-Policy": _POLICY.format(weixin=weixin, ancestors=ancestors)}


def _route(request: web.Request) -> str:
    resource = request.match_info.route.resource
    return resource.canonical if resource else "unknown"


def _page_of(request: web.Request, error: web.HTTPException) -> web.StreamResponse:
    """A page for a reader; what machines ask, and redirects, stay as they are."""
    if error.status < 400 or request.path.startswith(_FOR_MACHINES):
        return error
    response = _error_page(request, error.status)
    if "Allow" in error.headers:
        response.headers["Allow"] = error.headers["Allow"]
    return response


def _error_page(request: web.Request, status: int) -> web.Response:
    if request.path.startswith(_FOR_MACHINES):
        return web.Response(status=status, text="")
    try:
        response = page(request, "error.html", status=status, code=status)
    except Exception:
        log.exception("error_page_failed", status=status)
        return web.Response(status=status, text="")
    response.headers["Cache-Control"] = "no-store"
    return response

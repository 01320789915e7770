"""Security headers, and errors as pages a resident can read."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from web.access import IN_PERSON, Access, access_of
from web.failures import answer_to
from web.keys import ASSISTANT, WITH_WEIXIN

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
FOR_FORMS = {"Permissions-Policy": "camera=(self), microphone=(), geolocation=(self)"}
# WeChat's own script, which brings its button along: where a page is shared, or asks for a notice.
_WEIXIN = "script-src 'self' https://res.wx.qq.com; style-src 'self' 'unsafe-inline'; "


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Put the headers on every answer; turn what went wrong into an answer without its details."""
    try:
        response = await handler(request)
    except Exception as error:
        response = answer_to(request, error)
    access = access_of(request)
    asking = FOR_FORMS if access is Access.FORM else {}
    for name, value in (SECURITY_HEADERS | asking | _policy(request) | _transport(request)).items():
        response.headers.setdefault(name, value)
    if access in IN_PERSON:
        response.headers["Cache-Control"] = "no-store"
        response.headers.popall("ETag", None)
    return response


def allow_weixin(request: web.Request) -> None:
    """Let the page that answers this request load WeChat's script, where there is an account that it works for."""
    request[WITH_WEIXIN] = request.app[ASSISTANT].platform is not None


def _transport(request: web.Request) -> dict[str, str]:
    """An address that is reached over TLS is never again asked for without it."""
    is_secure = request.app[ASSISTANT].settings.base_url.startswith("https:")
    return {"Strict-Transport-Security": "max-age=31536000"} if is_secure else {}


def _policy(request: web.Request) -> dict[str, str]:
    """The simulator shows phone pages inside its phone; without a simulator nothing may frame them."""
    is_framed = request.path.startswith("/p/") and request.app[ASSISTANT].settings.is_simulated
    weixin = _WEIXIN if request.get(WITH_WEIXIN) else ""
    ancestors = "'self'" if is_framed else "'none'"
    return {"Content-Security-Policy": _POLICY.format(weixin=weixin, ancestors=ancestors)}

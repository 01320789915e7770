"""A form of ours ↔ the browser it was drawn for: nobody else's page can send it."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

from aiohttp import web

from web.keys import ASSISTANT
from web.residents import who

FIELD = "form_token"
_OURS = frozenset({"same-origin", "none"})


def form_token(request: web.Request) -> str:
    """What every form that changes something carries, in a field named ``FIELD``."""
    return _tokens(request)[0]


def check_form(request: web.Request, fields: Mapping[str, str]) -> None:
    """Raises ``HTTPForbidden`` for a form that another site sent, or that was drawn for another browser."""
    if not is_ours(request):
        raise web.HTTPForbidden
    given = fields.get(FIELD, "").encode()
    if not any(hmac.compare_digest(token.encode(), given) for token in _tokens(request)):
        raise web.HTTPForbidden


def is_ours(request: web.Request) -> bool:
    """Whether it was a page of ours, or nobody's page, that the browser was on; a browser that does not tell is
    believed so far."""
    return request.headers.get("Sec-Fetch-Site", "none") in _OURS


def _tokens(request: web.Request) -> list[str]:
    """Under every key there is, the newest first."""
    session = who(request).session.encode()
    keys = request.app[ASSISTANT].keys.for_use("forms").values()
    return [hmac.new(key, session, hashlib.sha256).hexdigest() for key in keys]

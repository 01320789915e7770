"""A text ↔ a cookie that only we can have made, for one purpose, until a time."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from aiohttp import web

from config.secrets import Keys
from web.keys import ASSISTANT


@dataclass(frozen=True, slots=True)
class Cookie:
    """A signed cookie; its name is also the purpose it is signed for. ``path`` ``/`` is for one host alone:
    then no other host of the domain can put one there (``__Host-``, RFC 6265bis)."""

    name: str
    path: str
    lasts: timedelta

    def named(self, *, is_secure: bool) -> str:
        return f"__Host-{self.name}" if is_secure and self.path == "/" else self.name


def read_cookie(request: web.Request, cookie: Cookie) -> str:
    """The text it was written with; empty for one that is not ours, or over."""
    assistant = request.app[ASSISTANT]
    value = request.cookies.get(cookie.named(is_secure=_is_secure(request)), "")
    return read_signed(assistant.keys, cookie.name, value, assistant.clock.now())


def write_cookie(request: web.Request, response: web.StreamResponse, cookie: Cookie, text: str) -> None:
    assistant, is_secure = request.app[ASSISTANT], _is_secure(request)
    response.set_cookie(
        cookie.named(is_secure=is_secure),
        sign_text(assistant.keys, cookie.name, text, assistant.clock.now() + cookie.lasts),
        max_age=int(cookie.lasts.total_seconds()),
        path=cookie.path,
        samesite="Lax",
        httponly=True,
        secure=is_secure,
    )


def sign_text(keys: Keys, purpose: str, text: str, until: datetime) -> str:
    """Letters, digits, ``-``, ``_`` and dots; ``text`` can be read by whoever holds it."""
    body = base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
    signed = f"{body}.{int(until.timestamp())}"
    return f"{signed}.{_mac(keys.for_use(purpose)[keys.pairs[0][0]], signed)}"


def read_signed(keys: Keys, purpose: str, value: str, now: datetime) -> str:
    """The text; empty for what is not ours, not for this purpose, or over. Older keys still count."""
    signed, _, mac = value.rpartition(".")
    ours = [
        hmac.compare_digest(_mac(key, signed).encode(), mac.encode())
        for key in keys.for_use(purpose).values()
    ]
    body, _, until = signed.partition(".")
    if not any(ours) or int(until) <= now.timestamp():
        return ""
    try:
        return base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _is_secure(request: web.Request) -> bool:
    return request.app[ASSISTANT].settings.base_url.startswith("https:")


def _mac(key: bytes, signed: str) -> str:
    return hmac.new(key, signed.encode("utf-8", "replace"), hashlib.sha256).hexdigest()

"""A text ↔ a cookie value that only we can have made, for one purpose, until a time."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from datetime import datetime

from config.secrets import Keys


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


def _mac(key: bytes, signed: str) -> str:
    return hmac.new(key, signed.encode("utf-8", "replace"), hashlib.sha256).hexdigest()

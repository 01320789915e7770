"""Names for residents and messages, and the only source of chance."""

from __future__ import annotations

import hashlib
import hmac
import secrets


def blind_name(key: bytes, openid: str) -> str:
    """The name under which a resident is stored: HMAC-SHA256, so the table does not tell who it is."""
    return hmac.digest(key, b"resident\0" + openid.encode(), "sha256").hex()[:32]


def seed_of(text: str) -> int:
    """A stable number for a text: the same message always draws the same lot."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest())


def new_key() -> bytes:
    """A fresh 256-bit secret."""
    return secrets.token_bytes(32)


def new_id() -> str:
    """A fresh name nobody can guess: 128 bits, hex."""
    return secrets.token_hex(16)


def lot_of(key: bytes, text: str) -> bytes:
    """32 bytes that nobody without ``key`` can foresee and that the same text always draws again: a turn worked
    out twice gives its complaint the same number."""
    return hmac.digest(key, b"lot\0" + text.encode(), "sha256")

"""The platform's signature over its query parameters → accepted, or refused; ours over a page of the JS-SDK."""

from __future__ import annotations

import hashlib
import hmac

from domain.errors import SignatureRefused, TimeRefused

WINDOW_S = 300


def sign(*parts: str) -> str:
    """SHA-1 over the sorted parts, lower-case hex (WeChat: 消息推送 › 验证消息的确来自微信服务器)."""
    return hashlib.sha1("".join(sorted(parts)).encode(), usedforsecurity=False).hexdigest()


def check_signature(given: str, *parts: str) -> None:
    """Raise ``SignatureRefused`` unless ``given`` signs ``parts``; takes equally long either way."""
    if not hmac.compare_digest(sign(*parts).encode(), given.encode()):
        raise SignatureRefused


def check_time(timestamp: str, now_s: float) -> None:
    """Raise ``TimeRefused`` unless the request was signed within five minutes of now.

    The platform repeats a message with the same signature, timestamp and nonce for about 15 s, so a
    nonce may come again; the window alone bounds for how long a URL that leaked can be replayed.
    """
    if not (timestamp.isascii() and timestamp.isdigit() and abs(now_s - int(timestamp[:12])) <= WINDOW_S):
        raise TimeRefused


def sign_page(ticket: str, nonce: str, timestamp: int, url: str) -> str:
    """What lets the JS-SDK work on the page ``url``, which is without its ``#`` (附录 › JS-SDK 使用权限签名算法)."""
    text = f"jsapi_ticket={ticket}&noncestr={nonce}&timestamp={timestamp}&url={url}"
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()

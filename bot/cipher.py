"""Encrypted envelopes ↔ plain bytes (AES-256-CBC, PKCS#7 to 32 bytes, AppID at the end).

WeChat: 消息推送 › 消息加解密说明.
"""

from __future__ import annotations

import base64
import binascii
import os

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from domain.errors import CipherRefused

_BLOCK = 32
_RANDOM = 16
_HEAD = _RANDOM + 4


class Envelope:
    """Opens and seals with one EncodingAESKey for one AppID."""

    def __init__(self, encoding_key: str, appid: str) -> None:
        key = base64.b64decode(encoding_key + "=")
        self._cipher = Cipher(algorithms.AES(key), modes.CBC(key[:16]))
        self._appid = appid.encode()

    def open(self, sealed: str) -> bytes:
        """Decrypt; raises ``CipherRefused`` for whatever was not sealed with this key for this AppID."""
        try:
            data = base64.b64decode(sealed, validate=True)
        except (binascii.Error, ValueError):
            raise CipherRefused from None
        if not data or len(data) % 16:
            raise CipherRefused
        decryptor = self._cipher.decryptor()
        padded = decryptor.update(data) + decryptor.finalize()
        pad = padded[-1]
        if not 1 <= pad <= _BLOCK or len(padded) < _HEAD + pad or padded[-pad:] != bytes([pad]) * pad:
            raise CipherRefused
        size = int.from_bytes(padded[_RANDOM:_HEAD])
        message, appid = padded[_HEAD : _HEAD + size], padded[_HEAD + size : -pad]
        if len(message) != size or appid != self._appid:
            raise CipherRefused
        return message

    def seal(self, message: bytes, random: bytes | None = None) -> str:
        """Encrypt; ``random`` is 16 bytes, given only to reproduce a published example."""
        body = (random or os.urandom(_RANDOM)) + len(message).to_bytes(4) + message + self._appid
        pad = _BLOCK - len(body) % _BLOCK
        encryptor = self._cipher.encryptor()
        sealed = encryptor.update(body + bytes([pad]) * pad) + encryptor.finalize()
        return base64.b64encode(sealed).decode()

"""Private bytes ↔ sealed bytes (AES-256-GCM), each bound to the table, row and column it stands in.

A sealed value is ``k1:`` + nonce (12 bytes) + ciphertext + tag. The place is authenticated with it, so a value
copied into another row does not open. Old keys open what they sealed; ``rewrap`` brings it to the newest.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from domain.errors import SealBroken

NONCE = 12


class Sealer:
    """``keys``: id → 32 bytes, the newest first."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        self._ciphers = {name.encode(): AESGCM(key) for name, key in keys.items()}
        self._newest = next(iter(self._ciphers))
        self.head = self._newest + b":"  # with which everything begins that is sealed from now on

    def seal(self, plain: bytes, place: str) -> bytes:
        """``place``: ``table:row:column``."""
        nonce = os.urandom(NONCE)
        return self.head + nonce + self._ciphers[self._newest].encrypt(nonce, plain, place.encode())

    def open(self, sealed: bytes, place: str) -> bytes:
        """Raises ``SealBroken`` for what was changed, moved, or sealed with a key we do not have."""
        name, mark, rest = sealed.partition(b":")
        cipher = self._ciphers.get(name)
        if not mark or cipher is None:
            raise SealBroken(place.split(":", 1)[0])
        try:
            return cipher.decrypt(rest[:NONCE], rest[NONCE:], place.encode())
        except (InvalidTag, ValueError):
            raise SealBroken(place.split(":", 1)[0]) from None

    def is_newest(self, sealed: bytes) -> bool:
        """Whether a value is sealed with the newest key."""
        return sealed.startswith(self.head)

    def rewrap(self, sealed: bytes, place: str) -> bytes:
        """The same value under the newest key."""
        return self.seal(self.open(sealed, place), place)


class BlindIndex:
    """A private value → a keyed fingerprint that can be looked up and not be read back (HMAC-SHA256)."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def of(self, kind: str, value: str) -> str:
        """``kind`` keeps a phone and a code that look alike apart. 64 hex digits."""
        return hmac.new(self._key, f"{kind}\0{value}".encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class Seals:
    """Everything that protects stored values. ``chain``: the key of the audit chain."""

    fields: Sealer
    index: BlindIndex
    chain: bytes

    def text(self, plain: str, place: str) -> bytes:
        return self.fields.seal(plain.encode(), place)

    def read(self, sealed: bytes, place: str) -> str:
        return self.fields.open(sealed, place).decode()

"""A stream of bytes → a sealed container, and back; nothing in it can be changed, cut, moved or swapped unseen.

A container is a head and pieces. Its content is encrypted with a key of its own, made for it alone, and that key
is encrypted with one of ours: to change our key, only the head is written anew.

======  =====================================================================================
bytes   head
======  =====================================================================================
4       ``WHEV``
1       version, 1
1       length of the key's id, n
n       the key's id, ASCII
12      random nonce
48      the content's key: AES-256-GCM under our key; bound to all of the above and to the name
======  =====================================================================================

A piece is AES-256-GCM of 256 KiB of content (the last one: of what is left, even nothing), bound to the name.
Its nonce is its number (11 bytes) and whether it is the last (1 byte); the key being the container's own, no
nonce is used twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from domain.errors import VaultUnreadable
from domain.ids import new_key

PIECE_BYTES = 256 * 1024
_TAG_BYTES = 16
_MAGIC = b"WHEV\x01"
_NONCE_BYTES = 12
_WRAPPED_BYTES = 32 + _TAG_BYTES
_PURPOSE = b"credit-wuhai evidence vault 1"


class Ring:
    """Our keys by id, newest first. Each is used for this one purpose, through HKDF-SHA256: the same
    secret may name residents elsewhere."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        if not keys:
            raise ValueError("no key")
        if any(len(key) != 32 or not 0 < len(name.encode()) < 256 for name, key in keys.items()):
            raise ValueError("a key has an id of 1–255 bytes and 32 bytes")
        self.newest = next(iter(keys))
        self._keys = {
            name: AESGCM(HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE).derive(key))
            for name, key in keys.items()
        }

    def wrap(self, content_key: bytes, name: str) -> bytes:
        """The head of a container, under the newest key."""
        ident = self.newest.encode()
        start = _MAGIC + len(ident).to_bytes(1) + ident + new_key()[:_NONCE_BYTES]
        bound = start + name.encode()
        return start + self._keys[self.newest].encrypt(start[-_NONCE_BYTES:], content_key, bound)

    def unwrap(self, file: BinaryIO, name: str) -> tuple[str, bytes]:
        """Read the head of a container: the id of its key, and the content's key."""
        start, ident = _start_of(file)
        if ident not in self._keys:
            raise VaultUnreadable("head")
        try:
            wrapped = file.read(_WRAPPED_BYTES)
            return ident, self._keys[ident].decrypt(start[-_NONCE_BYTES:], wrapped, start + name.encode())
        except (InvalidTag, ValueError):
            raise VaultUnreadable("head") from None


def read_key_id(file: BinaryIO) -> str:
    """The id of the key under which a container is. Raises ``VaultUnreadable``."""
    return _start_of(file)[1]


def _start_of(file: BinaryIO) -> tuple[bytes, str]:
    """Everything before the wrapped key, and the id in it."""
    start = file.read(len(_MAGIC) + 1)
    start += file.read(start[-1] + _NONCE_BYTES) if len(start) == len(_MAGIC) + 1 else b""
    if not start.startswith(_MAGIC):
        raise VaultUnreadable("head")
    return start, start[len(_MAGIC) + 1 : -_NONCE_BYTES].decode("utf-8", "replace")


def seal(pieces: Iterable[bytes], name: str, ring: Ring) -> Iterator[bytes]:
    """Content in pieces of any size → the container that will have this name, in pieces."""
    content_key = new_key()
    yield ring.wrap(content_key, name)
    cipher, bound = AESGCM(content_key), name.encode()
    waiting, number = bytearray(), 0
    for piece in pieces:
        waiting += piece
        while len(waiting) > PIECE_BYTES:
            yield cipher.encrypt(_nonce(number, is_last=False), bytes(waiting[:PIECE_BYTES]), bound)
            del waiting[:PIECE_BYTES]
            number += 1
    yield cipher.encrypt(_nonce(number, is_last=True), bytes(waiting), bound)


def unseal(file: BinaryIO, name: str, content_key: bytes) -> Iterator[bytes]:
    """What follows the head → the content, each piece proved before it is given out.

    Raises ``VaultUnreadable`` at the first piece that is not what was sealed, at the latest at the end.
    """
    cipher, bound = AESGCM(content_key), name.encode()
    number, piece = 0, file.read(PIECE_BYTES + _TAG_BYTES)
    is_last = False
    while not is_last:
        after = file.read(PIECE_BYTES + _TAG_BYTES)
        is_last = not after
        try:
            yield cipher.decrypt(_nonce(number, is_last=is_last), piece, bound)
        except (InvalidTag, ValueError):
            raise VaultUnreadable(f"piece {number}") from None
        number, piece = number + 1, after


def content_size(sealed_bytes: int) -> int:
    """The bytes of content in so many bytes of pieces."""
    count = max(1, -(-sealed_bytes // (PIECE_BYTES + _TAG_BYTES)))
    return max(0, sealed_bytes - count * _TAG_BYTES)


def _nonce(number: int, *, is_last: bool) -> bytes:
    return number.to_bytes(11) + bytes([is_last])

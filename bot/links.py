"""A page and a resident → a link that lets the first browser in that opens it, for a quarter of an hour.

It works for an account without web sign-in. The token is sealed, so it tells nobody whose it is.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

from domain.errors import LinkExpired, SealBroken
from storage.sealing import Sealer

VALID_S = 15 * 60
PARAMETER = "t"
_PLACE = "links:chat:token"
_TIME_BYTES = 8


@dataclass(frozen=True, slots=True)
class Links:
    """Makes and reads the tokens."""

    sealer: Sealer

    def personal(self, page: str, openid: str, now_s: int) -> str:
        """``page`` with a token for ``openid``; without one when nobody is known."""
        if not openid:
            return page
        told = (now_s + VALID_S).to_bytes(_TIME_BYTES) + openid.encode()
        token = base64.urlsafe_b64encode(self.sealer.seal(told, _PLACE)).decode().rstrip("=")
        return f"{page}{'&' if '?' in page else '?'}{PARAMETER}={token}"

    def read(self, token: str, now_s: int) -> str:
        """The openid that a token was made for. Raises ``LinkExpired`` for one that is old, or is none."""
        try:
            told = self.sealer.open(_sealed(token), _PLACE)
        except (binascii.Error, ValueError, SealBroken):
            raise LinkExpired from None
        if now_s > int.from_bytes(told[:_TIME_BYTES]):
            raise LinkExpired
        return told[_TIME_BYTES:].decode()


def one_name_of(token: str) -> str:
    """One name for one token, however it is written down. Only for a token that could be read."""
    return _sealed(token).hex()


def _sealed(token: str) -> bytes:
    return base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))

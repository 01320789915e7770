"""A request to ``/wechat`` ↔ an ``Incoming`` and the sealed answer to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.cipher import Envelope
from bot.parse import parse_message
from bot.signature import check_signature, check_time, sign
from bot.xml import cdata, parse_fields
from config.settings import Settings
from domain.clock import Clock
from domain.errors import BodyTooLarge, CipherRefused, SignatureRefused
from domain.messages import Incoming

BODY_LIMIT = 64 * 1024
SUCCESS = b"success"


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message that was let in, and the envelope its answer goes back in (None: plain)."""

    incoming: Incoming
    envelope: Envelope | None
    timestamp: str
    nonce: str


class Callback:
    """The door: who may come in, in which of the three modes, and how an answer is closed.

    The mode is ours to say, never the request's: in safe mode a plain body is refused whatever it
    is signed with, and ``signature`` (which does not cover the body) never stands in for ``msg_signature``.
    """

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._token = settings.wechat_token
        self._mode = settings.wechat_mode
        self._account = settings.wechat_account_id
        self._clock = clock
        keys = filter(None, (settings.wechat_aes_key, settings.wechat_aes_key_previous))
        self._envelopes = tuple(Envelope(key, settings.wechat_appid) for key in keys)

    def verify_url(self, query: Mapping[str, str]) -> str:
        """The platform's check of our address: give ``echostr`` back when it is signed."""
        check_signature(
            query.get("signature", ""), self._token, query.get("timestamp", ""), query.get("nonce", "")
        )
        check_time(query.get("timestamp", ""), self._clock.now().timestamp())
        return query.get("echostr", "")

    def admit(self, query: Mapping[str, str], body: bytes) -> Delivery:
        """Verify, open and parse a pushed message; raises a ``ProtocolError`` that names the status."""
        if len(body) > BODY_LIMIT:
            raise BodyTooLarge
        timestamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
        is_sealed = query.get("encrypt_type", "raw") == "aes"
        if is_sealed != (self._mode == "safe") and self._mode != "compatible":
            raise SignatureRefused
        if not is_sealed:
            check_signature(query.get("signature", ""), self._token, timestamp, nonce)
        check_time(timestamp, self._clock.now().timestamp())
        fields, envelope = parse_fields(body), None
        if is_sealed:
            sealed = fields.get("Encrypt", "")
            check_signature(query.get("msg_signature", ""), self._token, timestamp, nonce, sealed)
            opened, envelope = self._open(sealed)
            fields = parse_fields(opened)
        incoming = parse_message(fields)
        if self._account and incoming.account != self._account:
            raise SignatureRefused
        return Delivery(incoming, envelope, timestamp, nonce)

    def seal(self, delivery: Delivery, xml: str) -> bytes:
        """Close an answer the way its message came."""
        if delivery.envelope is None:
            return xml.encode()
        sealed = delivery.envelope.seal(xml.encode())
        timestamp = str(int(self._clock.now().timestamp()))
        signature = sign(self._token, timestamp, delivery.nonce, sealed)
        return (
            f"<xml><Encrypt>{cdata(sealed)}</Encrypt><MsgSignature>{cdata(signature)}</MsgSignature>"
            f"<TimeStamp>{timestamp}</TimeStamp><Nonce>{cdata(delivery.nonce)}</Nonce></xml>"
        ).encode()

    def _open(self, sealed: str) -> tuple[bytes, Envelope]:
        """Try the current key, then the previous one; the answer goes back in the one that fitted."""
        for envelope in self._envelopes:
            try:
                return envelope.open(sealed), envelope
            except CipherRefused:
                continue
        raise CipherRefused

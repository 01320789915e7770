"""The examples that Tencent publishes for its own protocol."""

from __future__ import annotations

import json
from pathlib import Path

from bot.cipher import Envelope
from bot.signature import sign

VECTORS = json.loads((Path(__file__).parent / "official_vectors.json").read_text(encoding="utf-8"))
TOKEN = VECTORS["token"]
ENVELOPE = Envelope(VECTORS["encoding_aes_key"], VECTORS["appid"])


def test_signature_of_the_address_check() -> None:
    given = VECTORS["url_verification"]
    assert sign(TOKEN, given["timestamp"], given["nonce"]) == given["signature"]


def test_signature_of_a_plain_push() -> None:
    given = VECTORS["plain_push"]
    assert sign(TOKEN, given["timestamp"], given["nonce"]) == given["signature"]


def test_signatures_of_a_sealed_push() -> None:
    given = VECTORS["aes_push"]
    assert sign(TOKEN, given["timestamp"], given["nonce"]) == given["signature"]
    assert sign(TOKEN, given["timestamp"], given["nonce"], given["encrypt"]) == given["msg_signature"]


def test_opening_a_sealed_push() -> None:
    assert ENVELOPE.open(VECTORS["aes_push"]["encrypt"]).decode() == VECTORS["aes_push"]["plaintext"]


def test_sealing_a_reply_gives_the_published_cipher() -> None:
    given = VECTORS["aes_reply"]
    sealed = ENVELOPE.seal(given["plaintext"].encode(), random=given["random16"].encode())
    assert sealed == given["encrypt"]
    assert sign(TOKEN, given["timestamp"], given["nonce"], sealed) == given["msg_signature"]

"""The platform's side of the callback, written on wechatpy: an implementation that is not ours."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from wechatpy.crypto import WeChatCrypto
from wechatpy.utils import WeChatSigner

ACCOUNT = "gh_0123456789ab"


@dataclass
class Platform:
    """Builds signed deliveries and reads answers."""

    token: str = "t0ken"
    now_s: int = 0
    ids: Any = field(default_factory=lambda: itertools.count(24_000_000_000_000_001))

    def query(self, nonce: str = "486452656", **more: str) -> dict[str, str]:
        signer = WeChatSigner()
        signer.add_data(self.token, str(self.now_s), nonce)
        return {"signature": signer.signature, "timestamp": str(self.now_s), "nonce": nonce, **more}

    def path(self, **more: str) -> str:
        return "/wechat?" + urlencode(self.query(**more))

    def text(self, content: str, sender: str = "o-resident-a", msg_id: int | None = None) -> str:
        return self.message(sender, "text", msg_id=msg_id or next(self.ids), Content=content)

    def event(self, name: str, key: str = "", sender: str = "o-resident-a") -> str:
        return self.message(sender, "event", Event=name, EventKey=key)

    def message(self, sender: str, kind: str, msg_id: int | None = None, **fields: str) -> str:
        parts = {
            "ToUserName": ACCOUNT,
            "FromUserName": sender,
            "CreateTime": str(self.now_s),
            "MsgType": kind,
            **fields,
        }
        if msg_id:
            parts["MsgId"] = str(msg_id)
        return "<xml>" + "".join(f"<{k}>{escape(v)}</{k}>" for k, v in parts.items()) + "</xml>"


@dataclass
class SealedPlatform:
    """The same in safe mode."""

    crypto: WeChatCrypto
    token: str
    now_s: int

    def seal(self, xml: str, nonce: str = "n0nce") -> tuple[dict[str, str], str]:
        """A plain message → the query and the body that the platform would send."""
        envelope = ElementTree.fromstring(self.crypto.encrypt_message(xml, nonce, str(self.now_s)))
        signature = envelope.findtext("MsgSignature") or ""
        query = {
            "encrypt_type": "aes",
            "msg_signature": signature,
            "signature": "0" * 40,
            "timestamp": str(self.now_s),
            "nonce": nonce,
        }
        sealed = envelope.findtext("Encrypt")
        return query, f"<xml><ToUserName>{ACCOUNT}</ToUserName><Encrypt>{sealed}</Encrypt></xml>"

    def open(self, body: bytes) -> str:
        """Our sealed answer → its plain XML, with the signature checked."""
        envelope = ElementTree.fromstring(body)
        opened = self.crypto.decrypt_message(
            body,
            envelope.findtext("MsgSignature"),
            envelope.findtext("TimeStamp"),
            envelope.findtext("Nonce"),
        )
        return opened if isinstance(opened, str) else opened.decode()


def read_answer(body: bytes | str) -> dict[str, str]:
    """An answer's XML → its fields, nested names flattened; ``success`` → nothing."""
    text = body.decode() if isinstance(body, bytes) else body
    if text == "success":
        return {}
    return {node.tag: node.text or "" for node in ElementTree.fromstring(text).iter() if len(node) == 0}


def words_of(content: str) -> str:
    """A text message as it reads on the phone: links by their words."""
    plain = re.sub(r"<a [^>]*>(.*?)</a>", r"\1", content)
    for entity, character in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&")):
        plain = plain.replace(entity, character)
    return plain

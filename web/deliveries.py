"""What a resident does in the simulator → the platform's signed request, and the answer to it read back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.cipher import Envelope
from bot.signature import check_signature, sign
from bot.xml import cdata, parse_fields
from config.settings import Settings
from domain.ids import new_key

ACCOUNT = "gh_simulator"
LATITUDE, LONGITUDE = "39.673527", "106.816970"  # the middle of 海勃湾


class Act(BaseModel):
    """One thing done on the phone. ``msg_id`` and ``sent_at`` are filled to deliver it again."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    resident: str = Field(pattern=r"^sim_[a-z0-9_]{1,40}$")
    kind: Literal["text", "click", "view", "subscribe", "image", "location", "voice"]
    text: str = Field("", max_length=2100)
    menu_id: str = Field("", pattern=r"^[0-9]{0,9}$")
    media_id: str = Field("", pattern=r"^[0-9A-Za-z_-]{0,64}$")
    msg_id: str = Field("", pattern=r"^[0-9]{0,20}$")
    sent_at: int = Field(0, ge=0, lt=10**11)

    def stamped(self, now_s: int) -> Act:
        """The act with an id and a time of its own, unless it has them."""
        msg_id = self.msg_id or str(10**17 + int.from_bytes(new_key()[:7]))
        return self.model_copy(update={"msg_id": msg_id, "sent_at": self.sent_at or now_s})


@dataclass(frozen=True, slots=True)
class Post:
    """A request to ``/wechat``."""

    query: dict[str, str]
    body: bytes


class Platform:
    """Stands in for WeChat's servers: signs, seals and opens with the account's own keys."""

    def __init__(self, settings: Settings) -> None:
        self._token = settings.wechat_token
        self._mode = settings.wechat_mode
        self._account = settings.wechat_account_id or ACCOUNT
        is_sealed = settings.wechat_mode != "plain"
        self._envelope = Envelope(settings.wechat_aes_key, settings.wechat_appid) if is_sealed else None

    def post(self, act: Act, now_s: int) -> Post:
        """The delivery of a stamped act, signed at ``now_s``."""
        fields = self._fields(act)
        timestamp, nonce = str(now_s), str(int.from_bytes(new_key()[:4]))
        query = {"timestamp": timestamp, "nonce": nonce, "openid": act.resident}
        query["signature"] = sign(self._token, timestamp, nonce)
        if self._envelope is None:
            return Post(query, f"<xml>{fields}</xml>".encode())
        sealed = self._envelope.seal(f"<xml>{fields}</xml>".encode())
        query |= {"encrypt_type": "aes", "msg_signature": sign(self._token, timestamp, nonce, sealed)}
        shown = fields if self._mode == "compatible" else _field("ToUserName", self._account)
        return Post(query, f"<xml>{shown}{_field('Encrypt', sealed)}</xml>".encode())

    def open(self, body: bytes) -> str:
        """The answer as plain XML; ``success`` as it is. Raises ``ProtocolError`` for one that is not sealed
        as it has to be."""
        if self._envelope is None or body == b"success":
            return body.decode()
        fields = parse_fields(body)
        sealed = fields["Encrypt"]
        check_signature(fields["MsgSignature"], self._token, fields["TimeStamp"], fields["Nonce"], sealed)
        return self._envelope.open(sealed).decode()

    def _fields(self, act: Act) -> str:
        kind = {"text": "text", "image": "image", "location": "location", "voice": "voice"}.get(
            act.kind, "event"
        )
        head = (
            _field("ToUserName", self._account)
            + _field("FromUserName", act.resident)
            + f"<CreateTime>{act.sent_at}</CreateTime>"
            + _field("MsgType", kind)
        )
        if kind == "event":
            return head + _field("Event", _EVENTS[act.kind]) + _field("EventKey", act.text)
        return f"{head}{_content(act)}<MsgId>{act.msg_id}</MsgId>"


_EVENTS = {"click": "CLICK", "view": "VIEW", "subscribe": "subscribe"}


def _content(act: Act) -> str:
    media = _field("MediaId", act.media_id or f"simulated-{act.msg_id}")
    match act.kind:
        case "image":
            return media
        case "voice":
            return media + _field("Format", "amr") + _field("Recognition", "")
        case "location":
            place = (
                f"<Location_X>{LATITUDE}</Location_X><Location_Y>{LONGITUDE}</Location_Y><Scale>15</Scale>"
            )
            return place + _field("Label", act.text)
    return _field("Content", act.text) + (_field("bizmsgmenuid", act.menu_id) if act.menu_id else "")


def _field(name: str, value: str) -> str:
    return f"<{name}>{cdata(value)}</{name}>"

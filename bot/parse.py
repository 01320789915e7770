"""Fields of a pushed message → ``Incoming``. A kind nobody knows is ``Unknown``, never an error."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping
from types import MappingProxyType

from wechatpy.events import EVENT_TYPES
from wechatpy.messages import MESSAGE_TYPES

from domain.errors import BodyMalformed
from domain.messages import (
    Content,
    File,
    Incoming,
    Link,
    Location,
    MenuClicked,
    Notice,
    Picture,
    Scanned,
    Subscribed,
    Text,
    Unknown,
    Unsubscribed,
    Video,
    Voice,
)

Fields = Mapping[str, str]
_SCENE = "qrscene_"
# Newer than the message library: subscription messages, authorisation, files of the account's users.
_NOTICES = frozenset(
    {
        "subscribe_msg_popup_event",
        "subscribe_msg_change_event",
        "subscribe_msg_sent_event",
        "user_info_modified",
        "user_authorization_revoke",
        "user_authorization_cancellation",
    }
)


def parse_message(fields: Fields) -> Incoming:
    """Build the message. Raises ``BodyMalformed`` when it lacks what every message has."""
    sender, account = fields.get("FromUserName", ""), fields.get("ToUserName", "")
    kind, sent = fields.get("MsgType", "").lower(), fields.get("CreateTime", "")
    if not (sender and account and kind and sent.isascii() and sent.isdigit() and len(sent) <= 12):
        raise BodyMalformed
    content = _event(fields) if kind == "event" else _message(kind, fields)
    return Incoming(_key(sender, sent, kind, fields), sender, account, int(sent), content)


def _key(sender: str, sent: str, kind: str, fields: Fields) -> str:
    """One name for every delivery of a message: sender and MsgId; events have no id, so what they say."""
    if msg_id := fields.get("MsgId", ""):
        parts = [sender, msg_id]
    else:
        parts = [
            sender,
            sent,
            kind,
            *(f"{name}={fields[name]}" for name in sorted(fields) if name != "Encrypt"),
        ]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _message(kind: str, fields: Fields) -> Content:
    read = _MESSAGES.get(kind)
    return read(fields) if read else Unknown(kind[:40])


def _text(fields: Fields) -> Content:
    message = MESSAGE_TYPES["text"](dict(fields))
    return Text(message.content or "")


def _voice(fields: Fields) -> Content:
    message = MESSAGE_TYPES["voice"](dict(fields))
    return Voice(message.media_id or "", (message.recognition or "").strip())


def _location(fields: Fields) -> Content:
    message = MESSAGE_TYPES["location"](dict(fields))
    latitude, longitude = (_degrees(part) for part in message.location)
    return Location(latitude, longitude, message.label or "")


def _link(fields: Fields) -> Content:
    message = MESSAGE_TYPES["link"](dict(fields))
    return Link(message.title or "", message.url or "")


def _degrees(text: str | None) -> float:
    try:
        value = float(text or "nan")
    except ValueError:
        return math.nan
    return value if abs(value) <= 180 else math.nan


_MESSAGES: Mapping[str, Callable[[Fields], Content]] = MappingProxyType(
    {
        "text": _text,
        "voice": _voice,
        "image": lambda fields: Picture(fields.get("MediaId", "")),
        "video": lambda fields: Video(fields.get("MediaId", "")),
        "shortvideo": lambda fields: Video(fields.get("MediaId", "")),
        "location": _location,
        "link": _link,
        "file": lambda fields: File(fields.get("Title", "")),
    }
)


def _event(fields: Fields) -> Content:
    name, key = fields.get("Event", "").lower(), fields.get("EventKey", "")
    match name:
        case "subscribe":
            return Subscribed(key.removeprefix(_SCENE))
        case "unsubscribe":
            return Unsubscribed()
        case "scan":
            return Scanned(key)
        case "click":
            return MenuClicked(key)
    known = name in EVENT_TYPES or name in _NOTICES
    return Notice(name) if known else Notice("unknown_event")

"""Fields of a pushed message → ``Incoming``. A kind nobody knows is ``Unknown``, never an error."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from wechatpy.events import EVENT_TYPES
from wechatpy.messages import MESSAGE_TYPES

from domain.errors import BodyMalformed
from domain.messages import (
    ConsentChanged,
    Content,
    File,
    Incoming,
    Link,
    Location,
    MenuClicked,
    Notice,
    Picture,
    PushEnded,
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
MOST_TEMPLATES = 25  # of one account
_SENT = "SubscribeMsgSentEvent.List"
# Newer than the message library: authorisation, files of the account's users.
_NOTICES = frozenset(
    {
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
    return Text(message.content or "", is_picked="bizmsgmenuid" in fields)


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
    name = fields.get("Event", "").lower()
    if read := _EVENTS.get(name):
        return read(fields)
    known = name in EVENT_TYPES or name in _NOTICES
    return Notice(name) if known else Notice("unknown_event")


def _consent(fields: Fields, *, is_asked: bool) -> Content:
    return ConsentChanged(tuple(_answers(fields)), is_asked)


def _notice_ended(fields: Fields) -> Content:
    is_delivered = fields.get(f"{_SENT}.ErrorCode", "") == "0"
    return PushEnded(is_delivered, template=fields.get(f"{_SENT}.TemplateId", ""))


def _answers(fields: Fields) -> Iterator[tuple[str, bool]]:
    """(template, accepted). The platform's own sample of the change event carries the other event's tag."""
    for tag in ("SubscribeMsgPopupEvent", "SubscribeMsgChangeEvent"):
        for number in range(1, MOST_TEMPLATES + 1):
            item = f"{tag}.List" if number == 1 else f"{tag}.List#{number}"
            if template := fields.get(f"{item}.TemplateId", ""):
                yield template, fields.get(f"{item}.SubscribeStatusString", "") == "accept"


_EVENTS: Mapping[str, Callable[[Fields], Content]] = MappingProxyType(
    {
        "subscribe": lambda fields: Subscribed(fields.get("EventKey", "").removeprefix(_SCENE)),
        "unsubscribe": lambda _: Unsubscribed(),
        "scan": lambda fields: Scanned(fields.get("EventKey", "")),
        "click": lambda fields: MenuClicked(fields.get("EventKey", "")),
        "subscribe_msg_popup_event": lambda fields: _consent(fields, is_asked=True),
        "subscribe_msg_change_event": lambda fields: _consent(fields, is_asked=False),
        "subscribe_msg_sent_event": _notice_ended,
        "templatesendjobfinish": lambda fields: PushEnded(
            fields.get("Status", "") == "success", message_id=fields.get("MsgID", "")
        ),
    }
)

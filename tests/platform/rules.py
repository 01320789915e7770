"""The platform's limits on menus, messages, notices and codes; each raises ``Refused`` with its errcode."""

from __future__ import annotations

import re
from typing import Any

from tests.platform.world import Person, Refused, World

EMOJI = re.compile("[\u2600-\u27bf\ufe0f\U0001f000-\U0001faff]")
WINDOWS = {"message": (5, 48 * 3600), "click": (3, 60), "subscribe": (3, 60), "scan": (3, 60)}
FIELDS = {
    "thing": re.compile(r"[^\n\r]{1,20}"),
    "character_string": re.compile(r"[\x20-\x7e]{1,32}"),
    "phrase": re.compile(r"[\u4e00-\u9fff]{1,5}"),
    "number": re.compile(r"[\d.]{1,32}"),
    "time": re.compile(r"[^\n\r]{1,40}"),
    "date": re.compile(r"[^\n\r]{1,40}"),
    "name": re.compile(r"[\u4e00-\u9fff]{1,10}|[A-Za-z ]{1,20}"),
}


def take_from_window(world: World, person: Person) -> None:
    """客服消息: 5 in 48 hours after a message, 3 in a minute after a click, a subscription or a scan.

    The documents do not say which of two open windows a message is taken from: ``world.takes_from`` does.
    """
    now = world.now()
    opened = dict(person.touches)  # the latest of each kind
    windows = sorted(
        (at + WINDOWS[kind][1], at, WINDOWS[kind][0])
        for kind, at in opened.items()
        if now < at + WINDOWS[kind][1]
    )
    if not windows:
        raise Refused(45015, "response out of time limit or subscription is canceled")
    if world.takes_from == "all":
        has_room = any(sum(sent >= at for sent in person.sends) < limit for _, at, limit in windows)
    else:
        has_room = _one_by_one(windows, person, is_last_first=world.takes_from == "last")
    if not has_room:
        raise Refused(45047, "out of response count limit")
    person.sends.append(now)


def _one_by_one(windows: list[tuple[float, float, int]], person: Person, *, is_last_first: bool) -> bool:
    """Replay what was sent against the windows, each taken from one of them, then look for room."""
    left = [[closes, at, limit] for closes, at, limit in windows]
    order = left[::-1] if is_last_first else left
    for sent in sorted(person.sends):
        for window in order:
            if window[1] <= sent < window[0] and window[2] > 0:
                window[2] -= 1
                break
    return any(window[2] > 0 for window in left)


def check_custom(world: World, message: dict[str, Any]) -> None:
    match message.get("msgtype"):
        case "text":
            if len(message["text"]["content"].encode()) > 2048:
                raise Refused(45002, "content size out of limit")
        case "news":
            if len(message["news"]["articles"]) > 1:
                raise Refused(45008, "article size out of limit")
        case "image":
            if message["image"]["media_id"] not in world.files:
                raise Refused(40007, "invalid media_id")
        case "msgmenu":
            if world.kind != "service":
                raise Refused(40200, "invalid account type")
            if not all(item["id"].isdigit() and item["content"] for item in message["msgmenu"]["list"]):
                raise Refused(47003, "argument invalid")
        case _:
            raise Refused(40008, "invalid message type")


def check_person(person: Person) -> None:
    if person.is_blacklisted:
        raise Refused(43019, "require remove blacklist")
    if not person.is_following:
        raise Refused(43004, "require subscribe")
    if person.is_muted:
        raise Refused(48002, "user block the msg")


def check_values(data: dict[str, dict[str, Any]]) -> None:
    """No line break and no emoji in any value; none may be empty."""
    for name, value in data.items():
        text = value["value"]
        if not isinstance(text, str) or not text.strip() or "\n" in text or EMOJI.search(text):
            raise Refused(47003, f"argument invalid! data.{name}.value")


def check_notice_fields(data: dict[str, dict[str, Any]]) -> None:
    check_values(data)
    for name, value in data.items():
        kind = name.rstrip("0123456789")
        if kind not in FIELDS or not FIELDS[kind].fullmatch(value["value"]):
            raise Refused(47003, f"argument invalid! data.{name}.value")


def check_menu(menu: dict[str, Any]) -> None:
    buttons = menu.get("button")
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= 3:
        raise Refused(40016, "invalid button size")
    for button in buttons:
        children = button.get("sub_button", [])
        if len(button["name"].encode()) > 16:
            raise Refused(40018, "invalid button name size")
        if not children:
            _check_action(button, 40019, 40020)
        elif len(children) > 5:
            raise Refused(40023, "invalid sub button size")
        for child in children:
            if len(child["name"].encode()) > 60:
                raise Refused(40025, "invalid sub button name size")
            _check_action(child, 40026, 40027)


def _check_action(button: dict[str, Any], key_code: int, url_code: int) -> None:
    if button.get("type") == "view":
        if not 0 < len(button.get("url", "").encode()) <= 1024:
            raise Refused(url_code, "invalid button url size")
    elif button.get("type") == "click":
        if not 0 < len(button.get("key", "").encode()) <= 128:
            raise Refused(key_code, "invalid button key size")
    else:
        raise Refused(40017, "invalid button type")


def check_code(world: World, body: dict[str, Any]) -> None:
    """二维码: temporary for up to 30 days, permanent 100 000; a scene of 1 to 64 letters."""
    scene = body["action_info"]["scene"].get("scene_str", "")
    if not 1 <= len(scene) <= 64:
        raise Refused(40053, "invalid action info")
    if body["action_name"] == "QR_STR_SCENE":
        if not 1 <= body["expire_seconds"] <= 30 * 86400:
            raise Refused(40053, "invalid action info")
    elif body["action_name"] == "QR_LIMIT_STR_SCENE":
        world.permanent_codes += 1
        if world.permanent_codes > 100_000:
            raise Refused(45029, "qrcode count out of limit")
    else:
        raise Refused(40053, "invalid action info")

"""The menu of ``knowledge/menu.yaml`` → the menu as the platform takes it, and on to the account.

Limits: 公众号 › 自定义菜单 › 创建接口 (three buttons of up to five, 16 and 60 bytes a name, 128 bytes a key).
"""

from __future__ import annotations

from typing import Any

from bot.platform import PlatformClient
from domain.entries import MenuButton
from domain.errors import KnowledgeInvalid, Problem

MOST_BUTTONS, MOST_CHILDREN = 3, 5
NAME_BYTES, CHILD_NAME_BYTES, KEY_BYTES, URL_BYTES = 16, 60, 128, 1024
_FILE = "knowledge/menu.yaml"


def as_platform_menu(menu: tuple[MenuButton, ...], base_url: str) -> dict[str, Any]:
    """The platform's JSON. Raises ``KnowledgeInvalid`` naming every button that it would refuse."""
    problems = _problems(menu, base_url)
    if problems:
        raise KnowledgeInvalid(tuple(problems))
    return {"button": [_button(button, base_url) for button in menu]}


async def push_menu(client: PlatformClient, menu: dict[str, Any]) -> bool:
    """Give the account its menu, then read it back; whether it is the one that was sent.

    Raises ``PlatformError``. Phones show a new menu within five minutes.
    """
    await client.create_menu(menu)
    return _bare(await client.menu()) == _bare(menu)


def _bare(menu: dict[str, Any]) -> list[Any]:
    """A menu without what the platform adds to it."""
    return [_bare_button(button) for button in menu.get("button", [])]


def _bare_button(button: dict[str, Any]) -> tuple[Any, ...]:
    if children := button.get("sub_button"):
        return (button.get("name"), [_bare_button(child) for child in children])
    return tuple(button.get(field, "") for field in ("name", "type", "key", "url"))


def _button(button: MenuButton, base_url: str) -> dict[str, Any]:
    if button.children:
        return {"name": button.name, "sub_button": [_button(child, base_url) for child in button.children]}
    if button.page:
        return {"type": "view", "name": button.name, "url": base_url + button.page}
    return {"type": "click", "name": button.name, "key": button.say}


def _problems(menu: tuple[MenuButton, ...], base_url: str) -> list[Problem]:
    problems = []
    if not 1 <= len(menu) <= MOST_BUTTONS:
        problems.append(Problem(_FILE, "items", f"一级菜单 1 到 {MOST_BUTTONS} 个"))
    for button in menu:
        if len(button.children) > MOST_CHILDREN:
            problems.append(Problem(_FILE, button.name, f"二级菜单最多 {MOST_CHILDREN} 个"))
        problems += _too_long(button, NAME_BYTES, base_url)
        for child in button.children:
            problems += _too_long(child, CHILD_NAME_BYTES, base_url)
            if bool(child.say) == bool(child.page):
                problems.append(Problem(_FILE, child.name, "say 和 page 写一样，只写一样"))
    return problems


def _too_long(button: MenuButton, name_bytes: int, base_url: str) -> list[Problem]:
    checks = (
        ("name", button.name, name_bytes),
        ("say", button.say, KEY_BYTES),
        ("page", base_url + button.page, URL_BYTES),
    )
    return [
        Problem(_FILE, f"{button.name}.{field}", f"太长，微信最多收 {limit} 字节（一个汉字 3 字节）")
        for field, text, limit in checks
        if len(text.encode()) > limit
    ]

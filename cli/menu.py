"""``run.py menu``: the account's own menu, as the phone would show it, and on to the account."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import typer
from rich import box
from rich.table import Table
from rich.text import Text

from bot.menu import as_platform_menu, push_menu
from bot.service import places_of
from cli.common import clean_exit, console, errors, platform_for, quiet_settings
from config.settings import Settings
from domain.entries import Library, MenuButton
from knowledge.loader import load_library
from knowledge.texts import Texts

SHOWN_BUTTON, SHOWN_CHILD = 4, 8  # letters that a phone shows of a name

app = typer.Typer(help="公众号的自定义菜单。", no_args_is_help=True)


@app.callback()
def menu() -> None:
    """公众号的自定义菜单。"""


@app.command("show")
def show() -> None:
    """按手机上的样子显示菜单，并检查是否超出微信的限制。"""
    with clean_exit():
        settings, library = _loaded()
        as_platform_menu(library.menu, settings.base_url)
        console.print(_phone(library.menu))
        for name in _too_long_to_show(library.menu):
            console.print(
                f"“{name}”在手机上显示不全：一级最多 {SHOWN_BUTTON} 个字，二级最多 {SHOWN_CHILD} 个字。"
            )


@app.command("push")
def push() -> None:
    """把菜单发到公众号，再读回来核对。手机上 5 分钟内换上。"""
    with clean_exit():
        settings, library = _loaded()
        asyncio.run(_push(settings, library))


async def _push(settings: Settings, library: Library) -> None:
    texts = Texts(library.texts)
    wanted = as_platform_menu(library.menu, settings.base_url)
    async with platform_for(settings, texts) as platform:
        if not settings.has_public_url and any(button.page for button in _all(library.menu)):
            errors.print("菜单里有网页，要先填 PUBLIC_URL：居民的手机打不开本机的地址。", style="red")
            raise typer.Exit(1)
        if not await push_menu(platform, wanted):
            errors.print(texts.line("platform.menu_differs"), style="red", soft_wrap=True)
            raise typer.Exit(1)
    console.print("菜单已发到公众号，读回来和发出去的一样。手机上 5 分钟内换上。", style="green")


def _loaded() -> tuple[Settings, Library]:
    settings = quiet_settings()
    places = places_of(settings)
    return settings, load_library(places.knowledge, places.city_file)


def _phone(buttons: tuple[MenuButton, ...]) -> Table:
    """The bar at the foot of a chat, each button with what springs up from it."""
    table = Table(box=box.ROUNDED, show_header=False, show_lines=True)
    for _ in buttons:
        table.add_column(justify="center", min_width=16)
    height = max(len(button.children) for button in buttons)
    for row in range(height):
        table.add_row(*(_cell(button, row - height + len(button.children)) for button in buttons))
    table.add_row(*(_named(button, "bold") for button in buttons))
    return table


def _cell(button: MenuButton, place: int) -> Text:
    return _named(button.children[place], "") if place >= 0 else Text("")


def _named(button: MenuButton, style: str) -> Text:
    if button.children:
        return Text(f"≡ {button.name}", style=style)
    does = f"打开 {button.page}" if button.page else f"说“{button.say}”"
    return Text.assemble((button.name, style), "\n", (does, "dim"))


def _too_long_to_show(buttons: tuple[MenuButton, ...]) -> Iterator[str]:
    for button in buttons:
        if len(button.name) > SHOWN_BUTTON:
            yield button.name
        yield from (child.name for child in button.children if len(child.name) > SHOWN_CHILD)


def _all(buttons: tuple[MenuButton, ...]) -> Iterator[MenuButton]:
    for button in buttons:
        yield button
        yield from button.children

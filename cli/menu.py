"""``run.py menu``: the account's own menu, as the phone would show it."""

from __future__ import annotations

import typer
from rich.tree import Tree

from bot.menu import as_platform_menu
from bot.service import places_of
from cli.common import clean_exit, console
from config.settings import load_settings
from knowledge.loader import load_library

app = typer.Typer(help="公众号的自定义菜单。", no_args_is_help=True)


@app.callback()
def menu() -> None:
    """公众号的自定义菜单。"""


@app.command("show")
def show() -> None:
    """按手机上的样子显示菜单，并检查是否超出微信的限制。"""
    with clean_exit():
        settings = load_settings()
        places = places_of(settings)
        library = load_library(places.knowledge, places.city_file)
        as_platform_menu(library.menu, settings.base_url)
        tree = Tree("菜单")
        for button in library.menu:
            branch = tree.add(button.name)
            for child in button.children:
                branch.add(f"{child.name} → {child.say or child.page}")
        console.print(tree)

"""``run.py case files``: the copies of a case's pictures that may be looked at → a folder."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from bot.office import open_office
from cli.common import By, Number, clean_exit, console, quiet_settings
from domain.complaints.records import HandedIn
from storage.vault import Vault

OWNER_ONLY = 0o600

Folder = Annotated[Path, typer.Option("--output", file_okay=False, help="存到哪个文件夹")]


def files(number: Number, by: By, output: Folder) -> None:
    """把图片存到文件夹：只存去掉拍摄地点和手机信息的那一份，不存原件。谁取过，记进审计。"""
    with clean_exit():
        handed, saved = asyncio.run(_save(number, by, output))
    console.print(
        f"材料 {handed} 件，存了 {saved} 张图片，在 {output}。看完请删掉。", markup=False, soft_wrap=True
    )
    if saved < handed:
        console.print(f"另外 {handed - saved} 件没有可看的图片：是 PDF，或还没有收到。", markup=False)


async def _save(number: str, by: str, folder: Path) -> tuple[int, int]:
    async with open_office(quiet_settings()) as office:
        handed = await office.casework.pictures(number, by)
        return len(handed), await asyncio.to_thread(_save_all, office.vault, number, handed, folder)


def _save_all(vault: Vault, number: str, handed: Sequence[HandedIn], folder: Path) -> int:
    """Copies are numbered as they were handed in."""
    folder.mkdir(parents=True, exist_ok=True)
    shown = [(place, one.display) for place, one in enumerate(handed, 1) if one.display]
    for place, name in shown:
        _copy(vault, name, folder / f"{number}-{place}.jpg")
    return len(shown)


def _copy(vault: Vault, name: str, path: Path) -> None:
    """Under a passing name until it is whole: a damaged picture leaves nothing behind."""
    draft = path.with_suffix(".part")
    try:
        draft.touch(OWNER_ONLY)
        with vault.open(name) as content, draft.open("wb") as target:
            target.writelines(content.pieces)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)

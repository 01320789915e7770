"""``run.py qr create``: a QR code that opens one thing in the chat, as a picture to print."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import segno
import typer

from bot.service import places_of
from cli.common import clean_exit, console, platform_for, quiet_settings
from domain.entries import Library, Scene
from knowledge.loader import load_library
from knowledge.texts import Texts

MOST_DAYS = 30
DAY_S = 86400
KINDS = (".png", ".svg", ".pdf")

app = typer.Typer(help="扫了就打开对应内容的二维码。", no_args_is_help=True)


@app.callback()
def qr() -> None:
    """扫了就打开对应内容的二维码。"""


@app.command("create")
def create(
    scene: Annotated[str, typer.Argument(help="knowledge/scenes.yaml 里的编号")],
    output: Annotated[Path, typer.Option(help="写到哪个文件：.png、.svg 或 .pdf")],
    days: Annotated[int, typer.Option(min=1, max=MOST_DAYS, help="几天内有效")] = MOST_DAYS,
    permanent: Annotated[bool, typer.Option("--permanent", help="永久有效；一个公众号最多 10 万个")] = False,
) -> None:
    """向公众号要一个二维码，画成图片。"""
    if output.suffix.lower() not in KINDS:
        raise typer.BadParameter(f"文件名要以 {'、'.join(KINDS)} 结尾。")
    with clean_exit():
        settings = quiet_settings()
        places = places_of(settings)
        library = load_library(places.knowledge, places.city_file)
        chosen = _chosen(library, scene)

        async def ask() -> str:
            async with platform_for(settings, Texts(library.texts)) as platform:
                if permanent:
                    return await platform.create_permanent_qr(scene)
                return await platform.create_temporary_qr(scene, days * DAY_S)

        draw(asyncio.run(ask()), output)
    until = "永久有效" if permanent else f"{days} 天内有效"
    console.print(
        f"{chosen.title}：已写到 {output}，{until}。扫了打开 {chosen.target}。", markup=False, soft_wrap=True
    )


def draw(address: str, output: Path) -> None:
    """An address as a code that still reads when a tenth of it is worn off."""
    output.parent.mkdir(parents=True, exist_ok=True)
    segno.make_qr(address, error="m").save(str(output), scale=12, border=4)


def _chosen(library: Library, scene: str) -> Scene:
    if scene not in library.scenes:
        known = "、".join(f"{s.id}（{s.title}）" for s in library.scenes.values())
        raise typer.BadParameter(f"knowledge/scenes.yaml 里没有 {scene}。有这些：{known}")
    return library.scenes[scene]

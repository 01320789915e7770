"""``run.py keys``: a new key for what is sealed, and everything brought under it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from bot.office import open_office
from cli.common import OPERATOR, clean_exit, console, errors, quiet_settings
from config.secrets import add_key
from services.rotation import Rotated
from storage.audit import Entry

app = typer.Typer(help="保护居民信息的密钥。", no_args_is_help=True)


@app.command("list")
def list_keys() -> None:
    """列出每把密钥还封着多少内容，哪些可以去掉。"""
    with clean_exit():
        names, used = asyncio.run(_used())
    shown = Table("密钥", "封着多少", "说明")
    for name in [*names, *sorted(used.keys() - set(names))]:
        shown.add_row(name, str(used[name]), _remark(name, names, used))
    console.print(shown)


@app.command("add")
def add() -> None:
    """加一把新密钥，排在最前面。加完先重启所有服务，再 keys rotate。"""
    with clean_exit():
        settings = quiet_settings()
        name = add_key(settings)
    console.print(f"加好了 {name}。重启所有服务，再运行 keys rotate --restarted。", markup=False)


@app.command("rotate")
def rotate(
    restarted: Annotated[
        bool, typer.Option("--restarted", help="加了新密钥以后，所有服务都重启过了")
    ] = False,
) -> None:
    """把所有封存的内容和文件换到最新的密钥下。可以随时中断，再来一次接着做；服务不用停。"""
    if not restarted:
        errors.print("没重启的服务打不开用新密钥封的内容。先重启所有服务，再加 --restarted。", style="red")
        raise typer.Exit(1)
    with clean_exit():
        done = asyncio.run(_rotate())
    console.print(f"换好了：{done.values} 条内容，{done.files} 个文件。", markup=False)
    if done.unreadable:
        errors.print(
            f"{done.unreadable} 处哪把密钥都打不开，原样留着：SECRET_KEYS 里少了旧的，或被动过。", style="red"
        )
        raise typer.Exit(1)


def _remark(name: str, names: Sequence[str], used: Counter[str]) -> str:
    if name not in names:
        return "不在 SECRET_KEYS 里：这些内容打不开"
    if name == names[-1]:
        return "最旧的：给居民起代号，不能去掉"
    if name == names[0]:
        return "最新的：新内容都用它"
    return "还在用，先 keys rotate" if used[name] else "没有用到，可以去掉"


async def _used() -> tuple[Sequence[str], Counter[str]]:
    async with open_office(quiet_settings()) as office:
        return [name for name, _ in office.keys.pairs], await office.rotation.keys_in_use()


async def _rotate() -> Rotated:
    async with open_office(quiet_settings()) as office:
        used = await office.rotation.keys_in_use()
        newest = office.keys.pairs[0][0]
        columns = (TextColumn("换密钥"), BarColumn(), MofNCompleteColumn())
        with Progress(*columns, console=errors, transient=True) as progress:
            bar = progress.add_task("", total=used.total() - used[newest])
            done = await office.rotation.rotate(lambda count: progress.advance(bar, count))
        told = {"key": newest, "values": str(done.values), "files": str(done.files)}
        await office.complaints.note(Entry(OPERATOR, "keys_rotate", newest, office.clock.now(), told))
    return done

"""``run.py calendar``: a year's days off, and the deadlines that follow from them."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Annotated

import typer

from bot.office import open_office
from bot.service import places_of
from cli.common import clean_exit, console, quiet_settings
from domain.errors import KnowledgeInvalid
from knowledge.loader import workdays_file
from knowledge.workdays import Workdays, read_workdays

app = typer.Typer(help="每年的放假安排。", no_args_is_help=True)


@app.callback()
def calendar() -> None:
    """每年的放假安排。"""


@app.command("import")
def import_year(
    file: Annotated[Path, typer.Argument(exists=True, help="照 config/workdays.yaml 写的一年或几年")],
) -> None:
    """检查并加入放假安排，再把没办结的投诉的期限重算一遍。"""
    with clean_exit():
        settings = quiet_settings()
        target = workdays_file(places_of(settings).city_file)
        years = _checked(file)
        _add(target, file, years)
        changed = asyncio.run(_reckon())
    console.print(
        f"加好了：{'、'.join(map(str, sorted(years)))} 年。重算了 {changed} 件投诉的期限。", markup=False
    )


@app.command("reckon")
def reckon() -> None:
    """照现在的放假安排，把没办结的投诉的期限重算一遍；改过的一件一行进审计链。"""
    with clean_exit():
        changed = asyncio.run(_reckon())
    console.print(f"重算了 {changed} 件投诉的期限。", markup=False)


def _checked(file: Path) -> frozenset[int]:
    """The years of a sound file. Raises ``KnowledgeInvalid`` with every fault."""
    read = read_workdays(file)
    if not isinstance(read, Workdays):
        raise KnowledgeInvalid(tuple(read))
    return read.calendar.published_years


def _add(target: Path, file: Path, years: frozenset[int]) -> None:
    """Put the years of ``file`` behind those of ``target``, whole or not at all; a year it has stays as it is."""
    text = target.read_text(encoding="utf-8")
    known = _checked(target)
    if clash := sorted(years & known):
        raise typer.BadParameter(
            f"{clash[0]} 年已经有了。要改，直接改 {target.name} 里那一年，再运行 calendar reckon。"
        )
    added = file.read_text(encoding="utf-8").partition("years:\n")[2]
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    draft.write_text(f"{text.rstrip()}\n{added.rstrip()}\n", encoding="utf-8")
    try:
        _checked(draft)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


async def _reckon() -> int:
    async with open_office(quiet_settings()) as office:
        return await office.casework.reckon()

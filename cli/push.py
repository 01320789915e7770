"""``run.py push``: what news went out, what did not, and once more."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Annotated

import typer
from rich.table import Table

from bot.office import Office, open_office
from bot.platform_errors import sentence_of_fault
from cli.common import clean_exit, console, member_of, number_column, quiet_settings
from domain.clock import local
from domain.pushing import Channel, PushState
from knowledge.texts import Texts
from storage.deliveries import Deliveries, Letter

MOST = 50

app = typer.Typer(help="投诉进展的推送。", no_args_is_help=True)


@app.command("list")
def list_pushes(
    state: Annotated[
        str, typer.Option(help="只看一种：等着发、发出去了、来时说过了、下次来时说、送不出去")
    ] = "",
    most: Annotated[int, typer.Option(min=1, help="最多列几条，新的在前")] = MOST,
) -> None:
    """各有多少；默认列出送不出去的，并说明为什么。"""
    with clean_exit():
        asyncio.run(_list(member_of(PushState, state, "状态") if state else PushState.DEAD, most))


@app.command("retry")
def retry(
    ids: Annotated[list[int] | None, typer.Argument(help="push list 里的编号；不写就是全部")] = None,
) -> None:
    """把送不出去的再发一次。"""
    with clean_exit():
        count = asyncio.run(_retry(ids or []))
    console.print(f"{count} 条会再发。", markup=False)


async def _list(state: PushState, most: int) -> None:
    async with open_office(quiet_settings()) as office:
        deliveries = _deliveries(office)
        counts = await deliveries.counts()
        letters = await deliveries.listed([state], most)
        texts = Texts(office.library.texts)
    told = "、".join(f"{each.label} {counts.get(each, 0)}" for each in PushState)
    console.print(told, markup=False)
    if letters:
        console.print(_table(state, letters, texts))


def _table(state: PushState, letters: Sequence[Letter], texts: Texts) -> Table:
    shown = Table(number_column(), "进展", "试过", "上次的方式", "什么时候", "为什么", title=state.label)
    for letter in letters:
        news = texts.line(f"news.{letter.news}", number=letter.number)
        channel = Channel.of(letter.channel).label if letter.channel else ""
        at = f"{local(letter.due_at):%m-%d %H:%M}"
        why = sentence_of_fault(letter.fault, texts)
        shown.add_row(str(letter.id), news, str(letter.tries), channel, at, why)
    return shown


async def _retry(ids: list[int]) -> int:
    async with open_office(quiet_settings()) as office:
        return await _deliveries(office).revive(office.clock.now(), ids)


def _deliveries(office: Office) -> Deliveries:
    return Deliveries(office.engine, office.seals)

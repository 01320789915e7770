"""``run.py case``: work on complaints at the terminal, until the console is there."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from bot.office import open_office
from cli import case_files, counter, oversight
from cli.case_view import KEPT, due_of, lines_of
from cli.common import (
    OPERATOR,
    By,
    Number,
    clean_exit,
    console,
    member_of,
    number_column,
    quiet_settings,
    words_from,
)
from domain.complaints.events import Command
from domain.complaints.ladder import Rung
from domain.complaints.printed import printed
from domain.complaints.terms import Action, HoldReason, Reason, Result, Role, State
from domain.complaints.transitions import approving
from storage.complaints import PAGE, Wanted

app = typer.Typer(help="受理和办理投诉。", no_args_is_help=True)
app.command("file")(counter.file)
app.command("files")(case_files.files)
app.command("correct")(counter.correct)
app.command("erase")(counter.erase)
app.command("alerts")(oversight.alerts)
app.command("identity")(oversight.identity)
app.command("requests")(oversight.requests)
app.command("check")(oversight.check)

HEAD = ("做什么", "在什么状态", "到什么状态", "谁", "还要满足", "期限", "居民看得到")
Text = Annotated[str, typer.Option(help="要写的话；长的用 --file")]
File = Annotated[
    Path | None, typer.Option("--file", exists=True, help="从文件读，- 是标准输入", allow_dash=True)
]


@app.command("list")
def list_cases(
    by: By,
    state: Annotated[str, typer.Option(help="只看一种状态，如 待受理")] = "",
    overdue: Annotated[bool, typer.Option("--overdue", help="只看逾期的")] = False,
    page: Annotated[int, typer.Option(min=1, help="第几页")] = 1,
) -> None:
    """列出能看到的投诉，最急的在前。"""
    with clean_exit():
        states = (member_of(State, state, "状态"),) if state else ()
        asyncio.run(_list(by, states, overdue, page))


@app.command("show")
def show(number: Number, by: By) -> None:
    """看一件：打码后的内容、期限、经过、能做什么。"""
    with clean_exit():
        asyncio.run(_show(number, by))


@app.command("accept")
def accept(
    number: Number,
    by: By,
    urgent: Annotated[bool, typer.Option("--urgent", help="加急")] = False,
    simple: Annotated[bool, typer.Option("--simple", help="简单的，答复期限短")] = False,
) -> None:
    """受理。"""
    _do(number, Command(Action.ACCEPT, is_urgent=urgent, is_simple=simple), by)


@app.command("dispatch")
def dispatch(
    number: Number,
    by: By,
    to: Annotated[str, typer.Option("--to", help="主办单位的对外名称")],
    co: Annotated[list[str] | None, typer.Option("--co", help="协办单位，可写多个")] = None,
) -> None:
    """派单。"""
    _do(number, Command(Action.DISPATCH, unit=to, co_units=tuple(co or ())), by)


@app.command("answer")
def answer(
    number: Number,
    by: By,
    result: Annotated[str, typer.Option(help="结论：解决、部分解决、解释说明、暂不具备条件、查无实据")],
    text: Text = "",
    file: File = None,
) -> None:
    """拟答复：事实、办理、依据、联系人四段，段间空一行。审签、发出用 do。"""
    with clean_exit():
        command = Command(
            Action.WRITE_REPLY, words_from(text, file), result=member_of(Result, result, "结论")
        )
    _do(number, command, by)


@app.command("do")
def do(
    number: Number,
    action: Annotated[
        str, typer.Argument(help="做什么，如 签收、审签答复、发出答复、不予受理；全部见 case table")
    ],
    by: By,
    text: Text = "",
    file: File = None,
    reason: Annotated[str, typer.Option(help="原因")] = "",
    basis: Annotated[str, typer.Option(help="依据")] = "",
    channel: Annotated[str, typer.Option(help="替代渠道")] = "",
    unit: Annotated[str, typer.Option(help="单位")] = "",
    days: Annotated[int, typer.Option(min=0, help="工作日数（延期）")] = 0,
    until: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="到哪天（中止）")] = None,
    other: Annotated[str, typer.Option(help="另一件的编号（并案）")] = "",
    refuse: Annotated[str, typer.Option(help="不同意哪个申请，如 申请延期")] = "",
    result: Annotated[str, typer.Option(help="结论（办结）")] = "",
    reached: Annotated[bool, typer.Option("--reached", help="联系上了")] = False,
) -> None:
    """其余的每一步。"""
    with clean_exit():
        command = Command(
            member_of(Action, action, "做什么"),
            words_from(text, file),
            reason=member_of(Reason, reason, "原因") if reason else None,
            basis=basis,
            channel=channel,
            unit=unit,
            days=days,
            until=until.date() if until else None,
            other=other,
            asked=member_of(Action, refuse, "不同意哪个申请") if refuse else None,
            result=member_of(Result, result, "结论") if result else None,
            reached=reached,
        )
    _do(number, command, by)


@app.command("purge")
def purge(
    really: Annotated[bool, typer.Option("--really", help="真的清除；不写只列数目")] = False,
) -> None:
    """列出留够了时间、该清除的；加 --really 才清除。清除后只剩类型、领域、区、状态和时间。"""
    with clean_exit():
        asyncio.run(_purge(really))


@app.command("hold")
def hold(
    number: Number,
    by: By,
    reason: Annotated[str, typer.Option(help=f"为什么要留：{'、'.join(HoldReason.labels())}")] = "",
    release: Annotated[bool, typer.Option("--release", help="不用再留了")] = False,
) -> None:
    """依法要留存的，到期不清除，居民也删不掉；--release 放开。窗口主管或督查办。"""
    with clean_exit():
        if release == bool(reason):
            raise typer.BadParameter("写 --reason 为什么要留，或者 --release 不用再留")
        chosen = member_of(HoldReason, reason, "原因") if reason else None
        asyncio.run(_hold(number, by, chosen))


@app.command("table")
def table() -> None:
    """印出办理流程：谁在什么状态能做什么。"""
    shown = Table(*HEAD, show_lines=True)
    for *words, is_seen in printed():
        shown.add_row(*words, "是" if is_seen else "")
    console.print(shown)


def _do(number: str, command: Command, by: str) -> None:
    with clean_exit():
        asyncio.run(_act(number, command, by))


async def _act(number: str, command: Command, by: str) -> None:
    async with open_office(quiet_settings()) as office:
        await office.casework.act(number, command, by)
        file = await office.complaints.read(number)
    console.print(f"{command.action.label}：{number} 现在是“{file.case.state.label}”。", markup=False)
    if row := approving(command.action):
        roles = "、".join(role.label for role in Role if role in row.roles)
        console.print(f"下一步：{roles}“{row.action.label}”，要换一个人。", markup=False)


async def _list(by: str, states: tuple[State, ...], is_overdue: bool, page: int) -> None:
    async with open_office(quiet_settings()) as office:
        now = office.clock.now()
        wanted = Wanted(states=states, is_overdue_at=now if is_overdue else None)
        rows, total = await office.casework.queue(wanted, by, page)
        lights = await office.oversight.lights(rows)
        head = f"共 {total} 件，第 {page} 页，每页 {PAGE} 件"
        shown = Table("灯", "期限", number_column(), "对象", "状态", "区", "承办", title=head)
        for row in rows:
            light = oversight.light_of(lights.get(row.number, Rung.CALM))
            due = due_of(row, office.library.workdays, now)
            shown.add_row(light, due, row.number, row.respondent, row.state.label, row.unit, row.lead_unit)
    console.print(shown)


async def _show(number: str, by: str) -> None:
    async with open_office(quiet_settings()) as office:
        file = await office.casework.read(number, by)
    for line in lines_of(file):
        console.print(line, markup=False, highlight=False, soft_wrap=True)


async def _purge(really: bool) -> None:
    async with open_office(quiet_settings()) as office:
        found = await (office.retention.purge(OPERATOR) if really else office.retention.due())
        kept = office.library.limits.kept
    shown = Table("什么", "清除了" if really else "该清除", "留多久", "来处")
    for due in found:
        limit = kept.get(due.what)
        period, source = (f"{limit.value} {limit.unit}", limit.source) if limit else ("", "")
        shown.add_row(KEPT[due.what], str(due.count), period, source)
    console.print(shown)
    if not really:
        console.print("什么都没有动。要清除，加 --really。", markup=False)


async def _hold(number: str, by: str, reason: HoldReason | None) -> None:
    async with open_office(quiet_settings()) as office:
        await office.casework.hold(number, reason, by)
    done = f"留存：{reason.label}，到期不清除。" if reason else "放开了：到期照常清除。"
    console.print(f"{number} {done}", markup=False)

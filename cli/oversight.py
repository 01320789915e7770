"""``run.py case …`` and ``run.py audit who``: who is late, who asks to know a name, who looked at what."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from itertools import groupby
from typing import Annotated

import typer
from rich.table import Table

from bot.office import Office, open_office
from cli.case_view import done_of
from cli.common import By, Number, clean_exit, console, errors, number_column, quiet_settings
from domain.clock import SHANGHAI, chinese_date, local
from domain.complaints.ladder import Rung, may_alert
from domain.complaints.records import Person
from domain.complaints.terms import Role
from services.oversight import Alert
from storage.trail import MOST

Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="哪天，如 2026-11-25")]


def alerts(by: By) -> None:
    """列出快到期（黄灯）和逾期的，按单位排；逾期 1、3、5 个工作日依次是催办、督办通知书、提级。"""
    with clean_exit():
        asyncio.run(_alerts(by))


def identity(number: Number, by: By) -> None:
    """看投诉人是谁：要先申请（do 申请查看身份）、经批准，30 分钟内有效；居民在进度里看得到您看过。"""
    with clean_exit():
        person = asyncio.run(_identity(number, by))
    console.print(f"姓名：{person.name or '没有留'}　电话：{person.phone or '没有留'}", markup=False)


def requests(by: By) -> None:
    """列出等批准的身份查看申请和理由，身份保管员、窗口主管看。批准用 do 批准查看身份，不批用 do 不同意。"""
    with clean_exit():
        asyncio.run(_requests(by))


def check() -> None:
    """核对没办完的每一件：存着的期限和状态，是不是从经过推得出来的那个。不是就以 1 退出。"""
    with clean_exit():
        faults = asyncio.run(_check())
    for fault in faults:
        errors.print(fault, style="red", markup=False)
    if faults:
        raise typer.Exit(1)
    console.print("都对得上。", markup=False)


def who(
    by: Annotated[str, typer.Option("--by", help="谁在查：审计员、督查或身份保管员的登录名")],
    case: Annotated[str, typer.Option(help="受理编号：谁看过、动过这一件")] = "",
    staff: Annotated[str, typer.Option(help="登录名：这个人看过、做过什么")] = "",
    since: Day = None,
    until: Day = None,
) -> None:
    """谁看过哪一件、某人某段时间看过什么。查的人自己也会记下来。"""
    with clean_exit():
        if not case and not staff:
            raise typer.BadParameter("写 --case 编号，或 --staff 登录名")
        asyncio.run(_who(by, case, staff, (since, until)))


async def _alerts(by: str) -> None:
    async with open_office(quiet_settings()) as office:
        found = await office.oversight.alerts(by)
        library, now = office.library, office.clock.now()
    if not may_alert(now, library.workdays, library.limits.office):
        console.print("现在不是提醒的时间（工作日上班到下班）：机器不发提醒，清单照列。", markup=False)
    for unit, of_unit in groupby(found, key=lambda alert: alert.unit):
        shown = Table(
            "灯", number_column(), "期限", "该知道的人", title=unit or "（没有派单）", title_justify="left"
        )
        for alert in of_unit:
            shown.add_row(*_row(alert))
        console.print(shown)
    if not found:
        console.print("没有快到期或逾期的。", markup=False)


def _row(alert: Alert) -> tuple[str, ...]:
    due = chinese_date(alert.term.due_on) if alert.term else ""
    told = "、".join(role.label for role in Role if role in alert.told)
    return light_of(alert.rung), alert.number, due, told


def light_of(rung: Rung) -> str:
    """A step of the ladder in shape and words, never in colour alone."""
    marks = {Rung.CALM: "○", Rung.YELLOW: "◐"}
    return f"{marks.get(rung, '▲')} {rung.label}"


async def _identity(number: str, by: str) -> Person:
    async with open_office(quiet_settings()) as office:
        return await office.casework.identity(number, by)


async def _requests(by: str) -> None:
    async with open_office(quiet_settings()) as office:
        found = await office.oversight.identity_requests(by)
    shown = Table(number_column(), "谁", "单位", "什么时候", "理由")
    for each in found:
        asked, actor = each.request, each.request.by
        why = f"{asked.command.reason.label if asked.command.reason else ''} {asked.command.text}".strip()
        shown.add_row(
            each.number, f"{actor.role.label} {actor.id}", actor.unit, f"{local(asked.at):%m-%d %H:%M}", why
        )
    console.print(shown)


async def _check() -> list[str]:
    async with open_office(quiet_settings()) as office:
        found = await office.oversight.check()
    return [
        f"{drift.number}：放假安排改过，期限还没有重算。运行 calendar reckon。"
        if drift.of_calendar
        else f"{drift.number}：存着的状态或期限，和它的经过对不上：有人绕过程序改过数据库。"
        for drift in found
    ]


async def _who(by: str, case: str, staff: str, between: tuple[datetime | None, datetime | None]) -> None:
    since = between[0].replace(tzinfo=SHANGHAI) if between[0] else None
    until = between[1].replace(tzinfo=SHANGHAI) + timedelta(days=1) if between[1] else None
    async with open_office(quiet_settings()) as office:
        rows = await office.oversight.who(by, number=case, other=staff, since=since, until=until)
        names = await _names(office)
    shown = Table("什么时候", "谁", "角色", "做了什么", number_column("哪一件"))
    for row in rows:
        at = f"{local(row.at):%Y-%m-%d %H:%M:%S}"
        shown.add_row(at, names.get(row.actor, row.actor), row.role.label, done_of(row), row.object)
    console.print(shown)
    console.print(f"共 {len(rows)} 条。", markup=False)
    if len(rows) >= MOST:
        console.print(f"只列了最早的 {MOST} 条，请用 --since、--until 分段查。", markup=False)


async def _names(office: Office) -> dict[str, str]:
    return {member.id: f"{member.id} {member.name}".strip() for member in await office.staff.all()}

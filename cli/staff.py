"""``run.py staff``: who works on complaints."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer
from rich.table import Table

from bot.office import open_office
from cli.common import OPERATOR, clean_exit, console, member_of, quiet_settings
from domain.complaints.terms import Role
from storage.audit import Entry
from storage.staff import Member

app = typer.Typer(help="办理投诉的工作人员。", no_args_is_help=True)
ROLES = "、".join(role.label for role in Role if role not in {Role.RESIDENT, Role.SYSTEM})


@app.command("add")
def add(
    ident: Annotated[str, typer.Argument(metavar="NAME", help="登录名，英文或拼音，起好后不再改")],
    role: Annotated[str, typer.Option(help=f"角色：{ROLES}")],
    name: Annotated[str, typer.Option(help="姓名，用来回避")] = "",
    unit: Annotated[str, typer.Option(help="单位：窗口写区名，承办单位写对外名称；全市的不写")] = "",
) -> None:
    """加一个人。"""
    with clean_exit():
        chosen = member_of(Role, role, "角色")
        if chosen in {Role.RESIDENT, Role.SYSTEM}:
            raise typer.BadParameter(f"角色只能是：{ROLES}")
        asyncio.run(_add(Member(ident, name, chosen, unit)))


@app.command("list")
def list_all() -> None:
    """列出所有人。"""
    with clean_exit():
        asyncio.run(_list())


@app.command("disable")
def disable(ident: Annotated[str, typer.Argument(metavar="NAME", help="登录名")]) -> None:
    """停用一个人；做过的事都留着。"""
    with clean_exit():
        asyncio.run(_disable(ident))


async def _add(member: Member) -> None:
    async with open_office(quiet_settings()) as office:
        now = office.clock.now()
        await office.staff.add(member, now)
        await office.complaints.note(
            Entry(OPERATOR, "staff_add", member.id, now, {"role": member.role.value})
        )
    console.print(f"加好了：{member.id}（{member.role.label}）", markup=False)


async def _list() -> None:
    table = Table("登录名", "姓名", "角色", "单位", "在用")
    async with open_office(quiet_settings()) as office:
        for member in await office.staff.all():
            table.add_row(
                member.id,
                member.name,
                member.role.label,
                member.unit or "全市",
                "是" if member.is_active else "否",
            )
    console.print(table)


async def _disable(ident: str) -> None:
    async with open_office(quiet_settings()) as office:
        await office.staff.disable(ident)
        await office.complaints.note(Entry(OPERATOR, "staff_disable", ident, office.clock.now(), {}))
    console.print(f"停用了：{ident}", markup=False)

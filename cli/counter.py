"""``run.py case file``, ``correct``, ``erase``: for somebody at the window or on the telephone."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from bot.office import open_office
from cli.common import By, Number, clean_exit, console, member_of, quiet_settings, words_from
from domain.clock import chinese_day, local_day
from domain.complaints.draft import Draft, Filing
from domain.complaints.records import Person
from domain.complaints.terms import ComplaintKind, CreditDomain, Identity, Stage
from services.counter import DraftLacks
from services.names import read_name
from services.phones import read_phone

FIELDS = {
    "consent": "--consented（念过个人信息告知，对方同意）",
    "kind": "--kind",
    "domain": "--domain",
    "story": "--story",
    "respondent": "--respondent",
    "identity": "--identity（要答复的投诉不能匿名）",
    "phone": "--phone",
    "name": "--name",
    "guardian": "--guardian（不满 14 周岁的孩子的事，要监护人同意）",
}


def file(
    by: By,
    kind: Annotated[str, typer.Option(help="、".join(ComplaintKind.labels()))],
    domain: Annotated[str, typer.Option(help="、".join(CreditDomain.labels()))],
    respondent: Annotated[str, typer.Option(help="投诉谁：单位全称，或姓名")],
    story: Annotated[str, typer.Option(help="事情经过；长的用 --file")] = "",
    source: Annotated[
        Path | None, typer.Option("--file", exists=True, allow_dash=True, help="从文件读，- 是标准输入")
    ] = None,
    person: Annotated[bool, typer.Option("--person", help="投诉的是个人")] = False,
    happened: Annotated[str, typer.Option(help="什么时候")] = "",
    place: Annotated[str, typer.Option(help="哪里")] = "",
    area: Annotated[str, typer.Option(help="哪个区；不写归市里")] = "",
    identity: Annotated[str, typer.Option(help="、".join(Identity.labels()))] = Identity.SHIELDED.label,
    name: Annotated[str, typer.Option(help="投诉人姓名")] = "",
    phone: Annotated[str, typer.Option(help="投诉人电话")] = "",
    child: Annotated[bool, typer.Option("--child", help="当事的孩子不满 14 周岁")] = False,
    guardian: Annotated[bool, typer.Option("--guardian", help="来的是监护人，单独同意用孩子的信息")] = False,
    consented: Annotated[bool, typer.Option("--consented", help="念过个人信息告知，对方同意")] = False,
) -> None:
    """替来窗口、打电话的人记一件。编号和查询码当场交给对方。"""
    with clean_exit():
        draft = Draft(
            "",
            member_of(ComplaintKind, kind, "类型"),
            member_of(CreditDomain, domain, "领域"),
            words_from(story, source),
            respondent.strip(),
            person,
            happened.strip(),
            place.strip(),
            area.strip(),
            identity=member_of(Identity, identity, "身份"),
            name=_name(name),
            phone=_phone(phone),
            is_about_child=child,
            has_guardian_consent=guardian,
        )
        try:
            filing = asyncio.run(_file(draft, by, consented))
        except DraftLacks as lacks:
            raise typer.BadParameter("还缺：" + "、".join(FIELDS[field] for field in lacks.names)) from None
    due = filing.event.terms[Stage.ACCEPT].due_at
    console.print(f"受理编号 {filing.number}　查询码 {filing.code}", markup=False, highlight=False)
    console.print(
        f"请抄给投诉人，查询码只显示这一次。{chinese_day(local_day(due))}前告知是否受理。", markup=False
    )


async def _file(draft: Draft, by: str, consented: bool) -> Filing:
    async with open_office(quiet_settings()) as office:
        areas = (*office.library.city.districts, "")
        if draft.area not in areas:
            raise typer.BadParameter(f"区只能是：{'、'.join(filter(None, areas))}")
        return await office.counter.file(draft, by, is_consented=consented)


def correct(
    number: Number,
    by: By,
    name: Annotated[str, typer.Option(help="对的姓名；不写就不改")] = "",
    phone: Annotated[str, typer.Option(help="对的电话；不写就不改")] = "",
) -> None:
    """替来窗口的人更正没办完的一件的姓名、电话。先核对身份；居民在进度里看得到。"""
    with clean_exit():
        person = Person(_name(name), _phone(phone))
        if person == Person():
            raise typer.BadParameter("写 --name 或 --phone")
        asyncio.run(_correct(number, person, by))
    console.print(f"{number} 更正好了。", markup=False)


def erase(number: Number, by: By) -> None:
    """替来窗口的人删掉办完的一件：只剩类型、领域、区、状态和时间，找不回来。窗口主管办，先核对身份。"""
    with clean_exit():
        asyncio.run(_erase(number, by))
    console.print(f"{number} 删掉了。", markup=False)


async def _correct(number: str, person: Person, by: str) -> None:
    async with open_office(quiet_settings()) as office:
        await office.counter.correct(number, person, by)


async def _erase(number: str, by: str) -> None:
    async with open_office(quiet_settings()) as office:
        await office.counter.erase(number, by)


def _phone(typed: str) -> str:
    read = read_phone(typed)
    if typed and not read.number:
        raise typer.BadParameter("电话不对，请核对")
    return read.number


def _name(typed: str) -> str:
    name = read_name(typed)
    if typed and not name:
        raise typer.BadParameter("姓名请用汉字或字母，2 到 30 个")
    return name

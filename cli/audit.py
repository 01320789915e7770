"""``run.py audit``: whether anybody has meddled with the record of who did what."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from bot.office import open_office
from cli import oversight
from cli.common import clean_exit, console, errors, quiet_settings
from storage.audit import Verdict

app = typer.Typer(help="审计记录。", no_args_is_help=True)
app.command("who")(oversight.who)


@app.callback()
def audit() -> None:
    """审计记录。"""


@app.command("verify")
def verify(
    anchor: Annotated[str, typer.Option(help="上次核对时记下的链尾；写了能发现尾巴被整段截掉")] = "",
) -> None:
    """从头核对审计链，指出第一处被改、被删、被插、被挪的。"""
    with clean_exit():
        verdict = asyncio.run(_verify(anchor))
    if verdict.broken_at:
        errors.print(f"审计链在第 {verdict.broken_at} 条断了：那里被改过、删过或挪过。", style="red")
        raise typer.Exit(1)
    console.print(f"审计链完整，共 {verdict.count} 条。", markup=False)
    console.print(f"链尾：{verdict.head}（抄在别处，下次用 --anchor 核对）", markup=False, soft_wrap=True)


async def _verify(anchor: str) -> Verdict:
    async with open_office(quiet_settings()) as office:
        return await office.complaints.verify_audit(anchor)

"""``run.py`` → one of its commands."""

from __future__ import annotations

import typer

from cli import ask, audit, calendar, case, check, evaluate, keys, menu, push, qr, serve, staff

app = typer.Typer(
    help="信用乌海助手：回答信用问题、讲诚信故事、受理投诉的公众号助手。",
    no_args_is_help=False,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.callback(invoke_without_command=True)(serve.default)
app.command("serve")(serve.serve)
app.command("ask")(ask.ask)
app.command("chat")(ask.chat)
app.command("evaluate")(evaluate.evaluate_command)
app.command("check")(check.check)
app.add_typer(menu.app, name="menu")
app.add_typer(qr.app, name="qr")
app.add_typer(push.app, name="push")
app.add_typer(case.app, name="case")
app.add_typer(staff.app, name="staff")
app.add_typer(keys.app, name="keys")
app.add_typer(calendar.app, name="calendar")
app.add_typer(audit.app, name="audit")


def main() -> None:
    """Entry of ``run.py``."""
    app()

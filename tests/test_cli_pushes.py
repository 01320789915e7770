"""``run.py push``: an operator sees what did not go out and why, and sends it again."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import insert
from typer.testing import CliRunner

from bot.office import Office, open_office
from cli.common import console
from cli.main import app
from config.settings import Settings
from services.submission import Sender, file_draft
from storage.complaint_tables import outbox
from tests.support.filed import draft_of

run = CliRunner()


async def one_dead_letter(settings: Settings) -> str:
    async with open_office(settings) as office:
        number = await _filed(office)
        row = {
            "complaint": 1,
            "seq": 9,
            "resident": "r",
            "number": number,
            "news": "accepted",
            "status": "dead",
        }
        row |= {"channel": "", "attempts": 8, "fault": "system_busy", "lease": "", "message_id": ""}
        row |= {"due_at": office.clock.now(), "created_at": office.clock.now()}
        async with office.engine.begin() as connection:
            await connection.execute(insert(outbox).values(row))
        return number


async def _filed(office: Office) -> str:
    draft, now = draft_of(office.library), office.clock.now()
    filing = file_draft(draft, Sender("r", "chat", "o-r"), office.library, now, bytes(32))
    await office.complaints.file(filing)
    return filing.number


def test_dead_letters_are_listed_with_their_reason_and_sent_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setattr(console, "width", 200)
    number = asyncio.run(one_dead_letter(Settings(_env_file=None, data_dir=tmp_path)))
    listed = run.invoke(app, ["push", "list"])
    assert listed.exit_code == 0, listed.output
    for told in ("送不出去 1", f"{number} 已受理", "平台正忙（-1）"):
        assert told in listed.output
    assert "0 条会再发" in run.invoke(app, ["push", "retry", "99"]).output
    assert "1 条会再发" in run.invoke(app, ["push", "retry"]).output
    listed = run.invoke(app, ["push", "list", "--state", "等着发"])
    assert "等着发 1" in listed.output
    assert number in listed.output

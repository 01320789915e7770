"""The staff on a transcript's stage, and the news that their work is to residents."""

from __future__ import annotations

import shlex
from datetime import date

from sqlalchemy import select

from bot.service import Assistant
from domain.complaints.events import Command
from domain.complaints.terms import Action, Reason, Result, Role
from domain.errors import ActionRefused
from domain.ids import blind_name
from storage.complaint_tables import outbox
from storage.staff import Member

UNIT = "示例区农牧水务局"
MEMBERS = (
    Member("wang", "示例王", Role.WINDOW),
    Member("liu", "示例刘", Role.WINDOW),
    Member("li", "示例李", Role.WINDOW_LEAD),
    Member("zhao", "示例赵", Role.HANDLER, UNIT),
    Member("qian", "示例钱", Role.HANDLER_LEAD, UNIT),
    Member("sun", "示例孙", Role.CUSTODIAN),
    Member("du", "示例杜", Role.SUPERVISOR),
)


class StageOffice:
    """Acts on the newest case of the resident on stage."""

    def __init__(self) -> None:
        self._is_staffed = False
        self._seen = 0

    async def act(self, assistant: Assistant, sender: str, line: str) -> list[str]:
        """``wang 派单 unit=示例局 text=两句话``; what is refused is told as 不行."""
        if not self._is_staffed:
            self._is_staffed = True
            for member in MEMBERS:
                await assistant.staff.add(member, assistant.clock.now())
        who, label, *pairs = shlex.split(line)
        owner = blind_name(assistant.pipeline.naming_key, sender)
        file = (await assistant.complaints.of_resident(owner))[0]
        try:
            await assistant.casework.act(file.number, _command(label, pairs), who)
        except ActionRefused as refused:
            return [f"不行：{refused.guard.label if refused.guard else refused.state.label}"]
        return await self.news(assistant)

    async def news(self, assistant: Assistant) -> list[str]:
        """News written since the last look."""
        async with assistant.engine.connect() as connection:
            rows = (
                await connection.execute(select(outbox).where(outbox.c.id > self._seen).order_by(outbox.c.id))
            ).all()
        self._seen = max([self._seen, *(row.id for row in rows)])
        return [f"! {row.news}" for row in rows]


def _command(label: str, pairs: list[str]) -> Command:
    values: dict[str, object] = dict(pair.split("=", 1) for pair in pairs)
    read = {
        "days": int,
        "until": date.fromisoformat,
        "reason": Reason,
        "result": Result,
        "asked": Action,
        "reached": lambda word: word == "yes",
        "text": lambda word: word.replace("|", "\n\n"),
    }
    told = {name: read.get(name, str)(value) for name, value in values.items()}  # type: ignore[operator]
    return Command(Action(label), **told)  # type: ignore[arg-type, call-arg]

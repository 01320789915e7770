"""Cases, their files and their residents on SQLite and on PostgreSQL, with a clock that can be moved by years."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest_asyncio
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.clock import ManualClock
from domain.complaints.draft import Filing
from domain.complaints.events import Command
from domain.complaints.terms import Action, Role
from domain.entries import Library
from domain.ids import new_id
from services.casework import Casework
from services.oversight import Oversight
from services.retention import Retention
from services.rights import Rights
from services.submission import rules_of
from storage.complaint_tables import complaints, evidence
from storage.complaints import Complaints
from storage.conversations import Conversations
from storage.erasure import Erasure
from storage.staff import Member, Staff
from storage.vault import Vault
from tests.conftest import NOW
from tests.storage.conftest import SEALS, address, engine  # noqa: F401 - fixtures
from tests.support.filings import filing_of

UNIT = "示例区市场监管局"
MEMBERS = (
    Member("wang", "示例王", Role.WINDOW),
    Member("liu", "示例刘", Role.WINDOW),
    Member("li", "示例李", Role.WINDOW_LEAD),
    Member("zhao", "示例赵", Role.HANDLER, UNIT),
    Member("qian", "示例钱", Role.HANDLER_LEAD, UNIT),
    Member("sun", "示例孙", Role.CUSTODIAN),
    Member("du", "示例杜", Role.SUPERVISOR),
    Member("fen", "示例分", Role.ANALYST),
    Member("shen", "示例申", Role.AUDITOR),
    Member("xi", "示例席", Role.ADMIN),
)


@dataclass
class House:
    """Everything around a case, without the bot."""

    engine: AsyncEngine
    library: Library
    vault: Vault
    clock: ManualClock = field(default_factory=lambda: ManualClock(NOW))

    def __post_init__(self) -> None:
        self.complaints = Complaints(self.engine, SEALS)
        self.conversations = Conversations(self.engine, SEALS)
        self.staff = Staff(self.engine)
        self.erasure = Erasure(self.engine, SEALS)
        rules = lambda: rules_of(self.library)  # noqa: E731
        self.casework = Casework(self.complaints, self.staff, rules, self.clock)
        self.oversight = Oversight(self.complaints, self.staff, rules, self.clock)
        self.retention = Retention(
            self.erasure, self.complaints, self.vault, lambda: self.library.limits, self.clock
        )
        self.rights = Rights(self.complaints, self.conversations, self.retention, rules, self.clock)

    async def file(self, mark: str = "a", owner: str = "r1", **more: object) -> Filing:
        filing = filing_of(self.library, mark, owner, self.clock.now(), **more)
        await self.complaints.file(filing)
        return filing

    async def hand_in(self, number: str = "", draft: str = "", at: datetime | None = None) -> tuple[str, str]:
        """A picture with both its files in the vault; of a case, or of a draft that is still told."""
        names = (self.vault.put([b"the original"]), self.vault.put([b"what is shown"]))
        async with self.engine.begin() as connection:
            found = await connection.execute(select(complaints.c.id).where(complaints.c.number == number))
            row: dict[str, Any] = {
                "id": new_id(),
                "draft": draft or "d" * 32,
                "complaint": found.scalar() if number else None,
                "kind": "picture",
                "status": "stored",
                "media_type": "image/jpeg",
                "size": 12,
                "sha256": "0" * 64,
                "width": 1,
                "height": 1,
                "pages": 0,
                "original": names[0],
                "display": names[1],
                "scan": "unscanned",
                "attempts": 0,
                "added_at": at or self.clock.now(),
            }
            await connection.execute(insert(evidence).values(row))
        return names

    async def do(self, number: str, who: str, action: Action, **more: object) -> None:
        await self.casework.act(number, Command(action, **more), who)  # type: ignore[arg-type]

    async def rows(self, table: Any) -> list[dict[str, Any]]:
        async with self.engine.connect() as connection:
            return [dict(row) for row in (await connection.execute(select(table))).mappings()]


@pytest_asyncio.fixture
async def house(engine: AsyncEngine, library: Library, tmp_path: Path) -> AsyncIterator[House]:  # noqa: F811
    house = House(engine, library, Vault(tmp_path / "vault", {"k1": bytes(32)}))
    for member in MEMBERS:
        await house.staff.add(member, NOW)
    yield house

"""What has been kept as long as it may be → gone. Periods: ``kept`` in ``config/limits.yaml``.

A case leaves a tombstone: its number, kind, domain, district, state and times, and what was done to it when by whose
role. Everything that was said in it, and every file, goes. What is held (a lawsuit, an inspection) stays.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import structlog

from domain.clock import SHANGHAI, Clock, local_day
from domain.complaints.events import Actor
from domain.complaints.limits import Limits
from domain.complaints.terms import ComplaintKind
from domain.errors import CaseChanged
from storage.audit import Entry
from storage.complaints import Complaints
from storage.erasure import Erasure
from storage.vault import Vault

log = structlog.get_logger()

BY_AGE = ("reply", "dialog", "miss", "consent", "news", "attempt")
CHUNK = 100
UNFINISHED = timedelta(days=1)  # a file this young may belong to a complaint that is being sent


@dataclass(frozen=True, slots=True)
class Due:
    """How many of a kind have been kept long enough. ``what``: a name of ``kept``, or ``held`` (kept all the same),
    ``files`` (handed in and taken back)."""

    what: str
    count: int


class Retention:
    """Counts what is due, and removes it."""

    def __init__(
        self,
        erasure: Erasure,
        complaints: Complaints,
        vault: Vault,
        limits: Callable[[], Limits],
        clock: Clock,
    ) -> None:
        self._erasure = erasure
        self._complaints = complaints
        self._vault = vault
        self._limits = limits
        self._clock = clock

    async def due(self) -> tuple[Due, ...]:
        """What a purge would remove now, and what is held back. Nothing is changed."""
        ended = self._ended_before()
        cases = [kind for _, kind in await self._erasure.due_cases(ended)]
        return (
            *(Due(kind.value, cases.count(kind.value)) for kind in ComplaintKind),
            Due("held", await self._erasure.count_held(ended)),
            Due("draft", await self._erasure.count_drafts(self._before("draft"))),
            *[Due(what, await self._erasure.count_old(what, self._before(what))) for what in BY_AGE],
            Due("files", await self._erasure.count_doomed()),
        )

    async def purge(self, actor: Actor) -> tuple[Due, ...]:
        """Remove what is due; returns what it was. Killed half-way, the next run does the rest."""
        ended = self._ended_before()
        held = await self._erasure.count_held(ended)
        gone = dict.fromkeys((kind.value for kind in ComplaintKind), 0)
        for number, kind in await self._erasure.due_cases(ended):
            gone[kind] += await self._erase_due(number, actor)
        drafts = await self._erasure.drop_drafts(self._before("draft"), self._clock.now())
        old = [Due(what, await self._erasure.drop_old(what, self._before(what))) for what in BY_AGE]
        files = await self.clear_files() + await self._sweep_vault()
        await self._erasure.settle()
        removed = (
            *(Due(kind, count) for kind, count in gone.items()),
            Due("held", held),
            Due("draft", drafts),
            *old,
            Due("files", files),
        )
        counts = {due.what: str(due.count) for due in removed}
        await self._complaints.note(Entry(actor, "purge", "", self._clock.now(), counts))
        return removed

    async def erase(self, number: str, actor: Actor, why: str) -> None:
        """Empty one case at once, its files with it. Raises ``CaseChanged`` when it is open, held, or empty already."""
        now = self._clock.now()
        await self._erasure.erase_case(number, now, Entry(actor, "erase", number, now, {"why": why}))
        await self.clear_files()
        await self._erasure.settle()

    async def clear_files(self) -> int:
        """Remove the files of what was erased or taken back; returns of how many things."""
        cleared = 0
        while doomed := await self._erasure.doomed(CHUNK):
            for each in doomed:
                for name in each.files:
                    await asyncio.to_thread(self._vault.remove, name)
            await self._erasure.cleared([each.id for each in doomed])
            cleared += len(doomed)
        return cleared

    async def forget_conversation(self, resident: str) -> None:
        """Drop a resident's draft, what was handed in for it, and what is remembered of the talk. At once."""
        await self._erasure.forget_conversation(resident, self._clock.now())
        await self.clear_files()
        await self._erasure.settle()

    async def forget_reach(self, resident: str) -> None:
        """Drop how a resident can be reached, and what they agreed to be told."""
        await self._erasure.forget_reach(resident)

    async def _erase_due(self, number: str, actor: Actor) -> int:
        now = self._clock.now()
        try:
            await self._erasure.erase_case(number, now, Entry(actor, "erase", number, now, {"why": "due"}))
        except CaseChanged:
            log.info("case_not_erased")
            return 0
        return 1

    async def _sweep_vault(self) -> int:
        """Files that no row knows: a process was killed between the file and its row."""
        known = await self._erasure.known_files()
        before = self._clock.now() - UNFINISHED
        swept = await asyncio.to_thread(self._vault.sweep, before)
        return swept + await asyncio.to_thread(self._vault.sweep_unknown, known, before)

    def _ended_before(self) -> dict[ComplaintKind, date]:
        limits, today = self._limits(), local_day(self._clock.now())
        return {kind: limits.kept_since(kind.value, today) for kind in ComplaintKind}

    def _before(self, what: str) -> datetime:
        day = self._limits().kept_since(what, local_day(self._clock.now()))
        return datetime.combine(day, time.min, SHANGHAI)

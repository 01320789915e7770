"""Drafts ↔ sealed rows, with what was handed in. A draft that was changed elsewhere meanwhile is never overwritten."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import structlog
from pydantic import TypeAdapter, ValidationError
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.complaints.draft import FORMAT, Draft, Handed
from domain.complaints.records import HandedIn
from domain.errors import DraftChanged, SealBroken
from domain.evidence import EvidenceKind, Kept
from storage import places
from storage.complaint_tables import drafts, evidence
from storage.dialect import insert_of
from storage.evidence import Holder, add_evidence, drop_evidence, handed_in, of_draft
from storage.sealing import Seals

log = structlog.get_logger()

_DRAFT = TypeAdapter(Draft)


class Drafts:
    """Drafts outside a turn, each call a transaction of its own: what the form stores."""

    def __init__(self, engine: AsyncEngine, seals: Seals) -> None:
        self._engine = engine
        self._seals = seals

    async def read(self, owner: str) -> Draft | None:
        """The owner's draft, if there is one that can be read."""
        async with self._engine.connect() as connection:
            return await read_draft(connection, self._seals, owner)

    async def keep(self, owner: str, draft: Draft, at: datetime) -> Draft:
        """Store ``draft`` in the place of the one it came from; returns it as it stands. Raises ``DraftChanged``."""
        return await self.hand_in(owner, draft, {}, at)

    async def hand_in(self, owner: str, draft: Draft, files: Mapping[str, Kept], at: datetime) -> Draft:
        """Store ``draft`` with files for it, by their new ids. Raises ``DraftChanged``: then none is stored."""
        for ident, kept in files.items():
            draft = draft.having(Handed(ident, kept.accepted.kind is EvidenceKind.DOCUMENT))
        draft = replace(draft, on_form=True)
        async with self._engine.begin() as connection:
            await keep_draft(connection, self._seals, owner, draft, at)
            for ident, kept in files.items():
                await add_evidence(connection, ident, kept, Holder(draft=draft.id), at)
        return replace(draft, saved=draft.saved + 1)

    async def take_back(self, owner: str, draft: Draft, ident: str, at: datetime) -> Draft:
        """Store ``draft`` without a file that was handed in for it. Raises ``DraftChanged``."""
        left = replace(draft.without(ident), on_form=True)
        async with self._engine.begin() as connection:
            await keep_draft(connection, self._seals, owner, left, at)
            await drop_evidence(connection, draft.id, at, [ident])
        return replace(left, saved=left.saved + 1)

    async def drop(self, owner: str, draft: Draft, at: datetime) -> None:
        """Forget the owner's draft and what was handed in for it."""
        async with self._engine.begin() as connection:
            await drop_draft(connection, owner)
            await drop_evidence(connection, draft.id, at)

    async def files(self, draft: Draft) -> tuple[HandedIn, ...]:
        """What was handed in for a draft, in the order in which it came."""
        wanted = of_draft(draft.id).order_by(evidence.c.added_at, evidence.c.id)
        async with self._engine.connect() as connection:
            return tuple(map(handed_in, (await connection.execute(wanted)).mappings()))


async def read_draft(connection: AsyncConnection, seals: Seals, owner: str) -> Draft | None:
    """The owner's draft, if there is one that can be read."""
    return (await read_drafts(connection, seals, [owner])).get(owner)


async def read_drafts(connection: AsyncConnection, seals: Seals, owners: Sequence[str]) -> dict[str, Draft]:
    """The drafts of these owners that can be read."""
    if not owners:
        return {}
    rows = (await connection.execute(select(drafts).where(drafts.c.owner.in_(owners)))).all()
    read = {row.owner: opened(seals, row.owner, row.sealed_draft, row.version) for row in rows}
    return {owner: draft for owner, draft in read.items() if draft}


def opened(seals: Seals, owner: str, sealed: bytes, version: int) -> Draft | None:
    """A stored draft. What an older format lacks has its default; what is unreadable is logged and left alone."""
    try:
        told = json.loads(seals.fields.open(sealed, places.draft_of(owner)))
        return replace(_DRAFT.validate_python(_upgraded(told)), saved=version)
    except (SealBroken, ValidationError, ValueError):
        log.warning("draft_unreadable")
        return None


async def keep_draft(
    connection: AsyncConnection, seals: Seals, owner: str, draft: Draft, at: datetime
) -> None:
    """Store ``draft`` in the place of the one it came from. Raises ``DraftChanged``."""
    sealed = seals.fields.seal(
        _DRAFT.dump_json(replace(draft, saved=0), exclude_defaults=True), places.draft_of(owner)
    )
    row = {"id": draft.id, "version": draft.saved + 1, "sealed_draft": sealed, "changed_at": at}
    if draft.saved:
        mine = (drafts.c.owner == owner) & (drafts.c.version == draft.saved)
        done = await connection.execute(update(drafts).where(mine).values(row))
    else:
        await _drop_unreadable(connection, seals, owner)
        put = insert_of(connection.dialect.name, drafts).values(owner=owner, **row)
        done = await connection.execute(put.on_conflict_do_nothing(index_elements=["owner"]))
    if done.rowcount != 1:
        raise DraftChanged


async def _drop_unreadable(connection: AsyncConnection, seals: Seals, owner: str) -> None:
    """Make room for a new draft where one lies that nobody can open: else its owner could never begin again."""
    found = await connection.execute(select(drafts).where(drafts.c.owner == owner))
    row = found.one_or_none()
    if row and opened(seals, owner, row.sealed_draft, row.version) is None:
        same = (drafts.c.owner == owner) & (drafts.c.version == row.version)
        await connection.execute(delete(drafts).where(same))


async def drop_draft(connection: AsyncConnection, owner: str) -> None:
    await connection.execute(delete(drafts).where(drafts.c.owner == owner))


async def forget_drafts(connection: AsyncConnection, before: datetime) -> Sequence[str]:
    """Drop drafts not touched since ``before``; returns their ids, so that what was handed in goes with them."""
    gone = await connection.execute(delete(drafts).where(drafts.c.changed_at < before).returning(drafts.c.id))
    return gone.scalars().all()


def _upgraded(told: dict[str, Any]) -> dict[str, Any]:
    """A draft of any format as today's: fields that are gone are left out, the rest keep what they hold."""
    known = {name: told[name] for name in Draft.__dataclass_fields__ if name in told}
    return known | {"format": FORMAT}

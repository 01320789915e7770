"""Who works here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.complaints.events import Actor
from domain.complaints.terms import Role
from domain.errors import StaffExists, StaffUnknown
from storage.complaint_tables import staff


@dataclass(frozen=True, slots=True)
class Member:
    """One person of the staff. ``unit``: a window's or a unit's public name; empty: the whole city."""

    id: str
    name: str
    role: Role
    unit: str = ""
    is_active: bool = True

    @property
    def actor(self) -> Actor:
        return Actor(self.role, self.id, self.unit)


class Staff:
    """The staff of this installation. Nobody is deleted: what they did stays theirs."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def add(self, member: Member, at: datetime) -> None:
        """Raises ``StaffExists``."""
        row = {
            "id": member.id,
            "name": member.name,
            "role": member.role.value,
            "unit": member.unit,
            "is_active": True,
            "added_at": at,
        }
        try:
            async with self._engine.begin() as connection:
                await connection.execute(insert(staff).values(row))
        except IntegrityError:
            raise StaffExists(member.id) from None

    async def get(self, ident: str) -> Member:
        """Somebody who may act. Raises ``StaffUnknown``, for who was disabled as well."""
        async with self._engine.connect() as connection:
            found = await connection.execute(
                select(staff).where(staff.c.id == ident, staff.c.is_active.is_(True))
            )
            row = found.one_or_none()
        if row is None:
            raise StaffUnknown(ident)
        return Member(row.id, row.name, Role.of(row.role), row.unit)

    async def all(self) -> Sequence[Member]:
        async with self._engine.connect() as connection:
            rows = await connection.execute(select(staff).order_by(staff.c.id))
            return [Member(r.id, r.name, Role.of(r.role), r.unit, r.is_active) for r in rows]

    async def disable(self, ident: str) -> None:
        """Raises ``StaffUnknown``."""
        async with self._engine.begin() as connection:
            done = await connection.execute(update(staff).where(staff.c.id == ident).values(is_active=False))
        if done.rowcount != 1:
            raise StaffUnknown(ident)

"""How each resident can be reached: what they did, what was sent, what they agreed to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache

from sqlalchemy import Insert, RowMapping, delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.allowance import MESSAGE_WINDOW, Contact, Touch
from domain.pushing import NO_CONSENT, Consent
from storage.dialect import insert_of
from storage.platform_tables import consents, custom_sends, reach

_OPENED = {
    Touch.MESSAGE: reach.c.message_at,
    Touch.CLICK: reach.c.click_at,
    Touch.SUBSCRIBE: reach.c.subscribe_at,
    Touch.SCAN: reach.c.scan_at,
}


@dataclass(frozen=True, slots=True)
class Known:
    """What is stored about reaching one resident. ``consents``: by template."""

    contacts: tuple[Contact, ...] = ()
    is_following: bool = True
    consents: Mapping[str, Consent] = field(default_factory=dict)

    def consent(self, template: str) -> Consent:
        return self.consents.get(template, NO_CONSENT)


async def note_touches(connection: AsyncConnection, touches: Iterable[tuple[str, Touch, datetime]]) -> None:
    """Residents did something: (who, what, when). Whoever speaks, follows."""
    by_touch: dict[Touch, dict[str, datetime]] = {}
    for resident, touch, at in touches:
        by_touch.setdefault(touch, {})[resident] = at
    for touch, latest in by_touch.items():
        name = _OPENED[touch].name
        rows = [{"resident": who, "is_following": True, name: at} for who, at in sorted(latest.items())]
        await connection.execute(_put_touch(connection.dialect.name, name), rows)


async def note_unfollowed(connection: AsyncConnection, resident: str) -> None:
    """Nothing reaches them until they come back."""
    put = insert_of(connection.dialect.name, reach).values(resident=resident, is_following=False)
    await connection.execute(
        put.on_conflict_do_update(index_elements=["resident"], set_={"is_following": False})
    )


async def note_sent(connection: AsyncConnection, resident: str, at: datetime) -> None:
    """A 客服 message went out, or may have."""
    await connection.execute(insert(custom_sends).values(resident=resident, sent_at=at))


async def forget_spent(connection: AsyncConnection, now: datetime) -> None:
    """Drop what opens and spends nothing any more; who left stays noted."""
    since = now - MESSAGE_WINDOW
    await connection.execute(delete(custom_sends).where(custom_sends.c.sent_at < since))
    is_over = [or_(column.is_(None), column < since) for column in _OPENED.values()]
    await connection.execute(delete(reach).where(reach.c.is_following, *is_over))


async def forget_resident(connection: AsyncConnection, resident: str) -> None:
    """Drop all of it: the resident wants to be forgotten."""
    for table in (reach, custom_sends, consents):
        await connection.execute(delete(table).where(table.c.resident == resident))


async def add_consent(
    connection: AsyncConnection, resident: str, template: str, given: Consent, at: datetime
) -> None:
    """Agreed once more, or for good."""
    put = insert_of(connection.dialect.name, consents).values(
        resident=resident, template=template, times=given.times, is_lasting=given.is_lasting, changed_at=at
    )
    more = {
        "times": consents.c.times + put.excluded.times,
        "is_lasting": or_(consents.c.is_lasting, put.excluded.is_lasting),
        "changed_at": put.excluded.changed_at,
    }
    await connection.execute(put.on_conflict_do_update(index_elements=["resident", "template"], set_=more))


async def revoke_consent(connection: AsyncConnection, resident: str, template: str, at: datetime) -> None:
    """Agreed no longer."""
    mine = (consents.c.resident == resident) & (consents.c.template == template)
    nothing = {"times": 0, "is_lasting": False, "changed_at": at}
    await connection.execute(update(consents).where(mine).values(nothing))


async def spend_consent(connection: AsyncConnection, resident: str, template: str) -> None:
    """One single time was used; a lasting consent stays."""
    mine = (consents.c.resident == resident) & (consents.c.template == template)
    is_single = consents.c.is_lasting.is_(False) & (consents.c.times > 0)
    await connection.execute(update(consents).where(mine, is_single).values(times=consents.c.times - 1))


async def known_of(connection: AsyncConnection, resident: str) -> Known:
    """All that is stored about reaching them."""
    row = (await connection.execute(select(reach).where(reach.c.resident == resident))).mappings().first()
    sends = await connection.execute(
        select(custom_sends.c.sent_at).where(custom_sends.c.resident == resident)
    )
    agreed = await connection.execute(select(consents).where(consents.c.resident == resident))
    opened = _contacts(row) if row else ()
    sent = tuple(Contact(Touch.SENT, at) for at in sends.scalars())
    given = {each.template: Consent(each.times, each.is_lasting) for each in agreed}
    return Known((*opened, *sent), bool(row is None or row["is_following"]), given)


def _contacts(row: RowMapping) -> tuple[Contact, ...]:
    return tuple(
        Contact(touch, row[column.name]) for touch, column in _OPENED.items() if row[column.name] is not None
    )


@cache
def _put_touch(dialect: str, name: str) -> Insert:
    put = insert_of(dialect, reach)
    new = {"is_following": True, name: put.excluded[name]}
    statement: Insert = put.on_conflict_do_update(index_elements=["resident"], set_=new)
    return statement

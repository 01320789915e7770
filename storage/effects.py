"""Effects of turns → rows, in the turns' own transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Insert, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.clock import local_day
from domain.effects import (
    Acted,
    Asked,
    ConsentGiven,
    ConsentRevoked,
    DraftDropped,
    DraftKept,
    Effect,
    EvidenceDropped,
    EvidenceMoved,
    Filed,
    MediaSent,
    Missed,
    NewsTold,
    Rated,
    Touched,
    Unfollowed,
)
from domain.ids import new_id
from domain.messages import PushEnded
from storage import places
from storage.casefiles import add_event, file_case
from storage.dialect import insert_of
from storage.drafts import drop_draft, keep_draft
from storage.evidence import drop_evidence, expect_media, move_evidence
from storage.outbox import mark_ended, mark_told
from storage.reach import add_consent, note_touches, note_unfollowed, revoke_consent
from storage.sealing import Seals
from storage.tables import asks, misses, ratings

Left = tuple[str, datetime, Effect]


async def store_effects(connection: AsyncConnection, seals: Seals, left: Sequence[Left]) -> None:
    """Store what turns leave behind: (resident, when, effect), in order.

    Counts and lists go as one statement each; what concerns a complaint goes one by one.
    """
    if counted := Counter((e.target, local_day(at)) for _, at, e in left if isinstance(e, Asked)):
        rows = [{"target": target, "day": day, "count": n} for (target, day), n in sorted(counted.items())]
        await connection.execute(_add_asks(connection.dialect.name), rows)
    if missed := list(_miss_rows(left, seals)):
        await connection.execute(insert(misses), missed)
    if rated := list(_rating_rows(left)):
        await connection.execute(insert(ratings), rated)
    await note_touches(connection, [(who, e.touch, at) for who, at, e in left if isinstance(e, Touched)])
    for resident, at, effect in left:
        await _store(connection, seals, resident, at, effect)


async def _store(
    connection: AsyncConnection, seals: Seals, resident: str, at: datetime, effect: Effect
) -> None:
    match effect:
        case DraftKept(draft):
            await keep_draft(connection, seals, resident, replace(draft, on_form=False), at)
        case DraftDropped(ident):
            await drop_draft(connection, resident)
            await drop_evidence(connection, ident, at)
        case EvidenceDropped(ident):
            await drop_evidence(connection, ident, at)
        case EvidenceMoved(ident, number):
            await move_evidence(connection, ident, number)
        case MediaSent():
            await expect_media(connection, seals, effect, at)
        case Filed(filing):
            await file_case(connection, seals, filing)
        case Acted(number, before, event):
            await add_event(connection, seals, number, before, event)
        case NewsTold(ids):
            await mark_told(connection, resident, ids, at)
        case Unfollowed():
            await note_unfollowed(connection, resident)
        case ConsentGiven(template, consent):
            await add_consent(connection, resident, template, consent, at)
        case ConsentRevoked(template):
            await revoke_consent(connection, resident, template, at)
        case PushEnded():
            await mark_ended(connection, resident, effect, at)


def _miss_rows(left: Iterable[Left], seals: Seals) -> Iterable[dict[str, Any]]:
    for _, at, e in left:
        if isinstance(e, Missed):
            mark = new_id()
            sealed = seals.text(e.text, places.miss_of(mark))
            nearest = " ".join(e.nearest)
            yield {
                "mark": mark,
                "sealed_text": sealed,
                "reason": e.reason,
                "nearest": nearest,
                "asked_at": at,
            }


def _rating_rows(left: Iterable[Left]) -> Iterable[dict[str, Any]]:
    for _, at, e in left:
        if isinstance(e, Rated):
            yield {"target": e.target, "useful": e.useful, "rated_at": at}


@cache
def _add_asks(dialect: str) -> Insert:
    put = insert_of(dialect, asks)
    more = {"count": asks.c.count + put.excluded.count}
    statement: Insert = put.on_conflict_do_update(index_elements=["target", "day"], set_=more)
    return statement

"""Rows of pictures and documents; the files themselves are in the vault."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, Select, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.complaints.records import HandedIn
from domain.effects import MediaSent
from domain.evidence import Accepted, EvidenceKind, Kept, MediaType, Scan
from storage import places
from storage.complaint_tables import complaints, evidence
from storage.sealing import Seals

WAITING, STORED, REFUSED, GONE = "waiting", "stored", "refused", "gone"


async def expect_media(connection: AsyncConnection, seals: Seals, sent: MediaSent, at: datetime) -> None:
    """A picture that is to be fetched from the platform; ``sent`` names its draft or its case."""
    case = select(complaints.c.id).where(complaints.c.number == sent.number).scalar_subquery()
    row = _row(sent.id, sent.draft, at) | {
        "complaint": case if sent.number else None,
        "sealed_media_id": seals.text(sent.media_id, places.media_of(sent.id)),
        "next_try_at": at,
    }
    await connection.execute(insert(evidence).values(row))


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose a file is: a draft's, or (``number``) a case's."""

    draft: str = ""
    number: str = ""


async def add_evidence(
    connection: AsyncConnection, ident: str, kept: Kept, holder: Holder, at: datetime
) -> None:
    """A file that is in the vault."""
    case = select(complaints.c.id).where(complaints.c.number == holder.number).scalar_subquery()
    row = _row(ident, holder.draft, at) | stored_values(kept)
    row |= {"complaint": case if holder.number else None}
    await connection.execute(insert(evidence).values(row))


def stored_values(kept: Kept) -> dict[str, Any]:
    """What is known of a file once it is in the vault."""
    accepted = kept.accepted
    return {
        "status": STORED,
        "kind": accepted.kind.value,
        "media_type": accepted.media_type.value,
        "size": accepted.size,
        "sha256": accepted.sha256,
        "width": accepted.width,
        "height": accepted.height,
        "pages": accepted.pages,
        "original": kept.original,
        "display": kept.display,
        "scan": kept.scan.value,
    }


def media_id_of(row: RowMapping, seals: Seals) -> str:
    return seals.read(row["sealed_media_id"], places.media_of(row["id"]))


async def drop_evidence(
    connection: AsyncConnection, draft: str, at: datetime, idents: Sequence[str] | None = None
) -> None:
    """Take back what was handed in for a draft (all, or these); the files follow in the background."""
    mine = (evidence.c.draft == draft) & evidence.c.complaint.is_(None) & evidence.c.removed_at.is_(None)
    if idents is not None:
        mine &= evidence.c.id.in_(idents)
    await connection.execute(
        update(evidence).where(mine).values(removed_at=at, sealed_media_id=None, next_try_at=None)
    )


async def move_evidence(connection: AsyncConnection, draft: str, number: str) -> None:
    """What was handed in for a draft belongs to the case of that number now."""
    case = select(complaints.c.id).where(complaints.c.number == number).scalar_subquery()
    mine = (evidence.c.draft == draft) & evidence.c.complaint.is_(None) & evidence.c.removed_at.is_(None)
    await connection.execute(update(evidence).where(mine).values(complaint=case))


def of_draft(draft: str) -> Select[Any]:
    return select(evidence).where(evidence.c.draft == draft, evidence.c.removed_at.is_(None))


def of_case(number: str) -> Select[Any]:
    return (
        select(evidence)
        .join(complaints, complaints.c.id == evidence.c.complaint)
        .where(complaints.c.number == number, evidence.c.removed_at.is_(None))
    )


def handed_in(row: RowMapping) -> HandedIn:
    """A row as it is shown. The size of the copy that is shown is not kept."""
    if row["status"] != STORED:
        return HandedIn(row["id"], row["added_at"], is_coming=row["status"] == WAITING)
    accepted = Accepted(
        EvidenceKind.of(row["kind"]),
        MediaType.of(row["media_type"]),
        row["size"],
        row["sha256"],
        width=row["width"],
        height=row["height"],
        pages=row["pages"],
    )
    return HandedIn(row["id"], row["added_at"], accepted, row["original"], row["display"])


def _row(ident: str, draft: str, at: datetime) -> dict[str, Any]:
    return {
        "id": ident,
        "draft": draft,
        "kind": EvidenceKind.PICTURE.value,
        "status": WAITING,
        "media_type": "",
        "size": 0,
        "sha256": "",
        "width": 0,
        "height": 0,
        "pages": 0,
        "original": "",
        "display": "",
        "scan": Scan.UNSCANNED.value,
        "attempts": 0,
        "added_at": at,
    }

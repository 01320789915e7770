"""Complaints that were made up: a draft that is whole, and the case filed from it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from hashlib import sha256

from domain.complaints.draft import Draft, Filing
from domain.complaints.terms import ComplaintKind, CreditDomain, Identity
from domain.entries import Library
from services.submission import Sender, file_draft
from tests.conftest import NOW

NAME, PHONE = "示例周", "+8613800000001"
DRAFT = Draft(
    id="",
    kind=ComplaintKind.COMPLAINT,
    domain=CreditDomain.BUSINESS,
    story="示例商行卖的取暖器是坏的，老板不给退，我叫示例周，电话13800000001。",
    respondent="示例商行",
    place="示例路 1 号",
    area="海勃湾区",
    identity=Identity.SHIELDED,
    name=NAME,
    phone=PHONE,
)


def filing_of(
    library: Library, mark: str = "a", owner: str = "r1", at: datetime = NOW, **more: object
) -> Filing:
    """A case like ``DRAFT``; the same ``mark`` draws the same number and code."""
    lot = sha256(mark.encode()).digest()
    version = library.city.consent_version
    draft = replace(DRAFT, id=lot.hex()[:32], consent_version=version)
    sender = Sender(owner, "chat", "o-resident-a")
    return file_draft(replace(draft, **more), sender, library, at, lot)  # type: ignore[arg-type]

"""Cases whose residents are to hear something, and the courier that tells them."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

from bot.courier import Courier
from bot.platform import PlatformClient
from bot.render import Renderer
from bot.service import Assistant
from domain.complaints.draft import Draft
from domain.complaints.events import Command
from domain.complaints.terms import Action, ComplaintKind, CreditDomain, Identity, Role
from domain.entries import Library
from domain.ids import blind_name, lot_of
from domain.pushing import Pushes
from services.desk import Content
from services.submission import Sender, file_draft
from storage.deliveries import Deliveries
from storage.staff import Member

STORY, RESPONDENT, NAME, PHONE = "说好退钱一直不退", "示例饭店", "示例张三", "13800000000"
_numbers = count(1)


def draft_for(library: Library) -> Draft:
    """A complaint that is told whole; another one each time."""
    return Draft(
        id=f"draft{next(_numbers)}",
        kind=ComplaintKind.COMPLAINT,
        domain=CreditDomain.BUSINESS,
        story=STORY,
        respondent=RESPONDENT,
        identity=Identity.SHIELDED,
        name=NAME,
        phone=PHONE,
        consent_version=library.city.consent_version,
    )


async def file_case(assistant: Assistant, openid: str) -> str:
    """A complaint of this resident; returns its number."""
    draft = draft_for(assistant.content.desk.library)
    owner = blind_name(assistant.pipeline.naming_key, openid)
    sender = Sender(owner, "chat", openid)
    library, now = assistant.content.desk.library, assistant.clock.now()
    filing = file_draft(draft, sender, library, now, lot_of(b"news", draft.id))
    await assistant.complaints.file(filing)
    return filing.number


async def accept(assistant: Assistant, number: str) -> None:
    """News: 已受理."""
    if not [member for member in await assistant.staff.all() if member.id == "wang"]:
        await assistant.staff.add(Member("wang", "示例王", Role.WINDOW), assistant.clock.now())
    await assistant.casework.act(number, Command(Action.ACCEPT), "wang")


def with_pushes(content: Content, pushes: Pushes) -> Content:
    """The same knowledge in a city that has chosen these templates."""
    library = content.desk.library
    city = replace(library.city, pushes=pushes)
    return Content(content.places, replace(content.desk, library=replace(library, city=city)))


def courier_of(assistant: Assistant, platform: PlatformClient, content: Content | None = None) -> Courier:
    """A process of its own that brings news out."""
    deliveries = Deliveries(assistant.engine, assistant.seals)
    return Courier(
        deliveries, platform, content or assistant.content, Renderer("https://xy.example.cn"), assistant.clock
    )

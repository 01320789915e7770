"""Cases whose residents are to hear something, and the courier that tells them."""

from __future__ import annotations

from dataclasses import replace

from bot.courier import Courier
from bot.platform import PlatformClient
from bot.render import Renderer
from bot.service import Assistant
from domain.complaints.events import Command
from domain.complaints.terms import Action, Role
from domain.ids import blind_name
from domain.pushing import Pushes
from services.desk import Content
from storage.deliveries import Deliveries
from storage.staff import Member
from tests.support import filed


async def file_case(assistant: Assistant, openid: str) -> str:
    """A complaint of this resident, who can be written to; returns its number."""
    owner = blind_name(assistant.pipeline.naming_key, openid)
    filing = await filed.file_case(assistant, assistant.content.desk.library, owner, openid=openid)
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

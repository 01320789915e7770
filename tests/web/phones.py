"""A browser in a resident's hand, and complaints to open on it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient

from bot.service import Assistant
from domain.complaints.draft import Filing
from domain.complaints.terms import State
from domain.ids import blind_name
from tests.support.filed import OWNER, file_case, lead_to
from tests.web.reading import read

Client = TestClient[web.Request, web.Application]
NOBODYS = "WH26-0000-00000"


@dataclass
class Phone:
    """A browser on which somebody is, or is not, known."""

    client: Client

    async def get(self, path: str) -> tuple[int, str]:
        response = await self.client.get(path, allow_redirects=False)
        return response.status, await response.text() if "text/" in response.content_type else ""

    async def post(self, path: str, **fields: str) -> ClientResponse:
        return await self.client.post(path, data=fields, allow_redirects=False)

    async def send(self, page: str, act: str, **fields: str) -> ClientResponse:
        """Open ``page`` and send its form for ``act``, with these fields filled in."""
        _, html = await self.get(page)
        return await self.post(act, **hidden(html), **fields)

    async def arrive(self, assistant: Assistant, openid: str = OWNER) -> None:
        """Come by a personal link out of the chat."""
        link = assistant.links.personal("/p/complaints", openid, int(assistant.clock.now().timestamp()))
        assert (await self.client.get(link)).status == 200


def hidden(html: str) -> dict[str, str]:
    """The hidden fields of a page's forms, those of the display settings aside."""
    inputs = [e.attributes for e in read(html).all("input") if e.attributes.get("type") == "hidden"]
    return {each["name"]: each["value"] for each in inputs if each["name"] != "next"}


def words_of(html: str) -> str:
    return re.sub(r"\s+", "", re.sub(r"<[^>]+>", "", html.partition("<body")[2]))


def owner_of(assistant: Assistant, openid: str = OWNER) -> str:
    return blind_name(assistant.pipeline.naming_key, openid)


async def filed(assistant: Assistant, goal: str = "", openid: str = OWNER, **told: object) -> Filing:
    library = assistant.content.desk.library
    filing = await file_case(assistant, library, owner_of(assistant, openid), **told)
    if goal:
        await lead_to(assistant, filing.number, goal)
    return filing


async def state_of(assistant: Assistant, number: str) -> State:
    return (await assistant.complaints.read(number)).case.state

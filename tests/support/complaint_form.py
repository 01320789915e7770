"""A phone that fills in the complaint form: opens a step, keeps what it carries, sends it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from aiohttp import FormData, web
from aiohttp.test_utils import TestClient
from yarl import URL

from bot.service import Assistant
from domain.clock import ManualClock
from tests.web.reading import Page, read

HERE = "/p/complaints/new"
OPENID = "o-示例居民"
PHONE = "13800000001"
MATTER = {
    "kind": "complaint",
    "domain": "business",
    "story": "示例装修公司收了八千定金，合同写三月开工，一直不来人。",
}
WHOM = {"respondent": "示例装修公司", "happened": "2026年3月", "place": "海勃湾区示例路", "area": "海勃湾区"}
CONTACT = {"identity": "shielded", "name": "", "phone": PHONE}
CONSENT = {"consent": "yes"}


@dataclass
class Answered:
    status: int
    where: str
    html: str
    came_back: bool = False

    @property
    def page(self) -> Page:
        return read(self.html)

    @property
    def hidden(self) -> dict[str, str]:
        return {
            e.attributes["name"]: e.attributes["value"]
            for e in self.page.all("input")
            if e.attributes.get("type") == "hidden"
        }

    @property
    def errors(self) -> list[str]:
        return [e.text.strip() for e in self.page.elements if "field-error" in e.attributes.get("class", "")]

    @property
    def notice(self) -> str:
        return "".join(e.text for e in self.page.elements if e.attributes.get("role") == "alert")

    def value(self, name: str) -> str:
        """What a field shows: text, or the option that is chosen."""
        for e in self.page.elements:
            if e.attributes.get("name") != name:
                continue
            if e.name == "textarea":
                return e.text.removeprefix("\n")
            if e.attributes.get("type") not in ("radio", "checkbox") or "checked" in e.attributes:
                return e.attributes.get("value", "")
        return ""


@dataclass
class Phone:
    """``hidden``: what the forms it has open carry, by step."""

    client: TestClient[web.Request, web.Application]
    assistant: Assistant
    clock: ManualClock
    hidden: dict[str, dict[str, str]] = field(default_factory=dict)

    async def come_from_chat(self, openid: str = OPENID) -> Answered:
        now_s = int(self.clock.now().timestamp())
        return await self.get(self.assistant.links.personal(HERE, openid, now_s))

    async def get(self, path: str) -> Answered:
        async with self.client.get(URL(path, encoded=True)) as response:
            answered = Answered(response.status, response.url.path_qs, await response.text())
        self.hidden[response.url.query.get("step", "1")] = answered.hidden
        return answered

    async def open(self, step: str = "") -> Answered:
        return await self.get(f"{HERE}?step={step}" if step else HERE)

    async def send(
        self,
        step: str,
        *,
        wait_s: float = 10,
        edit: bool = False,
        headers: dict[str, str] | None = None,
        **fields: str,
    ) -> Answered:
        """Send a step as it was opened; the answer's own address. Only back to the same step it is followed."""
        if step not in self.hidden:
            await self.open(step)
        self.clock.advance(timedelta(seconds=wait_s))
        data = self.hidden[step] | {"go": "next"} | fields
        form: FormData | dict[str, str] = FormData(data, default_to_multipart=True) if step == "3" else data
        path = f"{HERE}?step={step}{'&edit=1' if edit else ''}"
        async with self.client.post(path, data=form, headers=headers, allow_redirects=False) as response:
            answered = Answered(response.status, response.headers.get("Location", ""), await response.text())
        if answered.hidden:
            self.hidden[step] = answered.hidden
        return await self._followed(step, answered)

    async def hand_in(self, *files: tuple[str, bytes, str], **fields: str) -> Answered:
        """Files: name, content, claimed type."""
        await self.open("3")
        carried = self.hidden["3"] | {"go": "next"} | fields
        form = FormData(carried, default_to_multipart=True, quote_fields=False)
        for name, content, claimed in files:
            form.add_field("files", content, filename=name, content_type=claimed)
        async with self.client.post(f"{HERE}?step=3", data=form, allow_redirects=False) as response:
            answered = Answered(response.status, response.headers.get("Location", ""), await response.text())
        return await self._followed("3", answered)

    async def _followed(self, step: str, answered: Answered) -> Answered:
        if not answered.where.removesuffix("&edit=1").endswith(f"?step={step}"):
            return answered
        html = (await self.get(answered.where)).html
        return Answered(answered.status, answered.where, html, came_back=True)

    async def fill_in(self, **changes: str) -> Answered:
        """All steps up to the check; the check as it is shown."""
        for step, fields in (("1", MATTER), ("2", WHOM), ("4", CONTACT)):
            await self.open(step)
            told = await self.send(step, **{k: changes.get(k, v) for k, v in fields.items()})
            assert told.status == 303, told.errors
            assert not told.came_back, told.errors
            if told.where.endswith("step=door"):
                await self.open("door")
                await self.send("door")
        return await self.open("check")

    async def confirm(self, **fields: str) -> Answered:
        return await self.send("check", **{**CONSENT, **fields})

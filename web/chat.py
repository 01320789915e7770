"""An answer as the platform gets it → what a phone shows of it."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

from bot.xml import parse_fields

_SAYS = re.compile(r"weixin://bizmsgmenu\?msgmenucontent=(.*)&msgmenuid=(\d+)", re.DOTALL)
_NUMBERED = re.compile(r"\d+ ")


def shown(xml: str, base_url: str) -> dict[str, Any]:
    """The answer as JSON: ``text`` with its links, ``news``, ``transfer``, or ``none`` for ``success``."""
    if xml in ("success", ""):
        return {"type": "none"}
    fields = parse_fields(xml.encode())
    match fields["MsgType"]:
        case "text":
            return {"type": "text", "blocks": blocks_of(fields["Content"], base_url)}
        case "news":
            item = "Articles.item."
            return {
                "type": "news",
                "title": fields[item + "Title"],
                "description": fields[item + "Description"],
                "page": local_page(fields[item + "Url"], base_url),
                "picture": local_page(fields[item + "PicUrl"], base_url),
            }
    return {"type": "transfer"}


def blocks_of(text: str, base_url: str) -> list[dict[str, Any]]:
    """Text as WeChat draws it, cut at blank lines; lines that are numbered links make a list."""
    reader = _Reader(base_url)
    reader.feed(text)
    reader.close()
    return [_block(parts) for parts in _cut(reader.parts) if parts]


def _block(parts: list[dict[str, str]]) -> dict[str, Any]:
    links = [part for part in parts if part["text"].strip()]
    if links and all("say" in part and _NUMBERED.match(part["text"]) for part in links):
        return {"kind": "list", "parts": links}
    return {"kind": "text", "parts": parts}


def _cut(parts: list[dict[str, str]]) -> list[list[dict[str, str]]]:
    """Parts gathered into paragraphs."""
    gathered: list[list[dict[str, str]]] = [[]]
    for part in parts:
        first, *rest = [part["text"]] if len(part) > 1 else re.split(r"\n{2,}", part["text"])
        if first:
            gathered[-1].append(part | {"text": first})
        gathered += [[{"text": text}] if text else [] for text in rest]
    return gathered


def local_page(url: str, base_url: str) -> str:
    """An address of ours as a path, so that it works wherever the simulator is opened from."""
    return url.removeprefix(base_url) if url.startswith(base_url + "/") else url


class _Reader(HTMLParser):
    """Reads plain text with ``<a>``, the one element that WeChat draws; others are shown as typed."""

    def __init__(self, base_url: str) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[dict[str, str]] = []
        self._base_url = base_url
        self._link: dict[str, str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        href = dict(attrs).get("href")
        if tag != "a" or not href:
            self.handle_data(self.get_starttag_text() or "")
            return
        if says := _SAYS.fullmatch(href):
            self._link = {"text": "", "say": says[1], "menu_id": says[2]}
        else:
            self._link = {"text": "", "page": local_page(href, self._base_url)}

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._link is not None:
            self.parts.append(self._link)
            self._link = None
        else:
            self.handle_data(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if self._link is not None:
            self._link["text"] += data
        elif self.parts and len(self.parts[-1]) == 1:
            self.parts[-1]["text"] += data
        else:
            self.parts.append({"text": data})

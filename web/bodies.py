"""The Markdown of an entry → HTML, made once for each state of the knowledge."""

from __future__ import annotations

import re
from collections.abc import MutableMapping, Sequence
from typing import Any

from aiohttp import web
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markupsafe import Markup

from domain.entries import Policy

_BLANK = re.compile(r"\n\s*\n")


def build_markdown() -> MarkdownIt:
    """CommonMark without HTML, links or pictures: headings, lists, emphasis, quotes."""
    reader = MarkdownIt("commonmark", {"html": False, "breaks": True})
    reader.disable(["html_block", "html_inline", "link", "image", "autolink", "code", "fence", "reference"])
    reader.add_render_rule("ordered_list_open", _steps)
    reader.add_render_rule("bullet_list_open", _points)
    reader.add_render_rule("strong_open", _bold)
    reader.add_render_rule("strong_close", _unbold)
    return reader


def paragraphs(text: str) -> list[str]:
    """Text parted by blank lines → its paragraphs, each on one line."""
    return ["".join(part.split("\n")) for part in _BLANK.split(text.strip())]


class Bodies:
    """Rendered bodies of one library; another library starts anew."""

    def __init__(self) -> None:
        self._markdown = build_markdown()
        self._digest = ""
        self._done: dict[str, Markup] = {}

    def html(self, digest: str, policy: Policy) -> Markup:
        if digest != self._digest:
            self._digest, self._done = digest, {}
        if policy.id not in self._done:
            self._done[policy.id] = Markup(self._markdown.render(policy.body))  # noqa: S704 - html is off
        return self._done[policy.id]


BODIES = web.AppKey("bodies", Bodies)

Env = MutableMapping[str, Any]


def _steps(_self: RendererHTML, _tokens: Sequence[Token], _at: int, _options: Any, _env: Env) -> str:
    return '<ol class="steps">\n'


def _points(_self: RendererHTML, _tokens: Sequence[Token], _at: int, _options: Any, _env: Env) -> str:
    return '<ul class="points">\n'


def _bold(_self: RendererHTML, _tokens: Sequence[Token], _at: int, _options: Any, _env: Env) -> str:
    return "<b>"


def _unbold(_self: RendererHTML, _tokens: Sequence[Token], _at: int, _options: Any, _env: Env) -> str:
    return "</b>"

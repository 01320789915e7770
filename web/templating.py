"""A template and what it shows → a page: escaped, with an ETag, in the resident's display."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from domain.clock import chinese_date, chinese_weekday, local
from web.assets import ASSETS
from web.display import display_of
from web.keys import ASSISTANT, WITH_WEIXIN

TEMPLATES = Path(__file__).resolve().parent / "templates"
_BEFORE_NUMBER = re.compile(r"(?<=[\u4e00-\u9fff]) (?=\d)")
_BETWEEN_TAGS = re.compile(r">\s*\n\s*<")


@dataclass(frozen=True, slots=True)
class Site:
    """The templates, compiled once."""

    env: Environment


SITE = web.AppKey("site", Site)


def build_site() -> Site:
    env = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    env.filters |= {
        "chinese_date": chinese_date,
        "weekday": chinese_weekday,
        "local": local,
        "counted": counted,
        "unbroken": unbroken,
        "marked": marked,
    }
    for name in env.list_templates(extensions=["html"]):
        env.get_template(name)
    return Site(env)


def render(request: web.Request, template: str, **values: Any) -> str:
    """A template as HTML. Every template may use ``display``, ``asset``, ``city``, ``base_url``, ``here``."""
    app = request.app
    assistant = app[ASSISTANT]
    html = (
        app[SITE]
        .env.get_template(template)
        .render(
            values,
            display=display_of(request),
            asset=app[ASSETS].url,
            city=assistant.content.desk.library.city,
            base_url=assistant.settings.base_url,
            here=request.path_qs,
            weixin=request.get(WITH_WEIXIN, False),
        )
    )
    return _BETWEEN_TAGS.sub(">\n<", html)


def page(request: web.Request, template: str, *, status: int = 200, **values: Any) -> web.Response:
    """A template as a response, or 304 when the browser has it already."""
    body = render(request, template, **values).encode()
    tag = f'W/"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    headers = {"Cache-Control": "private, no-cache", "Vary": "Cookie", "ETag": tag}
    if status == 200 and tag in request.headers.get("If-None-Match", ""):
        return web.Response(status=304, headers=headers)
    response = web.Response(
        body=body, status=status, content_type="text/html", charset="utf-8", headers=headers
    )
    response.enable_compression()
    return response


def counted(text: str, units: Iterable[str]) -> Markup:
    """Text with every counted quantity (``3 个月``) set bold and kept on one line."""
    bound = _BEFORE_NUMBER.sub("\u00a0", str(escape(text)))
    return Markup(_quantity(units).sub(r'<b class="nb">\g<0></b>', bound))  # noqa: S704 - escaped


def unbroken(html: Markup, units: Iterable[str]) -> Markup:
    """HTML of ours whose quantities stay on one line."""
    return Markup(_quantity(units).sub(r'<span class="nb">\g<0></span>', str(html)))  # noqa: S704 - our own


def marked(text: str, words: Iterable[str]) -> Markup:
    """Text with the words that were searched for marked."""
    wanted = [re.escape(word) for word in sorted(set(words), key=len, reverse=True) if word]
    if not wanted:
        return escape(text)
    parts = re.split(f"({'|'.join(wanted)})", text, flags=re.IGNORECASE)
    return Markup("").join(
        Markup("<mark>{}</mark>").format(part) if place % 2 else escape(part)
        for place, part in enumerate(parts)
    )


def _quantity(units: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<![\d.])\d[\d.,]* (?:{'|'.join(units)})")


def add_site(app: web.Application) -> None:
    app[SITE] = build_site()

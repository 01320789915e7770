"""A cookie ↔ how a resident wants pages shown: light or dark, letters, 长辈版."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from aiohttp import web

COOKIE = "display"
YEAR_S = 365 * 24 * 3600
SMALLEST, LARGEST = -1, 2
THEMES = ("", "light", "dark")
MODES = ("", "elder")
_COOKIE = re.compile(r"(light|dark|)\.(elder|)\.(-1|0|1|2)")
_LOCAL = re.compile(r"/p/[^\\\x00-\x20\x7f]*|/p/")


@dataclass(frozen=True, slots=True)
class Display:
    """``theme`` empty: as the phone; ``size``: steps from the usual letters, -1 to 2."""

    theme: str = ""
    mode: str = ""
    size: int = 0

    @property
    def is_elder(self) -> bool:
        return self.mode == "elder"

    def changed(self, form: Mapping[str, object]) -> Display:
        """This display with what a form says; what it does not say, or says wrongly, stays."""
        theme, mode = form.get("theme", self.theme), form.get("mode", self.mode)
        return replace(
            self,
            theme=str(theme) if theme in THEMES else self.theme,
            mode=str(mode) if mode in MODES else self.mode,
            size=min(LARGEST, max(SMALLEST, self._size(form))),
        )

    def __str__(self) -> str:
        return f"{self.theme}.{self.mode}.{self.size}"

    def _size(self, form: Mapping[str, object]) -> int:
        step = {"smaller": -1, "larger": 1}.get(str(form.get("step", "")), 0)
        given = str(form.get("size", ""))
        return int(given) if given in {"-1", "0", "1", "2"} else self.size + step


def display_of(request: web.Request) -> Display:
    """What the cookie says; the usual look when there is none or it is broken."""
    found = _COOKIE.fullmatch(request.cookies.get(COOKIE, ""))
    return Display(found[1], found[2], int(found[3])) if found else Display()


def local_path(text: str) -> str:
    """``text`` if it is the address of a phone page of ours, else the front page of the library."""
    return text if _LOCAL.fullmatch(text) and len(text) < 500 else "/p/policies"


def remember(response: web.Response, display: Display, *, secure: bool) -> None:
    response.set_cookie(
        COOKIE, str(display), max_age=YEAR_S, path="/p/", samesite="Lax", httponly=True, secure=secure
    )

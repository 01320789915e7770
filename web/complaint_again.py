"""A form that was not taken → the address that shows it again as it was typed, with what is wrong beside it.

A page that answers a POST cannot be gone back to. So the answer is an address, and what the draft does not hold of
the form travels in a sealed cookie; it counts only for the same resident, and as long as nobody has put anything
else into the step meanwhile.
"""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from domain.complaints.draft import Draft
from domain.errors import SealBroken
from services.form import FormStep, Wrong, mark_of, read_step, values_of
from storage.sealing import Sealer
from web import complaint_receipt
from web.complaint_screen import (
    HERE,
    TRAP,
    Notice,
    Screen,
    address,
    library_of,
    owner_mark,
    show_screen,
)
from web.csrf import FIELD
from web.keys import ASSISTANT
from web.residents import who
from web.signed import Cookie, read_cookie, write_cookie

TYPED = Cookie("typed", HERE, timedelta(minutes=10))
MOST_BYTES = 2100  # sealed and written into a cookie, that stays below the 4096 that every browser takes
_CARRIED = frozenset({FIELD, TRAP, "draft", "mark", "opened", "form_of", "go"})
_PLACE = "cookie:typed:form"


async def lead_back(request: web.Request, screen: Screen, status: int) -> web.Response:
    """To the step's address, which shows ``screen``; where it does not fit a cookie, the screen itself."""
    held = await request.app[ASSISTANT].drafts.read(who(request).owner)
    known = values_of(screen.step, held) if held else {}
    told = {
        "step": screen.step.value,
        "of": owner_mark(request, who(request)),
        "mark": _mark(screen.step, held),
        "typed": {
            name: text
            for name, text in screen.typed.items()
            if name not in _CARRIED and not (text and known.get(name) == text)
        },
        "echo": dict(screen.echo),
        "notice": screen.notice.value,
        "until": screen.until.isoformat() if screen.until else "",
        "refused": list(screen.refused),
    }
    packed = zlib.compress(json.dumps(told, ensure_ascii=False).encode("utf-8", "replace"))
    if len(packed) > MOST_BYTES:
        return show_screen(request, screen, status)
    where = address(screen.step, is_editing=screen.is_editing)
    response = web.Response(status=303, headers={"Location": where, "Cache-Control": "no-store"})
    sealed = base64.urlsafe_b64encode(_sealer(request).seal(packed, _PLACE)).decode()
    write_cookie(request, response, TYPED, sealed)
    return response


def as_typed(request: web.Request, screen: Screen) -> Screen:
    """The screen as it was sent and not taken, if it was; else as it is."""
    told, step = _told(request), screen.step
    if (told.get("step"), told.get("of")) != (step.value, owner_mark(request, who(request))):
        return screen
    if told["mark"] != _mark(step, screen.draft):
        return screen
    notice, typed, draft = Notice(told["notice"]), told["typed"], screen.draft
    return replace(
        screen,
        typed=typed,
        wrong={} if notice is not Notice.NONE else _wrong(request, step, draft, typed),
        notice=notice,
        other=values_of(step, draft) if draft and notice is Notice.OVERTAKEN else {},
        echo=told["echo"],
        until=datetime.fromisoformat(told["until"]) if told["until"] else None,
        refused=[(name, why) for name, why in told["refused"]],
    )


def _wrong(
    request: web.Request, step: FormStep, draft: Draft | None, typed: Mapping[str, str]
) -> dict[str, Wrong]:
    if step is FormStep.CHECK:
        return complaint_receipt.not_agreed(draft, typed) if draft else {}
    known = values_of(step, draft) if draft else {}
    return read_step(step, known | dict(typed), draft or Draft(""), library_of(request)).wrong


def _mark(step: FormStep, draft: Draft | None) -> str:
    return f"{mark_of(step, draft)}.{len(draft.evidence) if draft else 0}"


def _told(request: web.Request) -> dict[str, Any]:
    sealed = read_cookie(request, TYPED)
    try:
        opened = _sealer(request).open(base64.urlsafe_b64decode(sealed), _PLACE) if sealed else b""
    except (binascii.Error, SealBroken):
        return {}
    found: dict[str, Any] = json.loads(zlib.decompress(opened)) if opened else {}
    return found


def _sealer(request: web.Request) -> Sealer:
    return Sealer(request.app[ASSISTANT].keys.for_use("typed cookie"))

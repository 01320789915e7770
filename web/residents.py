"""A request → who it is from: a resident whom WeChat named, or a browser that nobody knows.

A resident comes by a personal link out of the chat or through ``/p/signin``, and is known on that browser for half a
day. Anybody else may tell something too: what they tell stands under the name of their browser, which is drawn
by chance and says nothing about them.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta

from aiohttp import web

from bot.links import PARAMETER, VALID_S, one_name_of
from domain.attempts import Bound
from domain.errors import LinkExpired, SealBroken
from domain.ids import blind_name, new_id
from storage.sealing import Sealer
from web.display import local_path
from web.keys import ASSISTANT
from web.signed import Cookie, read_cookie, write_cookie
from web.templating import page

RESIDENT = Cookie("resident", "/p/", timedelta(hours=12))
BROWSER = Cookie("browser", "/", timedelta(days=30))
_PLACE = "cookie:resident:openid"
_NAMED = "named"
_ONCE = (Bound(1, timedelta(seconds=VALID_S)),)
_NEW = web.RequestKey("new_browser", str)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Visitor:
    """``owner``: the name under which drafts and cases stand: the resident's blind name, else the browser's.
    ``session``: what forms of this browser are bound to. ``openid``: empty when it is not known who it is."""

    owner: str
    session: str
    openid: str = field(default="", repr=False)

    @property
    def is_known(self) -> bool:
        return bool(self.openid)


def who(request: web.Request) -> Visitor:
    """Who opened the page. A browser that comes for the first time is given its name with the answer."""
    assistant, session = request.app[ASSISTANT], _session(request)
    if openid := _openid(request):
        return Visitor(blind_name(assistant.pipeline.naming_key, openid), session, openid)
    return Visitor(assistant.seals.index.of("browser", session)[:32], session)


def is_known(request: web.Request) -> bool:
    """Whether it is known who it is; asked of by pages that need no name for a browser."""
    return bool(_openid(request))


def remember_resident(request: web.Request, response: web.StreamResponse, openid: str) -> None:
    """Sign a resident in on this browser. The cookie tells nobody who holds the phone whose it is."""
    sealed = base64.urlsafe_b64encode(_sealer(request).seal(openid.encode(), _PLACE)).decode()
    write_cookie(request, response, RESIDENT, sealed)


def forget_resident(response: web.StreamResponse) -> None:
    """Sign out on this browser."""
    response.del_cookie(RESIDENT.name, path=RESIDENT.path)


@web.middleware
async def name_browser(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A browser that comes for the first time takes its name home, with whatever it is answered: outermost."""
    response = await handler(request)
    if session := request.get(_NEW):
        write_cookie(request, response, BROWSER, session)
    return response


@web.middleware
async def arrive(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let in who comes by a personal link, and take the token out of the address, so that nobody passes it on."""
    is_link = request.method in {"GET", "HEAD"} and request.path.startswith("/p/")
    if not is_link or PARAMETER not in request.query:
        return await handler(request)
    return await _let_in(request, request.query[PARAMETER])


async def _let_in(request: web.Request, token: str) -> web.Response:
    assistant, target = request.app[ASSISTANT], _without_token(request)
    response = web.Response(status=303, headers={"Location": target, "Cache-Control": "no-store"})
    try:
        openid = assistant.links.read(token, int(assistant.clock.now().timestamp()))
    except LinkExpired:
        return response if is_known(request) else _refused(request, "expired", target)
    if request.method == "HEAD":
        return response
    if not read_cookie(request, BROWSER):
        return _named_first(request, target)
    if not await _is_first(request, one_name_of(token)):
        return _refused(request, "used", target)
    remember_resident(request, response, openid)
    return response


def _named_first(request: web.Request, target: str) -> web.Response:
    """A browser without a name takes one and comes again with it: what only previews a link comes without, uses
    nothing up and is let in nowhere. So is a browser that keeps no cookies."""
    _session(request)
    again = str(request.rel_url.update_query({_NAMED: "1"}))
    where = target if _NAMED in request.query else local_path(again)
    return web.Response(status=303, headers={"Location": where, "Cache-Control": "no-store"})


async def _is_first(request: web.Request, link: str) -> bool:
    """Whether this browser is the one that opened a link first; from now on it is, if none did."""
    assistant = request.app[ASSISTANT]
    now, ours = assistant.clock.now(), f"link:{link}:{_session(request)}"
    if await assistant.attempts.take([f"link:{link}", ours], _ONCE, now) is None:
        return True
    return await assistant.attempts.waits(ours, _ONCE, now)


def _refused(request: web.Request, failure: str, target: str) -> web.Response:
    refused = page(request, "signin.html", status=410, failure=failure, target=target)
    refused.headers["Cache-Control"] = "no-store"
    return refused


def _without_token(request: web.Request) -> str:
    query = [(name, value) for name, value in request.query.items() if name not in (PARAMETER, _NAMED)]
    return local_path(str(request.rel_url.with_query(query)))


def _openid(request: web.Request) -> str:
    told = read_cookie(request, RESIDENT)
    try:
        return _sealer(request).open(base64.urlsafe_b64decode(told), _PLACE).decode() if told else ""
    except (binascii.Error, SealBroken):
        return ""


def _session(request: web.Request) -> str:
    if known := request.get(_NEW) or read_cookie(request, BROWSER):
        return known
    request[_NEW] = new_id()
    return request[_NEW]


def _sealer(request: web.Request) -> Sealer:
    return Sealer(request.app[ASSISTANT].keys.for_use("resident cookie"))

"""``/p/signin``: a page opened inside WeChat → the resident known on this browser. Silent: snsapi_base.

Source: 服务号 › 网页授权. The phone passes through WeChat's own page and comes back with a code for whoever holds it,
good once and for five minutes. ``state`` binds the way back to the browser that set out. On a 快照页 the code
belongs to nobody, so nobody is signed in there: nothing can be written or read under a false name.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from urllib.parse import urlencode

import structlog
from aiohttp import web

from bot.platform import PlatformClient, Visitor
from bot.service import Assistant
from domain.errors import Never, PlatformError
from domain.ids import new_key
from web.display import local_path
from web.keys import ASSISTANT
from web.pacing import SIGN_INS, from_here, pace
from web.residents import is_known, remember_resident
from web.signed import Cookie, read_cookie, write_cookie
from web.templating import page

log = structlog.get_logger()

MOST_SPENT = 10_000


STATE = Cookie("signin", "/p/signin", timedelta(minutes=10))


class Failure(Enum):
    """Why nobody was signed in, with the status of the page; it has a sentence for each."""

    OFF = "off", 200
    AGAIN = "again", 400
    SNAPSHOT = "snapshot", 403
    UNAVAILABLE = "unavailable", 503


@dataclass(slots=True)
class Spent:
    """The states that came back already, until they are over anyway: a code is exchanged once."""

    until: dict[str, datetime] = field(default_factory=dict)

    def take(self, state: str, now: datetime) -> bool:
        """Whether ``state`` comes back for the first time."""
        if state in self.until:
            return False
        if len(self.until) >= MOST_SPENT:
            self.until = {name: until for name, until in self.until.items() if until > now}
        self.until[state] = now + STATE.lasts
        return True


SPENT = web.AppKey("spent", Spent)


async def start(request: web.Request) -> web.StreamResponse:
    """Send the phone through WeChat's page; ``next`` is where it wants to get."""
    assistant, target = request.app[ASSISTANT], local_path(request.query.get("next", ""))
    if is_known(request):
        raise web.HTTPSeeOther(target)
    platform = assistant.platform
    if platform is None or assistant.settings.wechat_signin == "off":
        return _failed(request, Failure.OFF)
    state = new_key().hex()[:32]
    response = web.Response(status=302, headers={"Location": _authorisation(assistant, platform, state)})
    write_cookie(request, response, STATE, f"{state} {target}")
    response.headers["Cache-Control"] = "no-store"
    return response


async def come_back(request: web.Request) -> web.StreamResponse:
    """Check that it is the phone that set out, ask who holds it, and go on to where it wanted."""
    assistant, query = request.app[ASSISTANT], request.query
    state, _, target = read_cookie(request, STATE).partition(" ")
    is_ours = bool(state) and hmac.compare_digest(state.encode(), query.get("state", "").encode())
    if not is_ours or assistant.platform is None or not query.get("code"):
        return _failed(request, Failure.AGAIN)
    await pace(request, from_here(request, "signin"), SIGN_INS)
    if not request.app[SPENT].take(state, assistant.clock.now()):
        if is_known(request):
            raise web.HTTPSeeOther(target)
        return _failed(request, Failure.AGAIN, target)
    visitor = await _visitor(assistant.platform, query["code"])
    if isinstance(visitor, Failure):
        return _failed(request, visitor, target)
    if visitor.is_snapshot:
        log.info("signin_refused", reason="snapshot")
        return _failed(request, Failure.SNAPSHOT, target)
    response = web.Response(status=303, headers={"Location": target, "Cache-Control": "no-store"})
    remember_resident(request, response, visitor.openid)
    response.del_cookie(STATE.name, path=STATE.path)
    return response


async def _visitor(platform: PlatformClient, code: str) -> Visitor | Failure:
    try:
        return await platform.visitor(code)
    except Never:
        return Failure.AGAIN
    except PlatformError:
        return Failure.UNAVAILABLE


def _authorisation(assistant: Assistant, platform: PlatformClient, state: str) -> str:
    """The address of WeChat's page; it wants its parameters in this order."""
    settings = assistant.settings
    query = urlencode(
        {
            "appid": platform.appid,
            "redirect_uri": f"{settings.base_url}/p/signin/return",
            "response_type": "code",
            "scope": "snsapi_base",
            "state": state,
        }
    )
    return f"{settings.wechat_open_base}/connect/oauth2/authorize?{query}#wechat_redirect"


def _failed(request: web.Request, failure: Failure, target: str = "/p/policies") -> web.Response:
    name, status = failure.value
    response = page(request, "signin.html", status=status, failure=name, target=target)
    response.headers["Cache-Control"] = "no-store"
    return response


def add_routes(app: web.Application) -> None:
    app[SPENT] = Spent()
    app.router.add_get("/p/signin", start)
    app.router.add_get("/p/signin/return", come_back)

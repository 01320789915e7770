"""``/stand-in/…``: what a developer does in place of residents and of the platform's own people.

| POST | body |
|---|---|
| ``/stand-in/act`` | ``{"openid", "act": follow, unfollow, message, click, subscribe, scan, consent, lasting, blacklist, mute}`` |
| ``/stand-in/fault`` | fields of ``Fault`` |
| ``/stand-in/mend`` | nothing goes wrong any more |
| ``/stand-in/kill`` | every token dies |
| ``/stand-in/meddle`` | ``{"is_on"}``: another system changes the menu behind our back |
| ``/stand-in/visitor`` | ``{"openid", "is_snapshot"}``: who holds the phone at the sign-in page |

``GET /stand-in/sent`` lists what was sent, ``GET /stand-in/calls`` how often each interface was called.
"""

from __future__ import annotations

from aiohttp import web

from tests.platform.calls import WORLD
from tests.platform.world import Fault

TOUCHES = {"message", "click", "subscribe", "scan"}


async def act(request: web.Request) -> web.Response:
    world, body = request.app[WORLD], await request.json()
    person, what = world.person(body["openid"]), body["act"]
    template = body.get("template", "NOTICE")
    if what in TOUCHES:
        world.touch(person.openid, what)
    match what:
        case "follow" | "subscribe":
            person.is_following = True
        case "unfollow":
            person.is_following = False
        case "consent":
            person.consents[template] += 1
        case "lasting":
            person.lasting.add(template)
        case "blacklist":
            person.is_blacklisted = True
        case "mute":
            person.is_muted = True
        case _ if what not in TOUCHES:
            raise web.HTTPBadRequest
    return web.json_response({"ok": True})


async def fault(request: web.Request) -> web.Response:
    request.app[WORLD].faults.append(Fault(**await request.json()))
    return web.json_response({"ok": True})


async def mend(request: web.Request) -> web.Response:
    request.app[WORLD].faults.clear()
    return web.json_response({"ok": True})


async def kill(request: web.Request) -> web.Response:
    request.app[WORLD].kill_tokens()
    return web.json_response({"ok": True})


async def meddle(request: web.Request) -> web.Response:
    request.app[WORLD].is_menu_meddled_with = bool((await request.json())["is_on"])
    return web.json_response({"ok": True})


async def visitor(request: web.Request) -> web.Response:
    world, body = request.app[WORLD], await request.json()
    world.visitor, world.is_snapshot = body["openid"], bool(body.get("is_snapshot"))
    return web.json_response({"ok": True})


async def sent(request: web.Request) -> web.Response:
    return web.json_response(request.app[WORLD].sent)


async def calls(request: web.Request) -> web.Response:
    return web.json_response(request.app[WORLD].calls)


async def video(request: web.Request) -> web.Response:
    """Where a video's address leads; no token is asked for and none may be shown."""
    file = request.app[WORLD].files.get(request.match_info["id"])
    if file is None or "access_token" in request.query:
        raise web.HTTPNotFound
    return web.Response(body=file.content, content_type=file.content_type)


def add_acts(app: web.Application) -> None:
    app.router.add_post("/stand-in/act", act)
    app.router.add_post("/stand-in/fault", fault)
    app.router.add_post("/stand-in/mend", mend)
    app.router.add_post("/stand-in/kill", kill)
    app.router.add_post("/stand-in/meddle", meddle)
    app.router.add_post("/stand-in/visitor", visitor)
    app.router.add_get("/stand-in/sent", sent)
    app.router.add_get("/stand-in/calls", calls)
    app.router.add_get("/stand-in/video/{id}", video)

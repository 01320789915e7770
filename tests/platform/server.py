"""The stand-in as a web server: tokens, sign-in, faults on demand, and the calls behind a token."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from tests.platform.acts import add_acts
from tests.platform.calls import CALLS, WORLD, body_of
from tests.platform.world import SHANGHAI_S, Fault, Refused, Token, Visit, World

TOKEN_S, OVERLAP_S = 7200, 300
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def build_stand_in(world: World) -> web.Application:
    app = web.Application(client_max_size=64 * 1024 * 1024, middlewares=[_as_platform])
    app[WORLD] = world
    app.router.add_post("/cgi-bin/stable_token", stable_token)
    app.router.add_get("/sns/oauth2/access_token", exchange_code)
    app.router.add_get("/connect/oauth2/authorize", authorize)
    for (method, path), call in CALLS.items():
        app.router.add_route(method, path, _with_token(call))
    add_acts(app)
    return app


@web.middleware
async def _as_platform(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Count the call, let it fail if it is to, and answer a refusal the way the platform does: 200 and JSON."""
    world = request.app[WORLD]
    if request.path.startswith("/stand-in/"):
        return await handler(request)
    world.calls[request.path] += 1
    world.addresses_asked.append(str(request.rel_url))
    try:
        fault = _fault(world, request.path)
        if fault and (failed := await _fail(fault, request)):
            return failed
        world.spend(request.path)
        answer = await handler(request)
        if fault and fault.kind == "late":
            await asyncio.sleep(fault.seconds)
        return answer
    except Refused as refused:
        return _refusal(refused.errcode, refused.errmsg, world)


def _refusal(errcode: int, errmsg: str, world: World) -> web.Response:
    return web.json_response({"errcode": errcode, "errmsg": f"{errmsg} rid: {world.number():08x}-stand-in"})


def _fault(world: World, path: str) -> Fault | None:
    fault = next((f for f in world.faults if f.path in ("", path) and f.times > 0), None)
    if fault:
        fault.times -= 1
    return fault


async def _fail(fault: Fault, request: web.Request) -> web.StreamResponse | None:
    """The answer that is none; None when the call goes on, after a while or (``late``) answered after one."""
    if fault.kind == "errcode":
        raise Refused(fault.errcode, fault.errmsg)
    if fault.kind == "late":
        return None
    if fault.kind == "slow":
        await asyncio.sleep(fault.seconds)
        return None
    if fault.kind == "cut":
        assert request.transport
        request.transport.abort()
    elsewhere = {"Location": "http://127.0.0.1:1/elsewhere"}
    answers = {
        "cut": web.Response(),
        "status": web.Response(status=fault.status, text="Bad Gateway"),
        "html": web.Response(text="<html><body>502 Bad Gateway</body></html>", content_type="text/html"),
        "broken": web.Response(text='{"errcode":0,"err', content_type="application/json"),
        "list": web.json_response(["not", "an", "object"]),
        "redirect": web.Response(status=302, headers=elsewhere),
        "huge": web.Response(body=b"{" + b" " * 4_000_000 + b"}", content_type="application/json"),
    }
    return answers[fault.kind]


def _with_token(call: Callable[[World, web.Request], Awaitable[Any]]) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        world = request.app[WORLD]
        _check_token(world, request.query.get("access_token", ""))
        answer = await call(world, request)
        return answer if isinstance(answer, web.StreamResponse) else web.json_response(answer)

    return handle


def _check_token(world: World, value: str) -> None:
    token = next((token for token in world.tokens if token.value == value), None)
    if token is None:
        raise Refused(40014, "invalid access_token")
    if token.is_killed:
        raise Refused(40001, "invalid credential, access_token is invalid or not latest")
    if world.now() >= token.expires_at:
        raise Refused(42001, "access_token expired")


async def stable_token(request: web.Request) -> web.Response:
    """The same token again and again; a new one in the last five minutes, while both hold; forced ones kill."""
    world, body = request.app[WORLD], await body_of(request)
    if world.is_address_refused:
        raise Refused(40164, "invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist")
    if body.get("appid") != world.appid:
        raise Refused(40013, "invalid appid")
    if body.get("secret") != world.secret:
        raise Refused(40125, "invalid appsecret")
    now = world.now()
    current = next((t for t in reversed(world.tokens) if not t.is_killed and now < t.expires_at), None)
    if body.get("force_refresh") and _may_force(world):
        world.kill_tokens()
        current = None
    if current is None or now >= current.expires_at - OVERLAP_S:
        if current:
            current.expires_at = now + OVERLAP_S
        current = Token(f"{world.number():04d}_{'t0kenOfTheStandIn' * 8}", now + TOKEN_S)
        world.tokens.append(current)
    return web.json_response({"access_token": current.value, "expires_in": int(current.expires_at - now)})


def _may_force(world: World) -> bool:
    """20 a day (refused over it), and not within 30 s of the last (then nothing is refreshed)."""
    now = world.now()
    world.force_asked_at.append(now)
    day = (now + SHANGHAI_S) // 86400
    if sum((at + SHANGHAI_S) // 86400 == day for at in world.forced_at) >= 20:
        raise Refused(45009, "reach max api daily quota limit")
    if world.forced_at and now - world.forced_at[-1] < 30:
        return False
    world.forced_at.append(now)
    return True


async def authorize(request: web.Request) -> web.Response:
    """The page that a phone passes through: it comes back with a code for whoever holds the phone."""
    world, query = request.app[WORLD], request.query
    if query.get("appid") != world.appid or query.get("scope") != "snsapi_base" or world.kind == "unverified":
        return web.Response(status=400, text="scope 参数错误或没有 scope 权限")
    code = f"code{world.number():06d}"
    world.visits[code] = Visit(world.visitor, world.now(), world.is_snapshot)
    state = f"&state={query['state']}" if "state" in query else ""
    address = query["redirect_uri"]
    mark = "&" if "?" in address else "?"
    return web.Response(status=302, headers={"Location": f"{address}{mark}code={code}{state}"})


async def exchange_code(request: web.Request) -> web.Response:
    world, query = request.app[WORLD], request.query
    if query.get("appid") != world.appid:
        raise Refused(40013, "invalid appid")
    if query.get("secret") != world.secret:
        raise Refused(40125, "invalid appsecret")
    visit = world.visits.get(query.get("code", ""))
    if visit is None or world.now() - visit.at > 300:
        raise Refused(40029, "invalid code")
    if visit.is_used:
        raise Refused(40163, "code been used")
    visit.is_used = True
    answer = {
        "access_token": "page-token",
        "expires_in": 7200,
        "openid": visit.openid,
        "scope": "snsapi_base",
    }
    return web.json_response(answer | ({"is_snapshotuser": 1} if visit.is_snapshot else {}))

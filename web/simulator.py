"""``/simulator``: a phone in the browser that speaks the real callback protocol to this very server."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter
from typing import Any

import aiohttp
from aiohttp import web
from pydantic import ValidationError

from bot.service import Assistant
from domain import targets
from domain.errors import PlatformError, ProtocolError
from domain.ids import blind_name
from matching import Candidate, Match, normalise
from services.desk import Desk
from services.guiding import is_under_way
from services.understanding import Understanding, understand
from web.arrivals import arrived, tell_stand_in
from web.chat import shown
from web.deliveries import Act, Platform
from web.health import is_from_here
from web.keys import ASSISTANT
from web.templating import page, render

# The platform waits five seconds and delivers three times in all.
PATIENCE_S = 5.0
DELIVERIES = 3
MOST_PICTURE_BYTES = 10 * 1024 * 1024
MOST_CANDIDATES, LEAST_CANDIDATES, NOTABLE = 6, 3, 0.01

PLATFORM = web.AppKey("platform", Platform)


@dataclass(frozen=True, slots=True)
class Reading:
    """How a message was understood, for the panel. Times in milliseconds."""

    said: str
    found: Understanding
    match: Match
    title: str
    normalise_ms: float
    match_ms: float


async def simulator(request: web.Request) -> web.Response:
    """The desk with the phone; for this machine only."""
    _guard(request)
    assistant = request.app[ASSISTANT]
    return page(
        request,
        "simulator.html",
        menu=assistant.content.desk.library.menu,
        mode=assistant.settings.wechat_mode,
        district=assistant.content.desk.library.city.districts[0],
    )


async def send(request: web.Request) -> web.Response:
    """Deliver an act to ``/wechat`` as the platform does, and tell what came back."""
    _guard(request)
    act = (await _act(request)).stamped(_now_s(request))
    await tell_stand_in(request.app[ASSISTANT], act)
    began = perf_counter()
    status, body, attempts = await _deliver(request, act)
    took_ms = (perf_counter() - began) * 1000
    answer: dict[str, Any] = {"type": "refused", "status": status}
    raw = ""
    if status == 200:
        try:
            raw = request.app[PLATFORM].open(body)
            answer = shown(raw, request.app[ASSISTANT].settings.base_url)
        except (ProtocolError, KeyError):
            answer = {"type": "refused", "status": 0}
    return web.json_response(
        {
            "act": act.model_dump(),
            "answer": answer,
            "raw": raw,
            "took_ms": round(took_ms, 1),
            "attempts": attempts,
        }
    )


async def take_picture(request: web.Request) -> web.Response:
    """Keep a picture as the platform would, for the message that is going to name it."""
    _guard(request)
    assistant = request.app[ASSISTANT]
    content = bytearray()
    async for piece in request.content.iter_chunked(64 * 1024):
        content += piece
        if len(content) > MOST_PICTURE_BYTES:
            raise web.HTTPRequestEntityTooLarge(MOST_PICTURE_BYTES, len(content))
    return web.json_response({"media_id": await _kept(assistant, bytes(content))})


async def _kept(assistant: Assistant, content: bytes) -> str:
    """The MediaId of a picture: with the platform where there is an account, else in memory. Empty when it was
    not taken."""
    if assistant.album:
        return assistant.album.put(content)
    if assistant.platform is None:
        raise web.HTTPNotFound
    try:
        return await assistant.platform.upload_media("image", content, "image/jpeg")
    except PlatformError:
        return ""


async def arrivals(request: web.Request) -> web.Response:
    """What was pushed to a phone since the last look."""
    _guard(request)
    resident, since = request.query.get("resident", ""), request.query.get("since", "")
    if not (since.isascii() and since.isdigit() and len(since) < 10):
        raise web.HTTPBadRequest
    return web.json_response(await arrived(request.app[ASSISTANT], resident, int(since)))


async def explain(request: web.Request) -> web.Response:
    """How an act is understood in the conversation as it stands, as a piece of the panel."""
    _guard(request)
    act = await _act(request)
    assistant = request.app[ASSISTANT]
    desk = assistant.content.desk
    if act.kind not in ("text", "click") or not act.text.strip():
        return web.Response(text=render(request, "simulator_unread.html", kind=act.kind))
    resident = blind_name(assistant.pipeline.naming_key, act.resident)
    dialog = (await assistant.conversations.load("", resident)).dialog
    found = understand(act.text, dialog, desk, _now_s(request))
    reading = _read(act.text, found, desk)
    return web.Response(
        text=render(
            request,
            "simulator_reading.html",
            reading=reading,
            decided=targets.parse_target(found.target),
            guide=desk.title(targets.guide(dialog.flow.guide))
            if dialog.flow and is_under_way(dialog, desk.library)
            else "",
            candidates=[(c, desk.title(c.id) or c.question) for c in _worth_showing(reading.match)],
            answer_threshold=desk.index.answer_threshold,
            clarify_threshold=desk.index.clarify_threshold,
        )
    )


def _read(text: str, found: Understanding, desk: Desk) -> Reading:
    """The parts of the understanding again, each timed and explained."""
    began = perf_counter()
    normalise(text)
    between = perf_counter()
    desk.index.match(text)
    ended = perf_counter()
    match = desk.index.match(text, explain=True)
    times = ((between - began) * 1000, (ended - between) * 1000)
    return Reading(text, found, match, desk.title(found.target), *times)


def _worth_showing(match: Match) -> tuple[Candidate, ...]:
    """The first few candidates, and further ones that are at all likely."""
    notable = sum(c.confidence >= NOTABLE for c in match.candidates)
    return match.candidates[: min(MOST_CANDIDATES, max(LEAST_CANDIDATES, notable))]


async def _deliver(request: web.Request, act: Act) -> tuple[int, bytes, int]:
    """Post as the platform does: status, body and number of deliveries; status 0 when none was answered."""
    platform, url = request.app[PLATFORM], _own_address(request)
    timeout = aiohttp.ClientTimeout(total=PATIENCE_S)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        for attempt in range(1, DELIVERIES + 1):
            post = platform.post(act, _now_s(request))
            try:
                async with session.post(url, params=post.query, data=post.body) as response:
                    return response.status, await response.read(), attempt
            except (TimeoutError, aiohttp.ClientError):
                continue
    return 0, b"", DELIVERIES


def _own_address(request: web.Request) -> str:
    """``/wechat`` at the socket this request came in by: no setting can point it elsewhere."""
    assert request.transport is not None, "a request that is being answered has a connection"
    host, port, *_ = request.transport.get_extra_info("sockname")
    return f"http://[{host}]:{port}/wechat" if ":" in host else f"http://{host}:{port}/wechat"


async def _act(request: web.Request) -> Act:
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType
    try:
        return Act.model_validate_json(await request.read())
    except ValidationError:
        raise web.HTTPBadRequest from None


def _guard(request: web.Request) -> None:
    """This machine only, and not through a proxy that stands on it."""
    if not is_from_here(request):
        raise web.HTTPNotFound


def _now_s(request: web.Request) -> int:
    return int(request.app[ASSISTANT].clock.now().timestamp())


def add_routes(app: web.Application) -> None:
    app[PLATFORM] = Platform(app[ASSISTANT].settings)
    app.router.add_get("/simulator", simulator)
    app.router.add_post("/simulator/send", send)
    app.router.add_post("/simulator/picture", take_picture)
    app.router.add_get("/simulator/arrivals", arrivals)
    app.router.add_post("/simulator/explain", explain)

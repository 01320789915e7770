"""``/p/complaints``: one's own complaints, the door for who has a number and a query code, and a case's page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from aiohttp import web

from domain.clock import local, local_day
from domain.complaints.numbers import looks_like_number, read_number
from domain.complaints.records import CaseFile
from domain.complaints.terms import Action
from domain.errors import CaseUnknown, TriedTooOften
from domain.evidence import Refusal, Refused
from services.following import Claim, Following
from services.progress import RESIDENT
from services.refusals import sentence_of
from services.submission import rules_of
from web.case_view import CaseView, view_of
from web.csrf import check_form, form_token
from web.evidence_response import send_display, send_original
from web.headers import allow_weixin
from web.keys import ASSISTANT
from web.proxies import address_of
from web.residents import who
from web.signed import Cookie, read_cookie, write_cookie
from web.templating import page

OPENED = Cookie("case", "/p/complaints", timedelta(hours=2))
NUMBER_SHAPE = "[0-9A-Za-z-]{13,20}"
NUMBER = f"{{number:{NUMBER_SHAPE}}}"
LONGEST_TYPED = 40


async def overview(request: web.Request) -> web.Response:
    """One's own complaints, newest first, and the door."""
    return await door(request)


async def open_by_code(request: web.Request) -> web.Response:
    """Open a case by its number and query code. A wrong code and a number that does not exist are one and the same."""
    fields = fields_of(await request.post())
    check_form(request, fields)
    typed = fields.get("number", "").strip()[:LONGEST_TYPED]
    if read_number(typed) is None:
        fault = "mistyped" if looks_like_number(typed) else "malformed"
        return await door(request, 400, fault=fault, number=typed)
    code, address = fields.get("code", "")[:LONGEST_TYPED], address_of(request)
    try:
        file = await request.app[ASSISTANT].enquiry.open(typed, code, address)
    except TriedTooOften as refused:
        response = await door(request, 429, fault="often", number=typed, until=local(refused.until))
        wait = refused.until - request.app[ASSISTANT].clock.now()
        response.headers["Retry-After"] = str(int(wait.total_seconds()) + 1)
        return response
    except CaseUnknown:
        return await door(request, 404, fault="unknown", number=typed)
    response = see_other(f"/p/complaints/{file.number}")
    write_cookie(request, response, OPENED, file.number)
    return response


async def case(request: web.Request) -> web.Response:
    """How a case stands, what has happened, what can be done."""
    try:
        file = await file_of(request)
    except CaseUnknown:
        return await door(request, 404, fault="closed")
    notice = notice_for(request, file)
    if notice:
        allow_weixin(request)
    return page(
        request,
        "case.html",
        v=await view(request, file),
        notice=notice,
        master=await _own_master(request, file),
        token=form_token(request),
        done=_done(file, request.query.get("done", "")),
        refused=_refused(request),
        today=local_day(request.app[ASSISTANT].clock.now()),
    )


async def evidence(request: web.Request) -> web.StreamResponse:
    """A picture as it is shown; a document, only to be downloaded. Nothing once the case was withdrawn or purged."""
    assistant = request.app[ASSISTANT]
    try:
        file = await file_of(request)
        found = await following(request).one_handed_in(file, request.match_info["id"])
    except CaseUnknown:
        raise web.HTTPNotFound from None
    if found.display:
        return await send_display(request, assistant.vault, found.display, file.number)
    assert found.accepted is not None, "one_handed_in gives what is there"
    media = found.accepted.media_type
    return await send_original(request, assistant.vault, found.original, media, file.number)


async def door(
    request: web.Request, status: int = 200, *, fault: str = "", number: str = "", until: Any = None
) -> web.Response:
    """The list and the form for number and code, with what went wrong."""
    visitor = who(request)
    files = await following(request).cases(visitor.owner)
    settings = request.app[ASSISTANT].settings
    return page(
        request,
        "complaints.html",
        status=status,
        cases=[await view(request, file, with_files=False) for file in files],
        has_draft=await request.app[ASSISTANT].drafts.read(visitor.owner) is not None,
        is_known=visitor.is_known,
        signs_in=settings.wechat_signin == "on",
        token=form_token(request),
        fault=fault,
        number=number,
        until=until,
    )


async def file_of(request: web.Request) -> CaseFile:
    """The case of the address. Raises ``CaseUnknown`` for one that the visitor has no right to, as for none."""
    number = read_number(request.match_info["number"]) or ""
    return await following(request).case(number, claim_of(request))


async def _own_master(request: web.Request, file: CaseFile) -> str:
    """The number of the case that this one was merged into, if it is theirs as well; else nobody's business."""
    if not file.case.master:
        return ""
    try:
        return (await following(request).case(file.case.master, claim_of(request))).number
    except CaseUnknown:
        return ""


def notice_for(request: web.Request, file: CaseFile) -> str:
    """The template that the resident may be asked about: of a case of their own that goes on. Empty for none."""
    assistant = request.app[ASSISTANT]
    is_theirs = bool(file.owner) and file.owner == who(request).owner
    if assistant.platform is None or not is_theirs or file.case.ended_on:
        return ""
    return assistant.content.desk.library.city.pushes.notice.id


def claim_of(request: web.Request) -> Claim:
    """By what right whoever asks sees a case: their name, or the query code they gave."""
    return Claim(who(request).owner, read_cookie(request, OPENED))


async def view(request: web.Request, file: CaseFile, *, with_files: bool = True) -> CaseView:
    """The page model of a case, now."""
    assistant = request.app[ASSISTANT]
    desk = assistant.content.desk
    handed = await following(request).handed_in(file) if with_files else ()
    return view_of(file, handed, assistant.clock.now(), rules_of(desk.library), desk.texts)


def following(request: web.Request) -> Following:
    return request.app[ASSISTANT].following


def refusals(request: web.Request, refused: Sequence[tuple[int, Refusal]]) -> list[dict[str, object]]:
    """Files that were not taken, counted from 1, each with its sentence."""
    desk = request.app[ASSISTANT].content.desk
    return [
        {"number": number, "sentence": sentence_of(each, desk.texts, desk.library.limits.evidence)}
        for number, each in refused
    ]


def told(refused: Sequence[Refused]) -> str:
    """Refused files as a part of an address: which and why, nothing of theirs."""
    return "".join(f"&refused={each.number + 1}.{each.refusal.value}" for each in refused)


def see_other(address: str) -> web.Response:
    return web.Response(status=303, headers={"Location": address, "Cache-Control": "no-store"})


def fields_of(form: Mapping[str, Any]) -> dict[str, str]:
    """The text fields of a form."""
    return {name: value for name, value in form.items() if isinstance(value, str)}


def _done(file: CaseFile, name: str) -> str:
    """``name`` if that is what the resident did last: an address alone makes nothing true."""
    last = next((e.action for e in reversed(file.events) if e.actor.role is RESIDENT.role), None)
    return name if last is not None and last is not Action.SUBMIT and last.value == name else ""


def _refused(request: web.Request) -> list[dict[str, object]]:
    known = {refusal.value: refusal for refusal in Refusal}
    parts = [each.partition(".") for each in request.query.getall("refused", [])[:12]]
    return refusals(
        request, [(int(n), known[why]) for n, _, why in parts if n.isascii() and n.isdigit() and why in known]
    )


def add_routes(app: web.Application) -> None:
    app.router.add_get("/p/complaints", overview)
    app.router.add_post("/p/complaints", open_by_code)
    app.router.add_get(f"/p/complaints/{NUMBER}", case)
    app.router.add_get(f"/p/complaints/{NUMBER}/evidence/{{id:[0-9a-f]{{32}}}}", evidence)

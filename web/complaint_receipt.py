"""A draft that was confirmed → the case; its number and query code, shown in this browser for a few minutes.

Number and code are drawn from the draft and a key, so whoever confirms twice, or again after the answer was lost, is
led to the same ones. The code itself is stored nowhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from aiohttp import web

from domain.clock import local
from domain.complaints.answers import Fault
from domain.complaints.draft import Draft
from domain.complaints.numbers import query_code
from domain.complaints.terms import Stage
from domain.errors import AlreadyFiled, CaseUnknown, TriedTooOften
from domain.ids import lot_of
from services.form import Wrong
from services.interview import circumstances
from services.submission import Sender, file_draft, may_file_from, shared, submit_bounds
from storage.attempts import network_of
from web.complaint_screen import HERE, library_of
from web.following import OPENED, notice_for
from web.headers import allow_weixin
from web.keys import ASSISTANT
from web.proxies import address_of
from web.residents import who
from web.signed import Cookie, read_cookie, write_cookie
from web.templating import page

RECEIPT = Cookie("receipt", HERE, timedelta(minutes=10))
SOURCE = "form"


def not_agreed(draft: Draft, fields: Mapping[str, str]) -> dict[str, Wrong]:
    """What has to be ticked and is not."""
    wanted = ["consent"]
    if draft.needs_guardian:
        wanted.append("guardian")
    return {name: Wrong(Fault.MISSING) for name in wanted if fields.get(name) != "yes"}


async def file(request: web.Request, draft: Draft, fields: Mapping[str, str]) -> None:
    """File a draft that is whole and agreed to; filed before, nothing happens. Raises ``TriedTooOften`` and
    ``DraftChanged``."""
    assistant, visitor, library = request.app[ASSISTANT], who(request), library_of(request)
    now = assistant.clock.now()
    given = circumstances(draft, library)
    whole = replace(
        draft,
        consent_version=given.consent_version,
        has_sensitive_consent=fields.get("sensitive") == "yes" if given.holds_sensitive else None,
        has_guardian_consent=fields.get("guardian") == "yes",
    )
    sender = Sender(visitor.owner if visitor.is_known else "", SOURCE, visitor.openid)
    filing = file_draft(whole, sender, library, now, _lot(request, draft.id))
    names = await _count(request)
    try:
        await assistant.complaints.file(filing)
    except AlreadyFiled:
        await assistant.attempts.give_back(names, now)
    except BaseException:
        await assistant.attempts.give_back(names, now)
        raise


def lead_to(request: web.Request, draft: str) -> web.Response:
    """To the receipt, which only this browser may see, and only for a while."""
    response = web.Response(status=303, headers={"Location": f"{HERE}/receipt", "Cache-Control": "no-store"})
    write_cookie(request, response, RECEIPT, draft)
    return response


async def filed_here(request: web.Request) -> str:
    """The number of what was filed on this browser a moment ago; empty for nothing."""
    draft = read_cookie(request, RECEIPT)
    return await request.app[ASSISTANT].complaints.filed_as(draft) or "" if draft else ""


async def show(request: web.Request) -> web.StreamResponse:
    """Number, code, and by when there is news. Without the code for a draft that the chat has filed."""
    assistant, draft = request.app[ASSISTANT], read_cookie(request, RECEIPT)
    number = await filed_here(request)
    if not number:
        raise web.HTTPSeeOther("/p/complaints")
    code = query_code(_lot(request, draft)[8:16])
    try:
        case = await assistant.complaints.by_code(number, code)
    except CaseUnknown:  # filed in the chat, which has told its code there
        case, code = await assistant.complaints.read(number), ""
    term = case.events[0].terms[Stage.ACCEPT]
    if notice := notice_for(request, case):
        allow_weixin(request)
    response = page(
        request,
        "complaint_receipt.html",
        case=case,
        opening=case.case.opening,
        code=code,
        due=local(term.due_at),
        is_guessed=not term.is_confirmed,
        submitted=local(case.submitted_at),
        visitor=who(request),
        notice=notice,
    )
    if code:  # who was shown the code need not type it to look on
        write_cookie(request, response, OPENED, number)
    return response


async def _count(request: web.Request) -> list[str]:
    """Count one more complaint of this sender; returns the names it was counted under."""
    assistant, visitor, limits = request.app[ASSISTANT], who(request), library_of(request).limits
    now, names = assistant.clock.now(), [f"submit:{who(request).owner}"]
    if visitor.is_known:
        cases = await assistant.complaints.of_resident(visitor.owner)
        filed = [int(case.submitted_at.timestamp()) for case in cases]
        if until := may_file_from(filed, limits, now):
            raise TriedTooOften(until)
    if until := await assistant.attempts.take(names, submit_bounds(limits), now):
        raise TriedTooOften(until)
    if not visitor.is_known:
        place = f"submit from:{network_of(address_of(request))}"
        if until := await assistant.attempts.take([place], shared(submit_bounds(limits), limits), now):
            await assistant.attempts.give_back(names, now)
            raise TriedTooOften(until)
        names.append(place)
    return names


def _lot(request: web.Request, draft: str) -> bytes:
    return lot_of(request.app[ASSISTANT].pipeline.naming_key, f"form\0{draft}")


def add_routes(app: web.Application) -> None:
    app.router.add_get(f"{HERE}/receipt", show)

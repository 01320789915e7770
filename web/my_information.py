"""``/p/me``: what is held of whoever asks; theirs to read, copy, put right and delete.

Source: 个人信息保护法第四十四条至第五十条.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from aiohttp import web

from domain.clock import local_day
from domain.complaints.numbers import read_number
from domain.complaints.records import Person
from domain.complaints.terms import Action, KeptBecause
from domain.errors import ActionRefused, CaseChanged, CaseUnknown, ErasureRefused
from services.names import read_name
from services.phones import read_phone, shown
from services.rights import Held, HeldCase, Rights
from web.csrf import check_form, form_token
from web.following import NUMBER, NUMBER_SHAPE, fields_of, see_other
from web.keys import ASSISTANT
from web.residents import forget_resident, who
from web.templating import page

EVERYTHING, TALK = "all", "talk"


async def overview(request: web.Request) -> web.Response:
    """Everything that is held."""
    held = await _rights(request).held(who(request).owner)
    return page(
        request,
        "me.html",
        held=held,
        cases=[_row(each) for each in held.cases],
        is_known=who(request).is_known,
        token=form_token(request),
        done=_done(held, request.query.get("done", "")),
    )


async def copy(request: web.Request) -> web.Response:
    """All of it as one JSON file. A POST, because it is written down that it was handed out."""
    check_form(request, fields_of(await request.post()))
    told = await _rights(request).copy(who(request).owner)
    day = local_day(request.app[ASSISTANT].clock.now())
    return web.Response(
        text=json.dumps(told, ensure_ascii=False, indent=2),
        content_type="application/json",
        headers={
            "Content-Disposition": f'attachment; filename="my-information-{day.isoformat()}.json"',
            "Cache-Control": "no-store",
        },
    )


async def correction_form(request: web.Request) -> web.Response:
    return await _correction(request, 200)


async def correct(request: web.Request) -> web.Response:
    """Put name and number of one case right; what is left empty stays."""
    fields = fields_of(await request.post())
    check_form(request, fields)
    name, phone = fields.get("name", "").strip(), fields.get("phone", "").strip()
    told = {"name": name, "phone": phone}
    person = Person(read_name(name), read_phone(phone).number)
    faults = [field for field, value in told.items() if value and not getattr(person, field)]
    if faults or not (name or phone):
        return await _correction(request, 400, told, faults or ["empty"])
    try:
        number = (await _case(request)).file.number
        await _rights(request).correct(who(request).owner, number, person)
    except CaseUnknown:
        raise web.HTTPNotFound from None
    except (ActionRefused, CaseChanged):
        return await _correction(request, 409, told)
    return see_other(f"/p/me?done={number}")


async def deletion_form(request: web.Request) -> web.Response:
    return await _deletion(request, 200)


async def delete(request: web.Request) -> web.Response:
    """Delete one case, the conversation, or all that can be."""
    check_form(request, fields_of(await request.post()))
    owner, what = who(request).owner, request.match_info["what"]
    try:
        if what == EVERYTHING:
            await _rights(request).delete_all(owner)
        elif what == TALK:
            await _rights(request).forget_conversation(owner)
        else:
            await _rights(request).delete_case(owner, read_number(what) or "")
    except CaseUnknown:
        raise web.HTTPNotFound from None
    except ErasureRefused as refused:
        return await _deletion(request, 409, refused.because)
    return see_other(f"/p/me?done={what}")


async def leave(request: web.Request) -> web.Response:
    """Sign out on this browser."""
    check_form(request, fields_of(await request.post()))
    response = see_other("/p/me")
    forget_resident(response)
    return response


async def _correction(
    request: web.Request, status: int, told: dict[str, str] | None = None, faults: Sequence[str] = ()
) -> web.Response:
    try:
        held = await _case(request)
    except CaseUnknown:
        raise web.HTTPNotFound from None
    return page(
        request,
        "me_correct.html",
        status=status,
        each=_row(held),
        told=told or {"name": "", "phone": ""},
        faults=faults,
        digits=read_phone(told["phone"]).digits if told else 0,
        was_overtaken=status == 409,
        token=form_token(request),
    )


async def _deletion(request: web.Request, status: int, because: KeptBecause | None = None) -> web.Response:
    what = request.match_info["what"]
    held = await _rights(request).held(who(request).owner)
    chosen = [_row(each) for each in held.cases if each.file.number == what]
    if what not in (EVERYTHING, TALK) and not chosen:
        raise web.HTTPNotFound
    return page(
        request,
        "me_delete.html",
        status=status,
        what=what,
        each=chosen[0] if chosen else None,
        because=because or (chosen[0]["kept"] if chosen else None),
        kept=[_row(each) for each in held.cases if each.kept],
        gone=sum(each.kept is None for each in held.cases),
        token=form_token(request),
    )


def _row(each: HeldCase) -> dict[str, object]:
    """A case as the pages show it; the number as its owner may see it again."""
    file = each.file
    return {
        "number": file.number,
        "respondent": file.copy.respondent,
        "submitted_on": local_day(file.submitted_at),
        "name": each.person.name,
        "phone": shown(each.person.phone),
        "files": file.handed,
        "identity": file.case.opening.identity,
        "state": file.case.state,
        "kept": each.kept,
        "hold": file.hold,
        "can_correct": each.can_correct,
    }


def _done(held: Held, what: str) -> str:
    """What was done, as far as what is held now bears it out: an address alone makes nothing true."""
    if what == TALK:
        return what if held.draft is None and held.talked_at is None else ""
    if what == EVERYTHING:
        return what if all(each.kept for each in held.cases) and held.draft is None else ""
    number = read_number(what)
    case = next((each for each in held.cases if each.file.number == number), None)
    if case is None:
        return "erased" if number else ""
    return "corrected" if case.file.events[-1].action is Action.CORRECT else ""


async def _case(request: web.Request) -> HeldCase:
    """The case of the address as its owner has it. Raises ``CaseUnknown``."""
    number = read_number(request.match_info["number"])
    held = await _rights(request).held(who(request).owner)
    found = next((each for each in held.cases if each.file.number == number), None)
    if found is None:
        raise CaseUnknown
    return found


def _rights(request: web.Request) -> Rights:
    return request.app[ASSISTANT].rights


def add_routes(app: web.Application) -> None:
    what = f"{{what:{EVERYTHING}|{TALK}|{NUMBER_SHAPE}}}"
    app.router.add_get("/p/me", overview)
    app.router.add_post("/p/me/copy", copy)
    app.router.add_post("/p/me/leave", leave)
    app.router.add_get(f"/p/me/correct/{NUMBER}", correction_form)
    app.router.add_post(f"/p/me/correct/{NUMBER}", correct)
    app.router.add_get(f"/p/me/delete/{what}", deletion_form)
    app.router.add_post(f"/p/me/delete/{what}", delete)

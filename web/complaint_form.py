"""``/p/complaints/new``: the complaint form, one step a screen, a draft stored after each.

Every step is a form that is sent and answered with the next one's address; nothing needs a script. What cannot be
stored is shown again as it was typed, with what is wrong beside it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace

import structlog
from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError

from domain.complaints.draft import Draft
from domain.errors import AlreadyFiled, DraftChanged, TriedTooOften
from domain.ids import new_id
from services.form import (
    FormStep,
    Reading,
    is_overtaken,
    mark_of,
    missing_step,
    read_step,
    standing,
    values_of,
)
from services.submission import similar_case
from web import complaint_files, complaint_receipt
from web.complaint_again import as_typed, lead_back
from web.complaint_screen import (
    HERE,
    LEAST_FORM,
    TRAP,
    Notice,
    Screen,
    address,
    after,
    before,
    form_age,
    has_doors,
    library_of,
    owner_mark,
    show_screen,
    step_of,
    untold_doors,
)
from web.csrf import check_form
from web.keys import ASSISTANT
from web.residents import remember_resident, who

log = structlog.get_logger()

TRIES = 3
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
WITH_LINES = frozenset({FormStep.MATTER, FormStep.WHOM, FormStep.CONTACT})


class FormRefused(Exception):
    """A form that is not taken as it is: what to say, and the HTTP status that says so."""

    def __init__(self, notice: Notice, status: int) -> None:
        super().__init__(notice.value)
        self.notice = notice
        self.status = status


async def show(request: web.Request) -> web.StreamResponse:
    """The step of the address, else where the draft goes on."""
    _sign_in_first(request)
    assistant, library = request.app[ASSISTANT], library_of(request)
    draft = await assistant.drafts.read(who(request).owner)
    step = step_of(request) or standing(draft, library)
    if draft is None or (step is FormStep.DOOR and not has_doors(request, draft)):
        step = standing(draft, library)
    if draft and step is FormStep.CHECK and (lacking := missing_step(draft, library)):
        raise web.HTTPSeeOther(address(lacking, is_editing=True))
    screen = as_typed(request, Screen(step, draft, is_editing="edit" in request.query))
    if draft is None:
        screen = replace(screen, filed=await complaint_receipt.filed_here(request))
    return show_screen(request, await with_more(request, screen))


async def send(request: web.Request) -> web.StreamResponse:
    """Take a step's form."""
    step = step_of(request) or FormStep.MATTER
    if step is FormStep.EVIDENCE:
        return await complaint_files.send(request)
    fields = _texts(await request.post())
    check_form(request, fields)
    try:
        return await _take(request, step, fields)
    except AlreadyFiled:
        return complaint_receipt.lead_to(request, fields.get("draft", ""))
    except DraftChanged:
        return await _overtaken(request, step, fields)
    except (FormRefused, SQLAlchemyError, OSError) as error:
        return await _again(request, step, fields, _refusal(error))


async def autosave(request: web.Request) -> web.Response:
    """The step as it is being typed, from the script. 200 with the new mark, or the status that says why not."""
    fields, step = _texts(await request.post()), step_of(request)
    check_form(request, fields)
    if step not in WITH_LINES:
        raise web.HTTPBadRequest
    try:
        reading = await keep_step(request, step, fields)
    except (AlreadyFiled, DraftChanged):
        return web.json_response({}, status=409)
    except (FormRefused, SQLAlchemyError, OSError) as error:
        return web.json_response({}, status=_refusal(error).status)
    if not reading.draft.saved:
        return web.json_response({}, status=429)
    doors = untold_doors(request, reading.draft)
    told = {"mark": mark_of(step, reading.draft), "draft": reading.draft.id, "door": "".join(doors[:1])}
    return web.json_response(told, headers={"Cache-Control": "no-store"})


async def _take(request: web.Request, step: FormStep, fields: Mapping[str, str]) -> web.StreamResponse:
    if step is FormStep.CHECK:
        _refuse_others(request, fields)
        is_back = fields.get("go") == "back"
        return _see(request, FormStep.CONTACT) if is_back else await _confirm(request, fields)
    if step is FormStep.DOOR:
        return await _stay(request)
    return await _onward(request, step, fields, await keep_step(request, step, fields))


async def give_up(request: web.Request) -> web.Response:
    """Drop the draft with what was handed in for it."""
    check_form(request, _texts(await request.post()))
    assistant, owner = request.app[ASSISTANT], who(request).owner
    if draft := await assistant.drafts.read(owner):
        await assistant.drafts.drop(owner, draft, assistant.clock.now())
    return web.Response(status=303, headers={"Location": HERE})


async def keep_step(request: web.Request, step: FormStep, fields: Mapping[str, str]) -> Reading:
    """Read a step into the draft as it stands now, and store it.

    Raises ``DraftChanged`` when another tab or the chat has put something else into the same fields meanwhile,
    ``AlreadyFiled`` or ``FormRefused``; nothing is stored then.
    """
    assistant, visitor = request.app[ASSISTANT], who(request)
    _refuse_others(request, fields)
    for _ in range(TRIES):
        held = await assistant.drafts.read(visitor.owner)
        if held is None:
            await _refuse_filed(request, fields)
        reading = read_step(step, fields, held or Draft(new_id()), library_of(request))
        if held is None and form_age(request, fields) < LEAST_FORM:
            if reading.wrong:
                return reading  # not stored: it comes back with what is wrong, a little later
            raise FormRefused(Notice.TOO_FAST, 429)
        if held and is_overtaken(step, fields.get("mark", ""), held, reading.draft):
            raise DraftChanged
        if reading.draft == held:
            return reading
        with suppress(
            DraftChanged
        ):  # something else of it was changed this very moment: once more, on top of that
            kept = await assistant.drafts.keep(visitor.owner, reading.draft, assistant.clock.now())
            return Reading(kept, reading.wrong)
    raise DraftChanged


async def with_more(request: web.Request, screen: Screen) -> Screen:
    """The screen with what a step shows besides the draft: files, and a case like it."""
    assistant, draft = request.app[ASSISTANT], screen.draft
    if draft and screen.step is FormStep.EVIDENCE:
        return replace(screen, files=await assistant.drafts.files(draft))
    visitor = who(request)
    if draft and screen.step is FormStep.CHECK and visitor.is_known:
        cases = await assistant.complaints.of_resident(visitor.owner)
        return replace(screen, like=similar_case(draft, tuple(cases)))
    return screen


async def _onward(
    request: web.Request, step: FormStep, fields: Mapping[str, str], reading: Reading
) -> web.StreamResponse:
    """The next step, the one before, or the same one with what is wrong."""
    is_editing, go = "edit" in request.query, fields.get("go", "")
    if go == "back":
        return _see(request, FormStep.CHECK if is_editing else before(step))
    if reading.wrong:
        kept = {} if reading.draft.saved else {"opened": fields.get("opened", ""), "draft": ""}
        screen = Screen(step, reading.draft, fields, reading.wrong, echo=kept, is_editing=is_editing)
        return await lead_back(request, screen, 422)
    library = library_of(request)
    if step is FormStep.MATTER and untold_doors(request, reading.draft):
        return _see(request, FormStep.DOOR, is_editing=is_editing)
    following = after(step, is_editing=is_editing)
    if following is FormStep.CHECK and (lacking := missing_step(reading.draft, library)):
        return _see(request, lacking, is_editing=True)
    return _see(request, following)


def _see(request: web.Request, step: FormStep, *, is_editing: bool = False) -> web.Response:
    response = web.Response(status=303, headers={"Location": address(step, is_editing=is_editing)})
    visitor = who(request)
    if visitor.is_known:
        remember_resident(request, response, visitor.openid)  # half a day from now, not from the first page
    return response


async def _stay(request: web.Request) -> web.StreamResponse:
    """The other door was pointed out, and is remembered as such."""
    assistant, visitor, library = request.app[ASSISTANT], who(request), library_of(request)
    is_editing = "edit" in request.query
    draft = await assistant.drafts.read(visitor.owner)
    if draft is None:
        return _see(request, FormStep.MATTER)
    if doors := untold_doors(request, draft):
        informed = replace(draft, informed=(*draft.informed, *doors))
        draft = await assistant.drafts.keep(visitor.owner, informed, assistant.clock.now())
    if is_editing and (lacking := missing_step(draft, library)):
        return _see(request, lacking, is_editing=True)
    return _see(request, after(FormStep.MATTER, is_editing=is_editing))


async def _confirm(request: web.Request, fields: Mapping[str, str]) -> web.StreamResponse:
    """File what was shown; the same again leads to the same number."""
    draft = await request.app[ASSISTANT].drafts.read(who(request).owner)
    if draft is None:
        await _refuse_filed(request, fields)
        return _see(request, FormStep.MATTER)
    if lacking := missing_step(draft, library_of(request)):
        return _see(request, lacking, is_editing=True)
    if fields.get("mark") != mark_of(FormStep.CHECK, draft):
        raise DraftChanged
    screen = Screen(FormStep.CHECK, draft, fields)
    if wrong := complaint_receipt.not_agreed(draft, fields):
        return await lead_back(request, await with_more(request, replace(screen, wrong=wrong)), 422)
    try:
        await complaint_receipt.file(request, draft, fields)
    except TriedTooOften as often:
        screen = replace(screen, notice=Notice.TOO_OFTEN, until=often.until)
        return await lead_back(request, await with_more(request, screen), 429)
    return complaint_receipt.lead_to(request, draft.id)


async def _overtaken(request: web.Request, step: FormStep, fields: Mapping[str, str]) -> web.Response:
    """The step as it was typed, with what stands in its place meanwhile: sent once more, it takes that place."""
    draft = await request.app[ASSISTANT].drafts.read(who(request).owner)
    if step not in WITH_LINES:
        screen = Screen(step, draft, fields, notice=Notice.CHANGED)
        return await lead_back(request, await with_more(request, screen), 409)
    other = values_of(step, draft) if draft else {}
    screen = Screen(step, draft, fields, notice=Notice.OVERTAKEN, other=other)
    return await lead_back(request, replace(screen, is_editing="edit" in request.query), 409)


async def _again(
    request: web.Request, step: FormStep, fields: Mapping[str, str], refusal: FormRefused
) -> web.Response:
    """The same step as it was typed, without looking anything up."""
    kept = {name: fields.get(name, "") for name in ("draft", "mark", "form_of")}
    notice, status = refusal.notice, refusal.status
    if notice is Notice.TOO_FAST:
        kept = {"opened": fields.get("opened", "")} if form_age(request, fields) else {}
    draft: Draft | None = None
    if step is FormStep.CHECK:
        with suppress(SQLAlchemyError, OSError):
            draft = await request.app[ASSISTANT].drafts.read(who(request).owner)
        if draft is None:
            return show_screen(request, Screen(FormStep.MATTER, notice=notice), status)
    else:
        draft = read_step(step, fields, Draft(""), library_of(request)).draft
    typed = {name: value for name, value in fields.items() if name != TRAP}
    screen = Screen(step, draft, typed, notice=notice, echo=kept, is_editing="edit" in request.query)
    if notice in (Notice.NOT_YOU, Notice.NOT_STORED):  # this page is the only place that has it: it stays
        return show_screen(request, screen, status)
    return await lead_back(request, screen, status)


def _refuse_others(request: web.Request, fields: Mapping[str, str]) -> None:
    """Raises ``FormRefused`` for who is no resident, and for a form of somebody who is not known here any more."""
    if fields.get(TRAP):
        raise FormRefused(Notice.TRAPPED, 422)
    if fields.get("form_of") != owner_mark(request, who(request)):
        raise FormRefused(Notice.NOT_YOU, 403)


def _refusal(error: Exception) -> FormRefused:
    """Why a form was not taken; what comes from the database or the disk is told without its details."""
    if isinstance(error, FormRefused):
        return error
    log.warning("draft_not_stored", reason=type(error).__name__)
    return FormRefused(Notice.NOT_STORED, 503)


async def _refuse_filed(request: web.Request, fields: Mapping[str, str]) -> None:
    """Raises ``AlreadyFiled`` for a form whose draft has become a case meanwhile."""
    if ident := fields.get("draft"):
        number = await request.app[ASSISTANT].complaints.filed_as(ident)
        if number:
            raise AlreadyFiled(number)


def _sign_in_first(request: web.Request) -> None:
    """Inside WeChat, where the account may, nobody has to stay unknown."""
    settings = request.app[ASSISTANT].settings
    is_wechat = "MicroMessenger" in request.headers.get("User-Agent", "")
    if settings.wechat_signin == "on" and is_wechat and not who(request).is_known:
        raise web.HTTPFound(f"/p/signin?next={request.path}")


def _texts(form: Mapping[str, object]) -> dict[str, str]:
    """The text fields, with the line ends that a text has here and without what no keyboard writes."""
    texts = {name: value for name, value in form.items() if isinstance(value, str)}
    return {name: _CONTROLS.sub("", value.replace("\r\n", "\n")) for name, value in texts.items()}


def add_routes(app: web.Application) -> None:
    app.router.add_get(HERE, show)
    app.router.add_post(HERE, send)
    app.router.add_post(f"{HERE}/draft", autosave)
    app.router.add_post(f"{HERE}/drop", give_up)
    complaint_files.add_routes(app)
    complaint_receipt.add_routes(app)

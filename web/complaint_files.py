"""Pictures and documents of the complaint form: taken in, shown to who handed them in, taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

import structlog
from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError

from domain.complaints.draft import Draft
from domain.complaints.records import HandedIn
from domain.errors import DraftChanged, FormTooLarge, FormTooSlow, StorageFull, TriedTooOften, UploadRefused
from domain.evidence import Accepted, Kept, Outcome, Refused, Upload
from domain.ids import new_id
from services.form import FormStep
from services.refusals import sentence_of
from services.submission import file_bounds, shared
from storage.attempts import network_of
from web.complaint_again import lead_back
from web.complaint_screen import (
    HERE,
    Notice,
    Screen,
    address,
    library_of,
    owner_mark,
    show_screen,
)
from web.csrf import check_form, is_ours
from web.evidence_response import send_display
from web.keys import ASSISTANT
from web.proxies import address_of
from web.residents import who
from web.uploads import FormLimits, read_form

log = structlog.get_logger()

TRIES = 3
SHOWN_NAME = 24
_BROKEN = {FormTooLarge: Notice.UPLOAD_LARGE, FormTooSlow: Notice.UPLOAD_SLOW}


async def send(request: web.Request) -> web.StreamResponse:
    """Take the files of the step in, or take one back, and go where the button says."""
    is_editing = "edit" in request.query
    try:
        fields, refused = await _take_in(request)
    except StorageFull:
        return await _again(request, Notice.NO_ROOM, 507)
    except TriedTooOften as often:
        return await _again(request, Notice.TOO_OFTEN, 429, often)
    except UploadRefused as error:
        return await _again(request, _BROKEN.get(type(error), Notice.UPLOAD_BROKEN), error.status)
    except (SQLAlchemyError, OSError, DraftChanged) as error:
        log.warning("evidence_not_stored", reason=type(error).__name__)
        return await _again(request, Notice.NOT_STORED, 503)
    if refused:
        is_staying = fields.get("go") == "stay"  # what could be taken is, and the step is as it was asked for
        return await _again(request, Notice.NONE, 200 if is_staying else 422, refused=refused)
    following = {"back": FormStep.WHOM, "stay": FormStep.EVIDENCE}.get(fields.get("go", ""), FormStep.CONTACT)
    if fields.get("remove"):
        following = FormStep.EVIDENCE
    elif is_editing and following is not FormStep.EVIDENCE:
        following = FormStep.CHECK
    where = address(following, is_editing=is_editing and following is FormStep.EVIDENCE)
    return web.Response(status=303, headers={"Location": where})


async def show(request: web.Request) -> web.StreamResponse:
    """A picture of the draft, to whoever told the draft and nobody else."""
    assistant = request.app[ASSISTANT]
    draft = await assistant.drafts.read(who(request).owner)
    files = await assistant.drafts.files(draft) if draft else ()
    found = next((file for file in files if file.id == request.match_info["id"] and file.display), None)
    if found is None:
        raise web.HTTPNotFound
    return await send_display(request, assistant.vault, found.display, found.id[:8])


async def _take_in(request: web.Request) -> tuple[Mapping[str, str], list[tuple[str, str]]]:
    """The text fields, and the files that were refused: name and sentence."""
    if not is_ours(request):
        raise web.HTTPForbidden
    assistant, limits = request.app[ASSISTANT], library_of(request).limits.evidence
    folder = assistant.settings.data_dir / "uploads"
    async with read_form(request, folder, FormLimits.of(limits)) as form:
        fields = dict(form.fields)
        check_form(request, fields)
        if fields.get("form_of") != owner_mark(request, who(request)):
            raise web.HTTPForbidden
        if ident := fields.get("remove"):
            await _take_back(request, ident)
        refused = await _keep(request, form.uploads) if form.uploads else []
    texts = assistant.content.desk.texts
    return fields, [(each.name[-SHOWN_NAME:], sentence_of(each.refusal, texts, limits)) for each in refused]


async def _keep(request: web.Request, uploads: Sequence[Upload]) -> list[Refused]:
    """Store what can be taken. Raises ``StorageFull`` or ``TriedTooOften``; then nothing is kept."""
    assistant, owner = request.app[ASSISTANT], who(request).owner
    await _count(request, len(uploads))
    draft = await assistant.drafts.read(owner)
    if draft is None:  # forgotten meanwhile, or given up: there is nothing yet that files could belong to
        raise web.HTTPSeeOther(HERE)
    held = await assistant.drafts.files(draft)
    outcomes = await assistant.intake.take(uploads, _accepted(held))
    try:
        await _hand_in(request, draft, outcomes)
    except BaseException:
        await assistant.intake.discard(outcomes)
        raise
    return [outcome for outcome in outcomes if isinstance(outcome, Refused)]


async def _hand_in(request: web.Request, draft: Draft, outcomes: Sequence[Outcome]) -> None:
    assistant, owner = request.app[ASSISTANT], who(request).owner
    files = {new_id(): outcome for outcome in outcomes if isinstance(outcome, Kept)}
    if not files:
        return
    for _ in range(TRIES):
        with suppress(DraftChanged):
            await assistant.drafts.hand_in(owner, draft, files, assistant.clock.now())
            return
        now = await assistant.drafts.read(owner)
        if now is None or now.id != draft.id:
            break
        draft = now
    raise DraftChanged


async def _take_back(request: web.Request, ident: str) -> None:
    assistant, owner = request.app[ASSISTANT], who(request).owner
    for _ in range(TRIES):
        draft = await assistant.drafts.read(owner)
        if draft is None or all(handed.id != ident for handed in draft.evidence):
            return
        with suppress(DraftChanged):
            await assistant.drafts.take_back(owner, draft, ident, assistant.clock.now())
            return
    raise DraftChanged


async def _count(request: web.Request, files: int) -> None:
    """Raises ``TriedTooOften``: the vault is not anybody's to fill."""
    assistant, visitor = request.app[ASSISTANT], who(request)
    limits, now = library_of(request).limits, assistant.clock.now()
    bounds = {f"files:{visitor.owner}": file_bounds(limits)}
    if not visitor.is_known:
        bounds[f"files from:{network_of(address_of(request))}"] = shared(file_bounds(limits), limits)
    for name, most in bounds.items():
        for _ in range(files):
            if until := await assistant.attempts.take([name], most, now):
                raise TriedTooOften(until)


async def _again(
    request: web.Request,
    notice: Notice,
    status: int,
    often: TriedTooOften | None = None,
    refused: Sequence[tuple[str, str]] = (),
) -> web.Response:
    """The step with what was kept before, what was refused, and why."""
    assistant = request.app[ASSISTANT]
    draft: Draft | None = None
    files: Sequence[HandedIn] = ()
    with suppress(SQLAlchemyError, OSError):
        draft = await assistant.drafts.read(who(request).owner)
        files = await assistant.drafts.files(draft) if draft else ()
    screen = Screen(FormStep.EVIDENCE, draft, notice=notice, files=files, refused=refused)
    screen = replace(screen, is_editing="edit" in request.query, until=often.until if often else None)
    if status >= 500:
        return show_screen(request, screen, status)
    return await lead_back(request, screen, status)


def _accepted(files: Sequence[HandedIn]) -> list[Accepted]:
    return [file.accepted for file in files if file.accepted]


def add_routes(app: web.Application) -> None:
    app.router.add_get(f"{HERE}/files/{{id:[0-9a-f]{{32}}}}", show)

"""``/p/complaints/{number}/{act}``: what a resident does with a case of their own. Asked, done, and back to the case.

Every form says which version of the case it was drawn for: a second tap finds the act done, and what happened
meanwhile is told before anything is decided on old knowledge. What was typed is never lost.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from aiohttp import web

from domain.clock import local_day
from domain.complaints.events import Command
from domain.complaints.terms import Action, Solved
from domain.errors import ActionRefused, CaseChanged, CaseUnknown, StorageFull, UploadRefused
from domain.evidence import MIB, EvidenceKind, Refused, Upload, room_for
from services.following import NothingHandedIn, Wish
from services.progress import LEVELS
from web.case_view import CaseView, moments_since
from web.csrf import check_form, form_token
from web.failures import TYPED
from web.following import (
    NUMBER,
    claim_of,
    door,
    fields_of,
    file_of,
    following,
    refusals,
    see_other,
    told,
    view,
)
from web.keys import ASSISTANT
from web.pacing import ACTS, pace
from web.templating import page
from web.uploads import FormLimits, read_form

MOST_WORDS = 2000
ASKED = ("supplement", "withdraw", "object", "reopen", "rate")  # a page first; the others are done at once
AT_ONCE = ("urge", "revive")
_TEMPLATES = MappingProxyType(
    {"supplement": "supplement", "withdraw": "withdraw", "object": "argue", "reopen": "argue", "rate": "rate"}
)
_REACHED = MappingProxyType({"yes": True, "no": False})


@dataclass(frozen=True, slots=True)
class Sent:
    """A form that came: its act, its fields, and what may be wrong with it."""

    name: str
    fields: Mapping[str, str] = field(default_factory=dict)
    faults: Sequence[str] = ()
    refused: Sequence[Refused] = ()

    @property
    def text(self) -> str:
        return self.fields.get("text", "").strip()[:MOST_WORDS]

    @property
    def seen(self) -> int:
        told = self.fields.get("seen", "")
        return int(told) if told.isascii() and told.isdigit() and len(told) < 7 else 0


async def ask(request: web.Request) -> web.Response:
    """The page of an act: what it means, and its form."""
    return await _shown(request, Sent(request.match_info["act"]), 200)


async def carry_out(request: web.Request) -> web.Response:
    """Do it, and go back to the case."""
    sent = Sent(request.match_info["act"], fields_of(await request.post()))
    request[TYPED] = sent.text
    check_form(request, sent.fields)
    try:
        file = await file_of(request)
    except CaseUnknown:
        return await door(request, 404, fault="closed")
    await pace(request, f"act:{file.number}", ACTS)
    return await _carried_out(request, file.number, sent)


async def supplement(request: web.Request) -> web.Response:
    """The same with files, which are read as they come."""
    assistant = request.app[ASSISTANT]
    limits = FormLimits.of(assistant.content.desk.library.limits.evidence)
    try:
        file = await file_of(request)  # nobody else's files are even read
        await pace(request, f"act:{file.number}", ACTS)
        async with read_form(request, assistant.settings.data_dir / "uploads", limits) as form:
            sent = Sent("supplement", fields_of(form.fields))
            request[TYPED] = sent.text
            check_form(request, sent.fields)
            return await _carried_out(request, file.number, sent, form.uploads)
    except CaseUnknown:
        return await door(request, 404, fault="closed")
    except UploadRefused as error:
        sent = Sent("supplement", dict(error.fields), faults=(type(error).__name__,))
        return await _shown(request, sent, error.status)
    except StorageFull as error:
        sent = Sent("supplement", dict(error.fields), faults=(type(error).__name__,))
        return await _shown(request, sent, 503)


async def _carried_out(
    request: web.Request, number: str, sent: Sent, uploads: Sequence[Upload] = ()
) -> web.Response:
    command, faults = _COMMANDS[sent.name](sent)
    if faults:
        return await _shown(request, Sent(sent.name, sent.fields, faults), 400)
    try:
        mark = request.app[ASSISTANT].content.desk.texts.line("case.only_files")
        wish = Wish(command, sent.seen, uploads, mark)
        refused = await following(request).act(number, claim_of(request), wish)
    except CaseUnknown:
        return await door(request, 404, fault="closed")
    except (ActionRefused, CaseChanged):
        return await _shown(request, sent, 409)
    except NothingHandedIn as error:
        empty = Sent(sent.name, sent.fields, ("empty",), error.refused)
        return await _shown(request, empty, 400)
    return see_other(f"/p/complaints/{number}?done={sent.name}{told(refused)}")


async def _shown(request: web.Request, sent: Sent, status: int) -> web.Response:
    """The form of an act with what was written before; or that it cannot be done now, and why."""
    try:
        file = await file_of(request)
    except CaseUnknown:
        return await door(request, 404, fault="closed")
    v = await view(request, file)
    if Action.of(sent.name) not in v.progress.acts or sent.name in AT_ONCE:
        return page(request, "case_cannot.html", status=status, v=v, name=sent.name, text=sent.text)
    texts = request.app[ASSISTANT].content.desk.texts
    return page(
        request,
        f"case_{_TEMPLATES[sent.name]}.html",
        status=status,
        v=v,
        name=sent.name,
        text=sent.text,
        given=_given(sent.fields),
        faults=sent.faults,
        refused=refusals(request, [(each.number + 1, each.refusal) for each in sent.refused]),
        moments=moments_since(file, sent.seen, texts) if status == 409 else (),
        token=form_token(request),
        most=MOST_WORDS,
        room=_room(request, v),
        solved=tuple(Solved),
        levels=_levels(request),
        today=local_day(request.app[ASSISTANT].clock.now()),
    )


def _given(fields: Mapping[str, str]) -> dict[str, str]:
    return {name: fields.get(name, "") for name in ("solved", "satisfied", "reached")}


def _room(request: web.Request, v: CaseView) -> dict[str, int]:
    """How many more files the case may hold."""
    limits = request.app[ASSISTANT].content.desk.library.limits.evidence
    held = [each.accepted for each in (*v.pictures, *v.documents) if each.accepted]
    return {
        "pictures": max(0, room_for(EvidenceKind.PICTURE, held, limits)),
        "documents": max(0, room_for(EvidenceKind.DOCUMENT, held, limits)),
        "megabytes": max(limits.picture_bytes, limits.document_bytes) // MIB,
    }


def _levels(request: web.Request) -> list[dict[str, Any]]:
    """Satisfied, the best first."""
    texts = request.app[ASSISTANT].content.desk.texts
    words = [texts.line(f"case_satisfied.{name}") for name in LEVELS]
    return [{"number": number, "word": word} for number, word in reversed(list(enumerate(words, 1)))]


Read = tuple[Command, Sequence[str]]


def _plain(action: Action) -> Callable[[Sent], Read]:
    return lambda sent: (Command(action), ())


def _added(sent: Sent) -> Read:
    return Command(Action.SUPPLEMENT, sent.text), ()


def _argued(action: Action) -> Callable[[Sent], Read]:
    """An objection, or the wish to reopen: not without a reason."""
    return lambda sent: (Command(action, sent.text), () if sent.text else ("text",))


def _rated(sent: Sent) -> Read:
    solved = next((each for each in Solved if each.value == sent.fields.get("solved")), None)
    told = sent.fields.get("satisfied", "")
    satisfied = int(told) if told in {"1", "2", "3", "4", "5"} else 0
    faults = [name for name, value in (("solved", solved), ("satisfied", satisfied)) if not value]
    reached = _REACHED.get(sent.fields.get("reached", ""))
    return Command(Action.RATE, sent.text, solved=solved, satisfied=satisfied, reached=reached), faults


_COMMANDS: Mapping[str, Callable[[Sent], Read]] = MappingProxyType(
    {
        "supplement": _added,
        "withdraw": _plain(Action.WITHDRAW),
        "urge": _plain(Action.URGE),
        "revive": _plain(Action.REVIVE),
        "object": _argued(Action.OBJECT),
        "reopen": _argued(Action.REOPEN),
        "rate": _rated,
    }
)


def add_routes(app: web.Application) -> None:
    asked, done = "|".join(ASKED), "|".join((*ASKED[1:], *AT_ONCE))
    app.router.add_post(f"/p/complaints/{NUMBER}/supplement", supplement)
    app.router.add_get(f"/p/complaints/{NUMBER}/{{act:{asked}}}", ask)
    app.router.add_post(f"/p/complaints/{NUMBER}/{{act:{done}}}", carry_out)

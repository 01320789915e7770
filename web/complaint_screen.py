"""A step of the complaint form and all that stands on it → the page; what a browser sent → the step's fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum

from aiohttp import web

from domain import targets
from domain.city import Door
from domain.clock import chinese_moment, local_day
from domain.complaints.draft import Draft
from domain.complaints.records import CaseFile, HandedIn
from domain.complaints.terms import ComplaintKind, Identity
from domain.entries import Library
from services.doors import suggest
from services.form import ORDER, FormStep, Wrong, door_of, mark_of, needs_child, values_of
from services.interview import circumstances, untold_door
from services.phrases import bare_of
from services.submission import working_copy
from web.csrf import form_token
from web.keys import ASSISTANT
from web.residents import Visitor, who
from web.signed import read_signed, sign_text
from web.templating import page

HERE = "/p/complaints/new"
EMERGENCY = "emergency"
TRAP = "contact_website"  # no resident sees this field, so whoever fills it in is none
LEAST_FORM = timedelta(seconds=5)
FORM_LASTS = timedelta(days=7)
_OPENED = "complaint form opened"


class Notice(Enum):
    """What a screen says above everything else; its sentence stands in the template."""

    NONE = ""
    OVERTAKEN = "overtaken"
    CHANGED = "changed"
    NOT_STORED = "not_stored"
    TRAPPED = "trapped"
    TOO_FAST = "too_fast"
    TOO_OFTEN = "too_often"
    NOT_YOU = "not_you"
    UPLOAD_BROKEN = "upload_broken"
    UPLOAD_LARGE = "upload_large"
    UPLOAD_SLOW = "upload_slow"
    NO_ROOM = "no_room"


@dataclass(frozen=True, slots=True)
class Screen:
    """``typed``: what the fields show, instead of what the draft holds; ``other``: what another tab put there;
    ``filed``: the number of what this browser has just filed, so that going back shows no silent empty form."""

    step: FormStep
    draft: Draft | None = None
    typed: Mapping[str, str] = field(default_factory=dict)
    wrong: Mapping[str, Wrong] = field(default_factory=dict)
    notice: Notice = Notice.NONE
    other: Mapping[str, str] = field(default_factory=dict)
    files: Sequence[HandedIn] = ()
    refused: Sequence[tuple[str, str]] = ()
    like: CaseFile | None = None
    until: datetime | None = None
    echo: Mapping[str, str] = field(default_factory=dict)
    is_editing: bool = False
    filed: str = ""


def show_screen(request: web.Request, screen: Screen, status: int = 200) -> web.Response:
    """The page of a step."""
    library = library_of(request)
    draft, today = screen.draft or Draft(""), local_day(request.app[ASSISTANT].clock.now())
    given = circumstances(draft, library)
    return page(
        request,
        f"complaint_{screen.step.name.lower()}.html",
        status=status,
        s=screen,
        draft=draft,
        values=_values(screen, draft, library),
        hidden=_hidden(request, screen),
        number=_number(screen.step),
        suggestion=suggest(draft.story, library.doors, library.city),
        asks_child=needs_child(draft, library),
        holds_sensitive=given.holds_sensitive,
        door=door_of(draft, library),
        urgent=_urgent(request, draft),
        address_of_door=door_address,
        title_of=request.app[ASSISTANT].content.desk.title,
        doors=library.doors.items,
        copy=working_copy(draft),
        limits=library.limits,
        until=chinese_moment(screen.until, today) if screen.until else "",
        trap=TRAP,
        page_address=HERE,
    )


def _values(screen: Screen, draft: Draft, library: Library) -> dict[str, str]:
    """What the fields show: what was typed, else the draft; where both are silent, the likeliest, to be changed."""
    if screen.typed:
        return values_of(screen.step, draft) | dict(screen.typed)
    held = values_of(screen.step, draft)
    likely = suggest(draft.story, library.doors, library.city)
    usual = {
        "kind": (likely.kind or ComplaintKind.COMPLAINT).value,
        "domain": likely.domain.value if likely.domain else "",
        "identity": Identity.SHIELDED.value,
    }
    return held | {name: value for name, value in usual.items() if held.get(name) == ""}


def door_address(door: Door) -> str:
    """The page that tells of another door; empty for what is only told in the chat."""
    kind, name = targets.parse_target(door.see)
    return f"/p/policies/{name}" if kind == "policy" else ""


def untold_doors(request: web.Request, draft: Draft) -> tuple[str, ...]:
    """What else should be done about the matter and was not pointed out yet: an emergency first, then another door."""
    door = untold_door(draft, library_of(request))
    found = (EMERGENCY if _urgent(request, draft) else "", door.id if door else "")
    return tuple(name for name in found if name and name not in draft.informed)


def has_doors(request: web.Request, draft: Draft) -> bool:
    """Whether there is anything to point out, told before or not."""
    return bool(_urgent(request, draft)) or door_of(draft, library_of(request)) is not None


def step_of(request: web.Request) -> FormStep | None:
    """The step that the address names."""
    return next((step for step in FormStep if step.value == request.query.get("step")), None)


def address(step: FormStep, *, is_editing: bool = False) -> str:
    return f"{HERE}?step={step.value}{'&edit=1' if is_editing else ''}"


def after(step: FormStep, *, is_editing: bool) -> FormStep:
    """The step that follows; from one that is being changed, back to the check."""
    return FormStep.CHECK if is_editing else ORDER[ORDER.index(step) + 1]


def before(step: FormStep) -> FormStep:
    return ORDER[max(0, ORDER.index(step) - 1)]


def owner_mark(request: web.Request, visitor: Visitor) -> str:
    """Tells a form that was opened by somebody else, or by the same resident before they were forgotten."""
    return request.app[ASSISTANT].seals.index.of("form of", visitor.owner)[:16]


def form_age(request: web.Request, fields: Mapping[str, str]) -> timedelta:
    """How long a form had been open when it was sent; nothing for one that is not ours."""
    assistant = request.app[ASSISTANT]
    now = assistant.clock.now()
    opened = read_signed(assistant.keys, _OPENED, fields.get("opened", ""), now)
    return timedelta(seconds=now.timestamp() - float(opened)) if opened else timedelta()


def library_of(request: web.Request) -> Library:
    return request.app[ASSISTANT].content.desk.library


def _hidden(request: web.Request, screen: Screen) -> dict[str, str]:
    """What a form carries without showing it. ``echo``: what a form said that could not be looked into."""
    assistant = request.app[ASSISTANT]
    now = assistant.clock.now()
    opened = sign_text(assistant.keys, _OPENED, str(now.timestamp()), now + FORM_LASTS)
    told = {
        "form_token": form_token(request),
        "form_of": owner_mark(request, who(request)),
        "draft": screen.draft.id if screen.draft else "",
        "mark": mark_of(screen.step, screen.draft),
        "opened": opened,
    }
    return told | dict(screen.echo)


def _urgent(request: web.Request, draft: Draft) -> tuple[str, ...]:
    """What to do at once, where a story tells of an emergency: the paragraphs that the chat says too."""
    desk = request.app[ASSISTANT].content.desk
    target = desk.phrases.emergency(bare_of(draft.story))
    reply = desk.library.intents[targets.parse_target(target).id].reply if target else ""
    return tuple(part for part in reply.split("\n\n") if part and "](" not in part)


def _number(step: FormStep) -> int:
    """Which of the four bars a step is."""
    return {FormStep.DOOR: 1, FormStep.CHECK: 4}.get(step) or int(step.value)

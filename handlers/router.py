"""A message → the one handler that answers it."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

import handlers as package
from domain import targets
from domain.complaints.draft import Draft
from domain.complaints.records import News
from domain.dialog import Dialog
from domain.entries import Intent, Library
from domain.ids import seed_of
from domain.messages import (
    ConsentChanged,
    Content,
    File,
    Incoming,
    Link,
    Location,
    MenuClicked,
    Notice,
    Picture,
    PushEnded,
    Scanned,
    Subscribed,
    Text,
    Unsubscribed,
    Video,
    Voice,
)
from domain.replies import Block, Choices, Reply, ReplyKind
from handlers.cases.news import with_news
from handlers.complaint_file import is_for_interview
from handlers.filing.aside import go_on as go_on_telling
from handlers.filing.aside import left
from handlers.flow import go_on, is_for_guide
from handlers.turn import Handler, Outcome, Turn
from knowledge.texts import paragraphs_of
from services.desk import Desk
from services.matches import Thought, driven
from services.understanding import Understanding, understanding

_BY_KIND: Mapping[type[Content], str] = MappingProxyType(
    {
        Voice: "voice",
        Picture: "picture",
        Video: "video",
        File: "file",
        Location: "location",
        Link: "link",
        Subscribed: "subscribe",
        Scanned: "help",
    }
)


# What is taken note of and never answered.
SILENT = (Notice, Unsubscribed, ConsentChanged, PushEnded)
_MORE = targets.intent("more")
_FOLLOW_UP = targets.intent("follow_up")
_UNANSWERED = frozenset({ReplyKind.CLARIFY, ReplyKind.FALLBACK})
_ABOUT_CASES = frozenset(
    {
        "complaint_track",
        "case_urge",
        "case_supplement",
        "case_withdraw",
        "case_rate",
        "case_object",
        "case_reopen",
        "confirm",
        "fallback",
        "my_information",
    }
)
# What is sent instead of typed, while a complaint is told or something is added to a case.
_TOLD_BY: Mapping[type[Content], str] = MappingProxyType(
    {
        Picture: "picture",
        Location: "location",
        Video: "unfit=video",
        File: "unfit=file",
        Link: "unfit=link",
    }
)


class HandlersMismatched(Exception):
    """A handler without its YAML file, or an intent that has neither a reply nor a handler."""


def find_handlers() -> dict[str, Handler]:
    """Every module of this package that has ``handle``, by its name."""
    modules = (
        importlib.import_module(f"handlers.{found.name}") for found in pkgutil.iter_modules(package.__path__)
    )
    return {m.__name__.removeprefix("handlers."): m.handle for m in modules if hasattr(m, "handle")}


def check_handlers(known: Mapping[str, Handler], library: Library) -> None:
    """Raise ``HandlersMismatched`` unless every intent has exactly one way to be answered."""
    for name in known.keys() - library.intents.keys():
        raise HandlersMismatched(f"handlers/{name}.py has no knowledge/intents/{name}.yaml")
    for intent in library.intents.values():
        if bool(intent.reply) == (intent.id in known):
            raise HandlersMismatched(
                f"knowledge/intents/{intent.id}.yaml needs either a reply or handlers/{intent.id}.py"
            )


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a message is read in, besides its dialog. ``lot``: see ``Turn``."""

    now: datetime
    popular: tuple[str, ...] = ()
    resident: str = ""
    lot: bytes = bytes(32)
    draft: Draft | None = None
    news: tuple[News, ...] = ()


def read(incoming: Incoming, dialog: Dialog, desk: Desk, around: Surroundings) -> Turn | None:
    """One message → the turn it makes, at once."""
    return driven(reading(incoming, dialog, desk, around), desk.matches.ask)


def reading(incoming: Incoming, dialog: Dialog, desk: Desk, around: Surroundings) -> Thought[Turn | None]:
    """One message → the turn it makes, understood; None for what is not answered. Pure."""
    content = incoming.content
    if isinstance(content, SILENT):
        return None
    text = _words(content)
    if text:
        found = yield from understanding(text, dialog, desk, int(around.now.timestamp()))
    else:
        found = _sent(content, dialog, desk)
    kept = dialog if found.target.startswith("intent:") else replace(dialog, waiting=None)
    kept = kept if found.target == _MORE else replace(kept, rest=())
    return Turn(
        incoming,
        text,
        kept,
        desk,
        found,
        around.now,
        seed_of(incoming.key),
        around.popular,
        around.resident,
        around.lot,
        around.draft,
        around.news,
    )


def needs_cases(turn: Turn) -> bool:
    """Whether the resident's own cases have to be loaded before the turn can be handled."""
    kind, name = turn.target
    return (
        kind == "case" or name.startswith(("submit", "like_")) or (kind == "intent" and name in _ABOUT_CASES)
    )


def reply(turn: Turn, handlers: Mapping[str, Handler]) -> Outcome:
    """What is said, and the dialog after it. Pure: the same turn, the same outcome."""
    if is_for_interview(turn):
        return with_news(turn, handlers["complaint_file"](turn))
    if turn.target.kind == "case":
        return handlers["complaint_track"](turn)
    if is_for_guide(turn):
        outcome = handlers["guide"](turn)
        return with_news(turn, replace(outcome, dialog=left(turn, outcome.dialog)))
    outcome = _ending_topic(turn, _handle(turn, handlers))
    if turn.dialog.tending:
        outcome = replace(outcome, dialog=replace(outcome.dialog, tending=None))
    is_telling = turn.dialog.interview is not None and not turn.dialog.interview.is_paused
    return with_news(turn, (go_on_telling if is_telling else go_on)(turn, outcome))


def _words(content: Content) -> str:
    match content:
        case Text(text):
            return text or " "
        case Voice(recognition=heard):
            return heard
        case MenuClicked(key):
            return key
    return ""


def _sent(content: Content, dialog: Dialog, desk: Desk) -> Understanding:
    """What somebody sends without words: a code that we know opens its target, anything else is told by its kind."""
    interview, what = dialog.interview, _TOLD_BY.get(type(content))
    if what and interview and not interview.is_paused:
        return Understanding(targets.file(what))
    if what and dialog.tending:
        return Understanding(targets.case(what))
    scene = desk.library.scenes.get(content.scene) if isinstance(content, Subscribed | Scanned) else None
    return Understanding(scene.target if scene else targets.intent(_BY_KIND.get(type(content), "unknown")))


def _handle(turn: Turn, known: Mapping[str, Handler]) -> Outcome:
    kind, name = turn.target
    if kind in ("policy", "story"):
        return known[kind](turn)
    intent = turn.library.intents[name]
    return known[name](turn) if name in known else _fixed(turn, intent)


def _ending_topic(turn: Turn, outcome: Outcome) -> Outcome:
    """A question that was asked back or not answered was a new one: what comes next does not follow the old."""
    said = outcome.reply
    if said is None or said.kind not in _UNANSWERED or turn.found.target == _FOLLOW_UP:
        return outcome
    return replace(outcome, dialog=outcome.dialog.about("", 0))


def _fixed(turn: Turn, intent: Intent) -> Outcome:
    values = {"city": turn.library.city.name, "assistant": turn.library.city.assistant}
    blocks: tuple[Block, ...] = paragraphs_of(intent.reply, values)
    if intent.choices:
        offer = Choices(turn.choices_of(intent.choices))
        blocks = (*blocks, offer, turn.texts.paragraph("clarify.none_of_these"))
    reply = Reply(
        intent.kind,
        blocks,
        id=targets.intent(intent.id),
        title=intent.title,
        confidence=turn.found.confidence,
    )
    return Outcome(reply, turn.dialog.offering(reply.choices) if intent.choices else turn.dialog)

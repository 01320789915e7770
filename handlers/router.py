"""A message → the one handler that answers it."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

import handlers as package
from domain import targets
from domain.dialog import Dialog
from domain.entries import Intent, Library
from domain.ids import seed_of
from domain.messages import (
    Content,
    File,
    Incoming,
    Link,
    Location,
    MenuClicked,
    Notice,
    Picture,
    Scanned,
    Subscribed,
    Text,
    Unsubscribed,
    Video,
    Voice,
)
from domain.replies import Block, Choices, Reply
from handlers.flow import go_on, is_for_guide
from handlers.turn import Handler, Outcome, Turn
from knowledge.texts import paragraphs_of
from services.desk import Desk
from services.understanding import Understanding, understand

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


_MORE = targets.intent("more")


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


def answer(
    incoming: Incoming,
    dialog: Dialog,
    desk: Desk,
    *,
    handlers: Mapping[str, Handler],
    now: datetime,
    popular: tuple[str, ...] = (),
) -> Outcome:
    """One message → what is said, and the dialog after it. Pure: the same arguments, the same outcome."""
    content = incoming.content
    if isinstance(content, (Notice, Unsubscribed)):
        return Outcome(None, dialog)
    text = _words(content)
    found = (
        understand(text, dialog, desk, int(now.timestamp()))
        if text
        else Understanding(_opened(content, desk))
    )
    kept = dialog if found.target.startswith("intent:") else replace(dialog, waiting=None)
    kept = kept if found.target == _MORE else replace(kept, rest=())
    turn = Turn(incoming, text, kept, desk, found, now, seed_of(incoming.key), popular)
    if is_for_guide(turn):
        return handlers["guide"](turn)
    return go_on(turn, _handle(turn, handlers))


def _words(content: Content) -> str:
    match content:
        case Text(text):
            return text or " "
        case Voice(recognition=heard):
            return heard
        case MenuClicked(key):
            return key
    return ""


def _opened(content: Content, desk: Desk) -> str:
    """What a message without words opens: a code that we know its target, anything else its kind."""
    scene = desk.library.scenes.get(content.scene) if isinstance(content, Subscribed | Scanned) else None
    return scene.target if scene else targets.intent(_BY_KIND.get(type(content), "unknown"))


def _handle(turn: Turn, known: Mapping[str, Handler]) -> Outcome:
    kind, name = turn.target
    if kind in ("policy", "story"):
        return known[kind](turn)
    intent = turn.library.intents[name]
    return known[name](turn) if name in known else _fixed(turn, intent)


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

"""有用 / 没用 after an answer."""

from __future__ import annotations

from domain.effects import Rated
from domain.replies import ReplyKind
from handlers.turn import Outcome, Turn, said

_USELESS = frozenset("没不无非")


def handle(turn: Turn) -> Outcome:
    useful = not _USELESS & set(turn.text)
    if not turn.dialog.topic:
        return said(turn, ReplyKind.SMALLTALK, turn.texts.paragraph("rate.nothing_yet"))
    key = "rate.useful" if useful else "rate.useless"
    outcome = said(turn, ReplyKind.SMALLTALK, *turn.texts.paragraphs(key))
    return Outcome(outcome.reply, turn.dialog, (Rated(turn.dialog.topic, useful),))

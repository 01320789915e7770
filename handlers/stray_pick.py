"""A number that picks nothing → how many there are to pick from, or that there are none."""

from __future__ import annotations

from domain.replies import ReplyKind
from handlers.turn import Outcome, Turn, said


def handle(turn: Turn) -> Outcome:
    if count := len(turn.dialog.choices):
        outcome = said(turn, ReplyKind.HELP, turn.texts.paragraph("stray_pick.out_of_range", count=count))
        return Outcome(outcome.reply, turn.dialog)
    return said(turn, ReplyKind.HELP, *turn.texts.paragraphs("stray_pick.nothing"))

"""继续 → the rest of a long answer; 查看 → an answer that came too late."""

from __future__ import annotations

from dataclasses import replace

from domain.replies import Reply, ReplyKind, plain
from handlers.turn import Outcome, Turn, said


def handle(turn: Turn) -> Outcome:
    dialog = turn.dialog
    if dialog.waiting:
        return Outcome(dialog.waiting, replace(dialog, waiting=None, choices=dialog.waiting.choices))
    if dialog.rest:
        text, *rest = dialog.rest
        hint = (turn.texts.paragraph("more.hint"),) if rest else ()
        reply = Reply(ReplyKind.ANSWER, (plain(text), *hint), id=dialog.topic)
        return Outcome(reply, replace(dialog, rest=tuple(rest)))
    return said(turn, ReplyKind.HELP, turn.texts.paragraph("more.nothing"))

"""热门问题 → what is asked most."""

from __future__ import annotations

from domain.replies import ReplyKind
from handlers.turn import Outcome, Turn, offered, said


def handle(turn: Turn) -> Outcome:
    choices = turn.choices_of(turn.popular)
    return said(
        turn,
        ReplyKind.HELP,
        *offered(choices, turn.texts.paragraph("popular.lead")),
        turn.texts.paragraph("popular.library"),
    )

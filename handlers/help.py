"""帮助 → what can be asked and how, with what others ask."""

from __future__ import annotations

from domain.replies import ReplyKind
from handlers.turn import Outcome, Turn, offered, said

EXAMPLES = 3


def handle(turn: Turn) -> Outcome:
    popular = turn.choices_of(turn.popular, EXAMPLES)
    return said(
        turn,
        ReplyKind.HELP,
        turn.texts.paragraph("help.lead"),
        *offered(popular, turn.texts.paragraph("help.popular")),
        *turn.texts.paragraphs("help.ways"),
    )

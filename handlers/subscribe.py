"""A new follower → what can be asked, with examples to touch."""

from __future__ import annotations

from domain.replies import ReplyKind
from handlers.turn import Outcome, Turn, offered, said

EXAMPLES = 4


def handle(turn: Turn) -> Outcome:
    choices = turn.choices_of(turn.popular, EXAMPLES)
    return said(
        turn,
        ReplyKind.HELP,
        turn.texts.paragraph("subscribe.welcome", assistant=turn.library.city.assistant),
        *offered(choices, turn.texts.paragraph("subscribe.examples")),
        turn.texts.paragraph("subscribe.ways"),
    )

"""A question that fits several entries → 您是不是想问."""

from __future__ import annotations

from domain.replies import ReplyKind
from handlers.turn import Outcome, Turn, offered, said

OFFERED_SHARE = 0.15  # of the best one's confidence: what is less likely is no choice


def handle(turn: Turn) -> Outcome:
    candidates = turn.found.match.candidates if turn.found.match else ()
    floor = candidates[0].confidence * OFFERED_SHARE if candidates else 0.0
    choices = turn.choices_of(c.id for c in candidates if c.confidence >= floor)
    lead = turn.texts.paragraph("clarify.lead")
    return said(
        turn, ReplyKind.CLARIFY, *offered(choices, lead), turn.texts.paragraph("clarify.none_of_these")
    )

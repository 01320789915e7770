"""转人工 → a person: through the platform where it is switched on, else the window and 12345."""

from __future__ import annotations

from domain.replies import ReplyKind
from handlers.turn import Outcome, Turn, said
from handlers.windows import window_lines


def handle(turn: Turn) -> Outcome:
    city = turn.library.city
    if city.handover == "platform":
        lead = turn.texts.paragraph("handover.platform", hours=city.handover_hours)
        return said(turn, ReplyKind.HANDOVER, lead, handover=True)
    return said(
        turn,
        ReplyKind.HANDOVER,
        turn.texts.paragraph("handover.lead"),
        window_lines(turn),
        turn.texts.paragraph("handover.afterwards"),
    )

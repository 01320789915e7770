"""我要投诉 → how it is done today: the nearest window, 12345, the legal channels."""

from __future__ import annotations

from domain.replies import ReplyKind
from handlers.turn import Outcome, Turn, said
from handlers.windows import window_lines


def handle(turn: Turn) -> Outcome:
    return said(
        turn,
        ReplyKind.COMPLAINT,
        turn.texts.paragraph("complaint.how"),
        window_lines(turn),
        *turn.texts.paragraphs("complaint.other_doors"),
    )

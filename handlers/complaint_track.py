"""查进度 → where to ask about a complaint today."""

from __future__ import annotations

from domain.replies import ReplyKind
from handlers.turn import Outcome, Turn, said
from handlers.windows import window_lines


def handle(turn: Turn) -> Outcome:
    return said(
        turn,
        ReplyKind.TRACK,
        turn.texts.paragraph("complaint.track"),
        window_lines(turn),
        turn.texts.paragraph("complaint.track_next"),
    )

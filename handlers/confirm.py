"""确认提交 when nothing waits to be confirmed → the case that was just filed, or that there is nothing."""

from __future__ import annotations

from handlers.cases.status import said, show
from handlers.turn import Outcome, Turn

JUST_NOW_S = 24 * 3600


def handle(turn: Turn) -> Outcome:
    """The same confirmation twice is one complaint."""
    newest = next(iter(turn.cases), None)
    if newest is None or turn.second - int(newest.submitted_at.timestamp()) > JUST_NOW_S:
        return said(turn, turn.texts.paragraph("case.nothing_to_confirm"))
    return show(turn, newest, turn.texts.paragraph("case.confirmed_before"))

"""重开 → a closed case is taken up again, once."""

from __future__ import annotations

from handlers.cases.acts import begin
from handlers.turn import Outcome, Turn


def handle(turn: Turn) -> Outcome:
    return begin(turn, "reopen")

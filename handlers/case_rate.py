"""评价 → solved or not, content or not, and a word if one likes."""

from __future__ import annotations

from handlers.cases.acts import begin
from handlers.turn import Outcome, Turn


def handle(turn: Turn) -> Outcome:
    return begin(turn, "rate")

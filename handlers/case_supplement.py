"""补充材料 → more words and pictures for a case under way."""

from __future__ import annotations

from handlers.cases.acts import begin
from handlers.turn import Outcome, Turn


def handle(turn: Turn) -> Outcome:
    return begin(turn, "supplement")

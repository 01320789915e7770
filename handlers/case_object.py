"""提出异议 → somebody else looks at a refusal again."""

from __future__ import annotations

from handlers.cases.acts import begin
from handlers.turn import Outcome, Turn


def handle(turn: Turn) -> Outcome:
    return begin(turn, "object")

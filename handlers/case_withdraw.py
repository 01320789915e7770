"""撤回投诉 → asked once more, then withdrawn."""

from __future__ import annotations

from handlers.cases.acts import begin
from handlers.turn import Outcome, Turn


def handle(turn: Turn) -> Outcome:
    return begin(turn, "withdraw")

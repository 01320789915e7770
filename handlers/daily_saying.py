"""每日一句: one saying a day, the same for everybody."""

from __future__ import annotations

from domain.replies import ReplyKind
from handlers.turn import Outcome, Turn, said


def handle(turn: Turn) -> Outcome:
    sayings = turn.library.sayings
    saying = sayings[turn.today.toordinal() % len(sayings)]
    paragraphs = turn.texts.paragraphs(
        "daily.saying", text=saying.text, source=saying.source, meaning=saying.meaning
    )
    return said(turn, ReplyKind.STORY, *paragraphs)

"""每日一故事: one story a day, the same for everybody."""

from __future__ import annotations

from dataclasses import replace

from domain import targets
from handlers import story
from handlers.turn import Outcome, Turn
from services.storytelling import is_full


def handle(turn: Turn) -> Outcome:
    full = sorted(ident for ident, told in turn.library.stories.items() if is_full(told))
    today = full[turn.today.toordinal() % len(full)]
    return story.handle(replace(turn, found=replace(turn.found, target=targets.story(today))))

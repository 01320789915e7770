"""每日一故事: one story a day, the same for everybody."""

from __future__ import annotations

from dataclasses import replace

from domain import targets
from handlers import story
from handlers.turn import Outcome, Turn


def handle(turn: Turn) -> Outcome:
    stories = sorted(turn.library.stories)
    today = stories[turn.today.toordinal() % len(stories)]
    return story.handle(replace(turn, found=replace(turn.found, target=targets.story(today))))

"""What is remembered of a conversation between two messages."""

from __future__ import annotations

from dataclasses import dataclass, replace

from domain.complaints.interview import Interview
from domain.replies import Choice, Reply

REMEMBERED_STORIES = 60


@dataclass(frozen=True, slots=True)
class StoryWish:
    """What kind of story was asked for; empty fields: any."""

    themes: tuple[str, ...] = ()
    place: str = ""
    category: str = ""
    mention: str = ""

    @property
    def is_any(self) -> bool:
        return self == StoryWish()


@dataclass(frozen=True, slots=True)
class Flow:
    """The last guide: its id, and the answers so far as (step, what was recorded).

    ``is_paused``: left for later; only 继续 brings it back. Where the answers lead to an end the guide is
    done: only 返回, to its last question, and 重来 still move in it.
    """

    guide: str
    answers: tuple[tuple[str, str], ...] = ()
    is_paused: bool = False


@dataclass(frozen=True, slots=True)
class Tending:
    """Something begun with a case of one's own: its number, what is to be done, and what was told so far."""

    number: str
    act: str
    told: str = ""


@dataclass(frozen=True, slots=True)
class Dialog:
    """The state of one resident's conversation. Everything has a default, so old rows stay readable.

    ``filed_at``: unix seconds of the complaints filed lately, to bound how many.
    """

    choices: tuple[Choice, ...] = ()
    topic: str = ""
    topic_at: int = 0
    rest: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    wish: StoryWish = StoryWish()
    waiting: Reply | None = None
    flow: Flow | None = None
    interview: Interview | None = None
    tending: Tending | None = None
    filed_at: tuple[int, ...] = ()

    def offering(self, choices: tuple[Choice, ...]) -> Dialog:
        return replace(self, choices=choices)

    def about(self, topic: str, at: int) -> Dialog:
        """The talk is now about ``topic`` (an entry's target), answered at unix second ``at``."""
        return replace(self, topic=topic, topic_at=at)

    def having_told(self, story: str) -> Dialog:
        told = (*(other for other in self.told if other != story), story)
        return replace(self, told=told[-REMEMBERED_STORIES:])

"""What the matcher is asked: remembered, one at a time or many together.

Understanding is a generator (``Thought``): it yields a ``Question`` where it needs the matcher and is sent the
``Match``. It stays pure; who drives it decides whether questions go alone or with others that wait.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Generator, Sequence
from typing import NamedTuple, TypeVar

from matching import Index, Match, is_follow_up, normalise

T = TypeVar("T")

REMEMBERED = 1024
REMEMBERED_CHARACTERS = 60  # a longer message is nobody else's, and need not stay in memory


class Question(NamedTuple):
    """A text for the matcher, and the entry just answered, if any."""

    text: str
    topic: str | None = None


Thought = Generator[Question, Match, T]


def driven(thought: Thought[T], ask: Callable[[Question], Match]) -> T:
    """Think to the end, each question answered by ``ask``."""
    try:
        question = next(thought)
        while True:
            question = thought.send(ask(question))
    except StopIteration as done:
        result: T = done.value
        return result


class Matches:
    """The index, which never changes, asked the same question once: residents ask alike."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._known: OrderedDict[Question, Match] = OrderedDict()
        self._hanging: OrderedDict[str, bool] = OrderedDict()

    def known(self, question: Question) -> Match | None:
        """What was found before, without asking."""
        plain = self._without_topic(question)
        if match := self._known.get(plain):
            self._known.move_to_end(plain)
        return match

    def ask(self, question: Question) -> Match:
        """One question, alone."""
        return self.known(question) or self.ask_all((question,))[0]

    def ask_all(self, questions: Sequence[Question]) -> list[Match]:
        """Several at once, for less than one by one; equal ones are looked up once."""
        plain = [self._without_topic(question) for question in questions]
        new = list(dict.fromkeys(question for question in plain if question not in self._known))
        matches = self._index.match_many([q.text for q in new], [q.topic for q in new]) if new else []
        found = dict(zip(new, matches, strict=True))
        answers = [found.get(question) or self._known[question] for question in plain]
        for question, match in found.items():
            if len(question.text) <= REMEMBERED_CHARACTERS:
                _remember(self._known, question, match)
        return answers

    def _without_topic(self, question: Question) -> Question:
        """Only a short follow-up hangs on what was said before; any other question is the same for everybody."""
        if not question.topic or len(question.text) > REMEMBERED_CHARACTERS:
            return question
        hangs = self._hanging.get(question.text)
        if hangs is None:
            hangs = is_follow_up(normalise(question.text))
            _remember(self._hanging, question.text, hangs)
        return question if hangs else Question(question.text)


K = TypeVar("K")
V = TypeVar("V")


def _remember(memory: OrderedDict[K, V], key: K, value: V) -> None:
    memory[key] = value
    if len(memory) > REMEMBERED:
        memory.popitem(last=False)

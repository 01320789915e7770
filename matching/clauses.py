"""A message → its questions: two in one, a follow-up, or the one inside a long story."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache

from matching.normal import normalise
from matching.reading import Reading
from matching.tables import CLASSES, background_of, language, longest_first, question_types

LONG = 36  # characters from which a message is taken for a story with a question in it
SHORT = 12  # characters up to which a message may be a follow-up
CONTENT = (CLASSES.index("n"), CLASSES.index("v"))
TAIL = 28  # characters at the end of a message spoken in one breath: the question is mostly there
LEAST = 4  # characters that a question of its own has
LONGEST_PAIR = 120  # characters of a message that may be two questions


def split_questions(text: str) -> tuple[str, ...]:
    """Parts of a message that each ask something; the whole message when fewer than two do."""
    if len(text) > LONGEST_PAIR:
        return (text,)
    parts = [part for part in _clause().split(text) if len(part) >= LEAST]
    if len(parts) != 2:
        return (text,)
    plain = [normalise(part) for part in parts]
    return tuple(parts) if all(len(part) >= LEAST and _is_question(part) for part in plain) else (text,)


def focus(text: str) -> tuple[str, ...]:
    """Windows of a long message: clauses that ask, with the clause before them; the end when it has no pause."""
    if len(text) <= LONG:
        return ()
    parts = [part for part in _clause().split(text[:400]) if part.strip()]
    if len(parts) < 2:
        return (text[-TAIL:],)
    windows = []
    for number, part in enumerate(parts):
        if _asks(normalise(part)):
            windows.append(part)
            if number:
                windows.append(parts[number - 1] + "," + part)
    return tuple(dict.fromkeys(windows[-6:] or parts[-2:]))


def is_follow_up(plain: str) -> bool:
    """Whether normalised text only makes sense after an answer: a question word without a subject."""
    return len(plain) <= SHORT and bool(_follow().match(plain))


def subject(readings: Sequence[Reading], most: int) -> str:
    """What the questions of one item are about: the ``most`` words that they share, no question words."""
    counts = Counter(word for reading in readings for word in set(reading.words))
    told = [(counts[word] * background_of(word)[0] ** 2, word) for word in counts if _is_content(word)]
    best = {word for _, word in sorted(told, reverse=True)[:most]}
    order = dict.fromkeys(word for reading in readings for word in reading.words if word in best)
    return "".join(order)


def has_content(reading: Reading) -> bool:
    """Whether a reading has a word that says what it is about."""
    return any(_is_content(word) for word in reading.words)


def _is_content(word: str) -> bool:
    """A noun or verb of two characters or more that asks nothing by itself."""
    return len(word) > 1 and background_of(word)[1] in CONTENT and not _asks(word)


def _is_question(plain: str) -> bool:
    """Whether a clause is put as a question, and does not only name what one may ask about."""
    return bool(_asking().search(plain))


def _asks(plain: str) -> bool:
    return any(pattern.search(plain) for _, pattern in question_types())


@cache
def _clause() -> re.Pattern[str]:
    return re.compile(f"{language()['clause']}|{longest_first(language()['and_joins'])}")


@cache
def _asking() -> re.Pattern[str]:
    return re.compile(language()["asks"])


@cache
def _follow() -> re.Pattern[str]:
    return re.compile(language()["follow_up"])

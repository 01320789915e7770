"""A resident's words, while a guide asks something → the answer they give to it."""

from __future__ import annotations

import re
from datetime import date

from domain import targets
from domain.dates import Unclear, clean, read_date
from domain.dialog import Dialog
from domain.entries import Library
from domain.guides import End, Option, Step, walk
from services.phrases import is_asking

_BEFORE = ("我", "这", "那", "就", "应该", "好像", "大概", "可能", "都", "是", "属于", "选", "要", "算")
_AFTER = ("的", "了", "吧", "呗", "啊", "呀", "哈", "嘛")
_FILLERS = re.compile(rf"^(?:{'|'.join(_BEFORE)})*(.*?)(?:{'|'.join(_AFTER)})*$")
_MARKS = re.compile(r"[\W_]+")
MOST_ROUND_WORD = 8  # characters beside a word that still is an answer
MOST_ROUND_DATE = 8
DAYS_AHEAD = 365  # a day without its year, where the future is meant


def step_of(dialog: Dialog, library: Library) -> Step | None:
    """The question that waits for an answer; None when no guide is under way or it was left for later."""
    place = _place_of(dialog, library)
    is_waiting = dialog.flow is not None and not dialog.flow.is_paused
    return place if is_waiting and isinstance(place, Step) else None


def is_under_way(dialog: Dialog, library: Library) -> bool:
    """Whether a guide has been opened and has not come to its end."""
    return isinstance(_place_of(dialog, library), Step)


def has_ended(dialog: Dialog, library: Library) -> bool:
    """Whether the last guide came to its end: there is a last question to go back to."""
    return isinstance(_place_of(dialog, library), End)


def _place_of(dialog: Dialog, library: Library) -> Step | End | None:
    flow = dialog.flow
    if flow is None or flow.guide not in library.guides:
        return None
    return walk(library.guides[flow.guide], flow.answers)


def plain_answer(text: str, bare: str, step: Step | None, today: date) -> str | None:
    """The target of the choice whose words these are, or of the date they say."""
    if step is None:
        return None
    said = {bare, _FILLERS.sub(r"\1", bare)} - {""}
    named = [option for option in step.choices if said & _words_of(option)]
    if named:
        return target_of(named[0])
    return _date_in(text, today, DAYS_AHEAD if step.is_ahead else 0) if step.date_then else None


def likely_answer(text: str, bare: str, step: Step | None) -> str | None:
    """The target of the choice whose word stands in a short text that asks nothing itself.

    Where words of several choices stand in it, the longest says more: 没还清 is not 还清.
    """
    if step is None or is_asking(text):
        return None
    lengths = {target_of(option): _longest_word(option, bare) for option in step.choices}
    longest = max(lengths.values(), default=0)
    near = [target for target, length in lengths.items() if length == longest > 0]
    return near[0] if len(near) == 1 else None


def target_of(option: Option) -> str:
    """What a choice of a step leads to when it is picked."""
    return option.opens or targets.answer(option.recorded)


def _words_of(option: Option) -> set[str]:
    return {_MARKS.sub("", word).casefold() for word in (option.label, *option.words)}


def _longest_word(option: Option, bare: str) -> int:
    """Characters that a choice and what was said share: a word in it, or it in a word; 0 for none."""
    words = [word for word in _words_of(option) if len(word) > 1]
    in_text = [len(word) for word in words if word in bare and len(bare) - len(word) <= MOST_ROUND_WORD]
    is_part = len(bare) > 1 and any(bare in word for word in words)
    return max([*in_text, len(bare) if is_part else 0])


def _date_in(text: str, today: date, ahead: int) -> str | None:
    found = read_date(text, today, ahead)
    bare = clean(text)
    rest = bare[: found.start] + bare[found.end :]
    is_more = len(rest) > MOST_ROUND_DATE or re.search(r"\d", rest) or is_asking(rest)
    if found.unclear is Unclear.NO_DATE or is_more:
        return None
    if found.day:
        return targets.answer(found.day.isoformat())
    assert found.unclear is not None
    return targets.answer(found.unclear.value)

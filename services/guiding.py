"""A resident's words, while a guide asks something → the answer they give to it."""

from __future__ import annotations

import re
from datetime import date

from domain import targets
from domain.dates import Unclear, clean, read_date
from domain.dialog import Dialog
from domain.entries import Library
from domain.guides import Option, Step, walk
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
    flow = dialog.flow
    if flow is None or flow.is_paused or flow.guide not in library.guides:
        return None
    place = walk(library.guides[flow.guide], flow.answers)
    return place if isinstance(place, Step) else None


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
    """The target of the one choice whose word stands in a short text that asks nothing itself."""
    if step is None or is_asking(text):
        return None
    near = [option for option in step.choices if _is_near(option, bare)]
    return target_of(near[0]) if len(near) == 1 else None


def target_of(option: Option) -> str:
    """What a choice of a step leads to when it is picked."""
    return option.opens or targets.answer(option.recorded)


def _words_of(option: Option) -> set[str]:
    return {_MARKS.sub("", word).casefold() for word in (option.label, *option.words)}


def _is_near(option: Option, bare: str) -> bool:
    words = [word for word in _words_of(option) if len(word) > 1]
    return any(word in bare and len(bare) - len(word) <= MOST_ROUND_WORD for word in words) or (
        len(bare) > 1 and any(bare in word for word in words)
    )


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

"""A resident's words and the dialog → the entry they are about."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from domain import targets
from domain.clock import from_unix, local_day
from domain.complaints.interview import Step
from domain.complaints.numbers import looks_like_number
from domain.dialog import Dialog
from domain.entries import Library
from domain.ordinals import is_pick, picked_number
from domain.replies import ReplyKind
from matching import Decision, Match, normalise
from services.desk import Desk
from services.doors import is_grievance
from services.guiding import likely_answer, plain_answer, step_of
from services.interview import LONGEST_QUESTION, read_answer, takes_words
from services.matches import Question, Thought, driven
from services.phrases import bare_of, is_asking
from services.recognise import recognise
from services.storytelling import is_nothing_but_wish, is_wish
from services.tending import read_tending
from services.tending import takes_words as takes_remarks

TOPIC_LASTS_S = 30 * 60
LIKELY = 0.5
NEAR = 0.3  # how likely a follow-up's best guess must be when it stands near what was just answered,
AHEAD = 2.0  # and how many times as likely as the next one
WORTH_ASKING = 0.1  # a best guess that is less likely is told as a near topic, not as 您是不是想问
_STORY = targets.intent("story")
_NEVER_REMARKS = frozenset({"bye"})
_FEELINGS = frozenset({"rude", "rate"})  # the small talk that belongs to a story; a greeting does not
_STICKER = re.compile(r"(?:\[[^\[\]]{1,12}\]|/:(?:(?!/:)[^\s]){1,6})+")
READ_CHARACTERS = 1200  # of a message; what is longer is a story, and its question stands in here


@dataclass(frozen=True, slots=True)
class Understanding:
    """``target``: what answers; ``match``: the candidates behind it, when the matcher was asked."""

    target: str
    confidence: float = 1.0
    match: Match | None = None


def understand(text: str, dialog: Dialog, desk: Desk, now_s: int) -> Understanding:
    """Find what ``text`` is about, at once."""
    return driven(understanding(text, dialog, desk, now_s), desk.matches.ask)


def understanding(text: str, dialog: Dialog, desk: Desk, now_s: int) -> Thought[Understanding]:
    """Find what ``text`` is about. Pure. What can be known for certain is looked at before what is likely."""
    whole, text = text, text[:READ_CHARACTERS]
    bare = bare_of(text)
    if not bare or _STICKER.fullmatch(text.strip()):
        return Understanding(targets.intent("sticker"))
    asked = (
        desk.phrases.emergency(bare)
        or _chosen(text, bare, dialog, desk)
        or read_answer(whole, bare, dialog.interview, desk.library)
        or read_tending(bare, dialog.tending, desk.library)
    )
    if asked:
        return Understanding(asked)
    if takes_words(dialog.interview) or dialog.tending:
        return (yield from _told(text, dialog, desk))
    sure = _sure(text, bare, dialog, desk, local_day(from_unix(now_s)))
    return Understanding(sure) if sure else (yield from _likely(text, bare, dialog, desk, now_s))


def _sure(text: str, bare: str, dialog: Dialog, desk: Desk, today: date) -> str | None:
    """What words mean by themselves, or as the answer to a guide's question."""
    step = step_of(dialog, desk.library)
    return (
        plain_answer(text, bare, step, today)
        or desk.phrases.command(text)
        or _case_named(text)
        or _stray_pick(text)
        or desk.by_title.get(normalise(text))
        or recognise(text, today)
        or likely_answer(text, bare, step)
        or (_STORY if is_nothing_but_wish(text, desk.library) else None)
    )


def _likely(text: str, bare: str, dialog: Dialog, desk: Desk, now_s: int) -> Thought[Understanding]:
    """What the matcher makes of it; a wrong that is told and that no entry answers is a complaint."""
    topic = dialog.topic if now_s - dialog.topic_at < TOPIC_LASTS_S else ""
    match = yield Question(text, topic or None)
    wanted = desk.phrases.sign(bare)
    if match.decision is not Decision.ANSWER and match.reason != "follow_up":
        wanted = wanted or desk.by_ask.get(normalise(text))  # an entry's own words, however near others are
    if wanted is None and match.decision is not Decision.ANSWER and is_grievance(text, desk.library.doors):
        wanted = targets.intent("complaint_file")
    if wanted is None and is_wish(text, desk.library) and not _is_sure_of_policy(match):
        wanted = _STORY
    return Understanding(wanted, match=match) if wanted else _judged(match, topic, desk)


def _told(text: str, dialog: Dialog, desk: Desk) -> Thought[Understanding]:
    """Words that are the answer itself, unless they are a command or plainly a wish that we can grant."""
    command = desk.phrases.command(text)
    if command and not _is_remark(command, dialog, desk.library):
        return Understanding(command)
    if dialog.tending:
        return Understanding(targets.case("text"))
    is_story = dialog.interview is not None and dialog.interview.step is Step.STORY
    is_question = is_asking(text)
    if len(text) <= LONGEST_QUESTION and (is_question or not is_story):
        match = yield Question(text)
        best = match.candidates[0] if match.decision is Decision.ANSWER else None
        if best and (best.id.startswith("policy:") if is_question else best.id == _STORY):
            return Understanding(best.id, best.confidence, match)
    return Understanding(targets.file("text"))


def _is_remark(command: str, dialog: Dialog, library: Library) -> bool:
    """Whether a known phrase is only how somebody feels, where that is just what was asked for: 糊弄人."""
    ident = targets.parse_target(command).id
    if ident in _NEVER_REMARKS or library.intents[ident].kind is not ReplyKind.SMALLTALK:
        return False
    interview = dialog.interview
    is_story = takes_words(interview) and interview is not None and interview.step is Step.STORY
    return takes_remarks(dialog.tending) or (is_story and ident in _FEELINGS)


def _judged(match: Match, topic: str, desk: Desk) -> Understanding:
    """What the matcher found → an entry, a question back, or an honest no."""
    if not match.candidates:
        return Understanding(targets.intent("fallback"), 0.0, match)
    best = match.candidates[0]
    if match.reason.startswith("follow_up") and topic.startswith("policy:"):
        is_answered = match.reason == "follow_up" and _is_answered(topic, match, desk.library)
        return Understanding(best.id if is_answered else targets.intent("follow_up"), best.confidence, match)
    if match.decision is Decision.ANSWER:
        return Understanding(best.id, best.confidence, match)
    is_worth_asking = best.confidence >= WORTH_ASKING
    if is_worth_asking and best.confidence >= LIKELY and _commits_to_nothing(best.id, desk.library):
        return Understanding(best.id, best.confidence, match)
    name = "clarify" if is_worth_asking else "fallback"
    return Understanding(targets.intent(name), best.confidence, match)


def _is_answered(topic: str, match: Match, library: Library) -> bool:
    """Whether the best guess at a follow-up answers it: on the subject of what was just answered, sure or far ahead.

    A sure guess on another subject has only the question word in common with it: 要什么材料, said of a swindle,
    is no question about the papers of 信用修复.
    """
    best, *others = match.candidates
    if best.id == topic:
        return False
    if match.decision is Decision.ANSWER and _commits_to_nothing(best.id, library):
        return True
    rival = others[0].confidence if others else 0.0
    is_likely = best.confidence >= NEAR and best.confidence >= AHEAD * rival
    is_sure = match.decision is Decision.ANSWER or is_likely
    return is_sure and _is_next_to(topic, best.id, library)


def _is_next_to(topic: str, target: str, library: Library) -> bool:
    """Whether an entry is on the same subject as what was just answered."""
    last = library.policies.get(targets.parse_target(topic).id)
    if last is None:
        return False
    kind, ident = targets.parse_target(target)
    if kind == "guide":
        return ident == last.guide
    new = library.policies.get(ident) if kind == "policy" else None
    return new is not None and (last.topic is new.topic or new.id in last.related or last.id in new.related)


def _commits_to_nothing(target: str, library: Library) -> bool:
    """Whether an entry is itself a question back or an honest no: a likely guess is enough for it."""
    kind, ident = targets.parse_target(target)
    return kind == "intent" and library.intents[ident].kind in (ReplyKind.CLARIFY, ReplyKind.FALLBACK)


def _is_sure_of_policy(match: Match) -> bool:
    return match.decision is Decision.ANSWER and match.candidates[0].id.startswith("policy:")


def _chosen(text: str, bare: str, dialog: Dialog, desk: Desk) -> str | None:
    if dialog.waiting and picked_number(text, 1):
        return targets.intent("more")
    number = picked_number(text, len(dialog.choices))
    choice = (
        dialog.choices[number - 1]
        if number
        else next((c for c in dialog.choices if bare_of(c.label) == bare), None)
    )
    return choice.target if choice and desk.has(choice.target) else None


def _case_named(text: str) -> str | None:
    """Somebody who sends a case number wants to know how it stands."""
    return targets.intent("complaint_track") if looks_like_number(text) else None


def _stray_pick(text: str) -> str | None:
    return targets.intent("stray_pick") if is_pick(text) else None

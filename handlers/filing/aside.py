"""A complaint being taken down and another matter in between → the answer to that, then the question again."""

from __future__ import annotations

from dataclasses import replace

from domain.complaints.draft import Draft
from domain.complaints.interview import FREE, Interview, Step
from domain.dialog import Dialog
from domain.replies import Block, Choices, ReplyKind
from handlers.filing.questions import asking
from handlers.turn import Outcome, Turn

_UNANSWERED = frozenset({"fallback", "clarify", "acknowledge", "stray_pick", "sticker"})
_NOTHING_BUT_LIFE = frozenset(
    {"emergency_suicide"}
)  # no word of a form beside it; what was told is kept all the same
_LEAVING = frozenset({"bye", "help", "popular", "subscribe", "handover", "complaint_track"})


def go_on(turn: Turn, outcome: Outcome) -> Outcome:
    """What follows an answer that was given to something else."""
    interview, draft = turn.dialog.interview, turn.draft
    if interview is None or interview.is_paused or draft is None or outcome.reply is None:
        return outcome
    kind, name = turn.target
    intent = name if kind == "intent" else ""
    if outcome.reply.kind is ReplyKind.EMERGENCY:
        return _interrupted(turn, outcome, intent, interview.step)
    if intent in _LEAVING:
        return _left(turn, outcome)
    return outcome if intent == "more" else _asked_again(turn, outcome, draft, interview)


def _interrupted(turn: Turn, outcome: Outcome, intent: str, step: Step) -> Outcome:
    """An emergency's answer; that the complaint waits is said too, unless someone thinks of death."""
    kept = _left(turn, _remembering(turn, outcome) if step is Step.STORY else outcome)
    return replace(kept, reply=outcome.reply) if intent in _NOTHING_BUT_LIFE else kept


def _asked_again(turn: Turn, outcome: Outcome, draft: Draft, interview: Interview) -> Outcome:
    """The answer, if there was one, and the question that still waits."""
    assert outcome.reply is not None
    kind, name = turn.target
    is_answered = kind != "intent" or name not in _UNANSWERED
    missed = "filing.not_words" if interview.step in FREE else "filing.not_an_answer"
    blocks: tuple[Block, ...] = (turn.texts.paragraph(missed),)
    if is_answered:
        blocks = (*_without_choices(outcome.reply.blocks), turn.texts.paragraph("filing.go_on"))
    if interview.step is Step.STORY and kind == "policy":
        interview = replace(interview, aside=turn.text.strip())
        blocks = (*blocks, turn.texts.paragraph("filing.aside"))
    reply = replace(outcome.reply, blocks=(*blocks, *asking(turn, draft, interview)), card=None)
    dialog = replace(outcome.dialog, interview=interview, choices=reply.choices)
    return replace(outcome, reply=reply, dialog=dialog, effects=outcome.effects if is_answered else ())


def _remembering(turn: Turn, outcome: Outcome) -> Outcome:
    """What sounded like an emergency may have belonged to the story: it can still be put there."""
    assert outcome.reply is not None
    assert outcome.dialog.interview is not None
    interview = replace(outcome.dialog.interview, aside=turn.text.strip())
    blocks = (*outcome.reply.blocks, turn.texts.paragraph("filing.aside_urgent"))
    dialog = replace(outcome.dialog, interview=interview)
    return replace(outcome, reply=replace(outcome.reply, blocks=blocks), dialog=dialog)


def left(turn: Turn, dialog: Dialog) -> Dialog:
    """The dialog with the interview put off; one in which nothing was told yet is over."""
    interview = dialog.interview
    has_begun = turn.draft is not None and bool(turn.draft.consent_version or turn.draft.story)
    return replace(dialog, interview=replace(interview, is_paused=True) if interview and has_begun else None)


def _left(turn: Turn, outcome: Outcome) -> Outcome:
    """The matter comes first; the draft waits."""
    dialog, reply = left(turn, outcome.dialog), outcome.reply
    if dialog.interview is None or reply is None:
        return replace(outcome, dialog=dialog)
    kept = turn.texts.paragraph("filing.waits")
    return replace(outcome, dialog=dialog, reply=replace(reply, blocks=(*reply.blocks, kept), card=None))


def _without_choices(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """Everything before the lead of the first list: its numbers would clash with the question's."""
    place = next((n for n, block in enumerate(blocks) if isinstance(block, Choices)), None)
    return blocks if place is None else blocks[: max(place - 1, 0)]

"""A complaint being taken down and another matter in between → the answer to that, then the question again."""

from __future__ import annotations

from dataclasses import replace

from domain.complaints.interview import Step
from domain.dialog import Dialog
from domain.replies import Block, Choices, ReplyKind
from handlers.filing.questions import asking
from handlers.turn import Outcome, Turn

_UNANSWERED = frozenset({"fallback", "clarify", "acknowledge", "stray_pick", "sticker"})
_LEAVING = frozenset({"bye", "help", "popular", "subscribe", "handover", "complaint_track"})


def go_on(turn: Turn, outcome: Outcome) -> Outcome:
    """What follows an answer that was given to something else."""
    interview, draft = turn.dialog.interview, turn.draft
    if interview is None or interview.is_paused or draft is None or outcome.reply is None:
        return outcome
    kind, name = turn.target
    intent = name if kind == "intent" else ""
    is_urgent = outcome.reply.kind is ReplyKind.EMERGENCY
    if is_urgent or intent in _LEAVING:
        return _left(turn, outcome)
    if intent == "more":
        return outcome
    blocks: tuple[Block, ...] = (turn.texts.paragraph("filing.not_an_answer"),)
    if intent not in _UNANSWERED:
        blocks = (*_without_choices(outcome.reply.blocks), turn.texts.paragraph("filing.go_on"))
    if interview.step is Step.STORY and kind == "policy":
        interview = replace(interview, aside=turn.text.strip())
        blocks = (*blocks, turn.texts.paragraph("filing.aside"))
    reply = replace(outcome.reply, blocks=(*blocks, *asking(turn, draft, interview)), card=None)
    dialog = replace(outcome.dialog, interview=interview, choices=reply.choices)
    effects = () if intent in _UNANSWERED else outcome.effects
    return replace(outcome, reply=reply, dialog=dialog, effects=effects)


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

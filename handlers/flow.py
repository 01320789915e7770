"""A guide under way and another matter in between → the answer to that, then the guide's question again."""

from __future__ import annotations

from dataclasses import replace

from domain import targets
from domain.dialog import Flow
from domain.guides import Guide, Step
from domain.replies import Block, Choices, Paragraph, ReplyKind, Span
from handlers import guide as guides
from handlers.turn import Outcome, Turn
from services.guiding import has_ended, is_under_way, step_of

COMMANDS = frozenset({"back", "cancel", "restart", "later"})
_AFTER_THE_END = frozenset({"back", "restart"})
_UNANSWERED = frozenset({"fallback", "clarify", "acknowledge", "stray_pick", "sticker"})
_ENDING = frozenset({"complaint_file"})
_LEAVING = frozenset({"bye", "help", "popular", "policy", "subscribe", "handover", "complaint_track"})
_NOT_CERTAIN = frozenset({"fallback", "clarify"})
NEAR = 2
NEIGHBOUR = 0.1  # what is less likely was hardly meant


def is_for_guide(turn: Turn) -> bool:
    """Whether the message opens a guide, answers it, moves in it, or goes back from its end."""
    kind, name = turn.target
    dialog = turn.dialog
    if kind in ("guide", "answer"):
        return True
    if kind == "intent" and has_ended(dialog, turn.library):
        return name in _AFTER_THE_END
    if kind != "intent" or not is_under_way(dialog, turn.library):
        return False
    return name in COMMANDS or (name == "more" and not dialog.waiting and not dialog.rest)


def go_on(turn: Turn, outcome: Outcome) -> Outcome:
    """What follows an answer that a guide's resident got to something else."""
    step, flow, reply = step_of(turn.dialog, turn.library), turn.dialog.flow, outcome.reply
    if step is None or flow is None or reply is None:
        return outcome
    guide = turn.library.guides[flow.guide]
    kind, name = turn.target
    intent = name if kind == "intent" else ""
    if reply.kind is ReplyKind.EMERGENCY:
        return _with_flow(outcome, replace(flow, is_paused=True))
    if intent in _ENDING:
        return _ended(turn, outcome, guide)
    if intent in _LEAVING:
        kept = turn.texts.paragraph("guide.kept", title=guide.title)
        return _add(_with_flow(outcome, replace(flow, is_paused=True)), kept)
    if intent in _UNANSWERED:
        return _once_more(turn, outcome, guide, flow, step)
    return outcome if intent == "more" else _answered(turn, outcome, flow, step)


def _ended(turn: Turn, outcome: Outcome, guide: Guide) -> Outcome:
    is_own_choice = any(choice.target == turn.found.target for choice in turn.dialog.choices)
    ended = _with_flow(outcome, None)
    if is_own_choice or ended.reply is None:
        return ended
    stopped = turn.texts.paragraph("guide.stopped", title=guide.title)
    return replace(ended, reply=replace(ended.reply, blocks=(stopped, *ended.reply.blocks)))


def _answered(turn: Turn, outcome: Outcome, flow: Flow, step: Step) -> Outcome:
    assert outcome.reply is not None
    blocks: tuple[Block, ...] = (
        *_without_choices(outcome.reply.blocks),
        turn.texts.paragraph("guide.go_on"),
        *guides.asking(turn, step, is_first=not flow.answers),
    )
    reply = replace(outcome.reply, blocks=blocks, card=None)
    return replace(outcome, reply=reply, dialog=replace(outcome.dialog, flow=flow, choices=reply.choices))


def _once_more(turn: Turn, outcome: Outcome, guide: Guide, flow: Flow, step: Step) -> Outcome:
    lead = guides.expected(turn, step)
    asked = guides.again(turn, guide, flow, lead, *_perhaps(turn))
    return replace(asked, effects=outcome.effects)


def _perhaps(turn: Turn) -> tuple[Block, ...]:
    """The questions that were perhaps meant, as links: the numbers belong to the guide."""
    match = turn.found.match
    if match is None or turn.target.id not in _NOT_CERTAIN:
        return ()
    near = [c.id for c in match.candidates[:NEAR] if c.confidence >= NEIGHBOUR]
    titles = [turn.desk.title(target) for target in near if not target.startswith("intent:")]
    spans = [Span(title, targets.say(title)) for title in titles if title]
    apart = [part for span in spans for part in (Span("\n"), span)]
    return (Paragraph((Span(turn.texts.line("guide.perhaps")), *apart)),) if spans else ()


def _without_choices(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """Everything before the lead of the first list: its numbers would clash with the guide's."""
    place = next((n for n, block in enumerate(blocks) if isinstance(block, Choices)), None)
    return blocks if place is None else blocks[: max(place - 1, 0)]


def _with_flow(outcome: Outcome, flow: Flow | None) -> Outcome:
    """The outcome with the guide ended or left; its choices can no longer be picked."""
    choices = outcome.reply.choices if outcome.reply else ()
    return replace(outcome, dialog=replace(outcome.dialog, flow=flow, choices=choices))


def _add(outcome: Outcome, block: Block) -> Outcome:
    assert outcome.reply is not None
    reply = replace(outcome.reply, blocks=(*outcome.reply.blocks, block), card=None)
    return replace(outcome, reply=reply)

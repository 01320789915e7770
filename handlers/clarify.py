"""A question that fits several entries → 您是不是想问; with nothing to choose among, the honest no."""

from __future__ import annotations

from dataclasses import replace

from domain import targets
from domain.replies import ReplyKind
from domain.targets import parse_target
from handlers import fallback
from handlers.turn import Outcome, Turn, offered, said

OFFERED_SHARE = 0.15  # of the best one's confidence: what is less likely is no choice
_LEADING = (ReplyKind.COMPLAINT, ReplyKind.TRACK, ReplyKind.HANDOVER)
_OFFERED_INTENTS = frozenset({*_LEADING, ReplyKind.HELP, ReplyKind.STORY, ReplyKind.CLARIFY})


def handle(turn: Turn) -> Outcome:
    candidates = turn.found.match.candidates if turn.found.match else ()
    floor = candidates[0].confidence * OFFERED_SHARE if candidates else 0.0
    choices = turn.choices_of(
        c.id for c in candidates if c.confidence >= floor and _may_be_chosen(turn, c.id)
    )
    if not choices:
        found = replace(turn.found, target=targets.intent("fallback"))
        return fallback.handle(replace(turn, found=found))
    lead = turn.texts.paragraph("clarify.lead")
    return said(
        turn, ReplyKind.CLARIFY, *offered(choices, lead), turn.texts.paragraph("clarify.none_of_these")
    )


def _may_be_chosen(turn: Turn, target: str) -> bool:
    """Answers, stories, guides; of the intents those that lead somewhere: nobody means to choose 道谢."""
    kind, ident = parse_target(target)
    return kind != "intent" or turn.library.intents[ident].kind in _OFFERED_INTENTS

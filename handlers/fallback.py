"""A question that fits nothing → said so, with one's own complaint, the nearest topics and a person; kept, masked."""

from __future__ import annotations

from domain import targets
from domain.complaints.terms import ENDED
from domain.effects import Missed
from domain.masking import mask
from domain.replies import Block, Choice, ReplyKind
from handlers.turn import Outcome, Turn, offered, said

NEAREST = 3
NEAR = 0.06  # less likely than this is no neighbour
KEPT_CHARACTERS = 300
TRACK = targets.intent("complaint_track")


def handle(turn: Turn) -> Outcome:
    match = turn.found.match
    nearest = [c.id for c in match.candidates[:NEAREST] if c.confidence >= NEAR] if match else []
    near = turn.choices_of(target for target in nearest if not target.startswith("intent:"))
    outcome = said(
        turn,
        ReplyKind.FALLBACK,
        turn.texts.paragraph("fallback.lead"),
        *_offer(turn, near),
        turn.texts.paragraph("fallback.ways_out"),
    )
    missed = Missed(mask(turn.text[:KEPT_CHARACTERS]), match.reason if match else "", tuple(nearest))
    return Outcome(outcome.reply, outcome.dialog, (missed,))


def _offer(turn: Turn, near: tuple[Choice, ...]) -> tuple[Block, ...]:
    """Who has a complaint under way may mean that one: 我那三万块钱到底啥时候给."""
    if any(file.case.state not in ENDED for file in turn.cases):
        return offered((*turn.choices_of((TRACK,)), *near), turn.texts.paragraph("fallback.own_complaint"))
    return offered(near, turn.texts.paragraph("fallback.nearest")) or offered(
        turn.choices_of(turn.popular, NEAREST), turn.texts.paragraph("fallback.popular")
    )

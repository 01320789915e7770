"""A question that fits nothing → said so, with the nearest topics and a person; kept, masked."""

from __future__ import annotations

from domain.effects import Missed
from domain.masking import mask
from domain.replies import ReplyKind
from handlers.turn import Outcome, Turn, offered, said

NEAREST = 3
NEAR = 0.06  # less likely than this is no neighbour
KEPT_CHARACTERS = 300


def handle(turn: Turn) -> Outcome:
    match = turn.found.match
    nearest = [c.id for c in match.candidates[:NEAREST] if c.confidence >= NEAR] if match else []
    near = turn.choices_of(target for target in nearest if not target.startswith("intent:"))
    outcome = said(
        turn,
        ReplyKind.FALLBACK,
        turn.texts.paragraph("fallback.lead"),
        *(
            offered(near, turn.texts.paragraph("fallback.nearest"))
            or offered(turn.choices_of(turn.popular, NEAREST), turn.texts.paragraph("fallback.popular"))
        ),
        turn.texts.paragraph("fallback.ways_out"),
    )
    missed = Missed(mask(turn.text[:KEPT_CHARACTERS]), match.reason if match else "", tuple(nearest))
    return Outcome(outcome.reply, outcome.dialog, (missed,))

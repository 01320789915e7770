"""A short question about what was just answered, which that answer does not settle → what there is beside it."""

from __future__ import annotations

from domain import targets
from domain.replies import ReplyKind
from handlers.turn import Outcome, Turn, offered, said


def handle(turn: Turn) -> Outcome:
    topic = targets.parse_target(turn.dialog.topic)
    policy = turn.library.policies.get(topic.id)
    related = turn.choices_of(map(targets.policy, policy.related)) if policy else ()
    title = turn.desk.title(turn.dialog.topic)
    key = "follow_up.lead" if _is_best(turn) else "follow_up.not_told"
    lead = turn.texts.paragraph(key, title=title)
    full = (turn.texts.paragraph("follow_up.full_text", id=topic.id),) if policy else ()
    return said(turn, ReplyKind.CLARIFY, *offered(related, lead), *full)


def _is_best(turn: Turn) -> bool:
    """Whether what was just answered comes nearest to the question by itself."""
    candidates = turn.found.match.candidates if turn.found.match else ()
    return bool(candidates) and candidates[0].id == turn.dialog.topic

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
    lead = turn.texts.paragraph("follow_up.lead", title=title)
    full = (turn.texts.paragraph("follow_up.full_text", id=topic.id),) if policy else ()
    return said(turn, ReplyKind.CLARIFY, *offered(related, lead), *full)

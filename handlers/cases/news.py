"""News of a resident's case → lines under whatever is answered next: every push can fail, this cannot."""

from __future__ import annotations

from dataclasses import replace

from domain.clock import chinese_day, local_day
from domain.complaints.records import News
from domain.effects import NewsTold
from domain.replies import Block, ReplyKind, plain
from handlers.turn import Outcome, Turn

MOST = 5
_NOT_NOW = frozenset({ReplyKind.EMERGENCY, ReplyKind.TRACK})


def with_news(turn: Turn, outcome: Outcome) -> Outcome:
    """The outcome with what the resident does not know yet. Not beside an emergency; a card has no room for it."""
    reply = outcome.reply
    if not turn.news or reply is None or reply.kind in _NOT_NOW or reply.card or reply.handover:
        return outcome
    blocks = (*reply.blocks, *_lines(turn, turn.news[-MOST:]))
    told = NewsTold(tuple(news.id for news in turn.news))
    return replace(outcome, reply=replace(reply, blocks=blocks), effects=(*outcome.effects, told))


def _lines(turn: Turn, news: tuple[News, ...]) -> tuple[Block, ...]:
    lines = [
        turn.texts.line(f"news.{each.news}", number=each.number, day=chinese_day(local_day(each.at)))
        for each in news
    ]
    return plain("\n".join((turn.texts.line("news.lead"), *lines))), turn.texts.paragraph("news.look")

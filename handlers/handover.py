"""转人工 → a person: through the platform while somebody is there, else the window and 12345."""

from __future__ import annotations

from domain.opening import Presence, hours_in_words, moment_in_words, next_opening, presence_at
from domain.replies import Paragraph, ReplyKind
from handlers.turn import Outcome, Turn, said
from handlers.windows import window_lines


def handle(turn: Turn) -> Outcome:
    city = turn.library.city
    if city.handover == "off":
        return _told(turn, turn.texts.paragraph("handover.lead"))
    presence = presence_at(city.handover_hours, turn.library.workdays, turn.now)
    if presence is Presence.OPEN:
        lead = turn.texts.paragraph("handover.platform", hours=hours_in_words(city.handover_hours))
        return said(turn, ReplyKind.HANDOVER, lead, handover=True)
    return _told(turn, _absent(turn, presence), turn.texts.paragraph("handover.meanwhile"))


def _told(turn: Turn, *lead: Paragraph) -> Outcome:
    return said(
        turn, ReplyKind.HANDOVER, *lead, window_lines(turn), turn.texts.paragraph("handover.afterwards")
    )


def _absent(turn: Turn, presence: Presence) -> Paragraph:
    """Nobody is there: why, and when somebody is, as far as that is certain."""
    hours, calendar = turn.library.city.handover_hours, turn.library.workdays
    key = "handover.day_off" if presence is Presence.DAY_OFF else "handover.closed"
    opening = next_opening(hours, calendar, turn.now)
    if opening is None:
        return turn.texts.paragraph(key, when=turn.texts.line("handover.usual", hours=hours_in_words(hours)))
    return turn.texts.paragraph(key, when=turn.texts.line("handover.next", moment=moment_in_words(opening)))

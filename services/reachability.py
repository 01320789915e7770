"""A message or an event → what it changes in how its sender can be reached. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from domain.allowance import touch_of
from domain.effects import ConsentGiven, ConsentRevoked, Effect, Touched, Unfollowed
from domain.messages import ConsentChanged, Content, PushEnded, Unsubscribed
from domain.push_fields import PushTemplate
from domain.pushing import Consent


def reach_effects(content: Content, notice: PushTemplate) -> tuple[Effect, ...]:
    """``notice``: the template that residents are asked about; what they say of others is not kept."""
    match content:
        case Unsubscribed():
            return (Unfollowed(),)
        case ConsentChanged():
            return tuple(_consents(content, notice))
        case PushEnded():
            return (content,)
    touch = touch_of(content)
    return (Touched(touch),) if touch else ()


def _consents(change: ConsentChanged, notice: PushTemplate) -> Iterator[Effect]:
    """One single time for each time they were asked; the phone's settings can take back, and switch on what lasts."""
    for template, is_accepted in change.answers:
        if template != notice.id:
            continue
        if not is_accepted:
            yield ConsentRevoked(template)
        elif change.is_asked or notice.is_lasting:
            times = 0 if notice.is_lasting else 1
            yield ConsentGiven(template, Consent(times, notice.is_lasting))

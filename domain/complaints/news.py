"""An event → the name of the news it is to the resident; never the story itself."""

from __future__ import annotations

from domain.complaints.events import Event
from domain.complaints.terms import Action, Role, State

# The news there are: of a state that was reached, or of something done.
TOLD_ACTIONS = frozenset(
    {Action.EXTEND, Action.CONTACT, Action.VIEW_IDENTITY, Action.REWORK, Action.RESUME, Action.REMIND_INFO}
)
TOLD_STATES = frozenset(State) - {State.DRAFT, State.REPLY_REVIEW, State.WITHDRAWN}
# What is no event of the case: a picture that was sent in the chat and could not be had.
PICTURE_MISSING = "picture_missing"
# A unit that gives a case back, a reply that is mended: the wait goes on, nothing is new to who waits.
_BEHIND_THE_SCENES = frozenset({Action.RETURN, Action.SIGN_REPLY, Action.SEND_BACK})


def news_of(before: State, event: Event) -> str:
    """``accepted``, ``answered``, ``extend``…; empty when there is nothing to tell.

    What residents do themselves is answered at once and is no news to them.
    """
    if event.actor.role is Role.RESIDENT or event.action in _BEHIND_THE_SCENES:
        return ""
    if event.action in TOLD_ACTIONS:
        return str(event.action.value)
    return str(event.target.value) if event.target is not before and event.target in TOLD_STATES else ""

"""What residents are told of: every change they can see, nothing that goes on behind the scenes."""

from __future__ import annotations

from itertools import product

import pytest

from domain.complaints.decide import decide
from domain.complaints.events import Command, Event
from domain.complaints.news import TOLD_ACTIONS, TOLD_STATES, news_of
from domain.complaints.terms import Action, Role, State
from domain.complaints.transitions import TRANSITIONS, Transition, is_still, targets_of
from tests.conftest import NOW
from tests.support.cases import actor, case_in, rules


@pytest.mark.parametrize("row", TRANSITIONS, ids=lambda row: row.action.value)
def test_every_visible_move_is_news_except_to_who_made_it(row: Transition) -> None:
    known = {"", *(a.value for a in TOLD_ACTIONS), *(s.value for s in TOLD_STATES)}
    is_hidden = row.action in {Action.RETURN, Action.SEND_BACK}
    for source, role, target in product(row.sources, row.roles, targets_of(row)):
        told = news_of(source, Event(row.action, actor(role), NOW, target, Command(row.action)))
        assert told in known
        has_moved = not is_still(row) and target is not State.REPLY_REVIEW
        if role is Role.RESIDENT or is_hidden:
            assert told == ""
        elif has_moved:
            assert told, (source, role, target)


def test_a_note_is_no_news_and_a_look_at_the_identity_is() -> None:
    case = case_in(State.IN_PROGRESS, grants=(("handler", NOW),))
    note = decide(case, Command(Action.NOTE, "内部"), actor(Role.WINDOW), NOW, rules())
    look = decide(case, Command(Action.VIEW_IDENTITY), actor(Role.HANDLER), NOW, rules())
    assert (news_of(case.state, note), news_of(case.state, look)) == ("", "view_identity")

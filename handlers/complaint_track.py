"""查进度, 我的投诉, a case number, or something to do with a case → how it stands, and what can be done."""

from __future__ import annotations

from domain.complaints.numbers import find_number
from handlers.cases import acts
from handlers.cases.status import overview, said, show
from handlers.turn import Outcome, Turn


def handle(turn: Turn) -> Outcome:
    """A case of another and one that does not exist are answered alike."""
    kind, name = turn.target
    if kind == "case":
        return _about(turn, name)
    number = find_number(turn.text)
    if number is None:
        return overview(turn)
    file = next((each for each in turn.cases if each.number == number), None)
    return show(turn, file) if file else said(turn, *turn.texts.paragraphs("case.unknown"))


def _about(turn: Turn, name: str) -> Outcome:
    what, _, value = name.partition("=")
    tending = turn.dialog.tending
    number = value if find_number(value) else tending.number if tending else ""
    file = next((each for each in turn.cases if each.number == number), None)
    if file is None:
        return overview(turn)
    if tending and number == tending.number and not find_number(value):
        return acts.go_on(turn, file, tending, what, value)
    return acts.start(turn, file, what)

"""The tables in docs/complaints.md are the rules that the code keeps, for every state, action and role."""

from __future__ import annotations

from itertools import product

import pytest

from config.settings import ROOT
from domain.complaints.case import Case
from domain.complaints.decide import decide, may
from domain.complaints.events import Command
from domain.complaints.limits import RULE_NAMES
from domain.complaints.terms import Action, Role, State
from domain.complaints.transitions import Guard, row_of, targets_of
from domain.errors import ActionRefused
from services.desk import Desk
from tests.conftest import NOW
from tests.support.cases import actor, case_in, rules
from tools.complaint_tables import DOCUMENT, with_tables

UNCHANGED = "（不变）"
Row = tuple[str, frozenset[str], frozenset[str], frozenset[str]]


def written() -> list[Row]:
    """The rows of the table of transitions as they stand in the document: action, from, to, who."""
    text = DOCUMENT.read_text(encoding="utf-8")
    table = text.partition("<!-- table transitions -->")[2].partition("<!-- end -->")[0]
    rows = []
    for line in table.strip().splitlines()[2:]:
        action, sources, targets, roles, *_ = (cell.strip() for cell in line.strip("|").split("|"))
        rows.append((action, *(frozenset(cell.split("、")) for cell in (sources, targets, roles))))
    return rows


def test_tables_are_the_ones_the_code_makes(desk: Desk) -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert text == with_tables(text, desk.library), "run python -m tools.complaint_tables"


def test_every_word_of_the_document_is_a_word_of_the_code() -> None:
    for action, sources, targets, roles in written():
        assert action in Action.labels()
        assert sources <= set(State.labels())
        assert targets <= {*State.labels(), UNCHANGED}
        assert roles <= set(Role.labels())


def outcome(case: Case, action: Action, role: Role) -> tuple[bool, State | None]:
    """Whether the table lets it through, and where it leads unless a guard stops it."""
    try:
        return True, decide(case, Command(action), actor(role), NOW, rules()).target
    except ActionRefused as refused:
        return refused.guard is not None, None


@pytest.mark.parametrize("state", State, ids=lambda state: state.value)
def test_permitted_is_exactly_what_the_document_says(state: State) -> None:
    rows = written()
    case = case_in(state)
    for action, role in product(Action, Role):
        told = [r for r in rows if r[0] == action.label and state.label in r[1] and role.label in r[3]]
        assert len(told) <= 1, (action, role)
        is_let_through, target = outcome(case, action, role)
        assert is_let_through == bool(told), (state, action, role)
        if target:
            leads = told[0][2]
            assert target.label in leads or (leads == {UNCHANGED} and target is state)
        assert (action in may(case, actor(role))) == bool(told)


def test_every_action_role_and_guard_is_used() -> None:
    """A word in the vocabulary that no row needs would be a promise nobody keeps."""
    rows = [
        row for state, action, role in product(State, Action, Role) if (row := row_of(state, action, role))
    ]
    assert {row.action for row in rows} == set(Action)
    assert {guard for row in rows for guard in row.guards} == set(Guard)
    assert {target for row in rows for target in targets_of(row)} == set(State) - {State.DRAFT}


def test_every_limit_is_kept_by_some_code() -> None:
    """A number in config/limits.yaml that nothing reads would be a promise to whoever changes it."""
    code = "".join(
        path.read_text(encoding="utf-8")
        for folder in ("domain", "services", "handlers", "web", "bot", "cli", "storage")
        for path in (ROOT / folder).rglob("*.py")
        if path.name != "limits.py"
    )
    unread = {name for name in RULE_NAMES if f'"{name}"' not in code}
    assert not unread

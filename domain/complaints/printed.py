"""The table of transitions for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from domain.complaints.clocks import MOVES
from domain.complaints.terms import Role, State
from domain.complaints.transitions import TRANSITIONS, Transition, is_still, targets_of


class PrintedRow(NamedTuple):
    """What one row says, in words; ``is_seen``: whether the resident reads of it."""

    action: str
    sources: str
    targets: str
    roles: str
    guards: str
    clocks: str
    is_seen: bool


def printed() -> Iterator[PrintedRow]:
    """Every row, in the order of the table."""
    for row in TRANSITIONS:
        moves = MOVES.get(row.action, ())
        yield PrintedRow(
            row.action.label,
            "、".join(state.label for state in State if state in row.sources),
            _leads(row),
            "、".join(role.label for role in Role if role in row.roles),
            "；".join(guard.label for guard in row.guards),
            "；".join(f"{stage.label}{move.label}" for stage, move in moves),
            row.is_public,
        )


def _leads(row: Transition) -> str:
    return "（不变）" if is_still(row) else "、".join(state.label for state in targets_of(row))

"""What a turn leaves behind besides its reply; written in the turn's own transaction."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Asked:
    """An entry was answered: counted by day, without a person."""

    target: str


@dataclass(frozen=True, slots=True)
class Missed:
    """A question that got no answer, masked, for staff to learn from."""

    text: str
    reason: str
    nearest: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rated:
    """The resident said whether an answer was of use."""

    target: str
    useful: bool


Effect = Asked | Missed | Rated

"""An enum whose members carry the Chinese word that people read."""

from __future__ import annotations

from enum import Enum
from typing import Self


class Labelled(Enum):
    """A member is ``NAME = "stored value", "中文词"``; it is found by either.

    A member without a label cannot be built, so no state ever reaches a page unnamed.
    """

    label: str

    def __new__(cls, value: str, label: str) -> Self:
        if not label:
            raise TypeError(f"{cls.__name__}.{value} needs a label")
        member = object.__new__(cls)
        member._value_ = value
        member.label = label
        return member

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        return next((member for member in cls if member.label == value), None)

    @classmethod
    def of(cls, value: str) -> Self:
        """The member whose stored value this is. Raises ``ValueError``."""
        found = next((member for member in cls if member.value == value), None)
        if found is None:
            raise ValueError(f"{value!r} is no {cls.__name__}")
        return found

    @classmethod
    def labels(cls) -> tuple[str, ...]:
        """All labels, in the order of definition."""
        return tuple(member.label for member in cls)

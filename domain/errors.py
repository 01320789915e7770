"""Everything that can go wrong, as one tree. Errors carry data; sentences are made where they are read."""

from __future__ import annotations

from dataclasses import dataclass


class CreditBotError(Exception):
    """The root: whatever this product raises on purpose."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault in a knowledge file: where it is, what is wrong, how to write it right (in Chinese)."""

    file: str
    field: str
    reason: str

    def __str__(self) -> str:
        place = f"{self.file} · {self.field}" if self.field else self.file
        return f"{place}：{self.reason}"


class KnowledgeInvalid(CreditBotError):
    """The knowledge files cannot be used; every fault found is listed."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


class SettingsInvalid(CreditBotError):
    """The settings cannot be used; the message names the variable and what to write."""


class ProtocolError(CreditBotError):
    """A request to the callback that is refused. ``status`` is the HTTP status that says so."""

    status = 400


class SignatureRefused(ProtocolError):
    """The signature, its time or the account it is meant for does not fit."""

    status = 403


class TimeRefused(SignatureRefused):
    """The request was signed too long ago, or one of the two clocks is wrong."""


class CipherRefused(ProtocolError):
    """The encrypted envelope does not open with our keys."""

    status = 403


class BodyMalformed(ProtocolError):
    """The body is not a message of the platform."""

    status = 400


class BodyTooLarge(ProtocolError):
    """The body is larger than any message of the platform."""

    status = 413

"""Everything that can go wrong, as one tree. Errors carry data; sentences are made where they are read."""

from __future__ import annotations

from dataclasses import dataclass

from domain.evidence import Refusal


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


class EvidenceRefused(CreditBotError):
    """A file is not taken as evidence; ``refusal`` says why."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal


class VaultUnreadable(CreditBotError):
    """A sealed file does not open: it was changed, cut, swapped, or its key is not among ours."""


class VaultMissing(VaultUnreadable):
    """There is no sealed file of this name."""


class StorageFull(CreditBotError):
    """The disk has no room for a file; nothing of it was kept. ``fields``: what a form said before it."""

    fields: tuple[tuple[str, str], ...] = ()


class UploadRefused(CreditBotError):
    """A form that is not read to its end. ``status`` is the HTTP status that says so; ``fields`` what it said
    before, so that the resident need not write it again."""

    status = 400
    fields: tuple[tuple[str, str], ...] = ()


class FormMalformed(UploadRefused):
    """The body is not a form as browsers send it, or it ended before its end."""

    status = 400


class FormTooLarge(UploadRefused):
    """The form has more bytes, fields or files than any form of ours."""

    status = 413


class FormTooSlow(UploadRefused):
    """The form did not arrive within its time."""

    status = 408

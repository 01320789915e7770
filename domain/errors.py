"""Everything that can go wrong, as one tree. Errors carry data; sentences are made where they are read."""

from __future__ import annotations

from dataclasses import dataclass

from domain.platform_codes import PlatformCode, code_of


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


class PlatformError(CreditBotError):
    """A call to the platform that came to nothing.

    ``call``: which of ours; ``errcode``: as the platform said it; ``detail``: an address to put into a
    whitelist, or nothing. Never the platform's own words, an address that was called, a token or a person.
    """

    def __init__(self, call: str, errcode: int, detail: str = "") -> None:
        self.call = call
        self.errcode = int(errcode)
        self.detail = detail
        super().__init__(f"{call}: {self.code.name.lower()} ({self.errcode})")

    @property
    def code(self) -> PlatformCode:
        return code_of(self.errcode)


class RetryLater(PlatformError):
    """The same call may succeed in a while."""


class Unreachable(RetryLater):
    """No answer that could be read. ``is_perhaps_done``: the request had been sent, so it may have worked."""

    def __init__(self, call: str, code: PlatformCode, *, is_perhaps_done: bool) -> None:
        super().__init__(call, code)
        self.is_perhaps_done = is_perhaps_done


class TokenRefused(RetryLater):
    """The token that was sent is not valid, or no longer."""


class Never(PlatformError):
    """The same call will never succeed."""


class MediaGone(Never):
    """The platform no longer has the file: it keeps one for three days. Ask the resident for it again."""


class MediaUnfit(Never):
    """The file is larger than it may be, or it is not of a kind that is taken."""


class AskOperator(PlatformError):
    """Somebody has to change a setting, at the platform or here."""


class TokensUnavailable(CreditBotError):
    """The store that processes share tokens through does not answer."""

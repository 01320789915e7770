"""Everything that can go wrong, as one tree. Errors carry data; sentences are made where they are read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from domain.clock import utc_text
from domain.complaints.answers import Fault
from domain.complaints.terms import KeptBecause
from domain.evidence import Refusal
from domain.labels import Labelled
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


class ActionRefused(CreditBotError):
    """Something may not be done with a complaint now. ``guard`` None: ``role`` may not, or not in that state, or not
    with this case."""

    def __init__(self, action: Labelled, state: Labelled, guard: Labelled | None, role: Labelled) -> None:
        super().__init__(f"{action.value} in {state.value}: {guard.value if guard else 'no such transition'}")
        self.action = action
        self.state = state
        self.guard = guard
        self.role = role


class SealBroken(CreditBotError):
    """A sealed value does not open: changed, moved to another row, or its key is not in ``SECRET_KEYS``."""


class CaseUnknown(CreditBotError):
    """There is no such case, or not for who asks: the two are never told apart."""


class CaseChanged(CreditBotError):
    """Somebody else acted on the case first; nothing was stored."""


class CaseErased(CreditBotError):
    """Of the case only the bare facts are left: nothing more is done with it."""


class AlreadyFiled(CreditBotError):
    """The same draft was filed before, under ``number``."""

    def __init__(self, number: str) -> None:
        super().__init__(number)
        self.number = number


class DraftChanged(CreditBotError):
    """The draft was changed elsewhere (another tab, the chat) since it was read."""


class ErasureRefused(CreditBotError):
    """A case is not deleted now; ``because`` says why."""

    def __init__(self, number: str, because: KeptBecause) -> None:
        super().__init__(f"{number}: {because.value}")
        self.number = number
        self.because = because


class TriedTooOften(CreditBotError):
    """Too many tries in too short a time; the next one is let through at ``until``."""

    def __init__(self, until: datetime) -> None:
        super().__init__(utc_text(until))
        self.until = until


class AnswerUnfit(CreditBotError):
    """What was written cannot be taken for that line; ``count``: how many characters or digits there were."""

    def __init__(self, fault: Fault, count: int = 0) -> None:
        super().__init__(fault.value)
        self.fault = fault
        self.count = count


class LinkExpired(CreditBotError):
    """A personal link is too old, or was not made by us."""


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


class StaffUnknown(CreditBotError):
    """Nobody of that name works here, or no longer."""


class StaffExists(CreditBotError):
    """Somebody of that name works here already."""


class ConflictOfInterest(CreditBotError):
    """Whoever is named in a case has nothing to do with it (信访工作条例第二十八条)."""


class AnchorUnreadable(CreditBotError):
    """What was given as an earlier end of the audit chain is none: it is written ``number:64 hex digits``."""


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

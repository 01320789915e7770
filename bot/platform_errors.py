"""What the platform answered → a typed error, and an error → the sentence that an operator reads."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from domain.errors import AskOperator, Never, PlatformError, RetryLater, TokenRefused
from domain.platform_codes import TOKEN_CODES, PlatformCode, Remedy, code_of
from knowledge.texts import Texts

_ADDRESS = re.compile(
    r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])|(?<![\w:])(?:[0-9a-f]{1,4}:+){2,7}[0-9a-f]{1,4}"
)
_KINDS: Mapping[Remedy, type[PlatformError]] = {
    Remedy.RETRY: RetryLater,
    Remedy.NEVER: Never,
    Remedy.OPERATOR: AskOperator,
}


def refusal(call: str, payload: Mapping[str, Any]) -> PlatformError | None:
    """The error that an answer stands for; None when it stands for success."""
    errcode = payload.get("errcode", 0)
    if not isinstance(errcode, int):
        return RetryLater(call, PlatformCode.UNREADABLE)
    if errcode == 0:
        return None
    code = code_of(errcode)
    if code in TOKEN_CODES:
        return TokenRefused(call, errcode)
    return _KINDS[code.remedy](call, errcode, _detail(code, str(payload.get("errmsg", ""))))


def sentence_of(error: PlatformError, texts: Texts) -> str:
    """What happened and what to do, in Chinese, for whoever runs the product."""
    key = f"platform.{error.code.name.lower()}"
    return texts.line(key, errcode=error.errcode, detail=error.detail or texts.line("platform.no_address"))


def sentence_of_fault(fault: str, texts: Texts) -> str:
    """What is stored beside a push that did not go out → what happened, in Chinese; empty for nothing."""
    code = PlatformCode.__members__.get(fault.upper())
    if code is not None:
        return texts.line(f"platform.{fault}", errcode=int(code), detail=texts.line("platform.no_address"))
    return texts.line(f"push.{fault}") if fault else ""


def _detail(code: PlatformCode, message: str) -> str:
    """The one thing worth keeping of the platform's own words: our address, when it is not in the whitelist."""
    found = _ADDRESS.search(message) if code is PlatformCode.ADDRESS_REFUSED else None
    return found.group() if found else ""

"""A telephone number as people type it → E.164, or what is wrong with it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

import phonenumbers

REGION = "CN"
MOBILE_DIGITS = 11


@dataclass(frozen=True, slots=True)
class PhoneRead:
    """``number``: E.164 (``+8613812345678``), empty when it is none. ``digits``: how many were typed."""

    number: str = ""
    digits: int = 0


def read_phone(text: str) -> PhoneRead:
    """Full-width, spaced, +86 and foreign numbers alike; a number of the city needs its area code."""
    plain = unicodedata.normalize("NFKC", text).strip()
    digits = sum(c.isdigit() for c in plain)
    if not re.fullmatch(r"[\d\s+\-()（）.]{5,30}", plain):
        return PhoneRead("", digits)
    try:
        parsed = phonenumbers.parse(plain, REGION)
    except phonenumbers.NumberParseException:
        return PhoneRead("", digits)
    if not phonenumbers.is_valid_number(parsed):
        return PhoneRead("", digits)
    return PhoneRead(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164), digits)


def as_typed(number: str) -> str:
    """A number as its owner would write it: without +86, a number of the city with its area code."""
    local = number.removeprefix("+86")
    return f"0{local}" if local != number and len(local) != MOBILE_DIGITS else local


def shown(number: str) -> str:
    """A number as its owner may see it again: 138****5678."""
    local = as_typed(number)
    return local[:3] + "*" * max(0, len(local) - 7) + local[-4:] if len(local) > 7 else "*" * len(local)

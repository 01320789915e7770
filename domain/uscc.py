"""统一社会信用代码 → valid, or which part is wrong and what was expected (GB 32100-2015, F5.01–F5.05).

18 characters: registering authority, kind of body, region (6), subject (9, with its own check character by
GB 11714), check character. Which authorities and kinds exist is not verified (F5.05), so only their
characters are checked.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from types import MappingProxyType

from domain.labels import Labelled

LENGTH = 18
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_VALUES = MappingProxyType({character: value for value, character in enumerate(ALPHABET)})
_WEIGHTS = tuple(pow(3, place, 31) for place in range(LENGTH - 1))
_SUBJECT_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_SUBJECT_CHECKS = "0123456789X"
_MISTAKEN = MappingProxyType({"O": "0", "I": "1", "Z": "2", "S": "5"})
_LOOKALIKE = MappingProxyType({**_MISTAKEN, "L": "1"})
_SEPARATORS = re.compile(r"[\s\-_.·—]+")
WUHAI = MappingProxyType({"150300": "乌海市", "150302": "海勃湾区", "150303": "海南区", "150304": "乌达区"})


class Part(Labelled):
    """A part of the code."""

    AUTHORITY = "authority", "登记管理部门代码"
    BODY = "body", "机构类别代码"
    REGION = "region", "登记机关行政区划码"
    SUBJECT = "subject", "主体标识码"
    CHECK = "check", "校验码"


class Flaw(Labelled):
    """What can be wrong."""

    LENGTH = "length", "位数不对"
    CHARACTER = "character", "有不会出现的字符"
    REGION = "region", "行政区划码不是数字"
    SUBJECT_CHECK = "subject_check", "主体标识码对不上"
    CHECK = "check", "校验码对不上"


@dataclass(frozen=True, slots=True)
class Fault:
    """``places``: from 1; ``found`` and ``expected``: what is there, what should be (empty: not known)."""

    flaw: Flaw
    places: tuple[int, ...] = ()
    found: str = ""
    expected: str = ""

    @property
    def parts(self) -> tuple[Part, ...]:
        """The parts in which the fault lies."""
        return tuple(dict.fromkeys(part_at(place) for place in self.places))


@dataclass(frozen=True, slots=True)
class Checked:
    """``code``: written properly. ``suggestion``: the valid code that was most likely meant, else empty."""

    code: str
    faults: tuple[Fault, ...]
    region: str = ""
    suggestion: str = ""

    @property
    def is_valid(self) -> bool:
        return not self.faults

    @property
    def is_doubtful(self) -> bool:
        """The code's own check character fits, only the subject's does not: compare, do not refuse."""
        return bool(self.faults) and all(fault.flaw is Flaw.SUBJECT_CHECK for fault in self.faults)


def tidy(text: str) -> str:
    """Lower case, full-width characters and separators → the code as it is written."""
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", text)).upper()


def check_uscc(text: str) -> Checked:
    """List everything that is wrong with a code; check characters only once all characters are allowed."""
    code = tidy(text)
    if len(code) != LENGTH:
        return Checked(code, (Fault(Flaw.LENGTH, found=str(len(code)), expected=str(LENGTH)),))
    faults = _characters(code) or [*_region(code), *_checks(code)]
    suggestion = _suggestion(code) if faults else ""
    return Checked(code, tuple(faults), WUHAI.get(code[2:8], ""), suggestion)


def part_at(place: int) -> Part:
    """The part to which a place (1…18) belongs."""
    ends = ((1, Part.AUTHORITY), (2, Part.BODY), (8, Part.REGION), (17, Part.SUBJECT), (LENGTH, Part.CHECK))
    return next(part for end, part in ends if place <= end)


def check_character(body: str) -> str:
    """The 18th character for the first 17: 31 − Σ value × 3^(i−1) mod 31; 31 counts as 0 (F5.03)."""
    total = sum(_VALUES[c] * weight for c, weight in zip(body[: LENGTH - 1], _WEIGHTS, strict=True))
    return ALPHABET[-total % 31]


def subject_check_character(subject: str) -> str:
    """The 9th character of the subject code for its first 8 (GB 11714): 11 − Σ value × weight mod 11."""
    total = sum(int(c, 36) * weight for c, weight in zip(subject[:8], _SUBJECT_WEIGHTS, strict=True))
    return _SUBJECT_CHECKS[-total % 11]


def looks_like_identity_number(text: str) -> bool:
    """Whether ``text`` is shaped like a resident's identity number, which nobody should send."""
    found = re.fullmatch(
        r"[1-9]\d{5}(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dX]", tidy(text)
    )
    return bool(found) and not check_uscc(text).is_valid


def _characters(code: str) -> list[Fault]:
    return [
        Fault(Flaw.CHARACTER, (place,), character, _meant(code, place))
        for place, character in enumerate(code, start=1)
        if character not in _VALUES
    ]


def _meant(code: str, place: int) -> str:
    """What should stand in ``place``: computed for a check character, else the digit it looks like."""
    before = code[: place - 1]
    if place == LENGTH and all(c in _VALUES for c in before):
        return check_character(before)
    if place == LENGTH - 1 and all(c in _VALUES for c in before):
        return subject_check_character(before[8:])
    return _MISTAKEN.get(code[place - 1], "")


def _region(code: str) -> list[Fault]:
    places = tuple(place for place in range(3, 9) if not code[place - 1].isdecimal())
    return [Fault(Flaw.REGION, places, code[2:8])] if places else []


def _checks(code: str) -> list[Fault]:
    subject, last = code[8:17], code[17]
    faults = []
    if (wanted := subject_check_character(subject)) != subject[8]:
        faults.append(Fault(Flaw.SUBJECT_CHECK, (17,), subject[8], wanted))
    if (wanted := check_character(code)) != last:
        faults.append(Fault(Flaw.CHECK, (LENGTH,), last, wanted))
    return faults


def _suggestion(code: str) -> str:
    """The code with letters that look like digits read as digits, if that makes it right."""
    mended = "".join(_LOOKALIKE.get(c, c) for c in code)
    if mended == code or any(c not in _VALUES for c in mended):
        return ""
    return mended if not [*_region(mended), *_checks(mended)] else ""

"""Chance → a case number and a query code that can be read out over the phone; and what was typed → the number.

Crockford's base 32 leaves out I, L, O and U; reading them as 1, 1, 0 forgives the usual slips. A number is
``WH26-7K4Q-9MZP3``: city, year, 40 bits, and a check character that finds every wrong character and any two that
were swapped: the characters, each times a power of its own of a primitive element of GF(32), add up to nothing.
"""

from __future__ import annotations

import re
import unicodedata

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUES = {character: value for value, character in enumerate(ALPHABET)}
_FORGIVEN = str.maketrans({"I": "1", "L": "1", "O": "0"})
_SEPARATORS = re.compile(r"[\s\-_.·—–－]+")
BODY = 8  # characters of five bits
_SHAPE = re.compile(r"(?<![0-9A-Z])[A-Z]{2}[0-9]{2}[\s\-–—]?[0-9A-Z]{4}[\s\-–—]?[0-9A-Z]{5}(?![0-9A-Z])")
_NUMBER = re.compile(rf"([A-Z]{{2}})([0-9]{{2}})([0-9A-Z]{{{BODY + 1}}})")


def case_number(prefix: str, year: int, lot: bytes) -> str:
    """The number drawn by ``lot`` (at least 5 bytes). Numbers have no order and tell nothing."""
    body = _encoded(lot)
    tail = body + _check(body)
    return f"{prefix}{year % 100:02d}-{tail[:4]}-{tail[4:]}"


def query_code(lot: bytes) -> str:
    """The code drawn by ``lot`` (at least 5 bytes): ``4TXR-M2KD``."""
    code = _encoded(lot)
    return f"{code[:4]}-{code[4:]}"


def read_number(text: str) -> str | None:
    """A typed or pasted number as it is stored; None when it is none, or its check character does not fit."""
    found = _NUMBER.fullmatch(_tidy(text))
    if not found:
        return None
    prefix, year, tail = found[1], found[2], found[3].translate(_FORGIVEN)
    if any(c not in _VALUES for c in tail) or _check(tail[:BODY]) != tail[BODY]:
        return None
    return f"{prefix}{year}-{tail[:4]}-{tail[4:]}"


def find_number(text: str) -> str | None:
    """The first case number in a sentence."""
    return next((number for piece in _shaped(text) if (number := read_number(piece))), None)


def looks_like_number(text: str) -> bool:
    """Whether something in a sentence is shaped like a case number, right or not."""
    return bool(_shaped(text))


def _shaped(text: str) -> list[str]:
    return _SHAPE.findall(unicodedata.normalize("NFKC", text).upper())


def read_code(text: str) -> str:
    """A typed query code as it was given out; whatever it is, something to compare."""
    plain = _tidy(text).translate(_FORGIVEN)
    return f"{plain[:4]}-{plain[4:]}"


def _tidy(text: str) -> str:
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", text)).upper()


def _encoded(lot: bytes) -> str:
    number = int.from_bytes(lot[:5])
    return "".join(ALPHABET[number >> shift & 31] for shift in range(5 * (BODY - 1), -1, -5))


def _check(body: str) -> str:
    total = 0
    for character in body:
        total = _times_alpha(total ^ _VALUES[character])
    return ALPHABET[total]


def _times_alpha(value: int) -> int:
    """In GF(32), modulo x⁵ + x² + 1."""
    doubled = value << 1
    return doubled ^ 0b100101 if doubled & 0b100000 else doubled

"""Numbers as people write them, 15 or 十五 or 一百二十 → the number."""

from __future__ import annotations

from types import MappingProxyType

_DIGITS = MappingProxyType(
    dict(zip("零〇一二两三四五六七八九", (0, 0, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9), strict=True))
)
_UNITS = MappingProxyType({"十": 10, "百": 100})
_SHORT = MappingProxyType({"廿": "二十", "卅": "三十"})

NUMERAL = "零〇一二两三四五六七八九十百廿卅"


def read_number(word: str) -> int | None:
    """15, 十五, 廿五, 一百二十, 一百零五, 二〇二六 → the number; None when it is none. Up to 999 in words."""
    if word.isascii() and word.isdecimal():
        return int(word)
    for short, full in _SHORT.items():
        word = word.replace(short, full)
    if not word or any(c not in _DIGITS and c not in _UNITS for c in word):
        return None
    if not any(c in _UNITS for c in word):
        return int("".join(str(_DIGITS[c]) for c in word))
    total, digit = 0, None
    for character in word:
        if character in _UNITS:
            total += (1 if digit is None else digit) * _UNITS[character]
            digit = None
        else:
            digit = _DIGITS[character]
    return total + (digit or 0)

"""A resident's words → one plain spelling: simplified, lower case, digits, no fillers, no dialect."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

from matching.tables import language, longest_first, traditional

LONGEST = 400  # characters read of any message; of longer ones the two ends
OTHER = re.compile(r"[^0-9a-z\u3400-\u4dbf\u4e00-\u9fff\u3007%.]+")
LONE_DOT = re.compile(r"(?<![0-9])\.|\.(?![0-9])|(?<![0-9])%")
SURROGATE = re.compile("[\ud800-\udfff]")  # halves of characters, which no encoding takes
GAP = re.compile(r"(?<=[^0-9a-z]) | (?=[^0-9a-z])|^ | $")
STUTTER = re.compile(r"([^0-9])\1{2,}")
ECHO = re.compile(r"([\u3400-\u9fff]{2,10})\1+")
LETTERED = re.compile(r"(?<=[0-9])\s+(?=[\u3400-\u9fff])")


@lru_cache(maxsize=4096)
def normalise(text: str) -> str:
    """The public normaliser: NFKC, t→s, dialect, numerals, repeats; fillers go unless nothing else is left."""
    plain = spell(text)
    return squeeze(strip_fillers(plain)) or squeeze(plain)


def spell(text: str) -> str:
    """NFKC, simplified, lower case, dialect and numerals; clauses parted by one space."""
    if len(text) > LONGEST:
        text = text[: LONGEST // 2] + " " + text[-LONGEST // 2 :]
    text = unicodedata.normalize("NFKC", SURROGATE.sub(" ", text)).lower()
    if not text.isascii():
        text = traditional().convert(text)
    text = LONE_DOT.sub(" ", OTHER.sub(" ", text)).strip()
    text = STUTTER.sub(r"\1", text)
    text = _rewrites().sub(lambda found: language()["rewrites"][found[0]], text)
    return ECHO.sub(r"\1", _numeral().sub(lambda found: str(number(found[0])), text))


def strip_fillers(text: str) -> str:
    """Take politeness and hesitation out of spelt text."""
    anywhere, leading, trailing = _fillers()
    text = anywhere.sub(lambda found: found[1] or " ", text).strip()
    while (shorter := leading.sub("", text, count=1).strip()) != text and shorter:
        text = shorter
    return ECHO.sub(r"\1", trailing.sub("", text))


def dropped(text: str) -> tuple[str, ...]:
    """The fillers that ``normalise`` takes out of a text, in order."""
    anywhere, leading, trailing = _fillers()
    plain = spell(text)
    found = [part[0] for part in anywhere.finditer(plain) if not part[1]]
    rest = anywhere.sub(lambda part: part[1] or " ", plain).strip()
    found += [part[0] for pattern in (leading, trailing) for part in pattern.finditer(rest)]
    return tuple(found)


def squeeze(text: str) -> str:
    """Spaces stay only between letters and digits."""
    return GAP.sub("", re.sub(r"\s+", " ", text)).strip()


def number(numeral: str) -> int:
    """A Chinese numeral → its value; digits read one by one when it has no power in it."""
    digits, powers = language()["numerals"], language()["powers"]
    if not any(sign in powers for sign in numeral):
        return int("".join(str(digits[sign]) for sign in numeral))
    total = section = digit = 0
    for sign in numeral:
        if sign in digits:
            digit = digits[sign]
        elif powers[sign] >= 10_000:
            total, section, digit = (total + section + digit) * powers[sign], 0, 0
        else:
            section, digit = section + (digit or 1) * powers[sign], 0
    return int(total + section + digit)


@cache
def _rewrites() -> re.Pattern[str]:
    return re.compile(longest_first(tuple(language()["rewrites"])))


@cache
def _numeral() -> re.Pattern[str]:
    table = language()
    signs = "".join((*table["numerals"], *table["powers"]))
    first = "".join((*table["numerals"], "十"))
    digits = "".join(table["numerals"])
    counted = rf"(?<![{signs}])[{first}][{signs}]{{0,8}}(?={table['measures']})"
    return re.compile(rf"{counted}|(?<![{signs}])[{digits}]{{3,}}(?![{signs}])")


@cache
def _fillers() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    table = language()
    anywhere = re.compile(rf"({longest_first(table['keep'])})|{longest_first(table['fillers'])}")
    leading = re.compile(rf"^(?:{longest_first(table['leading'])})(?=.{{3}})")
    trailing = re.compile(rf"(?:{longest_first(table['trailing'])})+(?= |$)")
    return anywhere, leading, trailing

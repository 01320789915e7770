"""How people pick from a numbered list → the number."""

from __future__ import annotations

import re
import unicodedata

_DIGITS = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10}
_FILLER = r"(?:我?(?:要|选|想问|问|看|点)?(?:的是)?)"
_PICK = re.compile(
    rf"{_FILLER}第?(?P<number>\d{{1,2}}|[一二两三四五六七八九十])(?:个|条|项|号|种)?(?:吧|呗|啊|的)?"
)
_LAST = re.compile(rf"{_FILLER}最后(?:那|一)?一?个(?:吧|呗|啊)?")
_MARKS = re.compile(r"[\s。．.、,，!！?？)）(（]+")


def picked_number(text: str, count: int) -> int | None:
    """The place (1…count) that ``text`` picks, or None when it is no pick: 2, ②, 第二个, 选二, 最后一个."""
    bare = _MARKS.sub("", unicodedata.normalize("NFKC", text))
    if count and _LAST.fullmatch(bare):
        return count
    found = _PICK.fullmatch(bare)
    if not found:
        return None
    word = found["number"]
    number = int(word) if word.isdecimal() else _DIGITS[word]
    return number if 1 <= number <= count else None


def is_pick(text: str) -> bool:
    """Whether ``text`` is nothing but a pick, of whatever number."""
    bare = _MARKS.sub("", unicodedata.normalize("NFKC", text))
    return bool(_PICK.fullmatch(bare) or _LAST.fullmatch(bare))

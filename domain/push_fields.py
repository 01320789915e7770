"""A sentence → the value of a field in a template or a subscription notice, as the platform takes it.

Sources: 模板消息 › 规范 (since 2023-05-04: 20 characters a value, no line break, no emoji; longer is cut there);
发送订阅通知 › 参数值限制 (longer is refused there, 47003).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from domain.labels import Labelled

ELLIPSIS = "…"
NOTHING = "—"
_SPACES = re.compile(r"\s+")
_EMOJI = re.compile(
    "[\u00a9\u00ae\u200d\u203c\u2049\u20e3\u2122\u2139\u2300-\u23ff\u2600-\u27bf\u2b00-\u2bff\u3030\u303d"
    "\u3297\u3299\ufe0e\ufe0f\U0001f000-\U0001ffff\U000e0020-\U000e007f]"
)
_UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_NOT_CHARACTER_STRING = re.compile(r"[^\x21-\x7e]")
_NOT_HAN = re.compile(r"[^\u4e00-\u9fff]")


class FieldKind(Labelled):
    """The kinds of fields that a notice of ours may have; the name of a field is its kind and a number."""

    THING = "thing", "事物"
    CHARACTER_STRING = "character_string", "字符串"
    PHRASE = "phrase", "汉字"
    TIME = "time", "时间"
    DATE = "date", "日期"


class Fact(Labelled):
    """What may stand in a field. Nothing else does: no story, no name, no respondent."""

    NUMBER = "number", "编号"
    NEWS = "news", "进展"
    MOMENT = "moment", "时间"


@dataclass(frozen=True, slots=True)
class PushTemplate:
    """A template of this account, chosen in the platform's console.

    ``fields``: each field of it (``thing2``) with what stands there; ``is_lasting``: a consent to it holds for good
    (长期订阅) and is not spent by one push.
    """

    id: str = ""
    fields: Mapping[str, Fact] = field(default_factory=dict)
    is_lasting: bool = False

    def __bool__(self) -> bool:
        return bool(self.id)

    def values(self, facts: Mapping[Fact, str]) -> dict[str, str]:
        """Field → value, within the limits of its kind."""
        return {name: field_value(facts[fact], kind_of(name)) for name, fact in self.fields.items()}

    def faults(self) -> Iterator[str]:
        """The names of the fields that cannot be filled; ``fields`` when there is none at all."""
        if self.id and not self.fields:
            yield "fields"
        yield from (name for name in self.fields if not _FIELD.fullmatch(name))


NO_TEMPLATE = PushTemplate()
_FIELD = re.compile(r"(?:thing|character_string|phrase|time|date|keyword)[1-9][0-9]?")
_LIMITS = {
    FieldKind.THING: 20,
    FieldKind.CHARACTER_STRING: 32,
    FieldKind.PHRASE: 5,
    FieldKind.TIME: 32,
    FieldKind.DATE: 32,
}


def kind_of(name: str) -> FieldKind:
    """``character_string1`` → its kind; a field of an older template (``keyword1``) takes what a ``thing`` takes."""
    stem = name.rstrip("0123456789")
    return next((kind for kind in FieldKind if kind.value == stem), FieldKind.THING)


def field_value(text: str, kind: FieldKind = FieldKind.THING) -> str:
    """``text`` within the limits of its kind, never empty: an empty value is refused."""
    text = plain_line(text)
    if kind is FieldKind.CHARACTER_STRING:
        return cut(_NOT_CHARACTER_STRING.sub("", text), _LIMITS[kind], "") or "-"
    if kind is FieldKind.PHRASE:
        return cut(_NOT_HAN.sub("", text), _LIMITS[kind], "") or "无"
    return cut(text, _LIMITS[kind]) or NOTHING


def plain_line(text: str) -> str:
    """One line without emoji and without what cannot be seen."""
    seen = "".join(
        character if character in "\n\r\t" or unicodedata.category(character) not in _UNPRINTABLE else ""
        for character in _EMOJI.sub("", text)
    )
    return _SPACES.sub(" ", seen).strip()


def cut(text: str, limit: int, mark: str = ELLIPSIS) -> str:
    """At most ``limit`` characters, with ``mark`` for what is left out.

    Counted as UTF-16 units, the way most platforms count and never more than a count of letters; cut only
    between whole characters, so neither half of a pair nor a mark without its letter is left.
    """
    if _units(text) <= limit:
        return text
    room = limit - _units(mark)
    kept, used = 0, 0
    for place, character in enumerate(text):
        used += _units(character)
        if used > room:
            break
        kept = place + 1
    while kept and unicodedata.combining(text[kept]):
        kept -= 1
    return text[:kept].rstrip() + mark


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2

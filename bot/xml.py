"""XML bytes of the platform ↔ flat fields. No DTD, no entity, no control character gets through."""

from __future__ import annotations

import re
from collections import Counter
from xml.parsers import expat

from domain.errors import BodyMalformed

_CONTROLS = bytes(code for code in range(32) if code not in b"\t\n\r")
_CONTROLS_IN_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
_DEEPEST = 6
_NUMBERED_FROM = 2  # elements deep: below the document and one field of it


def parse_fields(body: bytes) -> dict[str, str]:
    """``<xml><A>1</A><B><C>2</C></B></xml>`` → ``{"A": "1", "B.C": "2"}``; the first of equal names stands.

    Within an element, further ones of the same name are numbered: ``B.List``, ``B.List#2``…

    WeChat passes control characters of a user's text through, which no XML parser takes: they are
    dropped first. Raises ``BodyMalformed`` for anything else that is not such a document.
    """
    reader = _Reader()
    try:
        reader.parser.Parse(body.translate(None, _CONTROLS), True)
    except (expat.ExpatError, ValueError, LookupError):
        raise BodyMalformed from None
    return reader.fields


def cdata(text: str) -> str:
    """Text as a CDATA section; ``]]>`` in it cannot end the section."""
    clean = _CONTROLS_IN_TEXT.sub("", text)
    return f"<![CDATA[{clean.replace(']]>', ']]]]><![CDATA[>')}]]>"


class _Reader:
    def __init__(self) -> None:
        self.fields: dict[str, str] = {}
        self._path: list[str] = []
        self._repeated: Counter[str] = Counter()
        self._text: list[str] = []
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text_append
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.EntityDeclHandler = self._refuse
        self.parser.ExternalEntityRefHandler = self._refuse

    def _text_append(self, data: str) -> None:
        self._text.append(data)

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        if len(self._path) >= _NUMBERED_FROM:
            name = self._numbered(name)
        self._path.append(name)
        self._text = []
        if len(self._path) > _DEEPEST:
            raise BodyMalformed

    def _numbered(self, name: str) -> str:
        place = ".".join((*self._path, name))
        self._repeated[place] += 1
        return f"{name}#{self._repeated[place]}" if self._repeated[place] > 1 else name

    def _end(self, _name: str) -> None:
        if len(self._path) > 1:
            value = "".join(self._text)
            if value or len(self._path) == 2:
                self.fields.setdefault(".".join(self._path[1:]), value)
        self._text = []
        self._path.pop()

    def _refuse(self, *_details: object) -> int:
        raise BodyMalformed

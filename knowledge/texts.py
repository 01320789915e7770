"""Sentence templates → paragraphs with links and clickable answers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from domain.replies import Paragraph, Span

_LINK = re.compile(r"\[([^\]\n]+)\]\(([^)\n]+)\)")
_SLOT = re.compile(r"\{([a-z_]+)\}")
_NOTHING: Mapping[str, object] = {}


class Texts:
    """The sentences of ``knowledge/texts/``, by key. A slot ``{name}`` takes a value as it is:
    links stand in templates only, so nothing that a resident writes can become one."""

    def __init__(self, templates: Mapping[str, str]) -> None:
        self._templates = templates

    def __contains__(self, key: str) -> bool:
        return key in self._templates

    def line(self, key: str, **values: object) -> str:
        """A sentence without links."""
        return fill(self._templates[key], values)

    def paragraph(self, key: str, **values: object) -> Paragraph:
        """A sentence with its links."""
        return Paragraph(spans_of(self._templates[key], values))

    def paragraphs(self, key: str, **values: object) -> tuple[Paragraph, ...]:
        """A text of several paragraphs, parted by blank lines."""
        return paragraphs_of(self._templates[key], values)


def paragraphs_of(template: str, values: Mapping[str, object] | None = None) -> tuple[Paragraph, ...]:
    """Parse a template of several paragraphs."""
    return tuple(Paragraph(spans_of(part, values or _NOTHING)) for part in _parts(template))


def spans_of(template: str, values: Mapping[str, object] = _NOTHING) -> tuple[Span, ...]:
    """Parse ``text [label](target) text`` and fill the slots of each part on its own."""
    parsed, has_slots = _parsed(template)
    return tuple(Span(fill(s.text, values), fill(s.target, values)) for s in parsed) if has_slots else parsed


@lru_cache(maxsize=1024)
def _parsed(template: str) -> tuple[tuple[Span, ...], bool]:
    """The spans of a template, slots unfilled, and whether there are any."""
    spans: list[Span] = []
    end = 0
    for link in _LINK.finditer(template):
        if before := template[end : link.start()]:
            spans.append(Span(before))
        spans.append(Span(link[1], link[2]))
        end = link.end()
    if rest := template[end:]:
        spans.append(Span(rest))
    return tuple(spans), bool(_SLOT.search(template))


@lru_cache(maxsize=1024)
def _parts(template: str) -> tuple[str, ...]:
    return tuple(re.split(r"\n\s*\n", template.strip()))


def slots_of(template: str) -> frozenset[str]:
    """The names of the slots in a template."""
    return frozenset(_SLOT.findall(template))


def fill(template: str, values: Mapping[str, object]) -> str:
    """Replace every ``{name}``; a missing value is a KeyError."""
    return _SLOT.sub(lambda slot: str(values[slot[1]]), template) if "{" in template else template

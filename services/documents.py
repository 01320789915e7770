"""A PDF → how many pages it has; or why it is refused.

A PDF is kept as it is and only ever downloaded. So nothing is taken that acts when it is opened (scripts,
programs to launch, attached files), nor what cannot be looked into (encryption). pypdf reads a hostile file
for as long as the file likes: call this in a process of its own (``services/apart.py``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from pypdf import PdfReader, apply_configuration
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, PdfObject

from domain.errors import EvidenceRefused
from domain.evidence import MIB, Refusal

_TAIL_BYTES = 1024
_INFLATED_BYTES = 32 * MIB

# ISO 32000-1: 7.11.4 embedded files, 12.5.6 annotations that play, 12.6.4 actions, 12.7.8 XFA.
_ACTIVE_KEYS = frozenset({"/JS", "/JavaScript", "/EF", "/EmbeddedFiles", "/XFA", "/RichMediaContent"})
_ACTIVE_KINDS = frozenset(
    {
        "/JavaScript",
        "/Launch",
        "/EmbeddedFile",
        "/SubmitForm",
        "/ImportData",
        "/GoToE",
        "/Rendition",
        "/RichMedia",
        "/Movie",
        "/3D",
    }
)
_KIND_KEYS = ("/S", "/Subtype", "/Type")
# Long enough not to stand in a compressed stream by chance.
_ACTIVE_WORDS = re.compile(
    rb"/(?:JavaScript|Launch|EmbeddedFile|SubmitForm|ImportData|Rendition|RichMedia)(?![A-Za-z0-9])"
    rb"|/EmbeddedFiles(?![A-Za-z0-9])"
)
_ENCRYPTED = re.compile(rb"/Encrypt(?![A-Za-z0-9])")
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_NAME = re.compile(rb"/[^\s()<>\[\]{}/%]*#[^\s()<>\[\]{}/%]*")


@dataclass(frozen=True, slots=True)
class Document:
    """What a PDF is found to be."""

    pages: int


def read_document(file: BinaryIO) -> Document:
    """Look through a whole PDF. Raises ``EvidenceRefused``, whatever the file is."""
    try:
        return _read(file)
    except EvidenceRefused:
        raise
    except Exception:  # a parser of hostile files raises anything
        raise EvidenceRefused(Refusal.CORRUPT) from None


def _read(file: BinaryIO) -> Document:
    file.seek(0)
    data = file.read()
    end = data.rfind(b"%%EOF", -_TAIL_BYTES)
    if not data.startswith(b"%PDF-") or end < 0 or data[end + 5 :].strip(b"\r\n\t \0"):
        raise EvidenceRefused(Refusal.CORRUPT)
    _check_words(_NAME.sub(_unescape, data))
    del data
    with apply_configuration(
        zlib_maximum_output_length=_INFLATED_BYTES,
        lzw_maximum_output_length=_INFLATED_BYTES,
        run_length_maximum_output_length=_INFLATED_BYTES,
        disable_legacy_handling=True,
    ):
        reader = PdfReader(file)
        for found in _objects(reader):
            _check(found)
        pages = reader.get_num_pages()
    if not pages:
        raise EvidenceRefused(Refusal.CORRUPT)
    return Document(pages)


def _unescape(name: re.Match[bytes]) -> bytes:
    """``/J#61vaScript`` → ``/JavaScript``."""
    return _ESCAPED.sub(lambda code: bytes([int(code[1], 16)]), name[0])


def _check_words(data: bytes) -> None:
    """What stands in the open: also objects that no cross-reference lists, of this and earlier revisions."""
    if _ENCRYPTED.search(data):
        raise EvidenceRefused(Refusal.ENCRYPTED_PDF)
    if _ACTIVE_WORDS.search(data):
        raise EvidenceRefused(Refusal.ACTIVE_PDF)


def _objects(reader: PdfReader) -> Iterator[PdfObject | None]:
    """Every object that the cross-references list, compressed ones too, and the trailer."""
    yield reader.trailer
    listed = {(number, 0) for number in reader.xref_objStm}
    listed |= {(number, generation) for generation, numbers in reader.xref.items() for number in numbers}
    for number, generation in sorted(listed):
        yield reader.get_object(IndirectObject(number, generation, reader))


def _check(found: PdfObject | None) -> None:
    """Refuse an object that acts, or that holds one; what it refers to is an object of its own."""
    waiting: list[object] = [found]
    while waiting:
        value = waiting.pop()
        if isinstance(value, DictionaryObject):
            if _is_active(value):
                raise EvidenceRefused(Refusal.ACTIVE_PDF)
            waiting += _direct(value.values())
        elif isinstance(value, ArrayObject):
            waiting += _direct(value)


def _direct(values: Iterable[object]) -> Iterator[object]:
    return (value for value in values if isinstance(value, DictionaryObject | ArrayObject))


def _is_active(value: DictionaryObject) -> bool:
    kinds = {str(value.raw_get(key)) for key in _KIND_KEYS if key in value}
    return not _ACTIVE_KEYS.isdisjoint(value) or not _ACTIVE_KINDS.isdisjoint(kinds)

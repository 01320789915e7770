"""PDFs: kept when they only show something, refused when they act or cannot be looked into."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import EvidenceRefused
from domain.evidence import Refusal
from services.documents import read_document
from tests.support import files

SCRIPT = b"<< /S /JavaScript /JS (app.alert(1)) >>"


def pages_of(content: bytes) -> int:
    with files.upload(content).file as file:
        return read_document(file).pages


def refusal_of(content: bytes) -> Refusal:
    with pytest.raises(EvidenceRefused) as refused:
        pages_of(content)
    return refused.value.refusal


@pytest.mark.parametrize(
    ("content", "pages"),
    [
        (files.pdf(), 2),
        (files.pdf(OpenAction=b"[3 0 R /Fit]"), 2),
        (files.pdf(AcroForm=b"<< /Fields [] >>"), 2),
        (files.pdf() + b"\r\n\0\0", 2),
        (files.packed_pdf(b"<< /S /GoTo /D [3 0 R /Fit] >>"), 1),
        (files.raw_pdf(extra=(b"<< /S /URI /URI (https://example.com) >>",)), 1),
        (files.raw_pdf(extra=(b"(JavaScript, Launch and EmbeddedFile are words like any other)",)), 1),
    ],
)
def test_plain_document_is_read(content: bytes, pages: int) -> None:
    assert pages_of(content) == pages


ACTIVE = {
    "script when it is opened": files.pdf(OpenAction=SCRIPT),
    "script by name": files.pdf(Names=b"<< /JavaScript << /Names [(a) 4 0 R] >> >>"),
    "script with its name disguised": files.pdf(OpenAction=b"<< /S /J#61v#61Script /J#53 (x) >>"),
    "script that no table lists": files.pdf().replace(
        b"xref\n0", b"9 0 obj\n" + SCRIPT + b"\nendobj\nxref\n0"
    ),
    "script in a packed object": files.packed_pdf(SCRIPT),
    "disguised script in a packed object": files.packed_pdf(b"<< /S /J#61vaScript /J#53 (x) >>"),
    "script deep in a packed object": files.packed_pdf(b"[[<< /A << /Next [" + SCRIPT + b"] >> >>]]"),
    "program to launch": files.packed_pdf(b"<< /S /Launch /F (calc.exe) >>"),
    "form that is sent off": files.packed_pdf(b"<< /S /SubmitForm /F (https://example.com) >>"),
    "form of another kind": files.packed_pdf(b"<< /Fields [] /XFA [(a) 3 0 R] >>"),
    "attached file": files.pdf_with_attachment(),
    "attached file in a packed object": files.packed_pdf(b"<< /Type /Filespec /F (a) /EF << /F 3 0 R >> >>"),
    "film": files.packed_pdf(b"<< /Type /Annot /Subtype /RichMedia >>"),
}


@pytest.mark.parametrize("name", ACTIVE)
def test_document_that_acts_is_refused(name: str) -> None:
    assert refusal_of(ACTIVE[name]) is Refusal.ACTIVE_PDF


def test_packed_script_is_nowhere_in_the_open() -> None:
    """Or else the tests above prove nothing."""
    assert b"Script" not in files.packed_pdf(SCRIPT)


def test_encrypted_document_is_refused() -> None:
    assert refusal_of(files.encrypted_pdf()) is Refusal.ENCRYPTED_PDF
    assert refusal_of(files.raw_pdf({b"/Encr#79pt": b"<< /Filter /Standard >>"})) is Refusal.ENCRYPTED_PDF


@pytest.mark.parametrize(
    "content",
    [
        b"%PDF-1.7",
        files.pdf()[:-20],
        files.pdf() + files.ZIP,
        b"\n" + files.pdf(),
        b"%PDF-1.7\n%%EOF",
        b"%PDF-1.7\nstartxref\n99999\n%%EOF",
        files.raw_pdf(pages=0),
        files.pdf().replace(b"/Kids [", b"/Kinds["),
        b"%PDF-1.7\n" + b"1 0 obj\n" * 1000 + b"%%EOF",
        b"%PDF-1.7\n" + b"<<" * 100_000 + b"\n%%EOF",
    ],
)
def test_broken_document_is_refused(content: bytes) -> None:
    assert refusal_of(content) is Refusal.CORRUPT


@given(st.data(), st.sampled_from([files.pdf(), files.packed_pdf(b"<< /S /GoTo >>")]))
@settings(max_examples=80, deadline=None)
def test_whatever_is_changed_it_is_read_or_refused(data: st.DataObject, whole: bytes) -> None:
    content = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        assert pages_of(bytes(content)) >= 1
    except EvidenceRefused:
        return

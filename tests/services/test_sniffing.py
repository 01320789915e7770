"""Content decides what a file is; names and claims only make it suspect."""

from __future__ import annotations

import pytest

from domain.errors import EvidenceRefused
from domain.evidence import MediaType, Refusal
from services.sniffing import judge, sniff
from tests.support import files

JPEG = b"\xff\xd8\xff\xe0" + bytes(20)


@pytest.mark.parametrize(
    ("content", "media"),
    [
        (files.saved(files.picture()), MediaType.JPEG),
        (files.png(), MediaType.PNG),
        (files.webp(), MediaType.WEBP),
        (files.heic(), MediaType.HEIC),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", MediaType.HEIC),
        (files.pdf(), MediaType.PDF),
        (files.GIF, None),
        (files.MP4, None),
        (files.AVIF, None),
        (files.SVG, None),
        (files.HTML, None),
        (b" %PDF-1.7", None),
        (b"", None),
        (b"\xff\xd8", None),
        (b"\0\0\0\0ftyp", None),
        (b"RIFF\0\0\0\0WAVE", None),
    ],
)
def test_content_tells_its_kind(content: bytes, media: MediaType | None) -> None:
    assert sniff(content[:4096]) is media


@pytest.mark.parametrize(
    ("claimed", "name"),
    [
        ("image/jpeg", "照片.jpg"),
        ("application/octet-stream", "IMG_1.JPG"),
        ("application/octet-stream", ""),
        ("", ""),
        ("image/png", "x.webp"),
        ("IMAGE/HEIC", "no extension"),
        ("text/plain", "x.txt"),
    ],
)
def test_picture_is_a_picture_whatever_it_is_called(claimed: str, name: str) -> None:
    assert judge(JPEG, claimed, name) is MediaType.JPEG


@pytest.mark.parametrize(
    ("content", "claimed", "name", "refusal"),
    [
        (files.SVG, "image/jpeg", "x.jpg", Refusal.DISGUISED),
        (files.HTML, "", "x.jpg", Refusal.DISGUISED),
        (files.EXE, "application/octet-stream", "x.png", Refusal.DISGUISED),
        (files.ZIP, "application/pdf", "x", Refusal.DISGUISED),
        (files.MP4, "image/heic", "", Refusal.DISGUISED),
        (files.pdf(), "image/jpeg", "x.jpg", Refusal.DISGUISED),
        (files.pdf(), "application/pdf", "x.jpg", Refusal.DISGUISED),
        (JPEG, "application/pdf", "", Refusal.DISGUISED),
        (files.SVG, "image/svg+xml", "x.svg", Refusal.NOT_TAKEN),
        (files.GIF, "image/gif", "x.gif", Refusal.NOT_TAKEN),
        (files.ZIP, "application/zip", "x.zip", Refusal.NOT_TAKEN),
        (files.MP4, "video/mp4", "x.mp4", Refusal.NOT_TAKEN),
        (b"\x01\x02\x03", "", "", Refusal.NOT_TAKEN),
        (b"\x01\x02\x03", "image/jpeg", "x.jpg", Refusal.NOT_A_PICTURE),
        (b"\x01\x02\x03", "application/pdf", "x.pdf", Refusal.CORRUPT),
    ],
)
def test_what_is_not_taken_is_told_apart(content: bytes, claimed: str, name: str, refusal: Refusal) -> None:
    with pytest.raises(EvidenceRefused) as refused:
        judge(content[:4096], claimed, name)
    assert refused.value.refusal is refusal

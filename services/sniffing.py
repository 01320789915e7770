"""The first bytes of a file, and what the phone calls it → its media type; or why it is refused.

Content decides. What a phone says can only make a file suspect: a JPEG sent as ``application/octet-stream``
or named ``.png`` is a JPEG, a PDF named ``.jpg`` is refused.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from domain.errors import EvidenceRefused
from domain.evidence import EvidenceKind, MediaType, Refusal

HEAD_BYTES = 4096

# Brands of ISO/IEC 23008-12 whose pictures are coded in HEVC.
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"})
_CLAIMS = {
    "image/jpeg": EvidenceKind.PICTURE,
    "image/jpg": EvidenceKind.PICTURE,
    "image/pjpeg": EvidenceKind.PICTURE,
    "image/png": EvidenceKind.PICTURE,
    "image/webp": EvidenceKind.PICTURE,
    "image/heic": EvidenceKind.PICTURE,
    "image/heif": EvidenceKind.PICTURE,
    "application/pdf": EvidenceKind.DOCUMENT,
    ".jpg": EvidenceKind.PICTURE,
    ".jpeg": EvidenceKind.PICTURE,
    ".png": EvidenceKind.PICTURE,
    ".webp": EvidenceKind.PICTURE,
    ".heic": EvidenceKind.PICTURE,
    ".heif": EvidenceKind.PICTURE,
    ".pdf": EvidenceKind.DOCUMENT,
}
# Programs, archives, office files, films, sounds, other pictures.
_STRANGERS = re.compile(
    rb"MZ|\x7fELF|[\xce\xcf]\xfa\xed\xfe|\xca\xfe\xba\xbe|#!|PK[\x03\x05]|Rar!|7z\xbc\xaf|\x1f\x8b|\xd0\xcf\x11\xe0"
    rb"|\{\\rtf|GIF8|BM|II\*\0|MM\0\*|RIFF|....ftyp|ID3|OggS|\x1aE\xdf\xa3|%!PS",
    re.DOTALL,
)
_MARKUP = re.compile(rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?\s*<")


def judge(head: bytes, claimed: str, name: str) -> MediaType:
    """The media type of a file that begins with ``head`` (its first 4096 bytes, or all of it).

    ``claimed`` is the media type and ``name`` the file name that came with it. Raises ``EvidenceRefused``.
    """
    claims = {_CLAIMS.get(claimed.strip().lower()), _CLAIMS.get(PurePosixPath(name).suffix.lower())} - {None}
    found = sniff(head)
    if found is not None:
        if claims - {found.kind}:
            raise EvidenceRefused(Refusal.DISGUISED)
        return found
    if not claims:
        raise EvidenceRefused(Refusal.NOT_TAKEN)
    if _STRANGERS.match(head) or _MARKUP.match(head):
        raise EvidenceRefused(Refusal.DISGUISED)
    raise EvidenceRefused(Refusal.CORRUPT if EvidenceKind.DOCUMENT in claims else Refusal.NOT_A_PICTURE)


def sniff(head: bytes) -> MediaType | None:
    """The media type that the first bytes tell, None for what is not taken."""
    if head.startswith(b"\xff\xd8\xff"):
        return MediaType.JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return MediaType.PNG
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return MediaType.WEBP
    if head.startswith(b"%PDF-"):
        return MediaType.PDF
    return MediaType.HEIC if _brands(head) & _HEIC_BRANDS else None


def _brands(head: bytes) -> set[bytes]:
    """The brands in the first box of an ISO media file; the minor version among them does no harm."""
    if head[4:8] != b"ftyp":
        return set()
    box = head[8 : int.from_bytes(head[:4])]
    return {box[at : at + 4] for at in range(0, len(box), 4)}

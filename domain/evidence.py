"""What residents hand in with a complaint: its kinds and limits, and why a file is refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

from domain.labels import Labelled

MIB = 1024 * 1024
# A picture at least this many times as long as it is wide is a strip: a long screenshot of a chat.
_STRIP_RATIO = 3


class EvidenceKind(Labelled):
    """What a file is to the person who looks at it: a picture is shown, a document is downloaded."""

    PICTURE = "picture", "图片"
    DOCUMENT = "document", "文件"


class MediaType(Labelled):
    """The kinds of file that are taken, told by their content."""

    JPEG = "image/jpeg", "JPEG 图片"
    PNG = "image/png", "PNG 图片"
    WEBP = "image/webp", "WebP 图片"
    HEIC = "image/heic", "HEIC 图片"
    PDF = "application/pdf", "PDF 文件"

    @property
    def kind(self) -> EvidenceKind:
        return EvidenceKind.DOCUMENT if self is MediaType.PDF else EvidenceKind.PICTURE


class Scan(Labelled):
    """What the virus scanner said; nobody is told 安全 without it having looked."""

    UNSCANNED = "unscanned", "未扫描"
    CLEAN = "clean", "安全"
    SUSPICIOUS = "suspicious", "可疑"


class Refusal(Labelled):
    """Why a file is not taken. The sentence for the resident: ``services/refusals.py``."""

    EMPTY = "empty", "空文件"
    TOO_LARGE = "too_large", "文件太大"
    TOO_MANY = "too_many", "数量超了"
    DUPLICATE = "duplicate", "重复"
    NOT_TAKEN = "not_taken", "不收的格式"
    NOT_A_PICTURE = "not_a_picture", "不是图片"
    DISGUISED = "disguised", "名称和内容不符"
    CORRUPT = "corrupt", "打不开"
    TOO_MANY_PIXELS = "too_many_pixels", "尺寸太大"
    ENCRYPTED_PDF = "encrypted_pdf", "加密的 PDF"
    ACTIVE_PDF = "active_pdf", "带程序或附件的 PDF"


@dataclass(frozen=True, slots=True)
class EvidenceLimits:
    """How much one complaint may hold and one picture may cost. Bytes, pixels; sizes inclusive."""

    pictures: int
    documents: int
    picture_bytes: int
    document_bytes: int
    pixels: int
    display_px: int
    # Memory for all pictures that are being read at one moment, whoever sent them.
    reading_bytes: int

    def bytes_of(self, kind: EvidenceKind) -> int:
        """The largest file of a kind."""
        return self.picture_bytes if kind is EvidenceKind.PICTURE else self.document_bytes

    def count_of(self, kind: EvidenceKind) -> int:
        """How many files of a kind one complaint may hold."""
        return self.pictures if kind is EvidenceKind.PICTURE else self.documents


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came in, on disk without a name: closing ``file`` is all it takes to be rid of it.

    ``name`` and ``claimed`` (a media type) are what the phone says. They are never believed, stored or
    logged; ``name`` is there to say which file was refused. ``is_whole`` is False for a file that was
    larger than any may be, and then ``file`` is empty.
    """

    file: BinaryIO
    name: str
    claimed: str
    size: int
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class Place:
    """Where a picture says it was taken: WGS-84 degrees, north and east positive."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Accepted:
    """A file that was taken. ``size`` and ``sha256`` are the original's, byte for byte as it was handed in;
    ``width`` and ``height`` (pixels, as it is looked at) of a picture; ``pages`` of a document;
    ``display_size`` the bytes of the copy that is shown, 0 when there is none."""

    kind: EvidenceKind
    media_type: MediaType
    size: int
    sha256: str
    width: int = 0
    height: int = 0
    pages: int = 0
    display_size: int = 0


@dataclass(frozen=True, slots=True)
class Kept:
    """Evidence in the vault: the names of its sealed files (``display`` is empty for a document), what the
    scanner said, and where the picture was taken. ``place`` may be offered to the resident as the place of
    the complaint; it is not stored with the evidence."""

    accepted: Accepted
    original: str
    display: str
    scan: Scan
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that was not taken: which one, counted from 0 in the order they came, its name, and why."""

    number: int
    name: str
    refusal: Refusal


Outcome = Kept | Refused


def room_for(kind: EvidenceKind, held: Sequence[Accepted], limits: EvidenceLimits) -> int:
    """How many more files of a kind a complaint may hold."""
    return limits.count_of(kind) - sum(accepted.kind is kind for accepted in held)


def display_size(width: int, height: int, side: int) -> tuple[int, int]:
    """The size of the copy that is shown: within ``side`` × ``side``, never larger than the original.

    A strip (a long screenshot of a chat) would be illegible within a square: its short side may have half of
    ``side``, its long side eight times ``side``.
    """
    long, short = max(width, height), min(width, height)
    is_strip = long >= _STRIP_RATIO * short
    scale = max(side / long, min(side / 2 / short, 8 * side / long)) if is_strip else side / long
    if scale >= 1:
        return width, height
    return max(1, round(width * scale)), max(1, round(height * scale))

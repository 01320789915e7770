"""The parts that a picture's file is made of, counted before a library walks them.

A file of 10 MB can hold a hundred thousand scans of a JPEG or a million chunks of a PNG, each of which
costs a pass; real ones hold a few dozen.
"""

from __future__ import annotations

import re
from mmap import mmap

from domain.errors import EvidenceRefused
from domain.evidence import Refusal

MOST_SCANS = 100
MOST_PARTS = 10_000

# ITU-T T.81 B.1.1.2: a marker is FF and anything but 00 (a stuffed byte), FF (fill) and those without a length.
_MARKER = re.compile(rb"\xff([^\x00\x01\xff\xd0-\xd8])", re.DOTALL)
_START_OF_SCAN, _END_OF_IMAGE = b"\xda", b"\xd9"
# ISO/IEC 23008-12 6.5.3: the size of a picture or of one of its tiles.
_HEIC_SIZE = re.compile(rb"ispe\0\0\0\0(.{4})(.{4})", re.DOTALL)


def scans_of(data: mmap | bytes) -> int:
    """How many scans the first picture of a JPEG file has. Raises ``EvidenceRefused``."""
    at, scans = 2, 0
    for _ in range(MOST_PARTS):
        found = _MARKER.search(data, at)
        if found is None or found[1] == _END_OF_IMAGE:
            return scans
        at = found.end() + int.from_bytes(data[found.end() : found.end() + 2])
        if found[1] == _START_OF_SCAN:
            scans += 1
            if scans > MOST_SCANS:
                break
    raise EvidenceRefused(Refusal.CORRUPT)


def check_png_chunks(data: mmap | bytes) -> None:
    """Raises ``EvidenceRefused`` for a PNG of too many chunks."""
    at = 8
    for _ in range(MOST_PARTS):
        if at >= len(data):
            return
        at += 12 + int.from_bytes(data[at : at + 4])
    raise EvidenceRefused(Refusal.CORRUPT)


def heic_size(data: mmap | bytes) -> tuple[int, int]:
    """Width and height of the largest picture in a HEIC file. Raises ``EvidenceRefused`` when it tells none."""
    sizes = [
        (int.from_bytes(found[1]), int.from_bytes(found[2]))
        for found, _ in zip(_HEIC_SIZE.finditer(data), range(MOST_PARTS), strict=False)
    ]
    if not sizes:
        raise EvidenceRefused(Refusal.CORRUPT)
    return max(sizes, key=lambda size: size[0] * size[1])

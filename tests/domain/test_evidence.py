"""How large the copy that is shown is, and how much a complaint may hold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.evidence import (
    Accepted,
    EvidenceKind,
    MediaType,
    display_size,
    room_for,
)
from tests.support.limits import EVIDENCE

LIMITS = EVIDENCE
sides = st.integers(1, 50_000)


@pytest.mark.parametrize(
    ("size", "shown"),
    [
        ((4000, 3000), (2048, 1536)),
        ((3000, 4000), (1536, 2048)),
        ((640, 480), (640, 480)),
        ((2048, 2048), (2048, 2048)),
        ((4096, 1), (4096, 1)),
        ((6000, 2001), (2048, 683)),
    ],
)
def test_picture_is_shown_within_a_square(size: tuple[int, int], shown: tuple[int, int]) -> None:
    assert display_size(*size, 2048) == shown


def test_long_screenshot_stays_legible() -> None:
    width, height = display_size(1080, 12_000, 2048)
    assert width >= 1000
    assert display_size(12_000, 1080, 2048) == (height, width)


@given(sides, sides)
def test_shown_size_is_never_larger_nor_empty_and_has_the_same_shape(width: int, height: int) -> None:
    shown = display_size(width, height, 2048)
    assert 1 <= shown[0] <= width
    assert 1 <= shown[1] <= height
    assert max(shown) <= 8 * 2048
    assert shown[0] * shown[1] <= 8 * 2048 * 2048
    scale = max(shown) / max(width, height)
    assert abs(shown[0] - width * scale) <= 1
    assert abs(shown[1] - height * scale) <= 1


def test_room_counts_each_kind_for_itself() -> None:
    picture = Accepted(EvidenceKind.PICTURE, MediaType.JPEG, 1, "a")
    held = [picture] * 8 + [Accepted(EvidenceKind.DOCUMENT, MediaType.PDF, 1, "b")]
    assert room_for(EvidenceKind.PICTURE, held, LIMITS) == 1
    assert room_for(EvidenceKind.DOCUMENT, held, LIMITS) == 2

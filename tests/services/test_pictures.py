"""The copy that is shown: the pixels, upright, on white, in sRGB, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ExifTags, Image
from PIL.TiffImagePlugin import IFDRational

from domain.errors import EvidenceRefused
from domain.evidence import EvidenceLimits, MediaType, Place, Refusal
from services.picture_parts import MOST_PARTS, MOST_SCANS, scans_of
from services.pictures import Picture, need_of, read_picture
from services.sniffing import sniff
from tests.support import files
from tests.support.limits import EVIDENCE

# What Pillow only warns of is no fault: production goes on, and so do these tests.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:PIL")

LIMITS = EVIDENCE
UPRIGHT = ("red", "green", "blue", "white")
# What a JPEG needs to be one: APP0 (JFIF), tables, frame.
BARE = {0xE0, 0xDB, 0xC0, 0xC4}


def read(content: bytes, limits: EvidenceLimits = LIMITS) -> Picture:
    media = sniff(content[:4096])
    assert media is not None
    with files.upload(content).file as file:
        need_of(file, media, limits)
        return read_picture(file, media, limits)


def shown(content: bytes, limits: EvidenceLimits = LIMITS) -> Image.Image:
    return Image.open(BytesIO(read(content, limits).display))


def refusal_of(content: bytes, limits: EvidenceLimits = LIMITS) -> Refusal:
    with pytest.raises(EvidenceRefused) as refused:
        read(content, limits)
    return refused.value.refusal


GOOD = {
    "jpeg": files.jpeg,
    "jpeg of a phone": lambda: files.jpeg(4000, 3000),
    "progressive jpeg": lambda: files.jpeg(progressive=True),
    "png": files.png,
    "png with a palette": lambda: files.png(mode="P"),
    "png without alpha": lambda: files.png(mode="RGB"),
    "webp": files.webp,
    "webp without loss": lambda: files.webp(lossless=True),
    "heic": files.heic,
    "moving png": lambda: files.animated("PNG"),
    "moving webp": lambda: files.animated("WEBP"),
    "print colours": lambda: files.saved(files.picture(mode="CMYK")),
}


@pytest.mark.parametrize("name", GOOD)
def test_picture_is_shown_as_it_is_and_bare(name: str) -> None:
    picture = read(GOOD[name]())
    image = Image.open(BytesIO(picture.display), formats=["JPEG"])
    image.load()
    assert files.corners(image) == UPRIGHT
    assert files.SECRET.encode() not in picture.display
    assert set(files.segments(picture.display)) == BARE
    assert not image.getexif()
    assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert max(image.size) <= LIMITS.display_px


def test_canary_is_in_what_comes_in() -> None:
    """Or else the test above proves nothing."""
    for name in ("jpeg", "png", "webp", "heic"):
        assert files.SECRET.encode() in GOOD[name](), name


@pytest.mark.parametrize("orientation", range(1, 9))
def test_turned_picture_is_shown_upright(orientation: int) -> None:
    picture = read(files.rotated_jpeg(orientation))
    image = Image.open(BytesIO(picture.display))
    assert files.corners(image) == UPRIGHT
    assert (picture.width, picture.height) == image.size == (640, 480)


def test_turned_heic_is_shown_upright() -> None:
    lying = read(files.heic(orientation=6))
    image = Image.open(BytesIO(lying.display))
    assert (lying.width, lying.height) == image.size == (480, 640)
    assert files.corners(image) == ("blue", "red", "white", "green")


@pytest.mark.parametrize(
    ("size", "wanted"),
    [
        ((4000, 3000), (2000, 1500)),
        ((3264, 2448), (2048, 1536)),
        ((8000, 5000), (2000, 1250)),
        ((64, 48), (64, 48)),
    ],
)
def test_large_jpeg_is_made_smaller_at_once_where_it_can_be(
    size: tuple[int, int], wanted: tuple[int, int]
) -> None:
    picture = read(files.jpeg(*size))
    assert Image.open(BytesIO(picture.display)).size == wanted
    assert (picture.width, picture.height) == size


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "P", "1"])
def test_large_png_is_made_smaller_strip_by_strip(mode: str) -> None:
    image = shown(files.saved(files.picture(5000, 3000, "L" if mode == "1" else mode).convert(mode), "PNG"))
    assert image.size == (2048, 1229)
    seen = files.corners(image)
    assert seen == UPRIGHT if mode not in {"L", "1"} else seen[3] == "white"


def test_long_screenshot_is_shown_whole_and_legible() -> None:
    assert shown(files.saved(files.picture(1080, 9000), "PNG")).size == (1024, 8533)


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_what_is_transparent_is_white(mode: str) -> None:
    clear = Image.new(mode, (40, 40), (0,) * len(mode))
    assert set(files.corners(shown(files.saved(clear, "PNG")))) == {"white"}


def test_transparent_colour_of_a_palette_is_white() -> None:
    image = Image.new("P", (40, 40), 0)
    image.putpalette([0, 0, 0, 255, 0, 0])
    assert set(files.corners(shown(files.saved(image, "PNG", transparency=0)))) == {"white"}


def test_sixteen_bits_of_grey_keep_their_shades() -> None:
    image = Image.new("I;16", (40, 40), 0x8000)
    assert shown(files.saved(image, "PNG")).convert("L").getpixel((5, 5)) in range(126, 131)


def test_colours_of_another_space_are_brought_to_srgb() -> None:
    image = Image.new("RGB", (64, 64), "red")
    plain = shown(files.saved(image, quality=95))
    swapped = shown(files.saved(image, quality=95, icc_profile=files.swapped_profile()))
    assert files.corners(plain)[0] == "red"
    assert files.corners(swapped)[0] == "green"


@pytest.mark.parametrize(
    "profile", [b"junk", bytes(128), files.swapped_profile()[:200], b"\0" * 16 + b"RGB " * 40]
)
def test_broken_profile_costs_nothing(profile: bytes) -> None:
    assert files.corners(shown(files.saved(files.picture(), icc_profile=profile))) == UPRIGHT


@pytest.mark.parametrize("make", [files.jpeg, files.png, files.webp, files.heic])
def test_place_is_read_before_it_is_lost(make: Any) -> None:
    place = read(make()).place
    assert place is not None
    assert (place.latitude, place.longitude) == pytest.approx(files.WUHAI, abs=1e-5)


def test_place_south_and_west_is_negative() -> None:
    place = read(files.jpeg(exif=files.exif(gps=files.gps_of(-33.5, -70.25)))).place
    assert place == Place(-33.5, -70.25)


HALF = IFDRational(1, 2)
NAUGHT = IFDRational(1, 0)


@pytest.mark.parametrize(
    "gps",
    [
        None,
        {},
        files.gps_of(0, 0),
        files.gps_of(*files.WUHAI) | {ExifTags.GPS.GPSLatitude: (NAUGHT, HALF, HALF)},
        files.gps_of(*files.WUHAI) | {ExifTags.GPS.GPSLatitude: (HALF, HALF)},
        files.gps_of(*files.WUHAI) | {ExifTags.GPS.GPSLatitudeRef: "X"},
        files.gps_of(*files.WUHAI) | {ExifTags.GPS.GPSLatitudeRef: ""},
        files.gps_of(91, 10),
        files.gps_of(10, 181),
    ],
)
def test_place_that_is_none_is_not_made_up(gps: dict[int, Any] | None) -> None:
    picture = read(files.jpeg(exif=files.exif(gps=gps)))
    assert picture.place is None


@pytest.mark.parametrize(
    "junk", [b"Exif\0\0", b"Exif\0\0MM\0*\xff\xff\xff\xff", b"Exif\0\0II*\0\x08\0\0\0\xff\xff" + bytes(50)]
)
def test_broken_exif_costs_nothing(junk: bytes) -> None:
    picture = read(files.jpeg(exif=junk))
    assert files.corners(Image.open(BytesIO(picture.display))) == UPRIGHT
    assert picture.place is None


BAD = {
    "nothing behind the head": (lambda: b"\xff\xd8\xff", Refusal.CORRUPT),
    "half a jpeg": (lambda: files.saved(files.picture(2000, 2000))[:20_000], Refusal.CORRUPT),
    "half a large jpeg": (lambda: files.saved(files.picture(4000, 3000))[:40_000], Refusal.CORRUPT),
    "half a png": (lambda: files.png(2000, 2000)[:5000], Refusal.CORRUPT),
    "half a webp": (lambda: files.webp(2000, 2000)[:3000], Refusal.CORRUPT),
    "half a heic": (lambda: files.heic()[:-100], Refusal.CORRUPT),
    "heic without a size": (lambda: files.heic().replace(b"ispe", b"xxxx"), Refusal.CORRUPT),
    "png with a changed byte": (lambda: files.png().replace(b"IDAT", b"IDAU", 1), Refusal.CORRUPT),
    "head that promises 20,000 × 20,000": (lambda: files.png_head(20_000, 20_000), Refusal.TOO_MANY_PIXELS),
    "head that promises 10,000 × 10,000": (lambda: files.png_head(10_000, 10_000), Refusal.TOO_MANY_PIXELS),
    "head that promises 6,400 × 6,400": (lambda: files.png_head(6400, 6400), Refusal.TOO_MANY_PIXELS),
    "head without a size": (lambda: files.png_head(0, 0), Refusal.CORRUPT),
    "bomb": (lambda: files.png_bomb(9000), Refusal.TOO_MANY_PIXELS),
    "a hundred scans and one": (lambda: files.many_scans(MOST_SCANS), Refusal.CORRUPT),
    "no end of segments": (lambda: files.many_segments(MOST_PARTS), Refusal.CORRUPT),
    "no end of chunks": (lambda: files.many_chunks(MOST_PARTS), Refusal.CORRUPT),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_picture_is_refused(name: str) -> None:
    make, refusal = BAD[name]
    assert refusal_of(make()) is refusal


def test_bombs_are_small_and_real() -> None:
    bomb = files.png_bomb(9000)
    assert len(bomb) < 100_000
    assert read(files.png_bomb(1000)).width == 1000
    assert len(files.png_head(20_000, 20_000)) < 1000


def test_picture_that_would_take_more_memory_than_there_is_is_refused() -> None:
    assert (
        refusal_of(files.png(2000, 2000), replace(EVIDENCE, reading_bytes=10_000_000))
        is Refusal.TOO_MANY_PIXELS
    )


def test_forty_million_dots_are_let_through() -> None:
    content = files.png_bomb(6324)
    with files.upload(content).file as file:
        assert need_of(file, MediaType.PNG, LIMITS) < LIMITS.reading_bytes


def test_scans_are_those_of_the_picture_alone() -> None:
    baseline, progressive = files.saved(files.picture()), files.saved(files.picture(), progressive=True)
    film = b"\xff\xda" * 200
    assert scans_of(baseline) == scans_of(baseline + film) == 1
    assert 5 < scans_of(progressive) < 20
    thumbnail = files.exif().tobytes() + b"\xff\xd8" + film
    assert scans_of(files.saved(files.picture(), exif=thumbnail)) == 1


@given(st.data(), st.sampled_from(["jpeg", "png", "webp", "moving webp", "progressive jpeg"]))
@settings(max_examples=150, deadline=None)
def test_whatever_is_changed_or_cut_it_is_read_or_refused(data: st.DataObject, name: str) -> None:
    content = bytearray(GOOD[name]())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.one_of(st.integers(0, 300), st.integers(0, len(content) - 1)))
        content[at % len(content)] = data.draw(st.integers(0, 255))
    content = content[: data.draw(st.integers(len(content) // 2, len(content)))]
    media = sniff(bytes(content[:4096]))
    if media is None:
        return
    with files.upload(bytes(content)).file as file:
        try:
            need_of(file, media, LIMITS)
            picture = read_picture(file, media, LIMITS)
        except EvidenceRefused:
            return
    assert files.SECRET.encode() not in picture.display
    assert set(files.segments(picture.display)) == BARE

"""A picture's file → the copy that is shown: a JPEG of its pixels and of nothing else.

What a phone writes beside the pixels (EXIF, GPS, XMP, comments, thumbnails, bytes behind the end) does not
come along: the copy is encoded anew from pixels that were turned upright, laid on white and brought to sRGB.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from mmap import ACCESS_READ, mmap
from typing import Any, BinaryIO

from PIL import ExifTags, Image, ImageCms

from domain.errors import EvidenceRefused
from domain.evidence import MIB, EvidenceLimits, MediaType, Place, Refusal, display_size
from services.picture_parts import check_png_chunks, heic_size, scans_of

QUALITY = 85
# A picture that needs more memory than this is read in a process of its own.
LIGHT_BYTES = 80 * MIB

_STRIP_PIXELS = 1_000_000
_NEAR = 0.9  # a scaled decode this near the wanted size is as good as one that is resampled to it
_LIBRARY_BYTES = 8 * MIB
# Measured: the whole canvas, once for each buffer that the library holds at its worst moment.
_BYTES_PER_PIXEL = {MediaType.JPEG: 4, MediaType.PNG: 4, MediaType.WEBP: 17, MediaType.HEIC: 8}
_FORMATS = {MediaType.JPEG: "JPEG", MediaType.PNG: "PNG", MediaType.WEBP: "WEBP"}
_GREY = frozenset({"1", "L", "I;16", "I;16L", "I;16B", "I"})
_ALPHA = frozenset({"RGBA", "LA", "PA", "RGBa", "La"})
# EXIF 2.3, 4.6.4: how a picture has to be turned to stand upright.
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SIGNS = {"N": 1, "S": -1, "E": 1, "W": -1}


@dataclass(frozen=True, slots=True)
class Picture:
    """The copy that is shown (JPEG), the original's width and height as it is looked at, and where it was
    taken, if it says so."""

    display: bytes
    width: int
    height: int
    place: Place | None


def need_of(file: BinaryIO, media: MediaType, limits: EvidenceLimits) -> int:
    """Bytes of memory that reading a picture takes at most, told from its head alone.

    Raises ``EvidenceRefused`` for one that is larger than the limits, or broken where it can be seen.
    """
    with _refusing(), mmap(file.fileno(), 0, access=ACCESS_READ) as data:
        scans = scans_of(data) if media is MediaType.JPEG else 0
        if media is MediaType.PNG:
            check_png_chunks(data)
        image = _open(file, media, limits) if media is not MediaType.HEIC else None
        size = image.size if image else heic_size(data)
        _check_size(size, limits)
    shown = display_size(*size, limits.display_px)
    scale = _scale_of(size, shown) if media is MediaType.JPEG else 1
    decoded = math.prod(size) // scale**2
    factor = _factor_of((size[0] // scale, size[1] // scale), shown)
    need = _LIBRARY_BYTES + _BYTES_PER_PIXEL[media] * decoded + 9 * math.prod(shown)
    if scans > 1:
        # A JPEG of several scans is held as coefficients, 2 bytes each, until the last one is read.
        need += 6 * math.prod(size)
    if image is None or factor > 1 or not _is_plain(image):
        need += 4 * decoded // factor**2
    if need > limits.reading_bytes:
        raise EvidenceRefused(Refusal.TOO_MANY_PIXELS)
    return need


def read_picture(file: BinaryIO, media: MediaType, limits: EvidenceLimits) -> Picture:
    """Decode a picture that ``need_of`` let through. Raises ``EvidenceRefused``, whatever the file is."""
    with _refusing():
        image = _open(file, media, limits)
        width, height = image.size
        profile = image.info.get("icc_profile")
        shown = _shrink(image, display_size(width, height, limits.display_px))
        exif = _exif_of(image)
        shown = _in_srgb(shown, profile)
        turn = exif.get(ExifTags.Base.Orientation)
        if turn in _TURNS:
            shown = shown.transpose(_TURNS[turn])
            width, height = (height, width) if turn >= 5 else (width, height)
        return Picture(_encode(shown), width, height, _place_of(exif))


@contextmanager
def _refusing() -> Iterator[None]:
    """Whatever a library raises over a hostile file → a refusal."""
    try:
        yield
    except EvidenceRefused:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError):
        raise EvidenceRefused(Refusal.TOO_MANY_PIXELS) from None
    except Exception:  # decoders of hostile files raise anything
        raise EvidenceRefused(Refusal.CORRUPT) from None


def _check_size(size: tuple[int, int], limits: EvidenceLimits) -> None:
    if not 0 < math.prod(size) <= limits.pixels:
        raise EvidenceRefused(Refusal.TOO_MANY_PIXELS)


def _open(file: BinaryIO, media: MediaType, limits: EvidenceLimits) -> Image.Image:
    """The picture, its pixels not yet read (a HEIC's are), its size checked."""
    file.seek(0)
    if media is MediaType.HEIC:
        from pillow_heif import open_heif

        heif = open_heif(file)
        _check_size(heif.size, limits)
        return heif.to_pillow()
    image = Image.open(file, formats=[_FORMATS[media]])
    _check_size(image.size, limits)
    return image


def _scale_of(size: tuple[int, int], wanted: tuple[int, int]) -> int:
    """By how much a JPEG can be scaled while it is decoded."""
    return next(
        (
            scale
            for scale in (8, 4, 2)
            if all(has // scale >= wants * _NEAR for has, wants in zip(size, wanted, strict=True))
        ),
        1,
    )


def _shrink(image: Image.Image, wanted: tuple[int, int]) -> Image.Image:
    """The pixels in ``RGB`` or ``L``, laid on white, at about the wanted size and never larger."""
    scale = _scale_of(image.size, wanted)
    image.draft(None, (image.width // scale, image.height // scale))  # only a JPEG knows how to
    image.load()
    plain = _plain(image, _factor_of(image.size, wanted))
    is_near = all(has <= wants for has, wants in zip(plain.size, wanted, strict=True))
    return plain if is_near else plain.resize(wanted, Image.Resampling.BICUBIC)


def _factor_of(size: tuple[int, int], wanted: tuple[int, int]) -> int:
    """By how much a picture can be made smaller before it is resampled."""
    return max(1, min(size[0] // wanted[0], size[1] // wanted[1]))


def _is_plain(image: Image.Image) -> bool:
    return image.mode in {"RGB", "L"} and "transparency" not in image.info


def _plain(image: Image.Image, factor: int) -> Image.Image:
    """``image`` in ``RGB`` or ``L``, made smaller by a whole factor, strip by strip: a second copy of a
    large picture is never held."""
    if factor == 1 and _is_plain(image):
        return image
    is_grey = image.mode in _GREY and "transparency" not in image.info
    plain = Image.new("L" if is_grey else "RGB", (-(-image.width // factor), -(-image.height // factor)))
    rows = factor * max(1, _STRIP_PIXELS // (image.width * factor))
    for top in range(0, image.height, rows):
        strip = _on_white(image.crop((0, top, image.width, min(top + rows, image.height))))
        plain.paste(strip.reduce(factor) if factor > 1 else strip, (0, top // factor))
    return plain


def _on_white(strip: Image.Image) -> Image.Image:
    if strip.mode in _ALPHA or "transparency" in strip.info:
        coloured = strip.convert("RGBA")
        white = Image.new("RGB", strip.size, "white")
        white.paste(coloured, mask=coloured.getchannel("A"))
        return white
    if strip.mode.startswith("I"):
        return strip.convert("I").point(lambda level: level / 256).convert("L")
    return strip if strip.mode in {"RGB", "L"} else strip.convert("L" if strip.mode == "1" else "RGB")


def _in_srgb(image: Image.Image, profile: Any) -> Image.Image:
    """Colours of another RGB space → sRGB. A profile that is broken, or of another kind, is left aside."""
    if not isinstance(profile, bytes) or image.mode != "RGB" or profile[16:20] != b"RGB ":
        return image
    try:
        given = ImageCms.ImageCmsProfile(BytesIO(profile))
        if "sRGB" in ImageCms.getProfileDescription(given):
            return image
        ImageCms.profileToProfile(image, given, ImageCms.createProfile("sRGB"), inPlace=True)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return image
    return image


def _exif_of(image: Image.Image) -> Image.Exif:
    """What the picture says beside its pixels; nothing when that is broken."""
    try:
        return image.getexif()
    except Exception:  # what is beside the pixels must not cost the picture
        return Image.Exif()


def _encode(image: Image.Image) -> bytes:
    image.info = {}  # the encoder would take a comment from here
    out = BytesIO()
    image.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


def _place_of(exif: Image.Exif) -> Place | None:
    """GPS of EXIF 2.3, 4.6.6; None where it is missing, broken or not on this earth."""
    try:
        gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
        latitude = _degrees(gps[ExifTags.GPS.GPSLatitude], gps[ExifTags.GPS.GPSLatitudeRef])
        longitude = _degrees(gps[ExifTags.GPS.GPSLongitude], gps[ExifTags.GPS.GPSLongitudeRef])
    except Exception:  # what is beside the pixels must not cost the picture
        return None
    is_on_earth = abs(latitude) <= 90 and abs(longitude) <= 180 and (latitude or longitude)
    return Place(round(latitude, 6), round(longitude, 6)) if is_on_earth else None


def _degrees(parts: Any, side: Any) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    total = degrees + minutes / 60 + seconds / 3600
    if not math.isfinite(total):
        raise ValueError
    return _SIGNS[str(side).strip("\0 ").upper()] * total

"""Every kind of file that a resident, or somebody worse, may hand in; made here, none is stored."""

from __future__ import annotations

import struct
import tempfile
import zlib
from fractions import Fraction
from io import BytesIO
from typing import Any, cast

from PIL import ExifTags, Image, ImageCms, PngImagePlugin
from PIL.TiffImagePlugin import IFDRational
from pypdf import PdfWriter

from domain.evidence import Upload

SECRET = "SECRET-CANARY"
WUHAI = (39.673528, 106.816972)

EXE = b"MZ\x90\0" + bytes(60) + b"This program cannot be run in DOS mode."
ZIP = b"PK\x03\x04\x14\0\0\0\x08\0" + bytes(40)
HTML = b"\xef\xbb\xbf\n<!DOCTYPE html><script>alert(1)</script>"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
GIF = b"GIF89a" + bytes(40)
MP4 = b"\0\0\0\x18ftypmp42" + bytes(40)
AVIF = b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf" + bytes(40)


def upload(content: bytes, name: str = "", claimed: str = "", *, is_whole: bool = True) -> Upload:
    """``content`` as an upload on disk."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - whoever takes it closes it
    file.write(content)
    file.flush()
    return Upload(cast(Any, file), name, claimed, len(content), is_whole)


def picture(width: int = 640, height: int = 480, mode: str = "RGB") -> Image.Image:
    """Red above left, green above right, blue below left, white below right."""
    image = Image.new("RGB", (width, height), "white")
    halves = (width // 2, height // 2)
    image.paste("red", (0, 0, *halves))
    image.paste((0, 200, 0), (halves[0], 0, width, halves[1]))
    image.paste("blue", (0, halves[1], halves[0], height))
    return image.convert(mode)


def corners(image: Image.Image) -> tuple[str, str, str, str]:
    """What stands in the four corners, as words."""
    width, height = image.size
    places = ((0.1, 0.1), (0.9, 0.1), (0.1, 0.9), (0.9, 0.9))
    dots = [image.convert("RGB").getpixel((int(x * width), int(y * height))) for x, y in places]
    return cast(Any, tuple(_word(cast(tuple[int, int, int], dot)) for dot in dots))


def _word(dot: tuple[int, int, int]) -> str:
    red, green, blue = (level > 128 for level in dot)
    words = {(True, False, False): "red", (False, True, False): "green", (False, False, True): "blue"}
    return words.get((red, green, blue), "white" if red else "black")


def saved(image: Image.Image, kind: str = "JPEG", **how: Any) -> bytes:
    out = BytesIO()
    image.save(out, kind, **how)
    return out.getvalue()


def exif(orientation: int = 1, gps: dict[int, Any] | None = None) -> Image.Exif:
    """EXIF as a phone writes it, with a canary in it."""
    found = Image.Exif()
    found[ExifTags.Base.Make] = SECRET
    found[ExifTags.Base.Orientation] = orientation
    if gps is not None:
        found.get_ifd(ExifTags.IFD.GPSInfo).update(gps)
    return found


def gps_of(latitude: float, longitude: float) -> dict[int, Any]:
    """A GPS directory for degrees, to the second's hundredth."""
    return {
        ExifTags.GPS.GPSLatitudeRef: "N" if latitude >= 0 else "S",
        ExifTags.GPS.GPSLatitude: _sixty(abs(latitude)),
        ExifTags.GPS.GPSLongitudeRef: "E" if longitude >= 0 else "W",
        ExifTags.GPS.GPSLongitude: _sixty(abs(longitude)),
    }


def _sixty(degrees: float) -> tuple[IFDRational, ...]:
    seconds = Fraction(round(degrees * 360_000), 100)
    return (
        IFDRational(int(seconds // 3600)),
        IFDRational(int(seconds // 60 % 60)),
        IFDRational(int(seconds % 60 * 100), 100),
    )


def jpeg(width: int = 640, height: int = 480, **how: Any) -> bytes:
    """A JPEG full of what must not be shown: EXIF with a place, XMP, a comment, a tail behind its end."""
    settings = {"exif": exif(gps=gps_of(*WUHAI)), "comment": SECRET, "xmp": SECRET.encode()} | how
    return saved(picture(width, height), "JPEG", **settings) + b"<script>" + SECRET.encode()


def rotated_jpeg(orientation: int) -> bytes:
    """Lies as EXIF says; upright it is ``picture()``."""
    undo = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]
    lying = picture().transpose(undo) if undo is not None else picture()
    return saved(lying, "JPEG", exif=exif(orientation))


def png(width: int = 640, height: int = 480, mode: str = "RGBA", **how: Any) -> bytes:
    """A PNG with text chunks and EXIF."""
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Comment", SECRET)
    texts.add_itxt("XML:com.adobe.xmp", SECRET)
    return saved(picture(width, height, mode), "PNG", pnginfo=texts, exif=exif(gps=gps_of(*WUHAI)), **how)


def webp(width: int = 640, height: int = 480, **how: Any) -> bytes:
    return saved(picture(width, height), "WEBP", exif=exif(gps=gps_of(*WUHAI)), xmp=SECRET.encode(), **how)


def heic(width: int = 640, height: int = 480, orientation: int = 1) -> bytes:
    import pillow_heif

    out = BytesIO()
    image = pillow_heif.from_pillow(picture(width, height))
    image.save(out, quality=60, exif=exif(orientation, gps_of(*WUHAI)).tobytes())
    return out.getvalue()


def animated(kind: str) -> bytes:
    """Two frames: the picture, then all black."""
    return saved(picture(), kind, save_all=True, append_images=[Image.new("RGB", (640, 480))], duration=100)


def png_head(width: int, height: int) -> bytes:
    """A PNG that says it is this large and has one row of nothing."""
    return _png(width, height, 2, zlib.compress(bytes(1 + 3 * min(width, 1000))))


def png_bomb(side: int) -> bytes:
    """A sound grey PNG of ``side`` × ``side`` black dots, about a thousandth as large as it unpacks to."""
    packer = zlib.compressobj(9)
    rows = b"".join(packer.compress(bytes(side + 1)) for _ in range(side)) + packer.flush()
    return _png(side, side, 0, rows)


def _png(width: int, height: int, colours: int, data: bytes) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, colours, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def many_chunks(count: int) -> bytes:
    whole = saved(picture(8, 8), "PNG")
    return whole[:33] + _chunk(b"tEXt", b"a\0b") * count + whole[33:]


def many_scans(count: int) -> bytes:
    """A progressive JPEG whose last scan comes again and again: small to send, a pass over it each to read."""
    whole = saved(picture(64, 64), "JPEG", progressive=True)
    last = whole.rindex(b"\xff\xda")
    scan = whole[last:-2]
    return whole[:-2] + scan * count + b"\xff\xd9"


def many_segments(count: int) -> bytes:
    whole = saved(picture(8, 8), "JPEG")
    return whole[:2] + b"\xff\xfe\0\x02" * count + whole[2:]


def swapped_profile() -> bytes:
    """An RGB profile whose red is sRGB's green, and the reverse."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, green = profile.index(b"rXYZ"), profile.index(b"gXYZ")
    profile[red : red + 4], profile[green : green + 4] = b"gXYZ", b"rXYZ"
    return (
        bytes(profile)
        .replace(b"sRGB", b"test")
        .replace("sRGB".encode("utf-16-be"), "test".encode("utf-16-be"))
    )


def segments(content: bytes) -> list[int]:
    """The markers of a JPEG up to its first scan, and 0 for each byte behind its end."""
    found, at = [], 2
    while content[at + 1] != 0xDA:
        found.append(content[at + 1])
        at += 2 + int.from_bytes(content[at + 2 : at + 4])
    return found + [0] * len(content[content.rindex(b"\xff\xd9") + 2 :])


def pdf(pages: int = 2, **more: bytes) -> bytes:
    """A plain PDF. ``more``: entries of its catalog, as they are written."""
    return raw_pdf({b"/" + key.encode(): value for key, value in more.items()}, pages)


def raw_pdf(
    catalog: dict[bytes, bytes] | None = None, pages: int = 1, extra: tuple[bytes, ...] = ()
) -> bytes:
    """A PDF of old: every object in the open, a table of where they stand; ``extra`` objects come last."""
    kids = b" ".join(b"%d 0 R" % (3 + number) for number in range(pages))
    more = b" ".join(key + b" " + value for key, value in (catalog or {}).items())
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R " + more + b" >>",
        b"<< /Type /Pages /Kids [" + kids + b"] /Count %d >>" % pages,
        *[b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>"] * pages,
        *extra,
    ]
    out, places = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + content + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


def packed_pdf(hidden: bytes) -> bytes:
    """A PDF of today: objects packed into a compressed stream, ``hidden`` among them and nowhere in the open."""
    inner = [
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>",
        hidden,
    ]
    index, body = b"", b""
    for number, content in zip((2, 3, 4), inner, strict=True):
        index += b"%d %d " % (number, len(body))
        body += content + b" "
    packed = zlib.compress(index + body)
    out, places = bytearray(b"%PDF-1.7\n"), {}
    places[1] = len(out)
    out += b"1 0 obj\n<< /Type /Catalog /Pages 2 0 R /OpenAction 4 0 R >>\nendobj\n"
    places[5] = len(out)
    head = b"<< /Type /ObjStm /N 3 /First %d /Filter /FlateDecode /Length %d >>" % (len(index), len(packed))
    out += b"5 0 obj\n" + head + b"\nstream\n" + packed + b"\nendstream\nendobj\n"
    start = len(out)
    rows = [(0, 0, 255), (1, places[1], 0), (2, 5, 0), (2, 5, 1), (2, 5, 2), (1, places[5], 0), (1, start, 0)]
    table = zlib.compress(b"".join(struct.pack(">BIB", *row) for row in rows))
    head = b"<< /Type /XRef /Size 7 /W [1 4 1] /Root 1 0 R /Filter /FlateDecode /Length %d >>" % len(table)
    out += (
        b"6 0 obj\n" + head + b"\nstream\n" + table + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF" % start
    )
    return bytes(out)


def encrypted_pdf() -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.encrypt("password", algorithm="AES-256")
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def pdf_with_attachment() -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.add_attachment("a.exe", EXE)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()

"""Every story's ``cover: {character, ground}`` → its pictures in ``web/static/covers/``.

``python tools/draw_covers.py [--missing]``. For each story three files: ``<id>.svg`` (1:1, lists),
``<id>-wide.svg`` (750:400, head of the page) and ``<id>.png`` (900×383, WeChat's card). The character is
the outline of Noto Serif CJK SC Bold (SIL Open Font License): ``apt-get install fonts-noto-cjk``.
The same story always gives the same bytes. Needs ``requirements-dev.txt``.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fontTools.pens.boundsPen import BoundsPen
from fontTools.pens.svgPathPen import SVGPathPen
from fontTools.pens.transformPen import TransformPen
from fontTools.ttLib import TTCollection, TTFont
from PIL import Image, ImageDraw, ImageFont

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from domain.entries import Cover, Ground, Story  # noqa: E402 - the project is not installed
from knowledge.loader import load_library  # noqa: E402

COVERS = ROOT / "web" / "static" / "covers"
ART = ROOT / "web" / "static" / "art"
FONT = Path("/usr/share/fonts/opentype/noto/NotoSerifCJK-Bold.ttc")
FAMILY = "Noto Serif CJK SC"


@dataclass(frozen=True, slots=True)
class Palette:
    """The five colours of a ground, back to front, and the character's."""

    sky: str
    sun: str
    far: str
    near: str
    ink: str


PALETTES = {
    Ground.SAND: Palette("#EADBBE", "#F6EEDC", "#DCC59A", "#C7A76F", "#4A3412"),
    Ground.LAKE: Palette("#CFE2DA", "#EEF6F1", "#A9CBBE", "#6FA592", "#0C3B2C"),
    Ground.CINNABAR: Palette("#EBD3C8", "#F8ECE5", "#D9AE9C", "#BE8069", "#4E1C12"),
    Ground.INK: Palette("#D9DAD8", "#F1F1EF", "#B9BCB8", "#8D938F", "#262A28"),
}
# The dunes as cubic curves from the left edge to the right one, in the drawing's own units.
FAR = (((0, 176), (44, 150), (88, 150), (130, 170)), ((130, 170), (172, 190), (208, 188), (240, 164)))
NEAR = (((0, 208), (40, 188), (70, 186), (108, 198)), ((108, 198), (146, 210), (200, 212), (240, 184)))
WIDE_FAR = (((0, 286), (120, 228), (236, 224), (352, 262)), ((352, 262), (468, 300), (612, 308), (750, 232)))
WIDE_NEAR = (((0, 346), (130, 302), (232, 302), (344, 324)), ((344, 324), (456, 346), (594, 350), (750, 284)))

Point = tuple[float, float]
Curve = tuple[Point, Point, Point, Point]


class Type:
    """The font, opened once."""

    def __init__(self) -> None:
        if not FONT.exists():
            raise SystemExit(f"{FONT} is missing: apt-get install -y fonts-noto-cjk")
        fonts: list[TTFont] = TTCollection(FONT, lazy=True).fonts
        self.index = next(n for n, font in enumerate(fonts) if font["name"].getBestFamilyName() == FAMILY)
        self._font = fonts[self.index]
        self._names = self._font.getBestCmap()
        self._glyphs = self._font.getGlyphSet()
        self._em = self._font["head"].unitsPerEm

    def outline(self, character: str, size: float, centre: Point) -> str:
        """The character as the ``d`` of a path, its ink centred on ``centre``."""
        if len(character) != 1 or ord(character) not in self._names:
            raise SystemExit(f"cover character {character!r}: one character of {FAMILY}, please")
        glyph = self._glyphs[self._names[ord(character)]]
        bounds = BoundsPen(self._glyphs)
        glyph.draw(bounds)
        left, bottom, right, top = bounds.bounds
        scale = size / self._em
        x = centre[0] - (left + right) / 2 * scale
        y = centre[1] + (bottom + top) / 2 * scale
        pen = SVGPathPen(self._glyphs, ntos=lambda number: f"{number:.1f}".removesuffix(".0"))
        glyph.draw(TransformPen(pen, (scale, 0, 0, -scale, x, y)))
        return str(pen.getCommands())


def square(cover: Cover, letters: Type) -> str:
    """240×240, as ``art/cover-*.svg`` of the look."""
    palette = PALETTES[cover.ground]
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 240 240">'
        f'<rect width="240" height="240" fill="{palette.sky}"/>'
        f'<circle cx="184" cy="62" r="34" fill="{palette.sun}"/>'
        f'<path d="{_dune(FAR, 240)}" fill="{palette.far}"/>'
        f'<path d="{letters.outline(cover.character, 140, (120, 112))}" fill="{palette.ink}"/>'
        f'<path d="{_dune(NEAR, 240)}" fill="{palette.near}"/></svg>\n'
    )


def wide(cover: Cover, letters: Type) -> str:
    """750×400, cut to 2.35:1 where it is shown, as ``art/wide-zengzi.svg`` of the look."""
    palette = PALETTES[cover.ground]
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 750 400" preserveAspectRatio="xMidYMid slice">'
        f'<rect width="750" height="400" fill="{palette.sky}"/>'
        f'<circle cx="566" cy="128" r="62" fill="{palette.sun}"/>'
        f'<path d="{_dune(WIDE_FAR, 400)}" fill="{palette.far}"/>'
        f'<path d="{letters.outline(cover.character, 239, (213, 190))}" fill="{palette.ink}"/>'
        f'<path d="{_dune(WIDE_NEAR, 400)}" fill="{palette.near}"/></svg>\n'
    )


def card(cover: Cover, letters: Type) -> Image.Image:
    """900×383 in twelve colours: the same picture for WeChat, which takes no SVG."""
    palette, fine = PALETTES[cover.ground], 2
    scale, drop = 900 / 750 * fine, (400 * 900 / 750 - 383) / 2 * fine
    picture = Image.new("RGB", (900 * fine, 383 * fine), palette.sky)
    pen = ImageDraw.Draw(picture)

    def at(point: Point) -> Point:
        return point[0] * scale, point[1] * scale - drop

    pen.ellipse((at((504, 66)), at((628, 190))), fill=palette.sun)
    for curves, colour in ((WIDE_FAR, palette.far), (WIDE_NEAR, palette.near)):
        if colour == palette.near:
            font = ImageFont.truetype(str(FONT), 239 * scale, index=letters.index)
            box = pen.textbbox((0, 0), cover.character, font=font)
            x, y = at((213, 190))
            place = (x - (box[0] + box[2]) / 2, y - (box[1] + box[3]) / 2)
            pen.text(place, cover.character, font=font, fill=palette.ink)
        ground = [at(point) for curve in curves for point in _points(curve)]
        pen.polygon([*ground, at((750, 420)), at((0, 420))], fill=colour)
    small = picture.resize((900, 383), Image.Resampling.LANCZOS)
    return small.quantize(12, dither=Image.Dither.NONE)


def _dune(curves: tuple[Curve, ...], floor: int) -> str:
    start = "M{:g} {:g}".format(*curves[0][0])
    bends = "".join("C{:g} {:g} {:g} {:g} {:g} {:g}".format(*a, *b, *c) for _, a, b, c in curves)
    return f"{start}{bends}V{floor}H0z"


def _points(curve: Curve, steps: int = 60) -> Iterator[Point]:
    a, b, c, d = curve
    for step in range(steps + 1):
        t = step / steps
        u = 1 - t
        weights = (u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t)
        yield (
            sum(w * p[0] for w, p in zip(weights, (a, b, c, d), strict=True)),
            sum(w * p[1] for w, p in zip(weights, (a, b, c, d), strict=True)),
        )


def files_of(story: Story) -> tuple[Path, Path, Path]:
    return (
        COVERS / f"{story.id}.svg",
        COVERS / f"{story.id}-wide.svg",
        COVERS / f"{story.id}.png",
    )


def draw(story: Story, letters: Type) -> None:
    small, large, picture = files_of(story)
    small.write_text(square(story.cover, letters), encoding="utf-8")
    large.write_text(wide(story.cover, letters), encoding="utf-8")
    card(story.cover, letters).save(picture, optimize=True)


def draw_neutral(letters: Type) -> None:
    """What stands in for a picture that is not drawn yet."""
    cover = Cover("信", Ground.SAND)
    (ART / "cover.svg").write_text(square(cover, letters), encoding="utf-8")
    (ART / "cover-wide.svg").write_text(wide(cover, letters), encoding="utf-8")
    card(cover, letters).save(ART / "cover.png", optimize=True)


def draw_mark(letters: Type) -> None:
    """The account's mark as a PNG, for the share card of pages that have no picture of their own."""
    fine = 4
    picture = Image.new("RGB", (300 * fine, 300 * fine), "#08714E")
    pen = ImageDraw.Draw(picture)
    font = ImageFont.truetype(str(FONT), 190 * fine, index=letters.index)
    box = pen.textbbox((0, 0), "信", font=font)
    pen.text(
        (150 * fine - (box[0] + box[2]) / 2, 130 * fine - (box[1] + box[3]) / 2), "信", font=font, fill="#fff"
    )
    curves: tuple[Curve, ...] = (
        ((0, 247), (52, 225), (98, 225), (150, 240)),
        ((150, 240), (202, 255), (255, 251), (300, 225)),
    )
    ground = [(x * fine, y * fine) for curve in curves for x, y in _points(curve)]
    pen.polygon([*ground, (300 * fine, 300 * fine), (0, 300 * fine)], fill="#0E8A61")
    small = picture.resize((300, 300), Image.Resampling.LANCZOS)
    small.quantize(16, dither=Image.Dither.NONE).save(ART / "mark.png", optimize=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--missing", action="store_true", help="only stories whose pictures are not there yet"
    )
    only_missing = parser.parse_args().missing
    COVERS.mkdir(parents=True, exist_ok=True)
    letters = Type()
    stories = load_library(ROOT / "knowledge", ROOT / "config" / "city.yaml").stories.values()
    wanted = [s for s in stories if not (only_missing and all(path.exists() for path in files_of(s)))]
    for story in wanted:
        draw(story, letters)
    if not only_missing:
        draw_neutral(letters)
        draw_mark(letters)
    known = {path for story in stories for path in files_of(story)}
    stale = [path for path in COVERS.iterdir() if path not in known]
    for path in stale:
        path.unlink()
    print(f"{len(wanted)} stories drawn, {len(stale)} old pictures removed")


if __name__ == "__main__":
    main()

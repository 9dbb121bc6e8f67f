"""Puts together the faces of printed papers (papers/faces.py) from the fonts npm installed.

Those packages carry each font in about a hundred woff2 slices for browsers; a PDF needs one
TrueType file a face. Run by make after npm; needs fonttools and brotli only.
Example: python front/fonts.py node_modules node_modules/.fonts
"""

import os
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

SERIF = "@fontsource-variable/noto-serif-sc/files/noto-serif-sc-*-normal.woff2"
SANS = "@fontsource-variable/noto-sans-sc/files/noto-sans-sc-*-normal.woff2"
WENKAI = "lxgw-wenkai-webfont/files/lxgwwenkai-"
# Face: slices, weight where the font is variable, whether only what is not Chinese is wanted.
FACES = {
    "fangsong": (WENKAI + "light-*.woff2", None, False),
    "kai": (WENKAI + "regular-*.woff2", None, False),
    "biaosong": (SERIF, 600, False),
    "hei": (SANS, 500, False),
    "song": (SERIF, 400, True),
}
HAN = 0x2E80
# The same bytes from the same packages, whenever they are put together.
NEVER = 0


def build(source, target, face):
    pattern, weight, latin = FACES[face]
    paths = sorted(source.glob(pattern))
    if not paths:
        raise SystemExit(f"No {pattern} in {source}: did npm install the packages?")
    glyphs, widths, names = {}, {}, {}
    for path in paths:
        font = TTFont(path, recalcTimestamp=False)
        wanted = [code for code in font.getBestCmap() if code not in names]
        if latin:
            wanted = [code for code in wanted if code < HAN]
        if glyphs and not wanted:
            continue
        if weight:
            instancer.instantiateVariableFont(font, {"wght": weight}, inplace=True)
        if not glyphs:
            head = font
            take(font, font.getGlyphOrder()[0], ".notdef", glyphs, widths)
        for code in wanted:
            names[code] = f"u{code:04X}"
            take(font, font.getBestCmap()[code], names[code], glyphs, widths)
    write(target / f"{face}.ttf", face, head, glyphs, widths, names)
    return face, len(names)


def take(font, glyph, name, glyphs, widths):
    """Copies one glyph under a new name; those made of others are drawn out."""
    shape = font["glyf"][glyph]
    if shape.isComposite():
        drawn, pen = DecomposingRecordingPen(font.getGlyphSet()), TTGlyphPen(None)
        font.getGlyphSet()[glyph].draw(drawn)
        drawn.replay(pen)
        shape = pen.glyph()
    glyphs[name], widths[name] = shape, font["hmtx"][glyph]


def write(path, face, head, glyphs, widths, names):
    new = FontBuilder(head["head"].unitsPerEm, isTTF=True)
    new.setupGlyphOrder(list(glyphs))
    new.setupCharacterMap(names)
    new.setupGlyf(glyphs)
    new.setupHorizontalMetrics(widths)
    new.setupHorizontalHeader(ascent=head["hhea"].ascent, descent=head["hhea"].descent)
    family = f"Paper-{face.capitalize()}"
    new.setupNameTable({"familyName": family, "styleName": "Regular", "psName": family})
    new.setupOS2()
    new.setupPost(keepGlyphNames=False)
    new.updateHead(created=NEVER, modified=NEVER)
    new.font.recalcTimestamp = False
    new.save(path)


def main(source, target):
    source, target = Path(source), Path(target)
    target.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        each = len(FACES)
        for face, count in pool.map(build, [source] * each, [target] * each, FACES):
            sys.stdout.write(f"  {face}: {count} characters\n")


if __name__ == "__main__":
    main(*sys.argv[1:])

"""The faces a PDF is set in: free fonts that resemble those GB/T 9704-2012 asks for.

小标宋 and 宋体 are Noto Serif SC, 黑体 is Noto Sans SC; 仿宋 and 楷体 are two weights of 霞鹜文楷
(LXGW WenKai), which stands between those two: no package registry has a free 仿宋 of simplified
characters. All are under the SIL Open Font License. Figures and Latin letters of 仿宋 and 楷体 come
from the 宋体, as offices set them. front/fonts.py makes the files.
"""

import unicodedata
from functools import lru_cache

from django.conf import settings
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont

BIAOSONG, FANGSONG, HEI, KAI, SONG = "biaosong", "fangsong", "hei", "kai", "song"
# Where a character is looked for after its own face. A 〓 stands for one that no face has.
FALLBACK = (BIAOSONG, KAI, HEI)
ABSENT = "〓"
HAN = 0x2E80
# These two have only thin strokes for Latin letters, and half-width Chinese quotation marks.
BORROWING = (FANGSONG, KAI, SONG)


class FontsMissing(RuntimeError):
    """The fonts of printed papers are not installed; the message says how they are."""


@lru_cache(maxsize=8)
def font(face):
    """The registered reportlab font of a face; raises FontsMissing."""
    path = settings.BASE_DIR / "node_modules/.fonts" / f"{face}.ttf"
    try:
        loaded = TTFont(f"Paper-{face}", str(path))
    except (TTFError, OSError) as error:
        raise FontsMissing(
            f"The font {path.name} of printed papers is missing or broken: run make, which "
            "installs the fonts under node_modules/.fonts/."
        ) from error
    pdfmetrics.registerFont(loaded)
    return loaded


@lru_cache(maxsize=20000)
def place(char, face):
    """(reportlab font name, character to draw) of one character in a face."""
    own = SONG if face in BORROWING and ord(char) < HAN else FANGSONG if face == SONG else face
    for name in (own, *FALLBACK):
        if ord(char) in font(name).face.charToGlyph:
            return font(name).fontName, char
    # Control characters and joiners have no shape; all else must be seen to be absent.
    if unicodedata.category(char) in ("Cc", "Cf"):
        return font(own).fontName, ""
    return font(BIAOSONG).fontName, ABSENT


@lru_cache(maxsize=40000)
def advance(char, face):
    """Width of one character in ems."""
    name, drawn = place(char, face)
    return pdfmetrics.stringWidth(drawn, name, 1) if drawn else 0.0


def width(text, face, size):
    """Width of a text in pt."""
    return sum(advance(char, face) for char in text) * size


def pieces(text, face):
    """[(font name, text)]: a text in runs of one font each, every character accounted for."""
    runs = []
    for char in text:
        name, drawn = place(char, face)
        if runs and runs[-1][0] == name:
            runs[-1][1] += drawn
        else:
            runs.append([name, drawn])
    return runs

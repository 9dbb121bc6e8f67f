"""How names of enterprises are compared: the same firm is written with full-width brackets,
spaces or none.
"""

import unicodedata

IGNORED = str.maketrans("", "", " \u3000\t\r\n·.,，。()（）[]【】“”\"'")


def normalise(name):
    """Key under which two spellings of one enterprise name meet."""
    return unicodedata.normalize("NFKC", name or "").translate(IGNORED).casefold()

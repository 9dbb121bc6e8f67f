"""What an official typed, in two forms: tidy to be kept and shown, plain to be read by rules."""

import re
import unicodedata

# Characters of a kept text: the length of the columns that hold one.
MAX_TEXT = 60


def tidy(text):
    """As typed, on one line, without what nobody sees; None is empty."""
    seen = []
    for character in text or "":
        # Line breaks and tabs count as spaces; a NUL or a direction mark is dropped, as no
        # database or page should get one.
        if character.isspace():
            seen.append(" ")
        elif unicodedata.category(character)[0] != "C":
            seen.append(character)
    return " ".join("".join(seen).split())


def plain(text):
    """Full-width forms made half-width, lower case, spaces kept only between digits.

    Raised and circled digits stay as they are: NFKC would join a footnote's number to the amount
    before it.
    """
    folded = "".join(
        character
        if unicodedata.category(character) == "No"
        else unicodedata.normalize("NFKC", character)
        for character in tidy(text)
    )
    return re.sub(r"(?<![0-9])\s+|\s+(?![0-9])", "", folded).casefold()

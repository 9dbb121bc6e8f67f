"""Dividing Chinese text into lines, and drawing a line. Widths in pt.

Latin words, figures and ellipses stay whole; no line begins with a closing mark or ends with an
opening one (GB/T 15834-2011, 5.1.8-5.1.10).
"""

import re
from dataclasses import dataclass

from papers import faces

ATOM = re.compile(r"—+|…+|[!-~\u00a0-\u036f\u0370-\u04ff‰℃№]+|.", re.S)
NO_START = set("。，、；：？！）》〉】〕］｝”’％‰℃—…·.,;:?!)]}%〗」』")
NO_END = set("（《〈【〔［｛“‘〖「『([{")


@dataclass(frozen=True)
class Line:
    """One line: `indent` from the left edge, `room` it may take, `spread` over it or ragged."""

    text: str
    indent: float
    room: float
    spread: bool


def divide(text, face, size, room, indent=0.0, track=0.0):
    """[Line] of one paragraph whose first line is indented; "\\n" begins a new line."""
    lines = []
    for part in text.split("\n"):
        lines += paragraph(part, face, size, room, 0.0 if lines else indent, track)
    return lines


def paragraph(text, face, size, room, indent, track):
    lines, current, used = [], [], 0.0
    atoms = [atom for atom in ATOM.findall(text.replace("\t", " ").replace("\r", ""))]
    queue = atoms[::-1]
    while queue:
        atom, left = queue.pop(), room - (0 if lines else indent)
        need = measure(atom, face, size, track)
        if used + need <= left + 0.01 or (atom == " " and current):
            current.append(atom)
            used += need
        elif not current and len(atom) > 1:
            cut = fitting(atom, face, size, left, track)
            queue += [atom[cut:], atom[:cut]]
        elif not current:
            current.append(atom)
            used += need
        else:
            back = carried(current, atom)
            queue += [atom, *reversed(current[len(current) - back :])]
            kept = "".join(current[: len(current) - back])
            lines.append(Line(kept.rstrip(" "), 0 if lines else indent, left, True))
            current, used = [], 0.0
    left = room - (0 if lines else indent)
    return [*lines, Line("".join(current), 0 if lines else indent, left, False)]


def carried(current, following):
    """How many atoms move to the next line so that neither breaks a rule; one stays at least."""
    back = 0
    while len(current) - back > 1 and (
        (following if not back else current[-back])[0] in NO_START
        or current[-back - 1][-1] in NO_END
    ):
        back += 1
    return 0 if len(current) - back == 1 and current[0][-1] in NO_END else back


def measure(text, face, size, track):
    return faces.width(text, face, size) + track * len(text)


def fitting(atom, face, size, room, track):
    """How many characters of an overlong word fit, at least one."""
    count = 1
    while count < len(atom) and measure(atom[: count + 1], face, size, track) <= room:
        count += 1
    return count


def draw(canvas, line, left, baseline, face, size, track=0.0):
    """Draws one line; a spread one fills its room, the gaps shared by all its characters."""
    gap = track
    if line.spread and len(line.text) > 1:
        natural = measure(line.text, face, size, track) - track
        gap += min((line.room - natural) / (len(line.text) - 1), size / 4)
    text(canvas, line.text, left + line.indent, baseline, face, size, gap)


def text(canvas, words, left, baseline, face, size, gap=0.0):
    """Draws a text from its left edge, whatever fonts its characters need."""
    drawing = canvas.beginText(left, baseline)
    if gap:
        drawing.setCharSpace(gap)
    for name, run in faces.pieces(words, face):
        drawing.setFont(name, size)
        drawing.textOut(run)
    # The spacing is part of the page's state, and would be that of the next text too.
    if gap:
        drawing.setCharSpace(0)
    canvas.drawText(drawing)


def centred(canvas, words, left, right, baseline, face, size, gap=0.0):
    wide = measure(words, face, size, gap) - gap
    text(canvas, words, left + (right - left - wide) / 2, baseline, face, size, gap)


def flush_right(canvas, words, right, baseline, face, size):
    text(canvas, words, right - faces.width(words, face, size), baseline, face, size)

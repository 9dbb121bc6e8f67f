"""The measures of GB/T 9704-2012, and the arithmetic Word and PDF share. Units: mm or pt, as named.

Widths here are estimates that hold for every face in use (a full-width character is one em), so
that both outputs divide a table in the same way; papers/faces.py measures exactly.
"""

from dataclasses import dataclass

from papers.layout import title_lines

MM = 72 / 25.4
# 5.1, 5.2.1: A4, 天头 37, 订口 28, 版心 156 x 225; the other two margins follow.
PAGE_WIDTH_MM, PAGE_HEIGHT_MM = 210, 297
TOP_MM, LEFT_MM, WIDTH_MM, HEIGHT_MM = 37, 28, 156, 225
RIGHT_MM = PAGE_WIDTH_MM - LEFT_MM - WIDTH_MM
BOTTOM_MM = PAGE_HEIGHT_MM - TOP_MM - HEIGHT_MM
WIDTH, HEIGHT = WIDTH_MM * MM, HEIGHT_MM * MM
# 5.2.2, 5.2.3: 3号 is 16 pt; 22 lines a page, 28 characters a line, which must be set a little
# closer than their size to fit 156 mm.
BODY, LINE, CHARACTERS = 16, 28.95, 28
TRACK = WIDTH / CHARACTERS - BODY
INDENT = 2 * (BODY + TRACK)
# 7.2.4 leaves the size of the 发文机关标志 open; the custom is up to 15 mm. 7.2.7: rule 4 mm below.
HEAD_LARGEST, HEAD_DROP, RULE_DROP = 15 * MM, 35 * MM, 4 * MM
RULE_THICKNESS = 1.5
TITLE, TITLE_LINE = 22, 34
TITLE_CHARACTERS = int(WIDTH // TITLE)
# 7.4: 4号; thick rules of 0.35 mm outside, thin ones of 0.25 mm between.
IMPRINT, IMPRINT_LINE, THICK, THIN = 14, 24, 0.35 * MM, 0.25 * MM
# 7.5: 4号 宋体, the dash 7 mm below the type area, one character in from the outer edge.
FOLIO, FOLIO_DROP = 14, 7 * MM
RED = "FF0000"
# Tables: the largest size whose figures all fit. Padding left and right of a cell, above and below.
FACTS, NOTE, LEADING = 12, 10.5, 1.35
PAD_X, PAD_Y = 3, 3.5
CAPTION = 14
# What a text column keeps at least, in characters a line: (short texts whole up to, long ones).
# First without breaking names, then, before the type gets very small, with names broken.
COMFORT, TIGHT = (12, 9), (4, 4)
ATTEMPTS = ((12, COMFORT), (10.5, COMFORT), (10, COMFORT), (10.5, TIGHT), (9, COMFORT), (9, TIGHT))
HEADING_LEAST = 2
LABEL_CHARACTERS = 5.5


def em(text):
    """Estimated width of a text in ems, on the safe side for Latin letters and figures."""
    return sum(char_em(char) for char in text)


def char_em(char):
    if ord(char) >= 0x2E80 or char in "“”‘’—…·":
        return 1
    if char in ".,:;'|!ilj ":
        return 0.33
    return 0.95 if char in "%MWmw@" else 0.74 if char.isupper() else 0.57


def head_size(text):
    """(size, extra space after each character) in pt of the red head, one line over the width."""
    count = max(em(text), 1)
    spaced = 1.25 if count <= 8 else 1
    size = min(HEAD_LARGEST, WIDTH / (count * spaced))
    return round(size * 2) / 2 - 0.5, round((spaced - 1) * size)


@dataclass(frozen=True)
class Signature:
    """How far the office and the date end left of the type area's right edge, pt."""

    issuer: float
    date: float


def signature(issuer, date):
    """Widths in pt to right indents: the date four characters in, the office centred over it.

    7.3.5.1 (with a seal). An office so long that it would pass the edge ends at the edge, and the
    date moves under its middle.
    """
    room = 4 * (BODY + TRACK)
    over = max(0.0, room + (date - issuer) / 2)
    return Signature(over, max(room, over + (issuer - date) / 2))


def seal_gap(paper):
    """Space in pt between the text and the office's name."""
    return LINE if paper.compact else 2 * LINE


def columns(table, width=WIDTH):
    """(size, widths): the type size and the column widths of a table, pt; widths sum to `width`."""
    for size, text in ATTEMPTS:
        least = [narrowest(table, column, size, text) for column in range(len(table.headings))]
        if sum(least) <= width:
            break
    else:
        least = [part * width / sum(least) for part in least]
    return size, shared(wishes(table, size), least, width)


def narrowest(table, column, size, text):
    """The least width in pt at which no figure and no unit is broken, cell padding included."""
    cells = [row[column] for row in table.rows]
    unit = table.heading_lines(column).partition("\n")[2]
    heading = max(HEADING_LEAST, longest_word(table.headings[column]), min(em(unit), 6))
    if column in table.numeric | table.centred:
        need = max([heading, *(em(cell) + seams(cell) for cell in cells)])
    else:
        need = max([heading, *(max(longest_word(cell), least_text(cell, text)) for cell in cells)])
    return need * size + 2 * PAD_X + 1


def heading(table, column, size, width):
    """A heading as it stands in a column `width` pt wide: lines about even, its unit below."""
    name, _break, unit = table.heading_lines(column).partition("\n")
    room = max(HEADING_LEAST, int((width - 2 * PAD_X) / size))
    return "\n".join([*title_lines(name, room), *([unit] if unit else [])])


def seams(text):
    """Ems some programs add where figures meet Chinese, whatever the file asks for."""
    kinds = [ord(char) >= 0x2E80 for char in text]
    return 0.25 * sum(one != two for one, two in zip(kinds, kinds[1:], strict=False))


def least_text(cell, text):
    whole, part = text
    return em(cell) if em(cell) <= whole else part


def longest_word(text):
    """Width in ems of the longest run that may not be broken (Latin words, figures)."""
    longest = current = 0.0
    for char in text:
        current = 0.0 if ord(char) >= 0x2E80 or char.isspace() else current + char_em(char)
        longest = max(longest, current)
    return longest


def wishes(table, size):
    """What each column would take: the caller's weights, or the length of its contents."""
    if table.widths:
        return list(table.widths)
    wished = []
    for column, heading in enumerate(table.headings):
        longest = max([em(row[column]) for row in table.rows] or [0])
        wished.append(min(max(longest, em(heading) / 2), 16) * size + 2 * PAD_X)
    return wished


def fact_widths(pairs, block):
    """Widths in pt of a row of one or two facts: label, value (, label, value)."""
    longest = max(em(label) for label, _value in block.facts)
    label = min(longest, LABEL_CHARACTERS) * FACTS + 2 * PAD_X + 4
    return [label, WIDTH / 2 - label] * 2 if pairs == 2 else [label, WIDTH - label]


def shared(weights, least, width):
    """Divides `width` by weight, after giving every column that would fall short its least."""
    fixed = {}
    while True:
        open_ = [column for column in range(len(least)) if column not in fixed]
        rest = width - sum(fixed.values())
        total = sum(weights[column] for column in open_)
        short = [at for at in open_ if rest * weights[at] / total < least[at] - 1e-6]
        if not short or len(short) == len(open_):
            break
        fixed |= {column: least[column] for column in short}
    part = {column: rest * weights[column] / total for column in open_}
    return [fixed.get(column, part.get(column)) for column in range(len(least))]

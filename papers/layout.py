"""What an official paper (公文) says, before anybody decides how it is set.

Plain values: every figure, date and name inside a text was formatted by the caller, and the same
Paper is set as Word (papers/word.py) and as PDF (papers/pdf.py). Clauses are GB/T 9704-2012's.
"""

import datetime
import re
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import override

# Where a title may be broken without tearing a word (7.3.1: 词意完整); the last resort is a middle.
SEAMS = re.compile(r"(?<=[的和与及、，：》）])|(?<=公司)|(?<=办理)|(?<=推进)")  # data
COLONS = ("：", ":")
# A fact whose value is no longer than this (full-width characters) shares its row with the next.
SHORT = 11


@dataclass(frozen=True)
class Heading:
    """Level 1 黑体, 2 楷体, 3 and 4 仿宋 (7.3.3); its number (一、 （一） 1. ⑴) is in the text."""

    level: int
    text: str


@dataclass(frozen=True)
class Paragraph:
    """One paragraph, its first line indented by two characters (7.3.3); an empty one is a line."""

    text: str


@dataclass(frozen=True)
class Table:
    """A ruled table over the whole width; its headings are repeated on every page it reaches.

    `rows` has one text per heading in each row. `widths` are relative weights (any unit), by
    default taken from the contents; a column is never made too narrow for its figures.
    `numeric` are the positions (from 0) of the columns set to the right; in the others short
    contents are centred when they are in `centred`, else set to the left.
    """

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str = ""
    widths: tuple[float, ...] = ()
    numeric: frozenset[int] = frozenset()
    centred: frozenset[int] = frozenset()
    note: str = ""
    # The last row is a total, and set in 黑体.
    total: bool = False

    def __post_init__(self):
        columns = len(self.headings)
        if not columns or any(len(row) != columns for row in self.rows):
            raise ValueError("every row of a table needs one text per heading")
        if self.widths and (len(self.widths) != columns or min(self.widths) <= 0):
            raise ValueError("a table needs one positive width per heading, or none at all")

    def heading_lines(self, column):
        """A heading with its unit on a line of its own: 按期办结率, then （%）."""
        return self.headings[column].replace("（", "\n（", 1).lstrip("\n")

    def align(self, column):
        """ "right", "center" or "left"."""
        if column in self.numeric:
            return "right"
        return "center" if column in self.centred else "left"


@dataclass(frozen=True)
class KeyValues:
    """The facts of a notice as a ruled block: short ones two to a row, long ones alone."""

    facts: tuple[tuple[str, str], ...]


Block = Heading | Paragraph | Table | KeyValues


@dataclass(frozen=True)
class Paper:
    """One paper; empty texts are left out, with their room.

    `head` is the red 发文机关标志 (7.2.4), `number` the 发文字号 or issue below it (7.2.5). `mark`
    is a word in the upper left corner (where 7.2.3 puts 紧急程度), or left of the number when
    `compact`. `title` may carry line breaks. `addressee` is the 主送机关 without its colon
    (7.3.2). `copied_to` is a list of names as one text (7.4.2), `printed_by` the 印发机关 (7.4.3),
    printed on the day `dated`. `compact` begins at the top of the type area instead of 35 mm below
    it, as forms and 简报 do, and is closer elsewhere.
    """

    head: str
    number: str
    title: str
    addressee: str
    blocks: tuple[Block, ...]
    issuer: str
    dated: datetime.date
    copied_to: str = ""
    printed_by: str = ""
    mark: str = ""
    compact: bool = False
    language: str = "zh-hans"


def date_text(paper):
    """成文日期, Arabic figures without leading zeros (7.3.5.4)."""
    day = paper.dated
    with override(paper.language):
        parts = {"year": day.year, "month": day.month, "day": day.day}
        return _("%(year)s年%(month)s月%(day)s日") % parts


def addressee_text(paper):
    """主送机关 with the full-width colon it ends with (7.3.2), or ""."""
    text = paper.addressee.strip()
    with override(paper.language):
        return text + _("：") if text and not text.endswith(COLONS) else text


def imprint(paper):
    """版记 (7.4): (抄送 or "", 印发机关 or "", 印发日期); both empty when it has none."""
    copied = paper.copied_to.strip().rstrip("。.")
    with override(paper.language):
        copied = _("抄送：%(names)s。") % {"names": copied} if copied else ""
        return copied, paper.printed_by, _("%(date)s印发") % {"date": date_text(paper)}


def imprint_label(paper):
    """抄送 and its colon, under whose names the following lines begin."""
    with override(paper.language):
        return _("抄送：%(names)s。").partition("%")[0]


def title_lines(title, room):
    """The title in lines of at most `room` characters, about equally long (7.3.1).

    "\\n" in the title is obeyed; else lines are divided at a seam (的, 、, 和 …) near the even
    division when there is one, and never inside a figure or a Latin word.
    """
    lines = []
    for part in title.split("\n"):
        rest, left = part.strip(), -(-span(part.strip()) // room)
        while left > 1 and span(rest) > 1:
            cut = division(rest, span(rest) / left, room)
            lines.append(rest[:cut])
            rest, left = rest[cut:], max(left - 1, -(-span(rest[cut:]) // room))
        lines.append(rest)
    return [line for line in lines if line]


def division(text, even, room):
    """Where to cut: the seam nearest to `even` characters within five of it, else the middle."""
    places = [place for place in range(1, len(text)) if span(text[:place]) <= room]
    whole = [at for at in places if not re.match(r"[\w.%]{2}", text[at - 1 : at + 1], re.ASCII)]
    kept = [at for at in whole or places if text[at] not in "，。、；：！？）》”’〉】"]
    kept = kept or whole or places or [1]
    seams = [match.end() for match in SEAMS.finditer(text) if match.end() in kept]
    near = [at for at in seams if abs(span(text[:at]) - even) <= 5]
    return min(near or kept, key=lambda at: abs(span(text[:at]) - even))


def span(text):
    """Length in full-width characters; two Latin ones count as one."""
    return sum(1 if ord(char) > 0x2E7F else 0.5 for char in text)


def fact_rows(block):
    """The facts in rows of one or two (label, value), in their order."""
    rows, waiting = [], None
    for label, value in block.facts:
        short = span(value) <= SHORT and "\n" not in value
        if short and waiting:
            rows.append((waiting, (label, value)))
            waiting = None
        elif short:
            waiting = (label, value)
        else:
            if waiting:
                rows.append((waiting,))
            rows.append(((label, value),))
            waiting = None
    return rows + ([(waiting,)] if waiting else [])

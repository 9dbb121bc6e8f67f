"""An official paper as PDF: the layout of GB/T 9704-2012, drawn line by line with reportlab.

The paper that is signed and sealed is the Word file, set in the official faces; this is the same
paper for reading, filing and sending, in free faces that resemble them (papers/faces.py).
"""

import dataclasses
import io
from functools import partial

from reportlab.lib.colors import HexColor, black
from reportlab.pdfgen.canvas import Canvas

from papers import faces, grids, layout, lines, measures
from papers.measures import MM, TRACK, WIDTH
from papers.pages import Box, divided

LEFT, RIGHT = measures.LEFT_MM * MM, measures.LEFT_MM * MM + WIDTH
TOP = (measures.PAGE_HEIGHT_MM - measures.TOP_MM) * MM
SIZE = (measures.PAGE_WIDTH_MM * MM, measures.PAGE_HEIGHT_MM * MM)
HEADINGS = {1: faces.HEI, 2: faces.KAI}
RED = HexColor(f"#{measures.RED}")


def pdf(paper):
    """The paper as PDF; the same Paper gives the same bytes. Raises faces.FontsMissing."""
    buffer = io.BytesIO()
    # Invariant: no clock and no random identifier in the file.
    canvas = Canvas(buffer, pagesize=SIZE, invariant=1, pageCompression=1, lang=paper.language)
    canvas.setTitle(paper.title.replace("\n", ""))
    canvas.setAuthor(paper.issuer)
    canvas.setSubject(paper.number)
    canvas.setCreator("")
    foot = imprint(canvas, paper)
    pages = divided(
        [*opening(canvas, paper), *body(canvas, paper)],
        foot.height + measures.LINE / 2 if foot else 0,
    )
    for number, page in enumerate(pages, 1):
        for top, box in page.placed:
            if box.draw:
                box.draw(top)
        if foot and number == len(pages):
            foot.draw(measures.HEIGHT - foot.height)
        folio(canvas, number)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def baseline(top, line, size):
    """Where a line of height `line` that begins `top` below the area's top stands on the page."""
    return TOP - top - (line - size) / 2 - 0.86 * size


def opening(canvas, paper):
    """版头, title and 主送机关 (7.2, 7.3.1, 7.3.2)."""
    boxes = []
    if paper.mark and not paper.compact:
        boxes.append(
            line_box(canvas, lines.Line(paper.mark, 0, WIDTH, False), faces.HEI, keep=True)
        )
    drop = 0 if paper.compact else measures.HEAD_DROP
    if drop > len(boxes) * measures.LINE:
        boxes.append(Box(drop - len(boxes) * measures.LINE, keep=True))
    boxes.append(masthead(canvas, paper))
    for row, text in enumerate(layout.title_lines(paper.title, measures.TITLE_CHARACTERS)):
        if not row:
            boxes.append(Box(measures.LINE * (0.5 if paper.compact else 2), keep=True))
        boxes.append(title_box(canvas, text))
    if addressee := layout.addressee_text(paper):
        boxes.append(Box(measures.LINE * (0.5 if paper.compact else 1), keep=True))
        boxes += prose(canvas, addressee, faces.FANGSONG, indent=0, keep=True)
    else:
        boxes.append(Box(measures.LINE / 2, keep=True))
    return boxes


def masthead(canvas, paper):
    """The red head, the number two lines below it and the rule 4 mm below that (7.2.4-7.2.7)."""
    size, gap = measures.head_size(paper.head)
    between = measures.LINE / 2 if paper.compact else 2 * measures.LINE
    number = measures.BODY if paper.number else 0
    height = size * 1.1 + between + number + measures.RULE_DROP + measures.RULE_THICKNESS

    def draw(top):
        canvas.setFillColor(RED)
        at = TOP - top - 0.92 * size
        lines.centred(canvas, paper.head, LEFT, RIGHT, at, faces.BIAOSONG, size, gap)
        canvas.setFillColor(black)
        foot = TOP - top - height + measures.RULE_THICKNESS / 2
        base = foot + measures.RULE_DROP + 0.14 * measures.BODY
        lines.centred(canvas, paper.number, LEFT, RIGHT, base, faces.FANGSONG, measures.BODY)
        if paper.compact:
            lines.text(canvas, paper.mark, LEFT, base, faces.HEI, measures.BODY)
        canvas.setStrokeColor(RED)
        rule(canvas, foot, measures.RULE_THICKNESS)
        canvas.setStrokeColor(black)

    return Box(height, draw, keep=True)


def title_box(canvas, text):
    def draw(top):
        base = baseline(top, measures.TITLE_LINE, measures.TITLE)
        lines.centred(canvas, text, LEFT, RIGHT, base, faces.BIAOSONG, measures.TITLE)

    return Box(measures.TITLE_LINE, draw, keep=True)


def body(canvas, paper):
    """The blocks and the signature, which never stands on a page without text (7.3.5.5)."""
    boxes = []
    for block in paper.blocks:
        if isinstance(block, layout.Heading):
            face = HEADINGS.get(block.level, faces.FANGSONG)
            boxes += prose(canvas, block.text, face, keep=True)
        elif isinstance(block, layout.Paragraph):
            boxes += prose(canvas, block.text, faces.FANGSONG)
        elif isinstance(block, layout.Table):
            boxes += grids.table(canvas, block, LEFT, TOP)
        else:
            boxes += grids.facts(canvas, block, LEFT, TOP)
    tail = [dataclasses.replace(box, keep=True) for box in boxes[-2:]]
    return [*boxes[:-2], *tail, *signature(canvas, paper)]


def prose(canvas, text, face, indent=measures.INDENT, keep=False):
    """One paragraph as boxes of one line each (5.2.3: 22 a page)."""
    divided_ = lines.divide(text, face, measures.BODY, WIDTH, indent, TRACK)
    return [line_box(canvas, line, face, keep=keep) for line in divided_]


def line_box(canvas, line, face, keep=False):
    def draw(top):
        base = baseline(top, measures.LINE, measures.BODY)
        lines.draw(canvas, line, LEFT, base, face, measures.BODY, TRACK)

    return Box(measures.LINE, draw, keep=keep, blank=not line.text)


def signature(canvas, paper):
    """发文机关署名 and 成文日期 (7.3.5), two lines below the text, with room for the seal."""
    date, size = layout.date_text(paper), measures.BODY
    wide = [faces.width(text, faces.FANGSONG, size) for text in (paper.issuer, date)]
    indents = measures.signature(*wide)

    def draw(text, indent, top):
        base = baseline(top, measures.LINE, size)
        lines.flush_right(canvas, text, RIGHT - indent, base, faces.FANGSONG, size)

    return [
        Box(measures.seal_gap(paper), keep=True, blank=True),
        Box(measures.LINE, partial(draw, paper.issuer, indents.issuer), keep=True),
        Box(measures.LINE, partial(draw, date, indents.date)),
    ]


def imprint(canvas, paper):
    """版记 at the foot of the last page (7.4), or None."""
    copied, printer, printed = layout.imprint(paper)
    size, line = measures.IMPRINT, measures.IMPRINT_LINE
    indent = measures.em(layout.imprint_label(paper)) * size
    rows = []
    if copied:
        rows.append(hanging(copied, size, WIDTH - 2 * size, indent))
    if printer:
        rows.append([lines.Line(printer, 0, WIDTH, False)])
    if not rows:
        return None

    def draw(top):
        thick = measures.THICK
        for number, row in enumerate(rows):
            rule(canvas, TOP - top, thick if not number else measures.THIN)
            for text in row:
                base = baseline(top, line, size)
                lines.draw(canvas, text, LEFT + size, base, faces.FANGSONG, size)
                top += line
        if printer:
            lines.flush_right(canvas, printed, RIGHT - size, base, faces.FANGSONG, size)
        rule(canvas, TOP - top, thick)

    return Box(sum(map(len, rows)) * line, draw)


def hanging(text, size, room, indent):
    """Lines whose second and later ones begin under the first name (7.4.2)."""
    first = lines.divide(text, faces.FANGSONG, size, room)[0]
    rest = text[len(first.text) :]
    if not rest:
        return [first]
    later = lines.divide(rest, faces.FANGSONG, size, room - indent)
    return [first, *(dataclasses.replace(line, indent=indent) for line in later)]


def folio(canvas, number):
    """— 1 —: 4号, odd pages to the right, even ones to the left, one character in (7.5)."""
    words, size = f"— {number} —", measures.FOLIO
    base = TOP - measures.HEIGHT - measures.FOLIO_DROP - 0.36 * size
    if number % 2:
        lines.flush_right(canvas, words, RIGHT - size, base, faces.SONG, size)
    else:
        lines.text(canvas, words, LEFT + size, base, faces.SONG, size)


def rule(canvas, height, thickness):
    canvas.setLineWidth(thickness)
    canvas.line(LEFT, height, RIGHT, height)

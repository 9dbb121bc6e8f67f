"""Tables and blocks of facts in a PDF (GB/T 9704-2012, clause 8), as boxes of one row each."""

from papers import faces, layout, lines, measures
from papers.measures import LEADING, PAD_X, PAD_Y, WIDTH
from papers.pages import Box

BORDER = 0.5
# A row is cut into parts of so many lines at most, so that no text is ever lost below a page.
LONGEST = 20


def table(canvas, block, left, top):
    """Caption, repeated header, rows and note of a layout.Table."""
    size, widths = measures.columns(block)
    header = row_boxes(canvas, left, top, size, widths, cells_of_header(block, size, widths))[0]
    boxes = [Box(measures.LINE / 3, blank=True, keep=True)]
    if block.caption:
        boxes.append(caption(canvas, block.caption, left, top))
    boxes.append(Box(header.height, header.draw, keep=True))
    for number, row in enumerate(block.rows):
        last = number == len(block.rows) - 1
        strong = block.total and last
        cells = [
            cell(text, size, widths[column], block.align(column), strong)
            for column, text in enumerate(row)
        ]
        # The first row stays with the header, the last one with its note and the row before it.
        keep = number == 0 and not last or number == len(block.rows) - 2 or last and block.note
        boxes += row_boxes(canvas, left, top, size, widths, cells, header, bool(keep))
    if block.note:
        boxes += note(canvas, block.note, left, top)
    return [*boxes, Box(measures.LINE / 3, blank=True)]


def cells_of_header(block, size, widths):
    return [
        cell(measures.heading(block, column, size, width), size, width, "center", True)
        for column, width in enumerate(widths)
    ]


def cell(text, size, width, place, strong=False):
    """(lines, face, place) of one cell."""
    face = faces.HEI if strong else faces.FANGSONG
    room = width - 2 * PAD_X
    return lines.divide(text, face, size, room), face, place


def row_boxes(canvas, left, top, size, widths, cells, header=None, keep=False):
    """One row; one of more than LONGEST lines goes on in further boxes."""
    most = max(len(divided) for divided, _face, _place in cells)
    return [
        row_box(
            canvas,
            (left, top),
            size,
            widths,
            [(divided[at : at + LONGEST], face, place) for divided, face, place in cells],
            header,
            keep,
        )
        for at in range(0, most, LONGEST)
    ]


def row_box(canvas, corner, size, widths, cells, header, keep):
    line = size * LEADING
    height = max(len(divided) for divided, _face, _place in cells) * line + 2 * PAD_Y

    def draw(down):
        across, upper = corner[0], corner[1] - down
        canvas.setLineWidth(BORDER)
        for width, (divided, face, place) in zip(widths, cells, strict=True):
            canvas.rect(across, upper - height, width, height)
            free = (height - len(divided) * line) / 2
            for number, part in enumerate(divided):
                base = upper - free - number * line - (line - size) / 2 - 0.86 * size
                draw_cell(canvas, part, across, width, base, face, size, place)
            across += width

    return Box(height, draw, keep=keep, header=header)


def draw_cell(canvas, part, across, width, base, face, size, place):
    wide = faces.width(part.text, face, size)
    room = width - 2 * PAD_X
    shift = {"left": 0, "center": (room - wide) / 2, "right": room - wide}[place]
    lines.text(canvas, part.text, across + PAD_X + shift, base, face, size)


def caption(canvas, words, left, top):
    size = measures.CAPTION

    def draw(down):
        base = top - down - (measures.LINE - size) / 2 - 0.86 * size
        lines.centred(canvas, words, left, left + WIDTH, base, faces.HEI, size)

    return Box(measures.LINE, draw, keep=True)


def note(canvas, words, left, top):
    size = measures.NOTE
    height = size * 1.5

    def box(line):
        def draw(down):
            base = top - down - (height - size) / 2 - 0.86 * size
            lines.text(canvas, line.text, left, base, faces.FANGSONG, size)

        return Box(height, draw)

    return [box(line) for line in lines.divide(words, faces.FANGSONG, size, WIDTH)]


def facts(canvas, block, left, top):
    """A layout.KeyValues: labels in 黑体, values beside them, one or two to a row."""
    size = measures.FACTS
    boxes = [Box(measures.LINE / 3, blank=True, keep=True)]
    for pairs in layout.fact_rows(block):
        widths = measures.fact_widths(len(pairs), block)
        cells = []
        for (label, value), at in zip(pairs, range(0, 4, 2), strict=False):
            cells.append(cell(label, size, widths[at], "center", True))
            cells.append(cell(value, size, widths[at + 1], "left"))
        boxes += row_boxes(canvas, left, top, size, widths, cells)
    return [*boxes, Box(measures.LINE / 3, blank=True)]

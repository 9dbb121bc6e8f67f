"""An official paper as Word: the layout of GB/T 9704-2012, editable, set in the official faces.

The faces are named, not enclosed: Word and WPS in an office have them. Lengths are pt or mm.
"""

import datetime
import io
import math
import zipfile

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from papers import layout, measures
from papers.markup import (
    BIAOSONG,
    FANGSONG,
    HEI,
    KAI,
    SONG,
    at_foot,
    attributes,
    border,
    edges,
    element,
    first_line,
    fonts,
    form,
    indent,
    language,
    put_in_order,
    run,
    run_in,
    tab,
    twips,
)
from papers.measures import BODY, LEADING, LINE

HEADINGS = {1: HEI, 2: KAI}
# measures.TRACK in whole twips, rounded so that 28 characters do fit.
CLOSER = math.floor(measures.TRACK * 20) / 20
# The first date a zip archive can hold: the same paper gives the same bytes.
EPOCH = (1980, 1, 1, 0, 0, 0)


def docx(paper):
    """The paper as .docx; the same Paper gives the same bytes."""
    document = Document()
    page(document, paper)
    opening(document, paper)
    for block in paper.blocks:
        if isinstance(block, layout.Heading):
            heading(document, block)
        elif isinstance(block, layout.Paragraph):
            prose(document, block.text)
        elif isinstance(block, layout.Table):
            table(document, block)
        else:
            facts(document, block)
    keep_tail(document)
    imprint(document, paper)
    signature(document, paper)
    properties(document, paper)
    put_in_order(document)
    buffer = io.BytesIO()
    document.save(buffer)
    return still(buffer)


def page(document, paper):
    """A4, margins, grid (5.1, 5.2), the text's face, and the page numbers (7.5)."""
    section = document.sections[0]
    section.page_width, section.page_height = (
        Mm(measures.PAGE_WIDTH_MM),
        Mm(measures.PAGE_HEIGHT_MM),
    )
    section.top_margin, section.bottom_margin = Mm(measures.TOP_MM), Mm(measures.BOTTOM_MM)
    section.left_margin, section.right_margin = Mm(measures.LEFT_MM), Mm(measures.RIGHT_MM)
    section.header_distance, section.gutter = Mm(15), Mm(0)
    # The dash stands 7 mm below the type area in the middle of a line of 14 pt.
    section.footer_distance = Mm(measures.BOTTOM_MM - 7 - 2.6)
    grid = section._sectPr.find(qn("w:docGrid"))
    if grid is None:
        grid = element(section._sectPr, "w:docGrid")
    # Lines only: programs disagree about a grid of characters, so those are set closer one by one.
    attributes(grid, type="lines", linePitch=twips(LINE))
    normal = document.styles["Normal"]
    normal.font.size = Pt(BODY)
    fonts(normal.element.get_or_add_rPr(), FANGSONG)
    language(normal.element.get_or_add_rPr(), paper.language)
    normal.paragraph_format.space_before = normal.paragraph_format.space_after = Pt(0)
    normal.paragraph_format.widow_control = False
    document.settings.odd_and_even_pages_header_footer = True
    folio(section.footer.paragraphs[0], "right")
    folio(section.even_page_footer.paragraphs[0], "left")


def folio(paragraph, side):
    """— 1 —, one character in from the outer edge."""
    run(paragraph, "— ", SONG, measures.FOLIO)
    for kind in ("begin", None, "separate", "1", "end"):
        part = run(paragraph, kind if kind == "1" else "", SONG, measures.FOLIO)._r
        if kind is None:
            element(part, "w:instrText", "PAGE")
        elif kind != "1":
            attributes(element(part, "w:fldChar"), fldCharType=kind)
    run(paragraph, " —", SONG, measures.FOLIO)
    form(paragraph, align=side)
    indent(paragraph, **{side: measures.FOLIO})


def opening(document, paper):
    """版头, title and 主送机关 (7.2, 7.3.1, 7.3.2)."""
    masthead(document, paper)
    above = LINE * (0.5 if paper.compact else 2) + measures.RULE_DROP
    for text in layout.title_lines(paper.title, measures.TITLE_CHARACTERS):
        title = run_in(document, text, BIAOSONG, measures.TITLE)
        form(title, align="center", line=measures.TITLE_LINE, before=above, keep=True)
        above = 0
    below = LINE * (0.5 if paper.compact else 1)
    if addressee := layout.addressee_text(paper):
        form(run_in(document, addressee, FANGSONG, BODY), line=LINE, before=below, keep=True)
    else:
        form(document.add_paragraph(), line=LINE / 2, keep=True)


def masthead(document, paper):
    """The red head, the number below it and the red rule (7.2.4-7.2.7)."""
    size, gap = measures.head_size(paper.head)
    drop = 0 if paper.compact else measures.HEAD_DROP
    if paper.mark and not paper.compact:
        form(run_in(document, paper.mark, HEI, BODY), line=LINE, keep=True)
        drop -= LINE
    head = run_in(document, paper.head, BIAOSONG, size, color=measures.RED, gap=gap)
    form(head, align="center", line=size * 1.1, before=drop, keep=True)
    number = document.add_paragraph()
    beside = paper.compact and paper.mark
    if beside:
        # The mark to the left, the number in the middle.
        run(number, paper.mark, HEI, BODY)
        number.add_run().add_tab()
        tab(number, "center", measures.WIDTH / 2)
    run(number, paper.number, FANGSONG, BODY)
    between = LINE / 2 if paper.compact else 2 * LINE
    form(number, align="left" if beside else "center", line=BODY * 1.1, before=between, keep=True)
    border(number, bottom=(measures.RULE_THICKNESS, measures.RED, measures.RULE_DROP))


def heading(document, block):
    paragraph = run_in(document, block.text, HEADINGS.get(block.level, FANGSONG), BODY, gap=CLOSER)
    form(paragraph, align="both", line=LINE, keep=True)
    first_line(paragraph)
    # Shown in Word's navigation without the look of its own heading styles.
    level = element(paragraph._p.get_or_add_pPr(), "w:outlineLvl")
    attributes(level, val=min(block.level, 9) - 1)


def prose(document, text):
    paragraph = run_in(document, text, FANGSONG, BODY, gap=CLOSER)
    form(paragraph, align="both", line=LINE)
    first_line(paragraph)


def table(document, block):
    """Caption, table and note (8); the header row is repeated, no row is divided."""
    size, widths = measures.columns(block)
    if block.caption:
        caption = run_in(document, block.caption, HEI, measures.CAPTION)
        form(caption, align="center", line=LINE, before=LINE / 3, keep=True)
    grid = ruled(document, widths, len(block.rows) + 1)
    for column, width in enumerate(widths):
        fill(
            grid.cell(0, column),
            measures.heading(block, column, size, width),
            HEI,
            size,
            "center",
            width,
            True,
        )
    element(grid.rows[0]._tr.get_or_add_trPr(), "w:tblHeader")
    rows = grid.rows
    for number, row in enumerate(block.rows, 1):
        face = HEI if block.total and number == len(block.rows) else FANGSONG
        keep = number in (1, len(block.rows) - 1) or number == len(block.rows) and block.note
        cells = rows[number].cells
        for column, text in enumerate(row):
            aside = block.align(column)
            fill(cells[column], text, face, size, aside, widths[column], bool(keep))
    after = document.add_paragraph()
    if block.note:
        run(after, block.note, FANGSONG, measures.NOTE)
    form(after, line=measures.NOTE * 1.5 if block.note else LINE / 3)
    after.paragraph_format.space_after = Pt(LINE / 3 if block.note else 0)


def facts(document, block):
    """The facts of a notice; rows of one fact span the table."""
    rows = layout.fact_rows(block)
    widths = measures.fact_widths(2, block)
    above = document.add_paragraph()
    form(above, line=LINE / 3, keep=True)
    grid = ruled(document, widths, len(rows))
    for number, pairs in enumerate(rows):
        cells = grid.rows[number].cells
        if len(pairs) == 1:
            cells[1].merge(cells[3])
        size = measures.FACTS
        for (label, value), at in zip(pairs, (0, 2), strict=False):
            fill(cells[at], label, HEI, size, "center", widths[at])
            wide = widths[at + 1] if len(pairs) == 2 else sum(widths[1:])
            fill(cells[at + 1], value, FANGSONG, size, "left", wide)
    form(document.add_paragraph(), line=LINE / 3)


def ruled(document, widths, rows):
    grid = document.add_table(rows, len(widths))
    grid.style = document.styles["Table Grid"]
    grid.alignment = WD_TABLE_ALIGNMENT.CENTER
    grid.autofit = False
    margins = element(grid._tbl.tblPr, "w:tblCellMar")
    for side, pad in (
        ("top", 0),
        ("left", measures.PAD_X),
        ("bottom", 0),
        ("right", measures.PAD_X),
    ):
        attributes(element(margins, f"w:{side}"), w=twips(pad), type="dxa")
    for column, width in zip(grid.columns, widths, strict=True):
        column.width = Pt(width)
    for row in grid.rows:
        element(row._tr.get_or_add_trPr(), "w:cantSplit")
    return grid


def fill(cell, text, face, size, aside, width, keep=False):
    cell.width = Pt(width)
    paragraph = cell.paragraphs[0]
    run(paragraph, text, face, size)
    form(paragraph, align=aside, line=size * LEADING, before=measures.PAD_Y, keep=keep)
    paragraph.paragraph_format.space_after = Pt(measures.PAD_Y)
    attributes(element(cell._tc.get_or_add_tcPr(), "w:vAlign"), val="center")


def keep_tail(document):
    """The signature never stands alone on a page (7.3.5.5): the text's end stays with it."""
    last = document.paragraphs[-1]
    last.paragraph_format.keep_with_next = True
    last.paragraph_format.keep_together = True


def signature(document, paper):
    """发文机关署名 and 成文日期, two lines below the text, with room for the seal (7.3.5.1)."""
    date = layout.date_text(paper)
    wide = [measures.em(text) * BODY for text in (paper.issuer, date)]
    # Figures of Times New Roman are half an em, narrower than the estimate.
    wide[1] = sum(BODY if ord(char) > 0x2E7F else BODY / 2 for char in date)
    indents = measures.signature(*wide)
    for text, inward, above in (
        (paper.issuer, indents.issuer, measures.seal_gap(paper)),
        (date, indents.date, 0),
    ):
        paragraph = run_in(document, text, FANGSONG, BODY)
        form(paragraph, align="right", line=LINE, before=above, keep=not above == 0)
        indent(paragraph, right=inward)


def imprint(document, paper):
    """版记 (7.4): a table at the foot of the page its anchor, the signature, stands on."""
    copied, printer, printed = layout.imprint(paper)
    size = measures.IMPRINT
    rows = [text for text in (copied, printer) if text]
    if not rows:
        return
    grid = document.add_table(len(rows), 1)
    grid.autofit = False
    at_foot(grid)
    for number, text in enumerate(rows):
        cell = grid.cell(number, 0)
        cell.width = Pt(measures.WIDTH)
        paragraph = cell.paragraphs[0]
        run(paragraph, text, FANGSONG, size)
        form(paragraph, align="both" if text == copied else "left", line=measures.IMPRINT_LINE)
        label = size * measures.em(layout.imprint_label(paper)) if text == copied else 0
        indent(paragraph, left=size + label, right=size, first=-label)
        if text == printer:
            paragraph.add_run().add_tab()
            run(paragraph, printed, FANGSONG, size)
            tab(paragraph, "right", measures.WIDTH - size)
        last = number == len(rows) - 1
        upper = measures.THIN if number else measures.THICK
        edges(cell, top=upper, bottom=measures.THICK if last else None)


def properties(document, paper):
    """Title, author and times that tell nothing of the machine or the hour."""
    core = document.core_properties
    core.title, core.author = paper.title.replace("\n", ""), paper.issuer
    core.subject, core.last_modified_by = paper.number, paper.issuer
    core.comments = core.keywords = core.category = ""
    core.language, core.revision = paper.language, 1
    # The picture of python-docx's own template.
    relations = document.part.package.rels
    for name in [name for name, one in relations.items() if one.reltype.endswith("/thumbnail")]:
        del relations[name]
    core.created = core.modified = datetime.datetime.combine(paper.dated, datetime.time())


def still(buffer):
    """The archive again, every file in it with one fixed time."""
    out = io.BytesIO()
    with zipfile.ZipFile(buffer) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            info = zipfile.ZipInfo(name, EPOCH)
            info.compress_type, info.create_system = zipfile.ZIP_DEFLATED, 0
            new.writestr(info, old.read(name))
    return out.getvalue()

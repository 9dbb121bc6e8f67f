"""What Word's format has and python-docx has no call for. Lengths in pt."""

import re

from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor

from papers.measures import BODY, LEFT_MM, MM

BIAOSONG, FANGSONG, HEI, KAI, SONG = "方正小标宋简体", "仿宋", "黑体", "楷体", "宋体"  # data
# Figures and Latin letters of the text; those of the other faces stay in their own.
LATIN = "Times New Roman"
OWN_LATIN = {BIAOSONG, HEI, SONG}
ALIGN = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
    "both": WD_ALIGN_PARAGRAPH.JUSTIFY,
}
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
LANGUAGES = {"zh-hans": "zh-CN", "en": "en-GB"}
# The order the schema (ECMA-376, part 1) lays down; Word calls a file with another one damaged.
ORDER = {
    "pPr": "pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr pBdr shd tabs "
    "kinsoku wordWrap overflowPunct autoSpaceDE autoSpaceDN snapToGrid spacing ind "
    "contextualSpacing jc textAlignment outlineLvl rPr sectPr",
    "rPr": "rStyle rFonts b bCs i iCs color spacing w kern position sz szCs u vertAlign lang",
    "tblPr": "tblStyle tblpPr tblW jc tblInd tblBorders shd tblLayout tblCellMar tblLook",
    "tcPr": "tcW gridSpan vMerge tcBorders shd noWrap tcMar vAlign",
}


def element(parent, tag, text=None):
    """A new child element."""
    child = OxmlElement(tag)
    if text is not None:
        child.text = text
    parent.append(child)
    return child


def attributes(node, **values):
    for name, value in values.items():
        node.set(qn(f"w:{name}"), str(value))


def twips(points):
    return round(points * 20)


def fonts(properties, face):
    """Names the face for Chinese, and the one for figures and Latin letters."""
    named = properties.find(qn("w:rFonts"))
    if named is None:
        named = element(properties, "w:rFonts")
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        named.attrib.pop(qn(f"w:{theme}"), None)
    latin = face if face in OWN_LATIN else LATIN
    # The hint: quotation marks and dashes, which both kinds of script have, are Chinese ones.
    attributes(named, ascii=latin, hAnsi=latin, eastAsia=face, cs=latin, hint="eastAsia")


def language(properties, code):
    named = properties.find(qn("w:lang"))
    if named is None:
        named = element(properties, "w:lang")
    attributes(named, val="en-US", eastAsia=LANGUAGES.get(code, code))


def run(paragraph, text, face, size, *, color=None, gap=0):
    """A run of text in one face; `gap` is extra space after each character."""
    # XML cannot hold control characters, which come with pasted text.
    made = paragraph.add_run(CONTROL.sub("", text))
    made.font.size = Pt(size)
    fonts(made._r.get_or_add_rPr(), face)
    if color:
        made.font.color.rgb = RGBColor.from_string(color)
    if gap:
        attributes(element(made._r.rPr, "w:spacing"), val=twips(gap))
    return made


def run_in(document, text, face, size, **more):
    """A new paragraph of one run."""
    paragraph = document.add_paragraph()
    run(paragraph, text, face, size, **more)
    return paragraph


def form(paragraph, *, line=None, align="left", before=0, keep=False):
    """Alignment, exact line height, space above; `keep`: on the page of the next paragraph."""
    shape = paragraph.paragraph_format
    shape.alignment = ALIGN[align]
    if before:
        shape.space_before = Pt(before)
    if keep:
        shape.keep_with_next = True
    if line:
        shape.line_spacing_rule = WD_LINE_SPACING.EXACTLY
        shape.line_spacing = Pt(line)
    # As in the PDF: no grid, and no automatic gaps beside figures, which would lengthen lines.
    for kind in ("autoSpaceDE", "autoSpaceDN", "snapToGrid"):
        attributes(element(paragraph._p.get_or_add_pPr(), f"w:{kind}"), val=0)


def first_line(paragraph):
    """Indented by two characters, whatever size they get (7.3.3)."""
    spot = paragraph._p.get_or_add_pPr().get_or_add_ind()
    attributes(spot, firstLineChars=200, firstLine=twips(2 * BODY))


def indent(paragraph, *, left=0, right=0, first=0):
    shape = paragraph.paragraph_format
    shape.left_indent, shape.right_indent = Pt(left), Pt(right)
    if first:
        shape.first_line_indent = Pt(first)


def tab(paragraph, kind, position):
    tabs = element(paragraph._p.get_or_add_pPr(), "w:tabs")
    attributes(element(tabs, "w:tab"), val=kind, pos=twips(position))


def border(paragraph, **sides):
    """Rules above or below: side=(thickness pt, colour, distance pt) or None."""
    edges = element(paragraph._p.get_or_add_pPr(), "w:pBdr")
    for side in ("top", "bottom"):
        if sides.get(side):
            thick, color, space = sides[side]
            attributes(
                element(edges, f"w:{side}"),
                val="single",
                sz=round(thick * 8),
                space=round(space),
                color=color,
            )


def edges(cell, **sides):
    """Rules at the edges of a cell: side=thickness in pt, or None."""
    box = element(cell._tc.get_or_add_tcPr(), "w:tcBorders")
    for side in ("top", "bottom"):
        if sides.get(side):
            size = round(sides[side] * 8)
            line = element(box, f"w:{side}")
            attributes(line, val="single", sz=size, space=0, color="000000")


def at_foot(grid):
    """Sets a table as wide as the type area at its foot, text passing above it."""
    shape = grid._tbl.tblPr
    attributes(
        element(shape, "w:tblpPr"),
        vertAnchor="margin",
        horzAnchor="page",
        tblpX=twips(LEFT_MM * MM),
        tblpYSpec="bottom",
    )
    margins = element(shape, "w:tblCellMar")
    for side in ("left", "right"):
        attributes(element(margins, f"w:{side}"), w=0, type="dxa")


def put_in_order(document):
    """Sorts what was added into the order of the schema, in the text and in every footer."""
    section = document.sections[0]
    parts = [document.element, document.styles.element]
    parts += [section.footer._element, section.even_page_footer._element]
    for part in parts:
        for kind, words in ORDER.items():
            names = [qn(f"w:{word}") for word in words.split()]
            for node in part.iter(qn(f"w:{kind}")):
                if all(child.tag in names for child in node):
                    node[:] = sorted(node, key=lambda child: names.index(child.tag))

"""Official papers as Word and PDF: what GB/T 9704-2012 asks for is in the files."""

import datetime
import io
import re
import zipfile
from dataclasses import replace

import pytest
from docx import Document
from docx.oxml.ns import qn
from pypdf import PdfReader

from papers import faces, measures
from papers.layout import (
    Heading,
    KeyValues,
    Paper,
    Paragraph,
    Table,
    fact_rows,
    title_lines,
)
from papers.pdf import pdf
from papers.word import docx
from tests.papers.examples import CIRCULAR, FIGURES, NOTICE, OVERDUE

BOTH = pytest.mark.parametrize("paper", [CIRCULAR, NOTICE], ids=["circular", "notice"])
LONG = Table(
    headings=("序号", "事项", "金额（万元）"),
    rows=tuple((str(at), f"第{at}项", f"{at * 1000.5:,.2f}") for at in range(1, 121)),
    numeric=frozenset({2}),
)


def opened(paper):
    return Document(io.BytesIO(docx(paper)))


def read(paper):
    return PdfReader(io.BytesIO(pdf(paper)))


def text_of(page):
    return re.sub(r"\s+", "", page.extract_text())


def plain(text):
    return re.sub(r"\s+", "", text)


def with_text(document, text):
    (found,) = [paragraph for paragraph in document.paragraphs if paragraph.text.startswith(text)]
    return found


def face(run):
    named = run._r.rPr.find(qn("w:rFonts"))
    return named.get(qn("w:eastAsia")), named.get(qn("w:ascii")), run.font.size.pt


# Word


@BOTH
def test_word_has_the_standards_page(paper):
    section = opened(paper).sections[0]
    edges = [section.page_width, section.page_height, section.top_margin, section.left_margin]
    assert [round(edge.mm) for edge in edges] == [210, 297, 37, 28]
    assert [round(section.right_margin.mm), round(section.bottom_margin.mm)] == [26, 35]
    assert 22 * measures.LINE <= 225 * measures.MM < 22.1 * measures.LINE


def test_word_names_the_official_faces():
    document = opened(CIRCULAR)
    wanted = {
        "汉沽管理区督查通报": ("方正小标宋简体", "方正小标宋简体"),
        "关于2026年11月份": ("方正小标宋简体", "方正小标宋简体"),
        "按照管委会": ("仿宋", "Times New Roman"),
        "一、总体情况": ("黑体", "黑体"),
        "（一）部分事项": ("楷体", "Times New Roman"),
        "1. 以转代办": ("仿宋", "Times New Roman"),
    }
    for start, names in wanted.items():
        assert face(with_text(document, start).runs[0])[:2] == names
    assert face(with_text(document, "关于2026年11月份").runs[0])[2] == 22
    body = with_text(document, "按照管委会")
    assert face(body.runs[0])[2] == 16
    assert body.paragraph_format.line_spacing.pt == pytest.approx(28.95)
    indent = body._p.pPr.find(qn("w:ind"))
    assert indent.get(qn("w:firstLineChars")) == "200"
    assert str(with_text(document, "汉沽管理区督查通报").runs[0].font.color.rgb) == "FF0000"


def test_word_numbers_odd_pages_to_the_right_and_even_ones_to_the_left():
    document = opened(CIRCULAR)
    section = document.sections[0]
    assert document.settings.odd_and_even_pages_header_footer
    for footer, side in ((section.footer, "right"), (section.even_page_footer, "left")):
        paragraph = footer.paragraphs[0]
        xml = paragraph._p.xml
        assert "PAGE" in xml
        assert xml.count("w:fldChar ") == 3
        assert paragraph.text == "— 1 —"
        assert paragraph.alignment == {"right": 2, "left": 0}[side]
        assert getattr(paragraph.paragraph_format, f"{side}_indent").pt == 14
        assert face(paragraph.runs[0])[:2] == ("宋体", "宋体")


def test_words_tables_repeat_their_headings_and_keep_their_rows():
    figures, overdue = opened(CIRCULAR).tables[:2]
    for grid, block in ((figures, FIGURES), (overdue, OVERDUE)):
        assert len(grid.rows) == len(block.rows) + 1
        assert grid.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
        assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in grid.rows)
    found = [[cell.text for cell in row.cells] for row in figures.rows[1:]]
    assert found == [list(row) for row in FIGURES.rows]
    assert figures.rows[3].cells[9].paragraphs[0].alignment == 2
    assert figures.rows[3].cells[1].paragraphs[0].alignment == 0
    assert sum(column.width.pt for column in figures.columns) == pytest.approx(442.2, abs=1)


@BOTH
def test_word_ends_with_the_signature_and_the_imprint_at_the_foot(paper):
    document = opened(paper)
    issuer, date = document.paragraphs[-2:]
    assert [issuer.text, date.text] == [paper.issuer, "2026年11月26日"]
    assert date.paragraph_format.right_indent.pt == pytest.approx(4 * 15.8, abs=1)
    assert issuer.paragraph_format.keep_with_next
    imprint = document.tables[-1]
    assert imprint._tbl.tblPr.find(qn("w:tblpPr")).get(qn("w:tblpYSpec")) == "bottom"
    assert imprint.rows[-1].cells[0].text == f"{paper.printed_by}\t2026年11月26日印发"


@BOTH
def test_word_is_the_same_every_time_and_names_no_machine(paper):
    first = docx(paper)
    assert first == docx(paper)
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    core = opened(paper).core_properties
    assert (core.title, core.author) == (paper.title, paper.issuer)
    assert core.last_modified_by == paper.issuer
    assert core.created.date() == paper.dated


# PDF


@BOTH
def test_pdf_is_a4_with_every_word_of_the_paper(paper):
    pages = read(paper).pages
    sizes = {
        tuple(round(float(edge) / measures.MM) for edge in page.mediabox[2:]) for page in pages
    }
    assert sizes == {(210, 297)}
    text = "".join(text_of(page) for page in pages)
    said = [paper.head, paper.number, paper.title, paper.addressee + "：", paper.issuer]
    for block in paper.blocks:
        if isinstance(block, Heading):
            said.append(block.text)
        elif isinstance(block, KeyValues):
            said += [words for fact in block.facts for words in fact if len(words) < 12]
    said += ["2026年11月26日", paper.printed_by]
    assert [words for words in said if plain(words) not in text] == []


def test_pdf_has_every_figure_of_the_tables():
    text = "".join(text_of(page) for page in read(CIRCULAR).pages)
    for row in FIGURES.rows:
        assert plain("".join(row)) in text
    for row in OVERDUE.rows:
        assert row[0] in text
        assert row[4] in text


def test_pdf_numbers_odd_pages_to_the_right_and_even_ones_to_the_left():
    pages = read(CIRCULAR).pages
    assert len(pages) > 2
    for number, page in enumerate(pages, 1):
        spots = []

        def see(text, _cm, matrix, _font, _size, spots=spots):
            if "—" in text and text.strip("— 0123456789\n") == "":
                spots.append((matrix[4], matrix[5]))

        page.extract_text(visitor_text=see)
        assert f"—{number}—" in text_of(page)
        (left, base) = spots[-1]
        assert (left > 400) == bool(number % 2)
        assert base < measures.BOTTOM_MM * measures.MM - 7 * measures.MM


@BOTH
def test_pdf_carries_its_fonts(paper):
    seen = set()
    for page in read(paper).pages:
        for reference in page["/Resources"]["/Font"].values():
            font = reference.get_object()
            if "Paper" in font["/BaseFont"]:
                seen.add(font["/BaseFont"].split("+")[1])
                assert "/FontFile2" in font["/FontDescriptor"]
    assert {"Paper-Biaosong", "Paper-Fangsong", "Paper-Hei", "Paper-Song"} <= seen
    assert len(pdf(paper)) < 400_000


@BOTH
def test_pdf_is_the_same_every_time(paper):
    first = pdf(paper)
    pdf(replace(paper, title="别的"))
    assert pdf(paper) == first
    meta = PdfReader(io.BytesIO(first)).metadata
    assert (meta.title, meta.author) == (paper.title, paper.issuer)


def test_a_long_table_repeats_its_headings_on_every_page():
    pages = read(replace(CIRCULAR, blocks=(Paragraph("如下。"), LONG))).pages
    texts = [text_of(page) for page in pages]
    with_rows = [text for text in texts if "项" in text]
    assert len(with_rows) >= 4
    assert all(text.count("序号事项金额") == 1 for text in with_rows)
    assert all(f"第{at}项{at * 1000.5:,.2f}" in "".join(texts) for at in range(1, 121))


@pytest.mark.parametrize("count", range(6, 40))
def test_no_page_has_the_signature_or_the_imprint_alone(count):
    paper = replace(CIRCULAR, blocks=(Paragraph("甲。"),) * count)
    last = text_of(read(paper).pages[-1])
    assert "甲。" in last
    assert "督查室2026年11月26日" in last
    assert "印发" in last


def test_a_heading_is_never_the_last_on_its_page():
    for count in range(8, 34):
        blocks = (*(Paragraph("甲。"),) * count, Heading(1, "一、标题"), Paragraph("乙。"))
        for page in read(replace(CIRCULAR, blocks=blocks)).pages:
            text = text_of(page)
            assert ("一、标题" in text) == ("乙。" in text)


def test_rare_characters_are_drawn_or_shown_as_absent():
    blocks = (Paragraph("龘镕㛃𬭎と①㎡€"), Paragraph("无此字：\U000323af。"))
    text = text_of(read(replace(NOTICE, blocks=blocks)).pages[0])
    assert "龘镕" in text
    assert "无此字：〓。" in text


def test_pasted_control_characters_harm_neither_file():
    paper = replace(NOTICE, blocks=(Paragraph("一\x0b二\u200b三\r\n四\x00"),))
    assert "一二三" in text_of(read(paper).pages[0]).replace("\u200b", "")
    assert any(found.text.startswith("一二") for found in opened(paper).paragraphs)


def test_a_cell_longer_than_a_page_loses_nothing():
    words = "".join(chr(0x4E00 + at) if at % 7 else "，" for at in range(1500))
    kept = "".join(char for char in words if faces.place(char, faces.FANGSONG)[1] == char)
    block = Table(headings=("事项", "说明"), rows=(("一", kept),), widths=(1, 3))
    text = "".join(text_of(page) for page in read(replace(CIRCULAR, blocks=(block,))).pages)
    assert sum(text.count(char) for char in set(kept) - {"，"}) >= len(set(kept)) - 1


def test_missing_fonts_are_named_with_their_remedy(settings, tmp_path):
    faces.font.cache_clear()
    faces.place.cache_clear()
    faces.advance.cache_clear()
    settings.BASE_DIR = tmp_path
    try:
        with pytest.raises(faces.FontsMissing, match="make"):
            pdf(NOTICE)
    finally:
        faces.font.cache_clear()


# Shared rules


def test_a_title_is_divided_at_a_seam_into_even_lines():
    assert title_lines("关于11月份企业诉求办理情况的通报", 20) == [
        "关于11月份企业诉求办理情况的通报"
    ]
    assert title_lines(CIRCULAR.title, 20) == [
        "关于2026年11月份企业诉求办理",
        "和重点项目推进情况的督查通报",
    ]
    assert title_lines("第一行\n第二行", 20) == ["第一行", "第二行"]
    for length in range(1, 90):
        lines = title_lines("督" * length, 20)
        assert "".join(lines) == "督" * length
        assert max(map(len, lines)) <= 20


def test_short_facts_share_a_row():
    facts = KeyValues((("甲", "一"), ("乙", "二"), ("丙", "三" * 30), ("丁", "四")))
    assert [len(row) for row in fact_rows(facts)] == [2, 1, 1]


def test_a_table_with_a_short_row_is_refused():
    with pytest.raises(ValueError, match="one text per heading"):
        Table(headings=("甲", "乙"), rows=(("一",),))


@pytest.mark.parametrize("block", [FIGURES, OVERDUE, LONG])
def test_columns_fill_the_width_and_hold_their_figures(block):
    size, widths = measures.columns(block)
    assert sum(widths) == pytest.approx(measures.WIDTH)
    for row in block.rows:
        for column in block.numeric:
            room = widths[column] - 2 * measures.PAD_X
            assert faces.width(row[column], faces.HEI, size) <= room + 0.01


def test_a_paper_may_leave_out_nearly_everything():
    paper = Paper("督办单", "", "", "", (Paragraph("甲"),), "某室", datetime.date(2026, 1, 2))
    assert "2026年1月2日" in text_of(read(paper).pages[0])
    assert opened(paper).paragraphs[-1].text == "2026年1月2日"

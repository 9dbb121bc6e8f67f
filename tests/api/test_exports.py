"""The three file formats, with what spreadsheets would make of hostile or awkward values."""

import csv
import io
import json
import re
import tracemalloc
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from xml.etree import ElementTree

import pytest

from api.exports import CELL_CHARACTERS, export

ROWS = [
    {
        "name": "=HYPERLINK(1)",
        "amount": Decimal("-13691000000.10"),
        "at": None,
        "tags": ["甲", "乙"],
    },
    {
        "name": "唐山",
        "amount": None,
        "at": datetime(2026, 3, 12, 9, 30, tzinfo=UTC),
        "tags": [],
    },
]
COLUMNS = [(key, lambda row, key=key: row[key]) for key in ("name", "amount", "at", "tags")]


def content(rows, columns, format):
    return b"".join(export(rows, columns, format, "诉求").streaming_content)


def cells(rows, columns=COLUMNS):
    return list(csv.reader(io.StringIO(content(rows, columns, "csv").decode("utf-8-sig"))))


def test_csv_has_a_mark_headings_and_local_times():
    assert content(ROWS, COLUMNS, "csv").startswith(b"\xef\xbb\xbf")
    assert cells(ROWS)[0] == ["name", "amount", "at", "tags"]
    assert cells(ROWS)[2] == ["唐山", "", "2026-03-12T17:30:00+08:00", ""]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "＝"])
def test_a_text_is_never_run_as_a_formula(start):
    rows = [{"name": f"{start}1+1"}]
    assert cells(rows, COLUMNS[:1])[1] == [f"'{start}1+1"]


def test_a_negative_amount_stays_a_number_and_keeps_every_digit():
    assert cells(ROWS)[1][1] == "-13691000000.10"
    assert json.loads(content(ROWS, COLUMNS, "ndjson").splitlines()[0])["amount"] == (
        "-13691000000.10"
    )


def test_ndjson_is_one_object_a_line():
    lines = [json.loads(line) for line in content(ROWS, COLUMNS, "ndjson").splitlines()]
    assert [line["name"] for line in lines] == ["=HYPERLINK(1)", "唐山"]
    assert lines[0]["tags"] == ["甲", "乙"]
    assert lines[1]["at"] == "2026-03-12T17:30:00+08:00"


def sheet(rows, columns=COLUMNS):
    book = zipfile.ZipFile(io.BytesIO(content(rows, columns, "xlsx")))
    return book.read("xl/worksheets/sheet1.xml").decode()


def test_xlsx_writes_text_as_text():
    xml = sheet(ROWS)
    assert "=HYPERLINK(1)" in xml
    assert "<f>" not in xml
    assert "唐山" in xml


def test_xlsx_takes_no_rows_and_cells_that_are_too_long():
    assert "name" in sheet([])
    assert "x" * CELL_CHARACTERS in sheet([{"name": "x" * 40_000}], COLUMNS[:1])


def test_values_of_dates_and_flags():
    columns = [("day", lambda row: date(2026, 3, 1)), ("open", lambda row: True)]
    assert cells([1], columns)[1] == ["2026-03-01", "true"]
    assert '<c r="B2" t="b"><v>1</v></c>' in sheet([1], columns)


def test_the_file_name_survives_as_chinese():
    disposition = export([], COLUMNS, "csv", "诉求")["Content-Disposition"]
    assert disposition == "attachment; filename*=utf-8''%E8%AF%89%E6%B1%82.csv"


def test_an_unknown_format_is_an_error():
    with pytest.raises(KeyError):
        export([], COLUMNS, "pdf", "x")


PREFIXES = ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"]


@pytest.mark.parametrize("start", PREFIXES)
def test_no_beginning_makes_a_formula_in_either_kind_of_sheet(start):
    rows = [{"name": f"{start}HYPERLINK(1)"}]
    assert cells(rows, COLUMNS[:1])[1] == [f"'{start}HYPERLINK(1)"]
    (value,) = texts(rows, COLUMNS[:1])
    assert value == f"{start}HYPERLINK(1)"


def texts(rows, columns):
    """The text cells of the first sheet below its heading; fails on a formula or a number."""
    with zipfile.ZipFile(io.BytesIO(content(rows, columns, "xlsx"))) as book:
        sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    assert not list(sheet.iter(f"{space}f"))
    found = list(sheet.iter(f"{space}c"))[len(columns) :]
    assert {cell.get("t") for cell in found} == {"inlineStr"}
    return [
        re.sub(r"_x([0-9A-F]{4})_", lambda code: chr(int(code[1], 16)), cell[0][0].text)
        for cell in found
    ]


@pytest.mark.parametrize("value", ["0012345", "013800001234", "911302000000000018", "1E5", "3-4"])
def test_a_workbook_keeps_codes_phones_and_leading_zeros(value):
    assert texts([{"name": value}], COLUMNS[:1]) == [value]


@pytest.mark.parametrize("code", [1, 7, 8, 11, 12, 14, 27, 31])
def test_control_characters_survive_in_every_format(code):
    rows = [{"name": f"甲{chr(code)}乙"}]
    assert texts(rows, COLUMNS[:1]) == [rows[0]["name"]]
    assert cells(rows, COLUMNS[:1])[1] == [rows[0]["name"]]
    assert json.loads(content(rows, COLUMNS[:1], "ndjson"))["name"] == rows[0]["name"]


@pytest.mark.parametrize("format", ["csv", "ndjson", "xlsx"])
def test_memory_does_not_grow_with_the_rows(format):
    def peak(count):
        rows = ({"name": f"示例{n}", "amount": n, "at": None, "tags": ["甲"]} for n in range(count))
        tracemalloc.start()
        for _block in export(rows, COLUMNS, format, "诉求").streaming_content:
            pass
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return used

    peak(100)
    assert peak(20_000) < peak(1_000) + 1_000_000

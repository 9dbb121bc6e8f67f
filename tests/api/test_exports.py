"""The three file formats, with what spreadsheets would make of hostile or awkward values."""

import csv
import io
import json
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal

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

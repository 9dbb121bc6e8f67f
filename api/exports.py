"""Rows as a file: CSV, NDJSON or XLSX, streamed with no row cap. Pages and the API use the same
function, so both give the same rows in the same order.
"""

import csv
import json
import tempfile
from datetime import date, datetime
from decimal import Decimal

import xlsxwriter
from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.utils import timezone
from django.utils.encoding import force_str
from django.utils.functional import Promise
from django.utils.http import content_disposition_header

CHUNK = 500
SHEET_ROWS = 1_048_576
CELL_CHARACTERS = 32_767
# Spreadsheets run a cell that begins so as a formula; the wide forms are what a Chinese keyboard
# types.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
BOM = "\ufeff"


def export(rows, columns, format, filename):
    """A streamed attachment `filename`.`format`.

    `rows` is a QuerySet or any iterable, `columns` are (heading, callable(row)) pairs, `format` is
    one of FORMATS. Values may be text, numbers, Decimal, dates, aware datetimes, bool, None, lists
    or dicts. Raises KeyError for an unknown format.
    """
    write, content_type = FORMATS[format]
    columns = [(force_str(heading), value) for heading, value in columns]
    response = StreamingHttpResponse(write(_read(rows), columns), content_type=content_type)
    response["Content-Disposition"] = content_disposition_header(True, f"{filename}.{format}")
    response["Cache-Control"] = "private, no-store"
    return response


def _read(rows):
    """Never the whole result in memory, prefetches included."""
    return rows.iterator(chunk_size=CHUNK) if isinstance(rows, QuerySet) else rows


class _Echo:
    """What csv.writer writes to: the line comes back instead of being kept."""

    def write(self, line):
        return line


def _csv(rows, columns):
    writer = csv.writer(_Echo())
    # Excel takes a file without the mark for one in the system's old encoding.
    yield BOM + writer.writerow([_cell(heading) for heading, _value in columns])
    for row in rows:
        yield writer.writerow([_cell(value(row)) for _heading, value in columns])


def _ndjson(rows, columns):
    for row in rows:
        line = {heading: _plain(value(row)) for heading, value in columns}
        yield json.dumps(line, ensure_ascii=False) + "\n"


def _xlsx(rows, columns):
    with tempfile.TemporaryFile() as file:
        _write_book(file, rows, columns)
        file.seek(0)
        while block := file.read(64 * 1024):
            yield block


def _write_book(file, rows, columns):
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(file, options) as book:
        formats = {
            datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
            date: book.add_format({"num_format": "yyyy-mm-dd"}),
        }
        bold = book.add_format({"bold": True})
        sheet, line = None, SHEET_ROWS
        for row in rows:
            if line == SHEET_ROWS:
                sheet, line = _new_sheet(book, columns, bold), 1
            for column, (_heading, value) in enumerate(columns):
                _write_cell(sheet, line, column, value(row), formats)
            line += 1
        if sheet is None:
            _new_sheet(book, columns, bold)


def _new_sheet(book, columns, bold):
    sheet = book.add_worksheet()
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, max(len(columns) - 1, 0), 18)
    for column, (heading, _value) in enumerate(columns):
        sheet.write_string(0, column, heading, bold)
    return sheet


def _write_cell(sheet, line, column, value, formats):
    if value is None or value == "":
        return
    if isinstance(value, bool):
        sheet.write_boolean(line, column, value)
    elif isinstance(value, int | float | Decimal):
        sheet.write_number(line, column, value)
    elif isinstance(value, datetime):
        # A workbook knows no time zones: the district's clock time is what is written.
        local = timezone.localtime(value).replace(tzinfo=None, microsecond=0)
        sheet.write_datetime(line, column, local, formats[datetime])
    elif isinstance(value, date):
        sheet.write_datetime(line, column, value, formats[date])
    else:
        sheet.write_string(line, column, _text(value)[:CELL_CHARACTERS])


def _plain(value):
    """A JSON value: Decimal as a string, so that no digit is lost; times ISO 8601 with zone."""
    if isinstance(value, datetime):
        return timezone.localtime(value).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal | Promise):
        return str(value)
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def _text(value):
    """One cell's text: a list's items side by side, anything nested as JSON."""
    value = _plain(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list) and not any(isinstance(item, list | dict) for item in value):
        return "; ".join(map(str, value))
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def _cell(value):
    text = _text(value)
    is_text = not isinstance(value, int | float | Decimal)
    return f"'{text}" if is_text and text.startswith(FORMULA_STARTS) else text


# format → (writer, content type)
FORMATS = {
    "csv": (_csv, "text/csv; charset=utf-8"),
    "ndjson": (_ndjson, "application/x-ndjson; charset=utf-8"),
    "xlsx": (_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}

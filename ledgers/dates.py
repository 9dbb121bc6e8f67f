"""Dates as officials type them. Only a full date is one: of "2019-10" or 年内 the text is kept and
the day stays unknown, because a first or last of the month would be compared with deadlines. Pure.
"""

import re
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from ledgers.wording import MAX_TEXT, plain, tidy

# The People's Republic keeps no project from before; later than this a year is a slip of the pen.
YEARS = range(1949, 2101)
# The same sign twice: 2026.3-12 is rather March to December.
SEPARATED = re.compile(r"(?P<year>[0-9]{3,})([-/.–—−])(?P<month>[0-9]+)\2(?P<day>[0-9]+)")
WRITTEN = re.compile("(?P<year>[0-9]{3,})年(?P<month>[0-9]+)月(?P<day>[0-9]+)[日号]?")  # data
CLOSED_UP = re.compile(r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})")
# Spreadsheets write one behind a date.
TIME = re.compile(r"(?<=[0-9])[t ][0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?$")


class DateError(ValueError):
    """A text that looks like a full date and is none; the sentence is for people."""


@dataclass(frozen=True)
class Day:
    """`day`, or None when not fully known; `text` as typed, empty when nothing was."""

    day: date | None
    text: str


def read_date(text):
    """The Day a text states: 2026-03-12, 2026/3/12, 2026.3.12, 2026年3月12日, 20260312.

    Raises DateError for a full date that the calendar or YEARS does not have, and for a text
    longer than MAX_TEXT.
    """
    kept = tidy(text)
    if len(kept) > MAX_TEXT:
        raise DateError(_("日期的文字不能超过%(limit)d个字。") % {"limit": MAX_TEXT})
    read = TIME.sub("", plain(kept))
    for form in (SEPARATED, WRITTEN, CLOSED_UP):
        if found := form.fullmatch(read):
            return Day(_day(kept, **found.groupdict()), kept)
    return Day(None, kept)


def _day(kept, year, month, day):
    try:
        read = date(int(year), int(month), int(day))
    except (ValueError, OverflowError):
        raise DateError(
            _(
                "“%(text)s”不是日历上的日期，请写成 2026-03-12 或 2026年3月12日；"
                "日期未定的请照实写，例如“2026年三季度”。"
            )
            % {"text": kept}
        ) from None
    if read.year not in YEARS:
        raise DateError(
            _("“%(text)s”的年份应在%(first)d年至%(last)d年之间。")
            % {"text": kept, "first": YEARS[0], "last": YEARS[-1]}
        )
    return read

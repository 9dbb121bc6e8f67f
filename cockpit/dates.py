"""Periods of circulars and tables: weeks from Monday to Sunday, months, quarters, years."""

from datetime import date, datetime, time, timedelta

from django.utils import timezone

WEEK, MONTH, QUARTER, YEAR, CUSTOM = "week", "month", "quarter", "year", "custom"
DAY = timedelta(days=1)


def around(kind, day):
    """(first day, last day) of the week, month, quarter or year that holds `day`."""
    if kind == WEEK:
        first = day - timedelta(days=day.weekday())
        return first, first + timedelta(days=6)
    months = {MONTH: 1, QUARTER: 3, YEAR: 12}[kind]
    first = date(day.year, (day.month - 1) // months * months + 1, 1)
    return first, _months_later(first, months) - DAY


def before(kind, day):
    """The period before the one that holds `day`."""
    return around(kind, around(kind, day)[0] - DAY)


def after(kind, day):
    return around(kind, around(kind, day)[1] + DAY)


def _months_later(first, months):
    month = first.month - 1 + months
    return date(first.year + month // 12, month % 12 + 1, 1)


def moments(start, end):
    """[beginning of `start`, beginning of the day after `end`) as moments in the district."""
    return _midnight(start), _midnight(end + DAY)


def _midnight(day):
    return timezone.make_aware(datetime.combine(day, time.min))

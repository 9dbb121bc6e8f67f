"""The calendar in the database: read as a WorkCalendar, changed by notices and by working hours,
each with a trace.
"""

from functools import cache
from importlib import import_module
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from worktime import registry, validators
from worktime.calendars import ClockError, WorkCalendar
from worktime.models import CalendarChange, CalendarDay, CalendarYear, WorkHours

# Per process: (mark, calendar). Replaced as a whole, so threads need no lock.
_kept = {"calendar": (None, None)}


def current_calendar():
    """The calendar as committed now: one small query, more only after a change, whichever process
    made it.

    Raises ClockError when no working hours are stored.
    """
    mark = CalendarChange.objects.mark()
    kept_mark, calendar = _kept["calendar"]
    if mark is None or mark != kept_mark:
        # The mark is read before the rows: a change in between is then seen at the next call,
        # never missed.
        calendar = _build(
            _stored_years(), _stored_days(), WorkHours.objects.all(), str(mark[0] if mark else 0)
        )
        _kept["calendar"] = (mark, calendar)
    return calendar


def preview_calendar(data, lines=()):
    """The calendar as it would be with this notice; nothing is stored. Raises ValidationError."""
    notice = validators.check_notice(data, lines)
    days = {day: ruled for day, ruled in _stored_days().items() if day not in _days_of(notice.year)}
    hours = WorkHours.objects.all()
    return _build(
        _stored_years() | {notice.year}, days | notice.days, hours, current_calendar().version
    )


def preview_notice(data, lines=()):
    """({"added", "removed", "changed", "papers"}, rows of registry.what_if) of a notice before it
    is imported; nothing is stored. Raises ValidationError.
    """
    notice = validators.check_notice(data, lines)
    _refuse_conflict(notice)
    before = CalendarYear.objects.filter(year=notice.year).first()
    return _difference(notice, before), registry.what_if(preview_calendar(data, lines))


def preview_hours(hours):
    """Rows of registry.what_if of a WorkHours row before it is saved; nothing is stored."""
    rows = [row for row in WorkHours.objects.all() if row.pk != hours.pk]
    version = current_calendar().version
    return registry.what_if(_build(_stored_years(), _stored_days(), [*rows, hours], version))


@transaction.atomic
def import_calendar(data, by, lines=()):
    """Store a State Council notice (`data` as in the JSON file) and tell the registry; returns the
    CalendarChange.

    None when the same content is stored already. `by` names who imports; `lines` as
    validators.read_notice gives them. Raises ValidationError with everything that is wrong, and
    stores nothing.
    """
    notice = validators.check_notice(data, lines)
    _serialise()
    _refuse_conflict(notice)
    old, before = current_calendar(), CalendarYear.objects.filter(year=notice.year).first()
    diff = _difference(notice, before)
    if before and not any(diff.values()):
        return None
    year = before or CalendarYear(year=notice.year, version=0)
    change = CalendarChange(year=notice.year, diff=diff, by=by or "", version_before=year.version)
    year.papers, year.version = list(notice.papers), year.version + 1
    year.imported_at, year.imported_by = timezone.now(), by
    year.save()
    CalendarDay.objects.of(notice.year).delete()
    CalendarDay.objects.bulk_create(
        CalendarDay(year=year, date=day, name=name, is_workday=is_workday)
        for day, (name, is_workday) in sorted(notice.days.items())
    )
    return _announce(change, year.version, old)


@transaction.atomic
def save_hours(hours, by):
    """Store a WorkHours row with its trace and tell the registry; returns the CalendarChange."""
    _serialise()
    old = current_calendar()
    before = WorkHours.objects.filter(pk=hours.pk).first()
    hours.full_clean()
    hours.save()
    return _announce(_hours_change(before, hours, by), 0, old)


@transaction.atomic
def delete_hours(hours, by):
    """Delete a WorkHours row; raises ClockError for the last one, without which nothing would ever
    be due.
    """
    _serialise()
    old = current_calendar()
    change = _hours_change(hours, None, by)
    hours.delete()
    return _announce(change, 0, old)


def _hours_change(before, after, by):
    diff = {"before": before and _written(before), "after": after and _written(after)}
    return CalendarChange(diff=diff, by=by or "")


def _written(hours):
    return {field.name: _plain(getattr(hours, field.attname)) for field in hours._meta.fields}


def _plain(value):
    return value if value is None or isinstance(value, int | str) else value.isoformat()


def _announce(change, version, old):
    change.version_after = version
    change.save()
    registry.announce(change, old, current_calendar())
    return change


def _serialise():
    # Two changes at once would each tell the registry of a calendar that lacks the other.
    list(CalendarYear.objects.select_for_update().order_by("pk"))


def _refuse_conflict(notice):
    for row in CalendarDay.objects.ruled_by_others(notice.year, list(notice.days)).select_related(
        "year"
    ):
        raise ValidationError(
            _("日期 %(date)s 已由 %(year)s 年的通知规定，请核对文件。")
            % {"date": row.date, "year": row.year.year}
        )


def _difference(notice, before):
    stored = _days_of(notice.year)
    added = [_entry(day, notice.days[day]) for day in sorted(notice.days.keys() - stored.keys())]
    removed = [_entry(day, stored[day]) for day in sorted(stored.keys() - notice.days.keys())]
    changed = [
        {"before": _entry(day, stored[day]), "after": _entry(day, notice.days[day])}
        for day in sorted(stored.keys() & notice.days.keys())
        if stored[day] != notice.days[day]
    ]
    papers = list(notice.papers) if before is None or before.papers != list(notice.papers) else []
    return {"added": added, "removed": removed, "changed": changed, "papers": papers}


def _entry(day, ruled):
    return {"date": day.isoformat(), "name": ruled[0], "is_workday": ruled[1]}


def _stored_years():
    return set(CalendarYear.objects.values_list("year", flat=True))


def _stored_days():
    rows = CalendarDay.objects.values_list("date", "name", "is_workday")
    return {day: (name, is_workday) for day, name, is_workday in rows}


def _days_of(year):
    rows = CalendarDay.objects.of(year).values_list("date", "name", "is_workday")
    return {day: (name, is_workday) for day, name, is_workday in rows}


def _build(years, days, hours, version):
    """WorkCalendar from {date: (name, is_workday)} and WorkHours; the more urgent season comes
    first.
    """
    ordered = sorted(
        hours,
        key=lambda row: (row.priority, row.from_month is not None, row.valid_from),
        reverse=True,
    )
    if not ordered:
        raise ClockError(_("尚未设置作息时间，无法计算期限。"))
    seasons = tuple(row.season() for row in ordered)
    return WorkCalendar(
        tz=ZoneInfo(settings.TIME_ZONE),
        # Days before any row is valid are worked by the hours of lowest rank.
        weekly=seasons[-1].weekly,
        holidays=frozenset(day for day, (name, is_workday) in days.items() if not is_workday),
        shifts={day: None for day, (name, is_workday) in days.items() if is_workday},
        seasons=seasons,
        announced=frozenset(years),
        version=version,
        names={day: name for day, (name, is_workday) in days.items()},
        statutory=statutory_days,
    )


@cache
def statutory_days(year):
    """{date: (name, is_workday)} of a year without notice: statutory days
    (全国年节及纪念日放假办法).

    They come from the `holidays` package, which takes half a second to load: only a deadline that
    reaches such a year pays for it.
    """
    known = import_module("holidays.countries.china").CN(years=year, language="zh_CN")
    rest = {
        day: (name.replace("; ", "、"), False) for day, name in known.items() if day.year == year
    }
    made_up = ("调休", True)  # data
    return rest | {day: made_up for day in known.weekend_workdays if day.year == year}

"""`check --database default` warns from 1 November while next year's notice is missing."""

from django.apps import apps
from django.core import checks
from django.db import DatabaseError
from django.utils import timezone
from django.utils.translation import gettext as _

WARN_FROM_MONTH = 11


def missing_next_year(today):
    """The next year if `today` (a local date) is in November or December and it has no notice yet,
    else None.
    """
    known = apps.get_model("worktime", "CalendarYear").objects
    wanted = today.year + 1
    return (
        wanted
        if today.month >= WARN_FROM_MONTH and not known.filter(year=wanted).exists()
        else None
    )


def missing_text(year):
    return _(
        "%(year)s 年节假日安排尚未导入，跨年期限暂按法定节假日测算；通知发布后请及时导入。"
    ) % {"year": year}


def next_year_is_announced(app_configs, databases=None, **kwargs):
    if not databases:
        return []
    try:
        year = missing_next_year(timezone.localdate())
    except DatabaseError:
        return []  # Before the first migrate there is no table to ask.
    return [checks.Warning(missing_text(year), id="worktime.W001")] if year else []

"""What the portal watches by itself: from 1 November administrators hear that next year's calendar
is missing, once a week until it is imported (product rule: promises must not stay provisional).
"""

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import roles
from accounts.models import User
from notifications import kinds, services
from worktime.checks import missing_next_year

KIND = "worktime.calendar_missing"


def warn_of_missing_calendar(now=None):
    """Posts this week's warning to every administrator; returns how many messages are new."""
    now = now or timezone.now()
    year = missing_next_year(timezone.localdate(now))
    if year is None:
        return 0
    week = timezone.localdate(now).isocalendar()
    with transaction.atomic():
        return services.post(
            kind=KIND,
            recipients=User.objects.filter(groups__name=roles.ADMINISTRATOR, is_active=True),
            data={"year": year},
            dedupe_key=f"worktime:calendar-missing:{year}:{week.year}-{week.week}",
            now=now,
        )


def render(data):
    return kinds.Rendered(
        subject=_("%(year)s年放假安排尚未导入") % data,
        body=_(
            "国务院办公厅%(year)s年放假安排尚未导入，跨入该年的时限暂按法定节假日测算。"
            "通知发布后请用 manage.py import_calendar 导入，"
            "受影响的时限将自动重新测算并通知有关人员。"
        )
        % data,
        url=reverse("admin:worktime_calendaryear_changelist"),
    )


def register():
    kinds.register(kinds.Kind(code=KIND, label=gettext_lazy("工作日历"), render=render))

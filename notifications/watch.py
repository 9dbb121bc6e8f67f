"""What the portal watches by itself: from 1 November administrators hear that next year's calendar
is missing, once a week until it is imported (product rule: promises must not stay provisional);
and what could not be delivered is told once a day, to them and to whom it was for.
"""

from datetime import timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import roles
from accounts.models import User
from notifications import adapters, kinds, services
from notifications.choices import Channel
from notifications.models import Delivery, Gateway
from worktime.checks import missing_next_year

KIND = "worktime.calendar_missing"
UNDELIVERED, LOST = "notifications.undelivered", "notifications.lost"


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


def look_after_deliveries(now=None):
    """Asks for the fate of messages whose sending was cut, and tells of what was given up: {"found"
    out by asking, "told": new messages}. At most one message a person and day.
    """
    now = now or timezone.now()
    found = sum(_find_out(delivery, now) for delivery in Delivery.objects.unknown().for_asking())
    troubled = Delivery.objects.troubled().tried_since(now - timedelta(days=1))
    count = troubled.count()
    if not count:
        return {"found": found, "told": 0}
    day = timezone.localdate(now).isoformat()
    with transaction.atomic():
        told = services.post(
            kind=UNDELIVERED,
            recipients=User.objects.filter(groups__name=roles.ADMINISTRATOR, is_active=True),
            # The first count of the day: later ones are on the page.
            data={"count": count},
            dedupe_key=f"notifications:undelivered:{day}",
            now=now,
        )
        told += services.post(
            kind=LOST,
            recipients=User.objects.filter(pk__in=troubled.readers(), is_active=True),
            data={},
            dedupe_key=f"notifications:lost:{day}",
            now=now,
        )
    return {"found": found, "told": told}


def _find_out(delivery, now):
    """Whether the provider could say; then the row is settled or given up."""
    reader = delivery.message.recipient
    gateway = Gateway.objects.serving(Channel.SMS, reader.department_id if reader else None)
    arrived = adapters.sms_arrived(gateway, f"hangu-{delivery.pk}") if gateway else None
    row = Delivery.objects.with_number(delivery.pk)
    if arrived:
        services.settle(row, now)
    elif arrived is False:
        row.unknown().mark_dead("the provider says it was not delivered")
    return arrived is not None


def render_undelivered(data):
    return kinds.Rendered(
        subject=_("有消息未能送达"),
        body=_("近一日有%(count)d条消息未能送达，请查看原因并处理。") % data,
        url=reverse("operations-undelivered"),
    )


def render_lost(data):
    return kinds.Rendered(
        subject=_("发给您的消息未能送达"),
        body=_("平台发往您的邮箱或手机的消息未能送达，请核对联系方式；消息内容可在平台内查看。"),
        url=reverse("preferences"),
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
    undelivered = gettext_lazy("消息未送达")
    kinds.register(kinds.Kind(code=UNDELIVERED, label=undelivered, render=render_undelivered))
    # Only in the inbox: the other ways are the ones that failed.
    kinds.register(kinds.Kind(code=LOST, label=undelivered, render=render_lost, mail=False))

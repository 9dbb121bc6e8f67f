"""The health panel, and the same figures for machines: /healthz/worker and /metrics."""

import hmac
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.db.models import Max, Min
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from hangu import health, metrics
from hangu.schedule import BEAT, LABELS
from notifications.choices import Channel
from notifications.models import Delivery, Gateway, Lane, TimerRun
from notifications.operations import may_look

# As Zammad warns: late by minutes, a backlog of a quarter of an hour, more than ten given up.
LATE_AFTER = timedelta(minutes=4)
OLDEST = timedelta(minutes=15)
GIVEN_UP = 10
DAY = timedelta(days=1)
PARTS = {
    "database": _("数据库"),
    "broker": _("任务代理"),
    "worker": _("任务进程"),
    "beat": _("定时进程"),
    "timers": _("定时任务"),
    "backlog": _("待发积压"),
    "dead": _("未送达"),
}


@require_safe
@never_cache
def panel(request):
    """Everything on one page, for administrators, the supervision office and auditors."""
    if not may_look(request.user):
        raise PermissionDenied
    now = timezone.now()
    state = reminders_state(now)
    parts = [{"label": PARTS[name], **part} for name, part in state.items() if name in PARTS]
    context = {
        "parts": parts,
        "well": all(part["ok"] for part in parts),
        "jobs": jobs(now),
        "backlog": backlog(now),
        "lanes": lanes(),
        "held": settings.REMINDERS_HOLD,
        "now": now,
    }
    return render(request, "operations/panel.html", context)


@require_safe
@never_cache
@login_not_required
def healthz_worker(request):
    """200 or 503: whether reminders go out. For a monitor that shows METRICS_TOKEN; else 404."""
    _refuse_strangers(request)
    state = reminders_state(timezone.now())
    well = all(part["ok"] for part in state.values())
    return JsonResponse(state, status=200 if well else 503)


@require_safe
@never_cache
@login_not_required
def prometheus(request):
    """Prometheus' text format, read from the database at this moment, so that it is right whichever
    process answers.
    """
    _refuse_strangers(request)
    now = timezone.now()
    text = generate_latest(metrics.registry(reminders_state(now), jobs(now), now))
    return HttpResponse(text, content_type=CONTENT_TYPE_LATEST)


def reminders_state(now):
    """health.readiness() and {"timers": {"ok", "late": [task]}, "backlog": {"ok", "pending",
    "oldest_seconds"}, "dead": {"ok", "last_day", "all"}, "held": {"ok", "held"}}.
    """
    late = [job["task"] for job in jobs(now) if job["late"]]
    waiting = backlog(now)
    held = settings.REMINDERS_HOLD
    return {
        **health.readiness(now),
        "timers": {"ok": held or not late, "late": late},
        "backlog": {
            "ok": held or waiting["oldest_seconds"] <= OLDEST.total_seconds(),
            "pending": waiting["due"],
            "oldest_seconds": waiting["oldest_seconds"],
        },
        "dead": {
            "ok": waiting["last_day"] <= GIVEN_UP,
            "last_day": waiting["last_day"],
            "all": waiting["troubled"],
        },
    }


def jobs(now):
    """[{"label", "task", "every" (timedelta), "last" (TimerRun or None), "late"}] of the timer."""
    newest = TimerRun.objects.values("name").annotate(last=Max("pk")).values("last")
    runs = {run.name: run for run in TimerRun.objects.filter(pk__in=newest)}
    found = []
    for sentence, job in BEAT.items():
        if sentence not in LABELS:
            continue
        task = ":".join([job["task"], *job.get("kwargs", {}).values()])
        last, every = runs.get(task), job["schedule"]
        allowed = max(3 * every, LATE_AFTER)
        # What comes seldom may not have had its turn since the start.
        late = now - last.started_at > allowed if last else every <= timedelta(minutes=1)
        label = LABELS[sentence]
        found.append({"label": label, "task": task, "every": every, "last": last, "late": late})
    return found


def backlog(now):
    """{"due", "later", "oldest_seconds", "troubled", "last_day"}: deliveries, but for the age in
    seconds of the oldest due one.
    """
    due = Delivery.objects.due(now)
    oldest = due.aggregate(at=Min("next_at"))["at"]
    troubled = Delivery.objects.troubled()
    return {
        "due": due.count(),
        "later": Delivery.objects.queued().count() - due.count(),
        "oldest_seconds": int((now - oldest).total_seconds()) if oldest else 0,
        "troubled": troubled.count(),
        "last_day": troubled.tried_since(now - DAY).count(),
    }


def lanes():
    """[{"label", "failures", "open_until"}] of every way out that was ever in use."""
    ways = {gateway.lane: str(gateway) for gateway in Gateway.objects.select_related("department")}
    ways["email"] = Channel.EMAIL.label
    return [
        {"label": ways[row.name], "failures": row.failures, "open_until": row.open_until}
        for row in Lane.objects.order_by("name")
        if row.name in ways
    ]


def _refuse_strangers(request):
    """To whom may not ask, these addresses do not exist."""
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    token = settings.METRICS_TOKEN
    known = token and hmac.compare_digest(given.encode(), token.encode())
    if not known and not may_look(request.user):
        raise Http404

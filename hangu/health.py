"""Is the portal up, and does everything behind it work? For probes: no sign-in, nothing but states
and times.
"""

import contextlib
import os
from datetime import timedelta
from pathlib import Path

import redis
from django.apps import apps
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import Error, connection
from django.http import HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu import Connection
from redis.backoff import NoBackoff
from redis.retry import Retry

BROKER_SECONDS = 2
ALIVE_FOR = timedelta(seconds=90)
PARTS = ("worker", "beat")


@require_safe
@never_cache
@login_not_required
def healthz(request):
    """200 while this process answers; touches nothing else."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@never_cache
@login_not_required
def readyz(request):
    """200 or 503 with {"database": {"ok"}, "broker": {"ok"}, "worker"|"beat": {"ok", "last_seen":
    ISO time or null}}.
    """
    state = readiness(timezone.now())
    ready = all(part["ok"] for part in state.values())
    return JsonResponse(state, status=200 if ready else 503)


def readiness(now):
    seen, database = {}, False
    with contextlib.suppress(Error):
        seen = dict(apps.get_model("notifications", "Heartbeat").objects.values_list("name", "at"))
        database = connection.is_usable()
    state = {
        "database": {"ok": database},
        "broker": {"ok": broker_answers(settings.CELERY_BROKER_URL)},
    }
    for name in PARTS:
        at = seen.get(name)
        state[name] = {
            "ok": at is not None and now - at <= ALIVE_FOR,
            "last_seen": at.isoformat() if at else None,
        }
    return state


def broker_answers(url):
    """True when the broker answers within BROKER_SECONDS; for the file broker, when its folder can
    be written.
    """
    if url.startswith("safefs:"):
        folder = Path(settings.CELERY_BROKER_TRANSPORT_OPTIONS["folder"])
        while not folder.exists() and folder != folder.parent:
            folder = folder.parent
        return os.access(folder, os.W_OK | os.X_OK)
    try:
        if url.startswith("redis"):
            # Asked directly: kombu's own connection tries again, and a frozen server
            # would hold the probe for long.
            once = Retry(NoBackoff(), 0)
            limits = {"socket_timeout": BROKER_SECONDS, "socket_connect_timeout": BROKER_SECONDS}
            with contextlib.closing(redis.Redis.from_url(url, retry=once, **limits)) as client:
                return client.ping()
        with Connection(url, connect_timeout=BROKER_SECONDS) as conn:
            conn.connect()
            return True
    except (OSError, redis.RedisError):
        return False

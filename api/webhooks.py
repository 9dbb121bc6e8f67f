"""Telling other systems what changed: signed, timestamped, at least once.

`collect` reads the log of changes (api/sync.py) once per webhook and writes deliveries in the same
transaction; `deliver` claims, commits, sends without a transaction and records each try under its
lease, as the outbox of messages does. A delivery says which rows changed, never what stands in
them: the receiver reads those with its key.
"""

import hashlib
import hmac
import json
import random
import uuid
from datetime import timedelta

from django.apps import apps
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from api import sync
from api.authentication import principal
from api.channels import Unreachable, send
from api.models import Change, HookAttempt, HookDelivery, Webhook

EVENTS = 100
MAX_ATTEMPTS = 8
LEASE = timedelta(seconds=180)
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(minutes=30)


def run(now=None, seconds=50):
    """Collects and delivers until nothing is due; {"sent", "failed", "dead"} count deliveries."""
    collect()
    totals = {"sent": 0, "failed": 0, "dead": 0}
    stop = timezone.now() + timedelta(seconds=seconds)
    while counts := deliver(now):
        for name, number in counts.items():
            totals[name] += number
        if timezone.now() >= stop:
            break
    return totals


def collect():
    """Writes what changed since each webhook was last looked at; returns the new deliveries."""
    hooks = list(Webhook.objects.active().values_list("pk", flat=True))
    if not hooks:
        return 0
    until = sync.publish()
    return sum(_collect_of(pk, until) for pk in hooks)


@transaction.atomic
def _collect_of(pk, until):
    hook = Webhook.objects.locked(pk)
    if hook is None or hook.read_until >= until:
        return 0
    events = list(_events(hook, until))
    now = timezone.now()
    HookDelivery.objects.bulk_create(
        HookDelivery(
            webhook=hook,
            body=_body(events[start : start + EVENTS], now),
            events=len(events[start : start + EVENTS]),
            created_at=now,
            next_at=now,
        )
        for start in range(0, len(events), EVENTS)
    )
    hook.read_until = until
    hook.save(update_fields=["read_until"])
    return -(-len(events) // EVENTS)


def _events(hook, until):
    key = hook.key
    if not key.is_usable or (key.user and not key.user.is_active):
        return
    user = principal(key)
    for kind, told in sync.told().items():
        if kind not in hook.kinds or told.needs not in key.scopes:
            continue
        changes = Change.objects.of(kind, hook.read_until, until)
        visible = apps.get_model(told.label).objects.visible_to(user)
        seen = visible.filter(pk__in=changes.rows()).order_by("pk")
        for name in seen.values_list(told.name, flat=True):
            path = reverse(f"api:{told.list}") + f"{name}/"
            yield {"event": f"{kind}.changed", told.name: name, "path": path}
        gone = changes.gone().filter(told.lost(user))
        gone = gone.exclude(row__in=visible.order_by().values("pk"))
        for name in gone.names_after(""):
            yield {"event": f"{kind}.deleted", told.name: name}


def _body(events, now):
    delivery = {"id": str(uuid.uuid4()), "created_at": timezone.localtime(now).isoformat()}
    return json.dumps(delivery | {"events": events}, ensure_ascii=False)


def sign(secret, moment, body):
    """The header's value: HMAC-SHA256 over "<unix seconds>.<body>"."""
    text = f"{int(moment.timestamp())}.{body}".encode()
    return "v1=" + hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()


def headers_of(delivery, now):
    return {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "hangu-portal",
        "Hangu-Delivery": str(delivery.pk),
        "Hangu-Timestamp": str(int(now.timestamp())),
        "Hangu-Signature": sign(delivery.webhook.secret, now, delivery.body),
    }


def deliver(now=None, limit=20):
    """Sends one batch; the counts, or {} when nothing was due. With `now` it is that time
    throughout.
    """
    clock = (lambda: now) if now else timezone.now
    _take_back_expired(clock())
    token = uuid.uuid4().hex
    claimed = HookDelivery.objects.claim(
        now=clock(), until=clock() + LEASE, token=token, limit=limit
    )
    counts = {"sent": 0, "failed": 0, "dead": 0} if claimed else {}
    for delivery in claimed:
        # Renewed before each: a slow receiver must not make the others look abandoned.
        held = HookDelivery.objects.held(token).filter(pk=delivery.pk)
        if held.update(lease_until=clock() + LEASE):
            counts[_try(delivery, held, clock)] += 1
    return counts


def _try(delivery, held, clock):
    started, status, error = clock(), None, ""
    try:
        status = send(delivery.webhook.url, delivery.body.encode(), headers_of(delivery, started))
        if not 200 <= status < 300:
            error = f"HTTP {status}"
    except Unreachable as refusal:
        error = str(refusal)[:300]
    return _record(delivery, held, started, clock(), status, error)


def _record(delivery, held, started, ended, status, error):
    """One transaction, and only under our lease."""
    outcome = "sent" if not error else "failed" if delivery.attempts < MAX_ATTEMPTS else "dead"
    values = {"lease_until": None, "lease_token": "", "last_error": error}
    if outcome == "sent":
        values |= {"state": HookDelivery.State.SENT, "sent_at": ended}
    else:
        state = HookDelivery.State.DEAD if outcome == "dead" else HookDelivery.State.QUEUED
        values |= {"state": state, "next_at": ended + _pause(delivery.attempts)}
    with transaction.atomic():
        if held.update(**values):
            HookAttempt.objects.create(
                delivery=delivery,
                number=delivery.attempts,
                started_at=started,
                ended_at=ended,
                status=status,
                error=error,
            )
    return outcome


def _take_back_expired(now):
    """Queues again what a process claimed and did not live to record."""
    lost = HookDelivery.objects.expired(now)
    values = {"lease_until": None, "lease_token": "", "last_error": "lease expired"}
    lost.filter(attempts__gte=MAX_ATTEMPTS).update(state=HookDelivery.State.DEAD, **values)
    lost.update(state=HookDelivery.State.QUEUED, next_at=now, **values)


def retry(deliveries, now):
    """Queues dead deliveries anew; returns their number."""
    return deliveries.dead().update(state=HookDelivery.State.QUEUED, attempts=0, next_at=now)


def _pause(attempts):
    """30 s doubling to at most 30 min, ±20 % so that many failures do not return as one."""
    return min(FIRST_PAUSE * 2 ** (attempts - 1), LONGEST_PAUSE) * random.uniform(0.8, 1.2)

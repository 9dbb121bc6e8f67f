"""Each way out has a lane of its own: a circuit breaker and a token bucket, kept in a row so that
all processes go by the same one. A lane in trouble holds up nobody else.
"""

from datetime import timedelta

from django.db import transaction

from notifications.models import Lane

MAIL = "email"
FAILURES = 3
CLOSED_FOR = timedelta(minutes=5)


def closed_until(name, now):
    """Until when nothing goes this way, or None. Afterwards a single message tries it first."""
    until = Lane.objects.filter(name=name).values_list("open_until", flat=True).first()
    return until if until and until > now else None


def is_probing(name):
    return Lane.objects.filter(name=name, failures__gte=FAILURES).exists()


def failed(name, now):
    """One more failure of the way itself; the third in a row closes it for a while."""
    with transaction.atomic():
        lane = _locked(name)
        lane.failures += 1
        if lane.failures >= FAILURES:
            lane.open_until = now + CLOSED_FOR
        lane.save(update_fields=["failures", "open_until"])


def close(name, until):
    """The provider itself asked for a pause."""
    with transaction.atomic():
        lane = _locked(name)
        lane.open_until = until
        lane.save(update_fields=["open_until"])


def worked(name):
    Lane.objects.filter(name=name, failures__gt=0).update(failures=0, open_until=None)


def take(name, per_minute, now):
    """Take one token: None, or the time when there will be one. In no minute more than `per_minute`
    are given out (DingTalk shuts a robot out for ten minutes after twenty): a ninth may come at
    once, the rest by and by.
    """
    burst = max(1, per_minute // 9)
    rate = max(per_minute - burst, 1) / 60
    with transaction.atomic():
        lane = _locked(name)
        passed = (now - lane.refilled_at).total_seconds() if lane.refilled_at else burst / rate
        lane.tokens = min(burst, lane.tokens + max(passed, 0) * rate)
        lane.refilled_at = max(now, lane.refilled_at or now)
        missing = 1 - lane.tokens
        if missing <= 0:
            lane.tokens -= 1
        lane.save(update_fields=["tokens", "refilled_at"])
    return None if missing <= 0 else now + timedelta(seconds=missing / rate)


def _locked(name):
    Lane.objects.bulk_create([Lane(name=name)], ignore_conflicts=True)
    return Lane.objects.select_for_update().get(name=name)

"""How many requests a minute: per key, and per address for those that bring no valid key.

Counters are rows by calendar minute, raised by one statement each (CallsQuerySet.count_one), so the
limit is exact whatever the number of processes; the same rows are the log of use.
"""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from rest_framework.exceptions import Throttled
from rest_framework.throttling import BaseThrottle

from accounts.addresses import client_address
from api.models import Calls

MINUTE = timedelta(minutes=1)
KEPT = timedelta(days=90)


class MinuteThrottle(BaseThrottle):
    """API_CALLS_PER_MINUTE; a subclass says by `ident(request)` whose (None: not counted)."""

    scope = ""

    @property
    def limit(self):
        return settings.API_CALLS_PER_MINUTE

    def allow_request(self, request, view):
        ident = self.ident(request)
        if ident is None:
            return True
        now = timezone.now()
        minute = now.replace(second=0, microsecond=0)
        self.left = minute + MINUTE - now
        return Calls.objects.count_one(f"{self.scope}:{ident}", minute) <= self.limit

    def wait(self):
        return self.left.total_seconds()


class KeyThrottle(MinuteThrottle):
    scope = "key"

    def ident(self, request):
        return request.auth.name if request.auth else None


class RefusedThrottle(MinuteThrottle):
    """Calls refused with 401, by address: who only guesses keys is slowed down, and a valid client
    behind the same proxy is not.
    """

    scope = "refused"

    def ident(self, request):
        return client_address(request)


def forget_old(now):
    """Deletes the counts that are older than three months; returns their number."""
    return Calls.objects.before(now - KEPT).delete()[0]


def refuse_flood(request, view):
    """Raises Throttled when this address has been refused too often this minute."""
    throttle = RefusedThrottle()
    if not throttle.allow_request(request, view):
        raise Throttled(throttle.wait())

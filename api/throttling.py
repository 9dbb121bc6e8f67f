"""How many requests a minute: per key, and per address for those that bring no valid key.

Counters live in the cache by calendar minute and are raised by an atomic increment, so threads do
not lose each other's counts. The default cache is per process; a shared one makes the limit exact.
"""

import time

from django.core.cache import cache
from rest_framework.exceptions import Throttled
from rest_framework.throttling import BaseThrottle

from accounts.addresses import client_address

MINUTE = 60


class MinuteThrottle(BaseThrottle):
    """`limit` calls a minute; a subclass says by `ident(request)` whose (None: not counted)."""

    scope, limit = "", 0

    def allow_request(self, request, view):
        ident = self.ident(request)
        if ident is None:
            return True
        now = time.time()
        self.left = MINUTE - now % MINUTE
        return count(f"api:{self.scope}:{ident}:{int(now // MINUTE)}") <= self.limit

    def wait(self):
        return self.left


class KeyThrottle(MinuteThrottle):
    scope, limit = "key", 600

    def ident(self, request):
        return request.auth.key_hash[:32] if request.auth else None


class RefusedThrottle(MinuteThrottle):
    """Calls refused with 401, by address: who only guesses keys is slowed down, and a valid client
    behind the same proxy is not.
    """

    scope, limit = "refused", 120

    def ident(self, request):
        return client_address(request)


def count(name):
    """Raises the counter `name` by one and returns it."""
    cache.add(name, 0, timeout=2 * MINUTE)
    try:
        return cache.incr(name)
    except ValueError:
        return 1  # evicted in between: a new count begins


def refuse_flood(request, view):
    """Raises Throttled when this address has been refused too often this minute."""
    throttle = RefusedThrottle()
    if not throttle.allow_request(request, view):
        raise Throttled(throttle.wait())

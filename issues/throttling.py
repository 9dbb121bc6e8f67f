"""How often one address may try or submit; counted in the cache, so per process unless CACHE_URL
names a shared one.
"""

import hashlib
from dataclasses import dataclass

from django.core.cache import cache


@dataclass(frozen=True)
class Limit:
    """At most `times` within `seconds`, counted from the first; the window then begins anew."""

    name: str
    times: int
    seconds: int

    def reached(self, key):
        return cache.get(self._cache_key(key), 0) >= self.times

    def count(self, key):
        key = self._cache_key(key)
        cache.add(key, 0, self.seconds)
        try:
            cache.incr(key)
        except ValueError:  # it expired between the two calls
            cache.set(key, 1, self.seconds)

    def _cache_key(self, key):
        # Hashed: a key may be anything a stranger typed, and caches refuse blanks and long ones.
        return f"limit:{self.name}:{hashlib.sha256(str(key).encode()).hexdigest()}"


# A whole park may stand behind one address; this stops machines, not neighbours.
SUBMISSIONS = Limit("submit", times=200, seconds=3600)
TRACK_BY_ADDRESS = Limit("track-address", times=20, seconds=900)
TRACK_BY_CODE = Limit("track-code", times=10, seconds=900)

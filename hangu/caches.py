"""The shared cache, on a Redis that may freeze or go away: pages must not wait for it."""

import logging
import time

from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

logger = logging.getLogger("hangu.caches")

WAIT = 1  # seconds an answer may take
SHUN = 30  # seconds a Redis that did not answer is not asked again
WAYS = ("add", "get", "set", "touch", "delete", "incr", "has_key", "get_many", "set_many")


class PatientCache(RedisCache):
    """Redis, or for a while the process's own memory when Redis does not answer. What is kept here
    are counters of limits: by process they are looser, but the public form stays open.
    """

    def __init__(self, server, params):
        options = {
            "socket_timeout": WAIT,
            "socket_connect_timeout": WAIT,
            "retry": Retry(NoBackoff(), 0),
        }
        params = params | {"OPTIONS": options | params.get("OPTIONS", {})}
        super().__init__(server, params)
        self.memory = LocMemCache("patient", {})


def _way(name):
    asked = getattr(RedisCache, name)

    def call(self, *args, **kwargs):
        if time.monotonic() >= _state(self).get("until", 0):
            try:
                return asked(self, *args, **kwargs)
            except RedisError as error:
                _state(self)["until"] = time.monotonic() + SHUN
                logger.warning("The cache does not answer (%s); memory is used.", type(error))
        return getattr(self.memory, name)(*args, **kwargs)

    return call


# Django makes a cache object a thread and request; what one has found out all others go by.
_shunned: dict[str, dict] = {}


def _state(cache):
    return _shunned.setdefault(str(cache._servers), {})


for _name in WAYS:
    setattr(PatientCache, _name, _way(_name))

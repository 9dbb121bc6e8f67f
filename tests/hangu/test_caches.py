"""Pages do not wait for a Redis that freezes."""

import os
import time

import pytest
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

from bench.servers import OwnRedis
from hangu import caches
from hangu.caches import PatientCache
from hangu.environment import Environment

PRESENT = os.path.exists("/usr/bin/redis-server")


@pytest.fixture
def server():
    with OwnRedis() as server:
        yield server
        caches._shunned.clear()


@pytest.mark.skipif(not PRESENT, reason="no redis-server here")
def test_a_frozen_redis_costs_one_second_once(server):
    cache = PatientCache(server.url, {})
    cache.set("limit", 3)
    assert cache.incr("limit") == 4
    server.freeze()
    began = time.monotonic()
    assert cache.get("limit") is None
    assert cache.add("limit", 0)
    assert [PatientCache(server.url, {}).add(f"other-{n}", n) for n in range(5)] == [True] * 5
    assert time.monotonic() - began < 2 * caches.WAIT + 0.5
    server.thaw()
    caches._shunned.clear()
    assert cache.get("limit") == 4


@pytest.mark.skipif(not PRESENT, reason="no redis-server here")
def test_the_plain_cache_would_raise_or_wait(server):
    cache = PatientCache(server.url, {})
    server.freeze()
    with pytest.raises(RedisError):
        RedisCache.get(cache, "limit")


def test_the_setting_names_it(monkeypatch, tmp_path):
    monkeypatch.setenv("CACHE_URL", "redis://127.0.0.1:6379/1")
    assert Environment(tmp_path).cache()["BACKEND"] == "hangu.caches.PatientCache"

"""Reminders while servers break: Redis, PostgreSQL, three beats at once, a worker told to stop, and
the public form while Redis is frozen. Each gives (figures, what is wrong with them).
"""

import os
import statistics
import tempfile
import threading
import time
from contextlib import contextmanager

import requests

from bench.crew import settled, until
from bench.field import faults, field, figures
from bench.servers import OwnPostgres, OwnRedis, free_port

FROZEN = 60  # seconds


def scenarios(number):
    return {
        "beats": lambda: beats(number),
        "redis": lambda: broken_redis(number),
        "postgres": lambda: broken_postgres(number),
        "stops": lambda: stops(max(number // 4, 500)),
        "form": form,
    }


def beats(number):
    """Three beats and two workers, nobody killed: not one extra copy."""
    with OwnRedis() as server, field(number, CELERY_BROKER_URL=server.url) as (crew, receiver):
        began = time.monotonic()
        for part in ("worker", "worker", "beat", "beat", "beat"):
            crew.start(part)
        state = settled(crew, receiver, number, 1800)
        found = figures(number, state, receiver, time.monotonic() - began)
    return found, faults(found, 0)


def broken_redis(number):
    """In mid-sweep Redis is emptied, restarted without its memory, and frozen for a minute."""
    with OwnRedis() as server, field(number, CELERY_BROKER_URL=server.url) as (crew, receiver):
        began = time.monotonic()
        for part in ("worker", "worker", "beat"):
            crew.start(part)
        deeds = (server.flush, server.restart, lambda: _freeze(server))
        for n, deed in enumerate(deeds, start=1):
            share = number * n // 5
            until(lambda share=share: crew.tend() or len(receiver.copies) >= share, 600, 0.05)
            deed()
        broken = time.monotonic()
        state = settled(crew, receiver, number, 1800)
        drained = round(time.monotonic() - broken)
        seconds = time.monotonic() - began
        more = {"drained": drained, "restarts": dict(crew.restarts)}
        found = figures(number, state, receiver, seconds, **more)
    # A worker that ended took what it had in hand with it, as if it had been killed.
    return found, faults(found, 2 * crew.restarts["worker"])


def _freeze(server):
    server.freeze()
    time.sleep(FROZEN)
    server.thaw()


def broken_postgres(number, crashes=5, dispatchers=4):
    """PostgreSQL is stopped at once; the processes find it again without a hand."""
    with tempfile.TemporaryDirectory(prefix="soak-pg-") as folder, OwnPostgres(folder) as server:
        with _database(server.url), field(number) as (crew, receiver):
            crew.tend = lambda: None  # nobody helps: they find the database again by themselves
            began = time.monotonic()
            for part in ("sweeper", *["dispatcher"] * dispatchers):
                crew.start(part)
            for n in range(crashes):
                share = number * (n + 1) // (crashes + 2)
                until(lambda share=share: len(receiver.copies) >= share, 600, 0.05)
                server.crash()
            state = settled(crew, receiver, number, 1800)
            alive = sum(process.poll() is None for process in crew.processes)
            found = figures(
                number, state, receiver, time.monotonic() - began, crashes=crashes, alive=alive
            )
    wrong = faults(found, crashes * dispatchers)
    return found, wrong + (["a process ended"] if alive != dispatchers + 1 else [])


def stops(number, times=10):
    """Dispatchers are told to stop, ten times: they finish what is in hand and give back the rest,
    so nothing waits for a lease and nothing is sent twice.
    """
    with field(number) as (crew, receiver):
        began, slowest = time.monotonic(), 0.0
        crew.start("sweeper")
        until(lambda: crew.state()["messages"] >= number, 300, 1)
        for n in range(times):
            for _n in range(2):
                crew.start("dispatcher")
            share = number * (n + 1) // (times + 1)
            until(lambda share=share: len(receiver.copies) >= share, 600, 0.02)
            slowest = max(slowest, crew.stop())
        held = crew.state()["deliveries"].get("sending", 0)
        crew.start("dispatcher")
        state = settled(crew, receiver, number, 600)
        seconds = time.monotonic() - began
        found = figures(number, state, receiver, seconds, slowest=round(slowest, 1), held=held)
    wrong = faults(found, 0)
    wrong += [f"{held} left in hand"] if held else []
    return found, wrong + (["a stop took over 30 s"] if slowest > 30 else [])


def form(submissions=100):
    """The public form while Redis is frozen: a hundred submissions, accepted in time, and their
    acknowledgements afterwards, each once.
    """
    port = free_port()
    with OwnRedis() as server:
        redis = {"CELERY_BROKER_URL": server.url, "CACHE_URL": server.url[:-1] + "1"}
        with field(0, PORT=str(port), **redis) as (crew, receiver):
            for part in ("web", "worker", "beat"):
                crew.start(part)
            address = f"http://127.0.0.1:{port}"
            until(lambda: _answers(address), 60)
            server.freeze()
            thaw = threading.Timer(FROZEN, server.thaw)
            thaw.start()
            taken = [_submit(address, n) for n in range(submissions)]
            within = not thaw.finished.is_set()
            thaw.join()
            until(lambda: _acknowledged(receiver) >= submissions, 300)
            time.sleep(15)
    seconds = sorted(took for _accepted, took in taken)
    found = {
        "submitted": submissions,
        "accepted": sum(accepted for accepted, _took in taken),
        "while frozen": within,
        "p95": round(statistics.quantiles(seconds, n=20)[-1], 2),
        "slowest": round(seconds[-1], 2),
        "acknowledged": _acknowledged(receiver),
        "extra copies": receiver.extra,
    }
    good = found["accepted"] == found["acknowledged"] == submissions
    good = good and found["p95"] <= 3 and not found["extra copies"]
    return found, [] if good else ["not as promised"]


def _acknowledged(receiver):
    """Visitors who heard that their request was received; the office hears of it besides."""
    return sum(reader.startswith("visitor-") for reader in receiver.readers)


def _answers(address):
    try:
        return requests.get(f"{address}/healthz", timeout=2).ok
    except requests.RequestException:
        return False


def _submit(address, n):
    """(accepted, seconds) of one request filled in by somebody without an account."""
    with requests.Session() as visitor:
        began = time.monotonic()
        visitor.get(f"{address}/submit/", timeout=30)
        typed = {
            "csrfmiddlewaretoken": visitor.cookies["csrftoken"],
            "kind": "problem",
            "title": f"示例：厂区夜间停电{n}",
            "description": "三号厂房每晚停电两小时。",
            "enterprise": "示例无名企业",
            "contact_name": "示例联系人",
            "contact_phone": "138 0000 1234",
            "contact_email": f"visitor-{n}@example.test",
            "consent": "on",
        }
        answer = visitor.post(f"{address}/submit/", typed, timeout=30)
        return answer.ok and "data-tracking-code" in answer.text, time.monotonic() - began


@contextmanager
def _database(url):
    before = os.environ.get("DATABASE_URL")
    os.environ["DATABASE_URL"] = url
    try:
        yield
    finally:
        os.environ.pop("DATABASE_URL")
        if before is not None:
            os.environ["DATABASE_URL"] = before

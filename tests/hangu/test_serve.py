"""`manage.py serve` with its real processes."""

import os
import signal
import time

import pytest

from tests.portal import get, own_portal, wait_for


@pytest.fixture(scope="module")
def portal(tmp_path_factory):
    with own_portal(tmp_path_factory.mktemp("serve")) as portal:
        began = time.monotonic()
        portal.serve()
        wait_for(portal.ready, 20, "readiness")
        portal.seconds_to_ready = time.monotonic() - began
        yield portal


def pids(portal, words):
    return {pid for pid, args in portal.processes().items() if words in args}


def living(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    with open(f"/proc/{pid}/stat") as file:
        return file.read().rpartition(")")[2].split()[0] != "Z"


def test_it_is_ready_within_twenty_seconds_and_says_where(portal):
    assert portal.seconds_to_ready < 20
    wait_for(lambda: f"{portal.url}/" in portal.output, 5, "the address")
    state = portal.ready()
    assert set(state) == {"database", "broker", "worker", "beat"}
    assert all(part["ok"] for part in state.values())
    assert state["worker"]["last_seen"]
    assert state["beat"]["last_seen"]


def test_a_taken_port_is_one_sentence(portal):
    done = portal.run("manage.py", "serve", "--port", portal.port, check=False)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert str(portal.port) in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "words", ["celery -q -A hangu worker", "celery -q -A hangu beat", "gunicorn"]
)
def test_a_part_that_is_killed_comes_back(portal, words):
    wait_for(lambda: pids(portal, words), 20, "the part")
    before = pids(portal, words)
    leader = min(before)
    os.kill(leader, signal.SIGKILL)
    wait_for(lambda: pids(portal, words) - before, 20, "a new process")
    wait_for(lambda: not any(map(living, before)), 10, "the end of what it left")
    wait_for(portal.ready, 20, "readiness")
    assert "ended (signal 9); it starts again" in portal.output


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_stopping_leaves_nothing_behind(tmp_path, number):
    with own_portal(tmp_path) as portal:
        portal.serve()
        wait_for(portal.ready, 20, "readiness")
        everything = set(portal.processes())
        assert len(everything) >= 5
        code, seconds = portal.stop(number)
        assert code == (-9 if number == signal.SIGKILL else 0)
        assert seconds < 12
        wait_for(lambda: not any(map(living, everything)), 15, "the end of every process")
        assert get(f"{portal.url}/healthz")[0] == 0


def test_links_follow_the_port(tmp_path):
    with own_portal(tmp_path) as portal:
        asked = "from django.conf import settings; print(settings.SITE_URL)"
        assert portal.manage("shell", "-v", "0", "-c", asked).strip() == "http://127.0.0.1:8000"
        portal.serve()
        wait_for(portal.ready, 20, "readiness")
        workers = pids(portal, "-A hangu worker")
        assert workers
        for pid in workers:
            with open(f"/proc/{pid}/environ") as file:
                assert f"SITE_URL={portal.url}" in file.read().split("\0")


def test_a_wrong_port_is_misuse(tmp_path):
    with own_portal(tmp_path) as portal:
        done = portal.run("manage.py", "serve", "--port", "70000", check=False)
    assert done.returncode == 2

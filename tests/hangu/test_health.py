"""/healthz and /readyz say what is so, and say it in time."""

import os
import signal
import socket
import subprocess
import time
from datetime import timedelta

import pytest
from django.utils import timezone

from hangu.celery import HEARTBEAT_EVERY, SignOfLife
from hangu.health import ALIVE_FOR, broker_answers, readiness
from notifications.models import Heartbeat
from tests.portal import free_port

NOW = timezone.now()


def test_healthz_needs_no_database_and_no_sign_in(client):
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")
    assert client.post("/healthz").status_code == 405


@pytest.mark.django_db
def test_readyz_is_503_until_worker_and_beat_were_seen(client):
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {
        "database": {"ok": True},
        "broker": {"ok": True},
        "worker": {"ok": False, "last_seen": None},
        "beat": {"ok": False, "last_seen": None},
    }
    for name in ("worker", "beat"):
        Heartbeat.beat(name)
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert all(part["ok"] for part in answer.json().values())
    assert "no-cache" in answer["Cache-Control"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("age", "ok"), [(ALIVE_FOR, True), (ALIVE_FOR + timedelta(seconds=1), False)]
)
def test_a_part_is_alive_for_ninety_seconds(age, ok):
    Heartbeat.beat("beat", now=NOW - age)
    assert readiness(NOW)["beat"]["ok"] is ok


@pytest.mark.django_db
def test_signs_of_life_are_left_at_once_and_then_now_and_then(time_machine):
    life, seen = SignOfLife("worker"), []
    for seconds in (0, 1, HEARTBEAT_EVERY + 1):
        time_machine.move_to(NOW + timedelta(seconds=seconds), tick=False)
        if life.last is not None:
            life.last -= seconds  # the monotonic clock does not travel
        life.leave()
        seen.append((Heartbeat.objects.get(name="worker").at - NOW).total_seconds())
    assert seen == [0, 0, HEARTBEAT_EVERY + 1]


def test_a_broker_that_is_not_there_is_said_at_once():
    began = time.monotonic()
    for scheme in ("redis", "amqp"):
        assert not broker_answers(f"{scheme}://127.0.0.1:{free_port()}/0")
    assert time.monotonic() - began < 3


def test_a_broker_that_hangs_is_given_two_seconds():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        began = time.monotonic()
        assert not broker_answers(f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
        assert 1.5 < time.monotonic() - began < 4


def test_a_file_broker_needs_a_folder_it_can_write(settings, tmp_path):
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = {"folder": str(tmp_path / "not/yet/made")}
    assert broker_answers("safefs://")
    (tmp_path / "file").touch()
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = {"folder": str(tmp_path / "file/broker")}
    assert not broker_answers("safefs://")


@pytest.mark.skipif(not os.path.exists("/usr/bin/redis-server"), reason="no redis-server here")
def test_a_redis_that_is_frozen_is_noticed():
    port = free_port()
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 10
        while not broker_answers(f"redis://127.0.0.1:{port}/0"):
            assert time.monotonic() < deadline
        server.send_signal(signal.SIGSTOP)
        began = time.monotonic()
        assert not broker_answers(f"redis://127.0.0.1:{port}/0")
        assert time.monotonic() - began < 4
    finally:
        server.kill()
        server.wait()

"""Many at the same moment, on real connections: late commits, one reference, one limit."""

import random
import threading
import time

import pytest
from django.db import connection, connections, transaction

from accounts.models import ApiKey
from api.models import Calls
from api.throttling import KeyThrottle
from issues.models import Issue
from projects.models import KeyProject, Milestone
from tests.api.conftest import ISSUE, Caller
from tests.api.walking import Puller
from tests.issues.test_concurrency import at_once

pytestmark = pytest.mark.django_db(transaction=True)
WRITERS, ROUNDS, MOST_ROUNDS = 4, 12, 200


@pytest.fixture(autouse=True)
def clock(db, settings):
    """Real time here, and no limit: late commits are about moments."""
    settings.API_CALLS_PER_MINUTE = 100_000


def write(number, enough):
    """Creates, changes, deletes and changes children, committing late, each round another way;
    for some rounds, and on until the reader has had `enough` walks beside it.
    """
    chance, turn = random.Random(number), 0
    try:
        while turn < ROUNDS or (turn < MOST_ROUNDS and not enough.is_set()):
            with transaction.atomic():
                _write_once(chance, f"HG-{number}-{turn:03d}")
                if connection.vendor == "postgresql":
                    # Other writers and the reader go on meanwhile.
                    time.sleep(chance.random() / 20)
            # SQLite serves whoever asks at the right moment: leave some.
            time.sleep(chance.random() / 20)
            turn += 1
    finally:
        connections.close_all()


def _write_once(chance, number):
    mine = list(KeyProject.objects.filter(number__startswith=number[:5]))
    way = chance.choice(["new", "new", "save", "bulk", "child", "delete"]) if mine else "new"
    row = chance.choice(mine) if mine else None
    if way == "new":
        KeyProject.objects.create(number=number, name="示例", stage="building")
    elif way == "save":
        row.name = f"示例{chance.random()}"
        row.save()
    elif way == "bulk":
        KeyProject.objects.filter(pk=row.pk).update(name=f"示例成批{chance.random()}")
    elif way == "child":
        Milestone.objects.update_or_create(
            project=row, code="start", defaults={"current_on": f"2026-0{chance.randint(1, 9)}-01"}
        )
    else:
        row.delete()


def test_a_puller_ends_with_the_table_while_four_write_and_commit_late(keys):
    puller = Puller(keys.planner, "projects/", page_size=5)
    enough = threading.Event()
    threads = [threading.Thread(target=write, args=(n, enough)) for n in range(1, WRITERS + 1)]
    for thread in threads:
        thread.start()
    walks = 0
    while any(thread.is_alive() for thread in threads):
        puller.walk()
        walks += 1
        if walks == 3:
            enough.set()
        # Within one walk no row comes twice.
        assert set(puller.seen.values()) <= {1}, puller.seen
    puller.walk()
    assert walks >= 3
    whole = keys.planner.get("projects/", {"page_size": 500}).json()["results"]
    assert puller.copy == {row["number"]: row for row in whole}
    assert len(whole) > WRITERS
    assert puller.walk() == {}


def test_a_commit_that_comes_late_is_told_the_next_time(keys):
    """On SQLite, which has one writer at a time, the reader waits for it instead."""
    waits = connection.vendor == "sqlite"
    puller = Puller(keys.planner, "projects/")
    written, go_on = threading.Event(), threading.Event()

    def late():
        with transaction.atomic():
            KeyProject.objects.create(number="HG-LATE", name="示例", stage="building")
            written.set()
            go_on.wait(timeout=20)
        connections.close_all()

    if not waits:
        KeyProject.objects.create(number="HG-SOON", name="示例", stage="building")
    writer = threading.Thread(target=late)
    writer.start()
    assert written.wait(timeout=20)
    if waits:
        threading.Timer(0.5, go_on.set).start()
        assert puller.walk() == {"HG-LATE": "row"}
    else:
        assert puller.walk() == {"HG-SOON": "row"}
        go_on.set()
        writer.join()
        assert puller.walk() == {"HG-LATE": "row"}
    writer.join()
    assert puller.walk() == {}


def test_one_reference_in_twenty_requests_is_one_issue(caller, departments):
    system = caller("oa")
    sent = ISSUE | {"client_reference": "示例-77"}
    answers = at_once(*[lambda: Caller(system.key).post("issues/", sent) for _ in range(20)])
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [200] * 19 + [201]
    assert len({answer.json()["number"] for answer in answers}) == 1
    assert Issue.objects.count() == 1


def test_the_limit_holds_for_sixty_at_once(caller, settings):
    settings.API_CALLS_PER_MINUTE = 25
    made = caller("busy")
    forged = [
        Caller(made.key, **{"X-Forwarded-For": f"203.0.113.{n}", "X-Real-IP": f"198.51.100.{n}"})
        for n in range(60)
    ]
    # Not across the turn of a minute, where a new count begins.
    time.sleep(max(0, time.time() % 60 - 50) and 61 - time.time() % 60)
    answers = at_once(*[lambda one=one: one.get("departments/") for one in forged])
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [200] * 25 + [429] * 35
    assert Calls.objects.get(who="key:busy").number == 60
    assert KeyThrottle().limit == 25
    assert ApiKey.objects.get(name="busy").last_used_at is not None

"""The file broker under several real processes: nothing lost, nothing doubled, nothing unreadable
ends a worker.
"""

import collections
import os
import signal
import subprocess
import sys
import time

import pytest
from kombu import Connection, Consumer, Exchange, Queue

from hangu import broker

PRODUCER = """
import sys
from hangu import broker
from kombu import Connection
broker.register()
with Connection("safefs://", transport_options={"folder": sys.argv[1]}) as connection:
    with connection.SimpleQueue("work") as queue:
        for number in range(int(sys.argv[3])):
            queue.put(f"{sys.argv[2]}-{number}")
"""
CONSUMER = """
import os, sys
from hangu import broker
from kombu import Connection
broker.register()
options = {"folder": sys.argv[1], "polling_interval": 0.01}
with Connection("safefs://", transport_options=options) as connection:
    with connection.SimpleQueue("work") as queue:
        while True:
            try:
                message = queue.get(timeout=2)
            except queue.Empty:
                break
            os.write(1, (message.payload + "\\n").encode())
            if sys.argv[2] == "hold":
                os.write(1, b"held\\n")
                import time; time.sleep(60)
            message.ack()
"""


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "broker"


@pytest.fixture
def connection(folder):
    broker.register()
    options = {"folder": str(folder), "polling_interval": 0.01}
    with Connection("safefs://", transport_options=options) as connection:
        yield connection


def start(script, *args):
    return subprocess.Popen(
        [sys.executable, "-c", script, *map(str, args)], stdout=subprocess.PIPE, text=True
    )


def drain(connection):
    found = []
    with connection.SimpleQueue("work") as queue:
        while True:
            try:
                message = queue.get(timeout=0.3)
            except queue.Empty:
                return found
            found.append(message.payload)
            message.ack()


def test_two_producers_and_two_consumers_lose_and_double_nothing(folder):
    each = 1000
    consumers = [start(CONSUMER, folder, "ack") for _ in range(2)]
    producers = [start(PRODUCER, folder, name, each) for name in "ab"]
    assert [producer.wait(60) for producer in producers] == [0, 0]
    received = [
        line for consumer in consumers for line in consumer.communicate(timeout=60)[0].split()
    ]
    counts = collections.Counter(received)
    assert set(counts) == {f"{name}-{number}" for name in "ab" for number in range(each)}
    assert set(counts.values()) == {1}
    assert not [path for path in folder.rglob("*.json") if path.parts[-3] in {"queues", "claimed"}]


def test_messages_come_in_the_order_they_were_sent(connection):
    with connection.SimpleQueue("work") as queue:
        for number in range(20):
            queue.put(number)
    assert drain(connection) == list(range(20))


@pytest.mark.parametrize(
    "poison",
    [
        "",
        "{",
        "[]",
        '{"body": "x"}',
        '{"body": "%", "properties": {"delivery_tag": "1", "body_encoding": "rot13"}}',
    ],
)
def test_an_unreadable_file_is_set_aside_and_the_rest_goes_on(connection, folder, poison):
    with connection.SimpleQueue("work") as queue:
        (folder / "queues" / "work" / "00000000000000000000-a-1.json").write_text(poison)
        queue.put("sound")
    assert drain(connection) == ["sound"]
    assert [path.read_text() for path in (folder / "quarantine").iterdir()] == [poison]


def kill_a_holder(folder):
    holder = start(CONSUMER, folder, "hold")
    assert holder.stdout.readline() == "precious\n"
    assert holder.stdout.readline() == "held\n"
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()


def test_what_a_killed_worker_held_is_queued_again(connection, folder):
    with connection.SimpleQueue("work") as queue:
        queue.put("precious")
    kill_a_holder(folder)
    assert drain(connection) == ["precious"]
    assert not list((folder / "claimed").glob("*/*/*.json"))


def test_a_message_over_which_three_workers_died_is_set_aside(connection, folder):
    with connection.SimpleQueue("work") as queue:
        queue.put("precious")
    for _ in range(3):
        kill_a_holder(folder)
    assert drain(connection) == []
    assert len(list((folder / "quarantine").iterdir())) == 1


def test_what_a_living_worker_holds_stays_with_it(connection, folder):
    with connection.SimpleQueue("work") as queue:
        queue.put("precious")
    holder = start(CONSUMER, folder, "hold")
    try:
        assert holder.stdout.readline() == "precious\n"
        assert drain(connection) == []
    finally:
        holder.kill()
        holder.communicate()


def test_a_worker_that_stops_in_order_returns_what_it_did_not_finish(folder, connection):
    with connection.SimpleQueue("work") as queue:
        queue.put("precious")
    options = {"folder": str(folder), "polling_interval": 0.01}
    with (
        Connection("safefs://", transport_options=options) as other,
        other.SimpleQueue("work") as queue,
    ):
        assert queue.get(timeout=1).payload == "precious"
    assert drain(connection) == ["precious"]


def test_rejecting_puts_back_or_drops(connection, folder):
    with connection.SimpleQueue("work") as queue:
        queue.put("precious")
        queue.get(timeout=1).requeue()
        again = queue.get(timeout=1)
        assert again.payload == "precious"
        again.reject()
    assert drain(connection) == []
    assert not list((folder / "claimed").glob("*/*/*.json"))


def test_size_and_purge_count_this_queue_alone(connection):
    with connection.SimpleQueue("work") as work, connection.SimpleQueue("work.other") as other:
        for number in range(3):
            work.put(number)
        other.put("stays")
        assert (work.qsize(), other.qsize()) == (3, 1)
        assert work.clear() == 3
        assert (work.qsize(), other.qsize()) == (0, 1)


def test_a_broadcast_reaches_every_listener_and_leaves_nothing(connection, folder):
    exchange = Exchange("news", type="fanout")
    received = []
    queues = [Queue(f"../listener {number}", exchange) for number in range(2)]
    with connection.channel() as channel:
        with Consumer(
            channel, queues, callbacks=[lambda body, _message: received.append(body)], no_ack=True
        ):
            connection.Producer().publish("hello", exchange=exchange)
            for _ in range(2):
                connection.drain_events(timeout=2)
    assert received == ["hello", "hello"]
    assert not [path for path in folder.rglob("*.json") if "bindings" not in path.parts]
    assert {path.name for path in folder.parent.iterdir()} == {"broker"}


def test_a_process_mark_ends_with_its_process():
    child = subprocess.Popen(["sleep", "30"])
    mark = broker.process_mark(child.pid)
    assert mark.startswith(f"{child.pid}.")
    child.kill()
    deadline = time.monotonic() + 5
    while broker.process_mark(child.pid) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert broker.process_mark(child.pid) is None
    child.wait()

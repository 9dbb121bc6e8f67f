"""Real processes: killed in the middle, and two at once. On SQLite they share a file of their own,
on PostgreSQL the test database.
"""

import json
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection

BASE = Path(__file__).resolve().parents[2]
SEED = """
from django.utils import timezone
from notifications.models import Delivery, Message
rows = [
    Message(address=f"u{number}@example.test", kind="test.gone", dedupe_key=f"k{number}",
            created_at=timezone.now())
    for number in range(%d)
]
Message.objects.bulk_create(rows)
Delivery.objects.bulk_create(
    [Delivery(message=row, at_once=True, next_at=timezone.now()) for row in rows])
"""
STATE = """
import json
from notifications.models import Attempt, Delivery
print(json.dumps({
    "states": list(Delivery.objects.order_by("id").values_list("state", flat=True)),
    "attempts": list(Attempt.objects.order_by("id").values_list("outcome", "process")),
}))
"""


class Portal:
    """Runs manage.py in processes of their own, against one database and one mail server."""

    def __init__(self, database, port):
        self.env = os.environ | {
            "DATABASE_URL": database,
            "EMAIL_URL": f"smtp://127.0.0.1:{port}",
            "DEBUG": "1",
            "SECRET_KEY": "only-for-this-test",
        }

    def start(self, *args):
        command = [sys.executable, "manage.py", *args]
        return subprocess.Popen(
            command,
            cwd=BASE,
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *args):
        process = self.start(*args)
        out, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
        return out

    def seed(self, rows):
        self.run("shell", "--no-imports", "-c", SEED % rows)

    def state(self):
        return json.loads(self.run("shell", "--no-imports", "-c", STATE))


@pytest.fixture
def portal(transactional_db, tmp_path, server):
    # Transactional: what other processes wrote is committed, and has to be cleared away.
    if connection.vendor == "sqlite":
        portal = Portal(f"sqlite:///{tmp_path}/portal.sqlite3", server.port)
        portal.run("migrate", "--skip-checks", "-v0")
        return portal
    settings = connection.settings_dict
    who = settings["USER"] + (f":{settings['PASSWORD']}" if settings["PASSWORD"] else "")
    where = f"{settings['HOST'] or '127.0.0.1'}:{settings['PORT'] or 5432}"
    return Portal(f"postgres://{who}@{where}/{settings['NAME']}", server.port)


def test_a_process_killed_between_sending_and_marking_loses_nothing(portal, server):
    portal.seed(3)
    process = portal.start("deliver_messages", "--skip-checks")
    # The second mail is in the server's hands, and nobody lives to write that down.
    server.on_data = lambda: len(server.mails) == 2 and os.kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    assert portal.state()["states"] == ["sent", "sending", "sending"]

    server.on_data = None
    assert "sent 0" in portal.run("deliver_messages", "--skip-checks")
    later = (datetime.now(UTC) + timedelta(minutes=4)).isoformat()
    assert "sent 2" in portal.run("deliver_messages", "--skip-checks", "--now", later)

    state = portal.state()
    assert state["states"] == ["sent"] * 3
    assert sorted(outcome for outcome, _process in state["attempts"]) == ["lost"] * 2 + ["sent"] * 3
    assert [to[0][:2] for to, _mail in server.mails] == ["u0", "u1", "u1", "u2"]
    ids = [mail["Message-ID"] for _to, mail in server.mails]
    assert ids[1] == ids[2]


def test_two_processes_at_once_send_each_message_once(portal, server):
    portal.seed(120)
    both = [portal.start("deliver_messages", "--skip-checks") for _ in range(2)]
    outs = [process.communicate(timeout=120) for process in both]
    assert [process.returncode for process in both] == [0, 0], outs
    addresses = sorted(to[0] for to, _mail in server.mails)
    assert addresses == sorted(f"u{number}@example.test" for number in range(120))
    state = portal.state()
    assert set(state["states"]) == {"sent"}
    senders = {process for _outcome, process in state["attempts"]}
    assert len(state["attempts"]) == 120
    assert senders <= {f"command:{process.pid}" for process in both}

"""The processes of a soak: dispatchers, sweepers, workers and beats, killed and started anew; the
mail server they send to, which counts every copy.
"""

import contextlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from email import message_from_bytes
from pathlib import Path

from aiosmtpd.controller import Controller

ROOT = Path(__file__).resolve().parent.parent
MANAGE = [sys.executable, "manage.py"]
CELERY = [sys.executable, "-m", "celery", "-q", "-A", "hangu"]
# name of a part → its command
PARTS = {
    "dispatcher": [*MANAGE, "deliver_messages", "--skip-checks", "--loop", "--every", "0.3"],
    "sweeper": [
        *[*MANAGE, "run_reminders", "--skip-checks", "--loop", "--every", "1"],
        *["--only", "issues.tasks.sweep_deadlines"],
    ],
    "worker": [*CELERY, "worker", "--concurrency", "2", "--without-gossip", "--without-mingle"],
    "web": [
        *[sys.executable, "-m", "gunicorn", "hangu.wsgi", "--worker-class", "gthread"],
        *["--workers", "2", "--threads", "4", "--no-control-socket"],
    ],
    "beat": [*CELERY, "beat", "--pidfile="],
}


class Receiver:
    """A mail server that counts how often each message arrives. `answer`: what DATA is told."""

    def __init__(self):
        self.copies, self.readers, self.answer = Counter(), Counter(), "250 OK"
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]

    async def handle_DATA(self, server, session, envelope):
        if self.answer.startswith("250"):
            mail = message_from_bytes(envelope.original_content)
            self.copies[mail["Message-ID"]] += 1
            self.readers.update(envelope.rcpt_tos)
        return self.answer

    def start(self):
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self.controller.start()

    def stop(self):
        self.controller.stop()

    @property
    def extra(self):
        return sum(self.copies.values()) - len(self.copies)


class Crew:
    """A portal's processes on one database: `environment` is what the portal reads."""

    def __init__(self, environment, folder):
        self.environment, self.folder = os.environ | environment, Path(folder)
        self.processes, self.count = {}, 0
        self.kills, self.restarts = Counter(), Counter()

    def run(self, *command):
        done = subprocess.run(
            [sys.executable, *command],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=900,
        )
        if done.returncode:
            raise AssertionError(f"{command}: {done.stderr[-2000:]}")
        return done.stdout

    def seed(self, number):
        self.run("manage.py", "migrate", "--skip-checks", "-v0")
        self.shell(f"from bench import due; due.seed({number})")

    def shell(self, code):
        return self.run("manage.py", "shell", "--no-imports", "-c", code)

    def state(self):
        return json.loads(self.shell("from bench import due; due.say_state()"))

    def start(self, part):
        command, self.count = PARTS[part], self.count + 1
        if part == "beat":
            command = [*command, "--schedule", f"{self.folder}/beat-{self.count}"]
        if part == "web":
            command = [*command, "--bind", f"127.0.0.1:{self.environment['PORT']}"]
        if part == "worker":
            command = [*command, "-n", f"soak{self.count}@%h"]
        log = (self.folder / f"{part}-{self.count}.log").open("w")
        with log:
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        self.processes[process] = part
        return process

    def kill(self, chance=random):
        """kill -9 any process and start another in its place."""
        process = chance.choice(list(self.processes))
        part = self.processes.pop(process)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        self.kills[part] += 1
        self.start(part)

    def tend(self):
        """Start anew what ended by itself, as the supervisor and the container engine do: a Celery
        worker that loses its Redis may end.
        """
        for process in [p for p in self.processes if p.poll() is not None]:
            part = self.processes.pop(process)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            self.restarts[part] += 1
            self.start(part)

    def stop(self, number=signal.SIGTERM, patience=40):
        """Tell all to end; returns the seconds the slowest took."""
        began = time.monotonic()
        for process in self.processes:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid, number)
        for process in self.processes:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(began + patience - time.monotonic(), 0.1))
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self.processes.clear()
        return time.monotonic() - began


def until(question, seconds, pause=0.5):
    """Ask until the answer is true or the time is over; returns the last answer."""
    stop = time.monotonic() + seconds
    while not (answer := question()) and time.monotonic() < stop:
        time.sleep(pause)
    return answer


def settled(crew, receiver, number, seconds):
    """Wait until every reminder has arrived and is recorded; returns the state then."""
    until(lambda: crew.tend() or len(receiver.copies) >= number, seconds)
    deadline = time.monotonic() + 120
    while True:
        state = crew.state()
        if state["deliveries"].get("sent", 0) >= number or time.monotonic() > deadline:
            return state
        time.sleep(2)

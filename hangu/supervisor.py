"""Keeps web, worker and beat running as separate processes: restarts what dies, leaves nothing.

Each part leads a session of its own, so that Ctrl-C in the terminal reaches the supervisor alone
and the parts are stopped in order. On Linux the kernel ends them when the supervisor is killed.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field

# An idle Celery worker needs five to seven; one at work has CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT to
# finish what it has in hand.
STOP_SECONDS = 29
STEADY_SECONDS = 10  # a part that lives this long did not "die at once"
PAUSES = (1, 2, 4, 8, 15, 30)  # seconds before a restart, growing while a part dies at once
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PR_SET_PDEATHSIG = 1


def die_with_parent():
    """Runs in the child between fork and exec: SIGTERM when the supervisor's process ends."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass
class Part:
    name: str
    command: list
    process: subprocess.Popen | None = None
    started: float = 0.0
    due: float = 0.0
    deaths: int = 0
    groups: set = field(default_factory=set)

    def start(self, environment):
        self.process = subprocess.Popen(
            self.command,
            env=environment,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=die_with_parent,
        )
        self.started = time.monotonic()
        self.groups.add(self.process.pid)

    def signal_group(self, number):
        """Reach what a dead leader has left behind as well."""
        for group in list(self.groups):
            try:
                os.killpg(group, number)
            except ProcessLookupError:
                self.groups.discard(group)

    def gone(self):
        self.signal_group(0)
        return not self.groups


class Supervisor:
    def __init__(self, parts, environment, say):
        self.parts = parts
        self.environment = environment
        self.say = say
        self.stopping = False

    def run(self, once_up):
        """Start everything and watch until told to stop; `once_up()` is polled until it is true."""
        before = {number: signal.signal(number, self.stop) for number in STOP_SIGNALS}
        try:
            for part in self.parts:
                part.start(self.environment)
            up = False
            while not self.stopping:
                up = up or once_up()
                for part in self.parts:
                    self.watch(part)
                time.sleep(0.2)
        finally:
            self.end()
            for number, handler in before.items():
                signal.signal(number, handler)

    def stop(self, *_signal):
        self.stopping = True

    def watch(self, part):
        now = time.monotonic()
        if part.process is None:
            if now >= part.due:
                part.start(self.environment)
            return
        code = part.process.poll()
        if code is None:
            return
        # A killed leader may leave pool processes: they go before a new one takes over.
        part.signal_group(signal.SIGKILL)
        part.deaths = 0 if now - part.started > STEADY_SECONDS else part.deaths + 1
        pause = PAUSES[min(part.deaths, len(PAUSES) - 1)]
        part.process, part.due = None, now + pause
        reason = f"signal {-code}" if code < 0 else f"exit code {code}"
        self.say(f"{part.name} ended ({reason}); it starts again in {pause} s.")

    def end(self):
        for part in self.parts:
            if part.process:
                with contextlib.suppress(ProcessLookupError):
                    part.process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        while time.monotonic() < deadline and any(
            part.process and part.process.poll() is None for part in self.parts
        ):
            time.sleep(0.05)
        for part in self.parts:
            part.signal_group(signal.SIGKILL)
        for part in self.parts:
            if part.process:
                part.process.wait()

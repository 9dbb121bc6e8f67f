"""Servers of our own, to be stopped, frozen and emptied: never those that others use."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import psycopg2
import redis


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class OwnRedis:
    """A Redis without persistence: what is restarted has forgotten everything."""

    def __init__(self):
        self.port, self.process = free_port(), None
        self.url = f"redis://127.0.0.1:{self.port}/0"

    def start(self):
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", ""]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd="/")
        client = redis.Redis(port=self.port)
        for _n in range(100):
            with contextlib.suppress(redis.RedisError):
                return client.ping()
            time.sleep(0.1)
        raise AssertionError("Redis did not start")

    def flush(self):
        redis.Redis(port=self.port).flushall()

    def freeze(self):
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self):
        self.process.send_signal(signal.SIGCONT)

    def stop(self):
        if self.process:
            self.process.kill()
            self.process.wait()

    def restart(self):
        self.stop()
        self.start()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *exc_info):
        self.stop()


class OwnPostgres:
    """A PostgreSQL cluster in a folder of its own; root hands it to the user "postgres"."""

    def __init__(self, folder):
        self.folder, self.port = Path(folder) / "cluster", free_port()
        self.url = f"postgres://hangu@127.0.0.1:{self.port}/postgres"
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
        self.bin = found[-1] if found else Path(shutil.which("initdb") or "/none").parent

    @staticmethod
    def available():
        return bool(list(Path("/usr/lib/postgresql").glob("*/bin")) or shutil.which("initdb"))

    def _as_owner(self, *command):
        who = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        subprocess.run(
            [*who, *map(str, command)],
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
        )

    def start(self):
        options = f"-p {self.port} -k '' -c listen_addresses=127.0.0.1"
        log = self.folder / "server.log"
        self._as_owner(
            self.bin / "pg_ctl", "start", "-w", "-D", self.folder, "-l", log, "-o", options
        )

    def crash(self):
        """Stopped at once, as by a power cut, and started anew."""
        self._as_owner(self.bin / "pg_ctl", "stop", "-m", "immediate", "-D", self.folder)
        self.start()

    def __enter__(self):
        self.folder.mkdir()
        if os.geteuid() == 0:
            self.folder.parent.chmod(0o755)
            shutil.chown(self.folder, "postgres", "postgres")
        self._as_owner(
            self.bin / "initdb", "-A", "trust", "-U", "hangu", "-E", "UTF8", "-D", self.folder
        )
        self.start()
        psycopg2.connect(self.url).close()
        return self

    def __exit__(self, *exc_info):
        with contextlib.suppress(subprocess.CalledProcessError):
            self._as_owner(self.bin / "pg_ctl", "stop", "-m", "immediate", "-D", self.folder)

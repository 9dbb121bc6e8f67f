"""A portal of its own for tests that need the real processes: fresh database, broker and port.

It stands on the services the tests run on: SQLite and files in a temporary folder, or a new
database on the PostgreSQL of DATABASE_URL and an unused number on the Redis of CELERY_BROKER_URL.
"""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import redis

ROOT = Path(__file__).resolve().parent.parent
OWN_REDIS = 13  # the portal itself uses 0 and 1


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def get(url, timeout=5):
    """(status, text); 0 while nobody listens."""
    try:
        with urllib.request.urlopen(url, timeout=timeout) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError:
        return 0, ""


def wait_for(question, seconds, what):
    """Ask until the answer is true, and return it."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if answer := question():
            return answer
        time.sleep(0.1)
    raise AssertionError(f"{what}: not within {seconds} s")


@contextlib.contextmanager
def own_database():
    """DATABASE_URL of a database that nobody else has, or None for SQLite."""
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith(("postgres", "psql", "pgsql")):
        yield None
        return
    address = urlsplit(url)._replace(scheme="postgresql")
    name = f"portal_{uuid.uuid4().hex[:12]}"
    admin = psycopg2.connect(address.geturl())
    admin.autocommit = True
    with contextlib.closing(admin), admin.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}"')
        try:
            yield address._replace(scheme="postgres", path=f"/{name}").geturl()
        finally:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@contextlib.contextmanager
def own_broker():
    """CELERY_BROKER_URL of an empty Redis database, or None for the file broker."""
    url = os.environ.get("CELERY_BROKER_URL", "")
    if not url.startswith("redis"):
        yield None
        return
    number = OWN_REDIS + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:]) % 3
    own = urlsplit(url)._replace(path=f"/{number}").geturl()
    with contextlib.closing(redis.Redis.from_url(own)) as client:
        client.flushdb()
        yield own
        client.flushdb()


class Portal:
    """`environment` for commands, `url` once `serve()` was called, `output` of the supervisor."""

    def __init__(self, folder, database, broker, **settings):
        self.folder = Path(folder)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = self.folder / "serve.log"
        self.process = None
        drop = ("DATABASE_URL", "CELERY_BROKER_URL", "DJANGO_SETTINGS_MODULE", "SITE_URL", "PORT")
        self.environment = {key: value for key, value in os.environ.items() if key not in drop}
        self.environment["VAR_DIR"] = str(self.folder / "var")
        if database:
            self.environment["DATABASE_URL"] = database
        if broker:
            self.environment["CELERY_BROKER_URL"] = broker
        self.environment |= settings

    def run(self, *command, check=True, **settings):
        """Run a Python command to its end; its standard output."""
        done = subprocess.run(
            [sys.executable, *map(str, command)],
            cwd=ROOT,
            env=self.environment | settings,
            capture_output=True,
            text=True,
            timeout=300,
        )
        if check and done.returncode:
            raise AssertionError(f"{command} ended with {done.returncode}: {done.stderr}")
        return done.stdout if check else done

    def manage(self, *arguments, **settings):
        return self.run("manage.py", *arguments, **settings)

    def serve(self):
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "serve", "--port", str(self.port)],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        wait_for(lambda: get(f"{self.url}/healthz")[0] == 200, 30, f"the start\n{self.output}")

    @property
    def output(self):
        return self.log.read_text(encoding="utf-8") if self.log.exists() else ""

    def ready(self):
        """The states of /readyz when all are well, else None."""
        status, text = get(f"{self.url}/readyz", timeout=10)
        return json.loads(text) if status == 200 else None

    def processes(self):
        """{pid: command line} of the supervisor's parts and of what those have started."""
        rows = subprocess.run(
            ["ps", "-eo", "pid=,ppid=,stat=,args="], capture_output=True, text=True, check=True
        ).stdout.splitlines()
        table = [row.split(None, 3) for row in rows]
        found, parents = {}, {self.process.pid}
        while parents:
            children = {
                int(pid): args
                for pid, parent, state, args in table
                if int(parent) in parents and not state.startswith("Z")
            }
            found |= children
            parents = set(children)
        return found

    def stop(self, number=signal.SIGINT):
        """Stop and return (exit code, seconds it took)."""
        began = time.monotonic()
        self.process.send_signal(number)
        code = self.process.wait(30)
        return code, time.monotonic() - began


@contextlib.contextmanager
def own_portal(folder, **settings):
    """A migrated portal; call `serve()` for its processes, which end with the block."""
    with own_database() as database, own_broker() as broker:
        portal = Portal(folder, database, broker, **settings)
        portal.manage("migrate", "--verbosity", "0")
        try:
            yield portal
        finally:
            if portal.process and portal.process.poll() is None:
                portal.stop()

"""Web, worker and beat together: what `make run` starts."""

import os
import socket
import sys
import urllib.error
import urllib.request
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.db import Error

from hangu.sample.signins import DEFAULT_PASSWORD, SIGN_INS
from hangu.supervisor import Part, Supervisor


def port_number(text):
    number = int(text)
    if not 1 <= number <= 65535:
        raise ValueError(text)
    return number


class Command(BaseCommand):
    help = (
        "Start web, Celery worker and beat as separate processes, restart what dies, and stop all "
        "on Ctrl-C. Example: manage.py serve --port 8000"
    )

    def add_arguments(self, parser):
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
        parser.add_argument(
            "--port", type=port_number, default=os.environ.get("PORT") or "8000", help="1 to 65535"
        )

    def handle(self, *, host, port, **options):
        refuse_taken_port(host, port)
        address = os.environ.get("SITE_URL") or f"http://{host}:{port}"
        environment = os.environ | {"SITE_URL": address, "PYTHONUNBUFFERED": "1"}
        # SIGTERM lets a worker finish what it has in hand, for a limited time.
        environment["REMAP_SIGTERM"] = "SIGQUIT"
        supervisor = Supervisor(parts(host, port), environment, say=self.say)
        supervisor.run(once_up=lambda: self.greet(host, port, address))
        self.say("All parts have stopped.")

    def say(self, text):
        self.stdout.write(text)
        self.stdout.flush()

    def greet(self, host, port, address):
        """Print address and sign-ins as soon as the portal answers; True when done."""
        if not answers(f"http://{host}:{port}/healthz"):
            return False
        self.say(f"\n  The portal is open at {address}/  (Ctrl-C stops it)\n")
        try:
            loaded = set(
                get_user_model()
                .objects.filter(username__in=dict(SIGN_INS))
                .values_list("username", flat=True)
            )
        except Error:
            loaded = set()
        if loaded:
            password = settings.SAMPLE_PASSWORD or DEFAULT_PASSWORD
            self.say(f"  Sample sign-ins, password {password}")
            for username, label in SIGN_INS:
                if username in loaded:
                    self.say(f"    {username:<14} {label}")
            self.say("")
        return True


def refuse_taken_port(host, port):
    with socket.socket() as probe:
        # As gunicorn does: a port whose last user has just left is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CommandError(
                f"Port {port} on {host} cannot be used ({error.strerror}): "
                f"stop what uses it or choose another, e.g. make run PORT={port % 65535 + 1}."
            ) from error


def answers(url):
    try:
        with urllib.request.urlopen(url, timeout=1) as response:
            return response.status == 200
    except (urllib.error.URLError, OSError):
        return False


def parts(host, port):
    """The three commands; gunicorn's worker heartbeat goes to memory where the system has it."""
    celery = [sys.executable, "-m", "celery", "-q", "-A", "hangu"]
    schedule = settings.CELERY_BEAT_SCHEDULE_FILENAME
    # WhiteNoise warns in every process about a folder that only collectstatic would make.
    for folder in (Path(schedule).parent, Path(settings.STATIC_ROOT)):
        folder.mkdir(parents=True, exist_ok=True)
    web = [sys.executable, "-m", "gunicorn", "hangu.wsgi", "--bind", f"{host}:{port}"]
    web += ["--worker-class", "gthread", "--workers", "2", "--threads", "4", "--no-control-socket"]
    web += ["--graceful-timeout", "6", "--log-level", "warning"]
    if Path("/dev/shm").is_dir():
        web += ["--worker-tmp-dir", "/dev/shm"]
    worker = [*celery, "worker", "--concurrency", "2", "--without-gossip", "--without-mingle"]
    worker += ["--loglevel", "WARNING"]
    beat = [*celery, "beat", "--schedule", schedule, "--pidfile=", "--loglevel", "WARNING"]
    return [Part("web", web), Part("worker", worker), Part("beat", beat)]

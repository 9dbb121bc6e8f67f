"""The Celery application. Beat's timetable is hangu/schedule.py; the database is the queue, Celery
only the alarm clock.
"""

import logging
import os
import time
import warnings

from celery import Celery, signals
from celery.exceptions import SecurityWarning
from django.apps import apps
from django.db import Error, connection

from hangu import broker
from hangu.environment import settings_or_exit

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hangu.settings")
broker.register()
# Celery warns root because of pickle; only JSON is accepted here.
warnings.filterwarnings("ignore", category=SecurityWarning)

app = Celery("hangu")


@app.on_configure.connect
def read_settings(**_signal):
    settings_or_exit()


app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

logger = logging.getLogger(__name__)

HEARTBEAT_EVERY = 15  # seconds; /readyz calls a part dead after 90


class SignOfLife:
    """Leaves a row saying that this process works; at most one each HEARTBEAT_EVERY seconds."""

    def __init__(self, name):
        self.name = name
        self.last = None

    def leave(self, **_signal):
        if self.last is not None and time.monotonic() - self.last < HEARTBEAT_EVERY:
            return
        self.last = time.monotonic()
        try:
            apps.get_model("notifications", "Heartbeat").beat(self.name)
        except Error as error:
            # A database that is away for a minute is no reason to end: the next beat tries again.
            logger.warning("No sign of life of %s could be left: %s", self.name, error)
        finally:
            # Pool processes are forked from this one and must not inherit its connection.
            if not connection.in_atomic_block:
                connection.close()


worker, beat = SignOfLife("worker"), SignOfLife("beat")
signals.worker_ready.connect(worker.leave)
signals.heartbeat_sent.connect(worker.leave)


@signals.beat_init.connect
def watch_beat(**_signal):
    """From here on this process is beat; it lives as long as it publishes, so each task sent is its
    sign of life.
    """
    beat.leave()
    signals.after_task_publish.connect(beat.leave)

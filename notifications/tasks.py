"""What beat calls; the same functions are reached by manage.py."""

import os

from celery import shared_task

from notifications.models import Heartbeat
from notifications.services import deliver_all, timer_run
from notifications.watch import warn_of_missing_calendar

# Well under CELERY_TASK_TIME_LIMIT, so that a batch in hand can be finished.
SECONDS = 50


@shared_task(bind=True)
def deliver_messages(self):
    process = f"{self.request.hostname or 'direct'}:{os.getpid()}"
    with timer_run(deliver_messages.name) as run:
        run.result = deliver_all(seconds=SECONDS, process=process)


@shared_task
def beat_heartbeat():
    # Sent by beat and run by a worker: that it runs at all shows both at work.
    for part in ("beat", "worker"):
        Heartbeat.beat(part)


@shared_task
def watch_calendar():
    with timer_run(watch_calendar.name) as run:
        run.result = {"warned": warn_of_missing_calendar()}

"""What beat calls; the same functions are reached by manage.py."""

import os

from celery import shared_task

from notifications.choices import LANES
from notifications.dispatch import deliver_all
from notifications.models import Heartbeat
from notifications.services import timer_run
from notifications.watch import look_after_deliveries, warn_of_missing_calendar

# Less than the time a worker is given to stop, so that what is in hand is finished and recorded.
SECONDS = 20


@shared_task(bind=True)
def deliver_messages(self, lane="mail"):
    process = f"{self.request.hostname or 'direct'}:{os.getpid()}"
    with timer_run(f"{deliver_messages.name}:{lane}") as run:
        run.result = deliver_all(seconds=SECONDS, process=process, only=LANES[lane])


@shared_task
def beat_heartbeat():
    # Sent by beat and run by a worker: that it runs at all shows both at work.
    for part in ("beat", "worker"):
        Heartbeat.beat(part)


@shared_task
def watch_calendar():
    with timer_run(watch_calendar.name) as run:
        run.result = {"warned": warn_of_missing_calendar()}


@shared_task
def watch_deliveries():
    with timer_run(watch_deliveries.name) as run:
        run.result = look_after_deliveries()

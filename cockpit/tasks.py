"""What the timer does; the office does the same by hand."""

from celery import shared_task

from cockpit import circulars
from notifications.services import timer_run


@shared_task
def draft_circulars():
    with timer_run(draft_circulars.name) as run:
        run.result = {"drafted": circulars.draft_due()}

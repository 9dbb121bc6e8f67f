"""What the timer does; the commands call the same functions."""

from celery import shared_task

from issues import reminders, services
from notifications.services import timer_run


@shared_task
def sweep_deadlines():
    with timer_run(sweep_deadlines.name) as run:
        run.result = reminders.sweep()


@shared_task
def match_enterprises():
    with timer_run(match_enterprises.name) as run:
        run.result = {"matched": services.match_enterprises()}

"""What the timer does; it may run at any time and any number of times."""

from celery import shared_task

from investment import reminders
from notifications.services import timer_run


@shared_task
def sweep_investment():
    with timer_run(sweep_investment.name) as run:
        run.result = reminders.sweep()

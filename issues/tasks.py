"""What the timer does; the commands call the same functions."""

from celery import shared_task

from issues import calendar_changes, patterns, reminders, services, watch
from notifications.services import timer_run


@shared_task
def sweep_deadlines():
    with timer_run(sweep_deadlines.name) as run:
        run.result = reminders.sweep()


@shared_task
def match_enterprises():
    with timer_run(match_enterprises.name) as run:
        run.result = {"matched": services.match_enterprises()}


@shared_task
def watch_answers():
    with timer_run(watch_answers.name) as run:
        run.result = watch.sweep()


@shared_task
def find_patterns():
    with timer_run(find_patterns.name) as run:
        run.result = {"opened": patterns.detect()}


@shared_task
def apply_policies():
    with timer_run(apply_policies.name) as run:
        run.result = {"moved": calendar_changes.apply_policies()}

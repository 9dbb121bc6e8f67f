"""What the timer does; each may run at any time and any number of times."""

from celery import shared_task

from notifications.services import timer_run
from projects import reminders, reporting, snapshots


@shared_task
def snapshot_lights():
    with timer_run(snapshot_lights.name) as run:
        run.result = snapshots.take()


@shared_task
def sweep_projects():
    with timer_run(sweep_projects.name) as run:
        run.result = reminders.sweep()


@shared_task
def lock_reports():
    with timer_run(lock_reports.name) as run:
        run.result = {"locked": reporting.lock_due_months()}

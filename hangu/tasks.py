"""What beat calls of rooms that lie below the notifications, which keep a row of each run."""

from celery import shared_task
from django.utils import timezone

from api import throttling, webhooks
from notifications.services import timer_run


@shared_task
def deliver_webhooks():
    with timer_run(deliver_webhooks.name) as run:
        run.result = webhooks.run()


@shared_task
def forget_calls():
    with timer_run(forget_calls.name) as run:
        run.result = {"forgotten": throttling.forget_old(timezone.now())}

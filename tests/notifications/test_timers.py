"""Tasks, the command and the rows they leave; the administrators' page."""

import os
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from notifications import services, tasks
from notifications.models import Attempt, Delivery, Heartbeat, TimerRun
from tests.notifications.conftest import RESTING, WORKING

pytestmark = pytest.mark.django_db


@pytest.fixture
def sign_in(client, member):
    """A member of staff with one role; roles are groups."""

    def run(role):
        user = member(f"staff_{role}", is_staff=True)
        user.groups.add(user.groups.model.objects.get_or_create(name=role)[0])
        client.force_login(User.objects.get(pk=user.pk))
        return client

    return run


def test_the_timed_task_sends_and_leaves_a_run(member, post, smtp):
    post(member(), at_once=True)
    tasks.deliver_messages.apply(throw=True)
    run = TimerRun.objects.get()
    assert (run.name, run.ok) == ("notifications.tasks.deliver_messages:mail", True)
    assert run.result == {"sent": 1, "failed": 0, "dead": 0}
    assert run.ended_at >= run.started_at
    assert Attempt.objects.get().process.endswith(f":{os.getpid()}")
    for _number in range(2):
        tasks.deliver_messages.apply(throw=True)
    assert len(smtp.mails) == 1


def test_a_failed_run_says_why_and_is_raised():
    with pytest.raises(ZeroDivisionError), services.timer_run("a task"):
        _ = 1 / 0
    run = TimerRun.objects.get()
    assert run.ok is False
    assert "ZeroDivisionError" in run.result["error"]


def test_the_newest_500_runs_of_a_task_are_kept():
    at = timezone.now()
    rows = [TimerRun(name=name, started_at=at) for name in ("a", "b") for _ in range(505)]
    TimerRun.objects.bulk_create(rows)
    with services.timer_run("a") as run:
        pass
    assert TimerRun.objects.filter(name="a").count() == 500
    assert TimerRun.objects.filter(name="b").count() == 505
    assert TimerRun.objects.filter(pk=run.pk).exists()


def test_a_heartbeat_moves_one_row_per_part():
    tasks.beat_heartbeat.apply(throw=True)
    Heartbeat.beat("worker", WORKING)
    Heartbeat.beat("worker", WORKING + timedelta(seconds=15))
    assert set(Heartbeat.objects.values_list("name", flat=True)) == {"worker", "beat"}
    assert Heartbeat.objects.get(name="worker").at == WORKING + timedelta(seconds=15)


def test_the_command_goes_by_the_time_it_is_given(member, post, smtp, capsys):
    post(member(), now=RESTING)
    call_command("deliver_messages", now=RESTING)
    assert "sent 0, failed 0, dead 0" in capsys.readouterr().out
    call_command("deliver_messages", "--now", "2026-03-16T10:00:00")
    assert "sent 1, failed 0, dead 0" in capsys.readouterr().out
    attempt = Attempt.objects.get()
    assert attempt.process == f"command:{os.getpid()}"
    assert attempt.ended_at - RESTING == timedelta(hours=38)


def test_the_command_refuses_what_is_no_time():
    with pytest.raises(CommandError, match="not an ISO time"):
        call_command("deliver_messages", "--now", "tomorrow")


def test_administrators_see_and_retry_what_was_not_delivered(sign_in, member, post):
    post(member(), title="绝密标题")
    Delivery.objects.update(state="dead", attempts=8, last_error="550 no such user")
    client = sign_in("administrator")
    address = reverse("admin:notifications_delivery_changelist")
    page = client.get(address, {"state__exact": "dead"}).content.decode()
    assert "550 no such user" in page
    detail = reverse("admin:notifications_delivery_change", args=[Delivery.objects.get().pk])
    for text in (page, client.get(detail).content.decode()):
        assert "绝密标题" not in text
    chosen = {"action": "retry", "_selected_action": [Delivery.objects.get().pk]}
    assert client.post(address, chosen).status_code == 302
    assert Delivery.objects.values_list("state", "attempts").get() == ("queued", 0)


@pytest.mark.parametrize("role", ["coordinator", "handler", "leader", "security"])
def test_nobody_else_sees_the_outbox(role, sign_in, member, post):
    post(member())
    Delivery.objects.update(state="dead")
    client = sign_in(role)
    address = reverse("admin:notifications_delivery_changelist")
    chosen = {"action": "retry", "_selected_action": [Delivery.objects.get().pk]}
    assert client.get(address).status_code == 403
    assert client.post(address, chosen).status_code == 403
    assert Delivery.objects.get().state == "dead"

"""The health panel and what monitors read: someone hears when reminders stop (P20)."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from accounts.models import User
from hangu import operations
from hangu.schedule import BEAT, LABELS, SIGN_OF_LIFE
from notifications.models import Delivery, Heartbeat, Message, TimerRun

pytestmark = pytest.mark.django_db
TOKEN = {"Authorization": "Bearer monitor-token"}


@pytest.fixture
def monitored(settings):
    settings.METRICS_TOKEN = "monitor-token"


def all_well(now=None):
    now = now or timezone.now()
    for part in ("worker", "beat"):
        Heartbeat.beat(part, now)
    for job in operations.jobs(now):
        TimerRun.objects.create(name=job["task"], started_at=now, ended_at=now, ok=True)


def queue(number, state, at):
    user = User.objects.create(username=f"reader-{state}", name="示例", email="r@example.test")
    for n in range(number):
        message = Message.objects.create(
            recipient=user, kind="test", dedupe_key=f"{state}{n}", created_at=at
        )
        Delivery.objects.create(message=message, state=state, next_at=at, first_tried_at=at)


def asked(client):
    answer = client.get("/healthz/worker", headers=TOKEN)
    assert client.get("/healthz").status_code == 200
    return answer.status_code, {name for name, part in answer.json().items() if not part["ok"]}


def test_every_job_that_leaves_a_run_has_a_name_for_people():
    assert set(LABELS) == set(BEAT) - {SIGN_OF_LIFE}


def test_all_is_well_while_everything_runs(client, monitored):
    all_well()
    assert asked(client) == (200, set())


def test_a_beat_that_stops_is_noticed_within_five_minutes(client, monitored, time_machine):
    all_well()
    time_machine.move_to(timezone.now() + timedelta(minutes=5), tick=False)
    Heartbeat.beat("worker")
    assert asked(client) == (503, {"beat", "timers"})


def test_workers_that_stop_are_noticed_within_five_minutes(client, monitored, time_machine):
    all_well()
    time_machine.move_to(timezone.now() + timedelta(minutes=5), tick=False)
    Heartbeat.beat("beat")
    assert asked(client) == (503, {"worker", "timers"})


def test_dead_letters_and_a_backlog_are_noticed(client, monitored):
    all_well()
    queue(operations.GIVEN_UP + 1, "dead", timezone.now())
    queue(1, "queued", timezone.now() - timedelta(minutes=16))
    assert asked(client) == (503, {"dead", "backlog"})


@pytest.mark.parametrize("path", ["/healthz/worker", "/metrics"])
def test_strangers_find_nothing(path, client, settings):
    assert client.get(path).status_code == 404
    assert client.get(path, headers={"Authorization": "Bearer "}).status_code == 404
    settings.METRICS_TOKEN = "monitor-token"
    wrong = client.get(path, headers={"Authorization": "Bearer monitor-tokeN"})
    assert wrong.status_code == 404
    client.force_login(User.objects.create(username="enterprise"))
    assert client.get(path).status_code == 404
    assert client.get(path, headers=TOKEN).status_code in (200, 503)


def test_metrics_are_what_prometheus_reads(client, monitored):
    all_well()
    queue(3, "dead", timezone.now())
    text = client.get("/metrics", headers=TOKEN).content.decode()
    found = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    assert found["hangu_up", "worker"] == 1
    assert found["hangu_deliveries", "email", "dead"] == 3
    assert found["hangu_timer_ok", "notifications.tasks.deliver_messages:mail"] == 1
    assert ("hangu_timer_age_seconds", "issues.tasks.sweep_deadlines") in found


@pytest.mark.parametrize(
    ("role", "status"),
    [("administrator", 200), ("coordinator", 200), ("auditor", 200), ("handler", 403)],
)
def test_who_sees_the_panel(role, status, client, settings):
    user = User.objects.create(username=role)
    user.groups.add(user.groups.model.objects.get(name=role))
    client.force_login(User.objects.get(pk=user.pk))
    settings.REMINDERS_HOLD = True
    all_well()
    answer = client.get(reverse("operations"))
    assert answer.status_code == status
    if status == 200:
        page = answer.content.decode()
        assert "到期提醒" in page
        assert "REMINDERS_HOLD=1" in page
        assert "未按时" not in page


def test_a_visitor_signs_in_first(client):
    assert client.get(reverse("operations")).status_code == 302

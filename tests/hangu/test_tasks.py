"""Every timed task, run three times over the sample a week later: the second and third run change
nothing. What is on the timer and not here fails the test.
"""

from datetime import timedelta

import pytest
import time_machine
from django.apps import apps
from django.core import mail
from django.db import transaction
from django.test import override_settings

from hangu.celery import app
from hangu.sample import load
from hangu.schedule import BEAT
from notifications.models import Delivery, Message, TimerRun
from tests.hangu.test_sample import ANCHOR

# Rows that say that a task ran, not what it did.
RUNS = {"notifications.timerrun", "notifications.heartbeat"}
LATER = ANCHOR + timedelta(days=7)
JOBS = sorted({(job["task"], tuple(job.get("kwargs", {}).items())) for job in BEAT.values()})
# What a week leaves to do in the sample; the others find nothing new, three times.
BUSY = {"issues.tasks.sweep_deadlines", "projects.tasks.sweep_projects"}


def inside_a_test():
    """A transaction that durable ones may open within, as Django's own TestCase makes it."""
    atomic = transaction.atomic()
    atomic._from_testcase = True
    return atomic


@pytest.fixture(scope="module")
def district(django_db_setup, django_db_blocker, tmp_path_factory):
    media = tmp_path_factory.mktemp("media")
    with django_db_blocker.unblock(), time_machine.travel(ANCHOR, tick=False):
        with inside_a_test(), override_settings(MEDIA_ROOT=media):
            load.load(anchor=ANCHOR)
            yield
            transaction.set_rollback(True)


@pytest.fixture
def week_later(district):
    with time_machine.travel(LATER, tick=False), inside_a_test():
        yield
        transaction.set_rollback(True)


def everything():
    """{model: (rows, their states)} of the whole portal."""
    found = {}
    for model in apps.get_models():
        if model._meta.label_lower in RUNS:
            continue
        fields = {field.name for field in model._meta.get_fields()}
        states = sorted({"state", "status", "attempts", "next_at", "read_at"} & fields)
        rows = list(model.objects.order_by("pk").values_list("pk", *states))
        found[model._meta.label_lower] = rows
    return found


# Marked so that there is a test database at all when this file is run alone.
@pytest.mark.django_db
def test_every_task_of_the_portal_is_on_the_timer():
    app.loader.import_default_modules()
    ours = {name for name in app.tasks if not name.startswith("celery.")}
    assert len(ours) >= 9
    assert ours == {task for task, _kwargs in JOBS}


@pytest.mark.parametrize(("task", "kwargs"), JOBS)
def test_run_three_times_it_changes_nothing_after_the_first(task, kwargs, week_later):
    app.loader.import_default_modules()
    before = everything()
    mails = []
    for _n in range(3):
        app.tasks[task].apply(kwargs=dict(kwargs), throw=True)
        mails.append((everything(), len(mail.outbox)))
    assert mails[0] == mails[1] == mails[2]
    if task in BUSY:
        assert mails[0][0] != before
    assert not TimerRun.objects.filter(ok=False).exists()


def test_delivering_three_times_sends_once(week_later):
    app.loader.import_default_modules()
    app.tasks["issues.tasks.sweep_deadlines"].apply(throw=True)
    Delivery.objects.update(next_at=LATER)
    waiting = Delivery.objects.filter(state="queued").count()
    assert waiting
    sent = []
    for _n in range(3):
        app.tasks["notifications.tasks.deliver_messages"].apply(throw=True)
        sent.append((len(mail.outbox), everything()))
    assert sent[0] == sent[1] == sent[2]
    assert 0 < len(mail.outbox) <= waiting
    assert Message.objects.exists()

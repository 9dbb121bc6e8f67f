"""Each protection, and the same with it switched off: what does not fail then protects nothing."""

import threading
import time
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import OperationalError, connection, connections, transaction
from django.db.models import F, Value

from accounts.models import User
from notifications import channels, dispatch, services
from notifications.models import Attempt, Delivery, Message
from notifications.querysets import DeliveryQuerySet
from tests.notifications.conftest import WORKING

pytestmark = pytest.mark.django_db(transaction=True)
POSTGRES = connection.vendor == "postgresql"


def on_postgres(test):
    """Only PostgreSQL locks rows and drops a constraint under way; elsewhere no such test is."""
    return test if POSTGRES else None


class Killed(BaseException):
    """A process that ends without a word."""


def together(function, threads=2):
    """Run it in threads at once, each with its own connection; returns what they gave or raised."""
    barrier, found = threading.Barrier(threads), []

    def run():
        barrier.wait()
        try:
            found.append(function())
        except Exception as error:
            found.append(error)
        finally:
            connections.close_all()

    pool = [threading.Thread(target=run) for _n in range(threads)]
    for thread in pool:
        thread.start()
    for thread in pool:
        thread.join(60)
    return found


@contextmanager
def without_unique_key():
    constraint = next(c for c in Message._meta.constraints if c.name == "message_once_per_user")
    with connection.schema_editor() as editor:
        editor.remove_constraint(Message, constraint)
    try:
        yield
    finally:
        Message.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(Message, constraint)


def swept_twice():
    """Messages after two sweeps have met over the same ten people."""

    def sweep():
        with transaction.atomic():
            return services.post_select(
                kind="test.reminder",
                users=User.objects.all(),
                data={"title": F("name")},
                dedupe_key=Value("issue-1:due:v1"),
                now=WORKING,
            )

    together(sweep, threads=3)
    return Message.objects.count()


def test_the_unique_key_keeps_two_sweeps_from_telling_twice(member):
    for n in range(10):
        member(f"u{n}")
    assert swept_twice() == 10


@on_postgres
def test_without_the_unique_key_they_do(member):
    for n in range(10):
        member(f"u{n}")
    with without_unique_key():
        assert swept_twice() > 10


def copies_with_slow_receiver(post, smtp, lease, monkeypatch):
    """How many mails arrive of six when each takes 0.3 s, two send, and nobody is killed."""
    monkeypatch.setattr(dispatch, "LEASE", lease)
    post(addresses=[(f"u{n}@example.test", "") for n in range(6)], at_once=True)
    smtp.on_data = lambda: time.sleep(0.3)
    together(keep_sending)
    return len(smtp.mails)


def keep_sending():
    for _n in range(25):
        dispatch.deliver_all(process="test")
        time.sleep(0.1)


def test_a_lease_longer_than_one_send_and_renewed_makes_no_copies(post, smtp, monkeypatch):
    assert copies_with_slow_receiver(post, smtp, timedelta(seconds=30), monkeypatch) == 6


def test_a_lease_that_is_not_makes_copies(post, smtp, monkeypatch):
    # Nor does renewing help: a lease shorter than one send has run out before it is renewed.
    assert copies_with_slow_receiver(post, smtp, timedelta(milliseconds=50), monkeypatch) > 6


def test_a_batch_longer_than_its_lease_is_held_by_renewing(post, smtp, monkeypatch):
    assert copies_with_slow_receiver(post, smtp, timedelta(seconds=1), monkeypatch) == 6


def test_a_batch_longer_than_its_lease_makes_copies_unrenewed(post, smtp, monkeypatch):
    def held_already(self, pks, until):
        return set(pks)

    monkeypatch.setattr(DeliveryQuerySet, "renew", held_already)
    assert copies_with_slow_receiver(post, smtp, timedelta(seconds=1), monkeypatch) > 6


def second_claim_while_the_first_is_open():
    """What another dispatcher gets while one has not committed its claim: rows, or a time-out."""
    inside, done = threading.Event(), threading.Event()

    def first():
        with transaction.atomic():
            due = Delivery.objects.due(WORKING).order_by("next_at", "id")
            list(due._not_claimed_elsewhere()[:5])
            Delivery.objects.filter(pk__in=[row.pk for row in due[:5]]).update(attempts=1)
            inside.set()
            done.wait(30)
        connections.close_all()

    thread = threading.Thread(target=first)
    thread.start()
    inside.wait(30)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '1s'")
        held = Delivery.objects.claim(now=WORKING, limit=5, lease=dispatch.LEASE, token="t" * 32)
        return len(held)
    finally:
        done.set()
        thread.join()
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = 0")


@on_postgres
def test_skip_locked_gives_the_second_claim_other_rows_at_once(post):
    post(addresses=[(f"u{n}@example.test", "") for n in range(10)], at_once=True)
    assert second_claim_while_the_first_is_open() == 5


@on_postgres
def test_without_skip_locked_it_waits_for_the_first(post, monkeypatch):
    monkeypatch.setattr(DeliveryQuerySet, "_can_skip_locked", lambda self: False)
    post(addresses=[(f"u{n}@example.test", "") for n in range(10)], at_once=True)
    with pytest.raises(OperationalError):
        second_claim_while_the_first_is_open()


def lost_by_a_kill(post, smtp, monkeypatch):
    """How many of three never arrive when the process dies as it begins to send the second."""
    post(addresses=[(f"u{n}@example.test", "") for n in range(3)], at_once=True)
    send, tries = channels.Mailer.send, []

    def dying(mailer, mail):
        tries.append(mail)
        if len(tries) == 2:
            raise Killed
        return send(mailer, mail)

    monkeypatch.setattr(channels.Mailer, "send", dying)
    with pytest.raises(Killed):
        dispatch.deliver_all(now=WORKING)
    for n in range(1, 4):
        dispatch.deliver_all(now=WORKING + n * dispatch.LEASE)
    return 3 - len({to[0] for to, _mail in smtp.mails})


def test_claim_send_record_loses_nothing(post, smtp, monkeypatch):
    assert lost_by_a_kill(post, smtp, monkeypatch) == 0
    assert Attempt.objects.filter(outcome="sent").count() == 3


def test_recording_before_sending_loses(post, smtp, monkeypatch):
    claim = DeliveryQuerySet.claim

    def marked_as_sent(self, **given):
        rows = claim(self, **given)
        Delivery.objects.mark_sent([row.pk for row in rows], given["now"])
        return rows

    # Who marks first has to send whatever the row says then.
    monkeypatch.setattr(DeliveryQuerySet, "claim", marked_as_sent)
    monkeypatch.setattr(DeliveryQuerySet, "renew", lambda self, pks, until: set(pks))
    assert lost_by_a_kill(post, smtp, monkeypatch) > 0

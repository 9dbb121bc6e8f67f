"""Posting messages: written exactly once, in the transaction of what they tell about.

The one delivery path of every room: post() or post_select() here, sent by notifications/dispatch.py
from the rows they leave. Nothing is published to a broker.
"""

from contextlib import contextmanager

from django.db import connections, transaction
from django.db.models import Max
from django.utils import timezone

from notifications import channels, clock, kinds, outbox
from notifications.models import Delivery, Message, Suspension, TimerRun


def post(
    *,
    kind,
    recipients,
    data,
    dedupe_key,
    addresses=(),
    urgent=False,
    at_once=False,
    now=None,
    exclude=None,
):
    """Write one message per recipient and occasion; returns how many are new.

    kind: a registered code. recipients: users. addresses: [(e-mail, language)] of people without an
    account. exclude: the user who acted, who is never told of his own act. urgent and at_once mails
    do not wait for working hours; at_once answers what the addressee asked for just now.
    Raises LookupError for an unknown kind, TransactionManagementError outside a transaction.
    """
    kind, now = _registered(kind), now or timezone.now()
    _refuse_without_transaction(transaction.get_connection())
    urgent = urgent or kind.urgent
    common = {
        "kind": kind.code,
        "data": data,
        "dedupe_key": dedupe_key,
        "urgent": urgent,
        "created_at": now,
    }
    told = {user.pk: user for user in recipients if exclude is None or user.pk != exclude.pk}
    # In order, so that two who tell the same people at once wait for each other and go on.
    rows = [Message(recipient=user, **common) for _pk, user in sorted(told.items())]
    outside = {address: language for address, language in addresses if address}
    rows += [Message(address=to, language=lang, **common) for to, lang in sorted(outside.items())]
    created = [message.pk for message in _insert_once(rows, dedupe_key)]
    if not created:
        return 0
    chosen = outbox.Chosen(kind, numbers=created)
    return len(created) + _spread(
        transaction.get_connection(), chosen, urgent, at_once, now, exclude, above=max(created)
    )


def post_select(*, kind, users, data, dedupe_key, urgent=False, now):
    """post() for a sweep: rows are written by the database itself, in a few statements
    whatever their number. Returns how many messages are new.

    users: a queryset of accounts.User, joined with whatever `data` ({name: expression}) and
    `dedupe_key` (a text expression) need; one message per row and key.
    """
    kind = _registered(kind)
    connection = connections[users.db]
    _refuse_without_transaction(connection)
    urgent = urgent or kind.urgent
    # Every message written below has a higher number than any visible now.
    mark = Message.objects.using(users.db).aggregate(last=Max("id"))["last"] or 0
    created = outbox.insert_messages(connection, kind, users, data, dedupe_key, urgent, now)
    if not created:
        return 0
    chosen = outbox.Chosen(kind, above=mark)
    return created + _spread(connection, chosen, urgent, False, now, None, above=mark)


def cancel(*, dedupe_prefix, now):
    """Take back the mails of all messages whose key starts so and that are not sent yet; returns
    their number. What was read in the inbox stays there. A mail being handed over at this very
    moment may still arrive, and is then recorded as sent.
    """
    messages = Message.objects.key_starts_with(dedupe_prefix)
    with transaction.atomic():
        ours = Delivery.objects.open_of(messages).locked()
        return Delivery.objects.filter(pk__in=ours).update(
            state=Delivery.State.CANCELLED, next_at=now, lease_until=None
        )


@transaction.atomic
def retry(deliveries, now):
    """Queue anew what was given up or is of unknown fate, with all its attempts before it; returns
    the number. Addresses that were left alone are tried again.
    """
    rows = deliveries.troubled().select_related("message__recipient")
    for delivery in rows:
        Suspension.objects.lift(delivery.channel, channels.address_of(delivery))
    return deliveries.troubled().update(
        state=Delivery.State.QUEUED, attempts=0, first_tried_at=None, next_at=now
    )


def settle(deliveries, now):
    """A person found out that these arrived: what was of unknown fate counts as sent."""
    return deliveries.unknown().update(state=Delivery.State.SENT, sent_at=now)


def held_since(moment):
    """Deliveries still to be sent whose message is older than this: after a restore they may have
    gone out already.
    """
    return Delivery.objects.queued().filter(message__created_at__lt=moment)


@contextmanager
def timer_run(name):
    """Leave a row for this run of a timed task; set `.result` (JSON) on what is yielded."""
    run = TimerRun.objects.create(name=name, started_at=timezone.now())
    try:
        yield run
        run.ok = True
    except Exception as error:
        run.result = {"error": channels.describe(error)}
        raise
    finally:
        run.ended_at = timezone.now()
        run.save(update_fields=["ended_at", "ok", "result"])
        TimerRun.prune(name)


def _spread(connection, chosen, urgent, at_once, now, exclude, above):
    """Deputies and deliveries of messages just written; returns how many deputies are told."""
    told = outbox.tell_deputies(connection, chosen, now, exclude)
    if chosen.kind.mail:
        next_at = clock.first_try(now, at_once=at_once, urgent=urgent)
        given = {"urgent": urgent, "at_once": at_once or urgent, "next_at": next_at, "now": now}
        outbox.queue(connection, chosen, **given)
        if told and chosen.numbers:
            above = outbox.Chosen(chosen.kind, above=above)
            outbox.queue(connection, above, **given)
    return told


def _registered(code):
    if not kinds.is_registered(code):
        raise LookupError(f"No kind of message is called {code!r}.")
    return kinds.get(code)


def _refuse_without_transaction(connection):
    if not connection.in_atomic_block:
        # A message about a step that was rolled back, or a step without its message, is a lie.
        raise transaction.TransactionManagementError(
            "Post messages in the transaction of what they tell about."
        )


def _insert_once(rows, dedupe_key):
    """The messages of this key that were not there before."""
    keyed = Message.objects.keyed(dedupe_key)
    known = set(keyed.values_list("recipient_id", "address"))
    fresh = [row for row in rows if (row.recipient_id, row.address) not in known]
    if not fresh:
        return []
    Message.objects.bulk_create(fresh, ignore_conflicts=True)
    return [row for row in keyed if (row.recipient_id, row.address) not in known]

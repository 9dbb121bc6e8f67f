"""Posting messages, and sending them: written exactly once, handed over at least once.

The database is the queue. post() writes rows in the transaction of what it tells about; deliver()
claims them, commits, sends without a transaction and records the outcome under its lease.
"""

import random
import uuid
from collections import Counter
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connections, transaction
from django.db.models import F, Max
from django.db.models.functions import JSONObject
from django.utils import timezone

from notifications import channels, kinds
from notifications.models import Attempt, Delivery, Message, TimerRun
from worktime.clock import next_working_moment
from worktime.services import current_calendar

# Longer than one mail's connection and time-out together; renewed before each mail of a batch.
LEASE = timedelta(seconds=180)
MAX_ATTEMPTS = 8
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(minutes=30)


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
    created = _insert_once(rows, dedupe_key)
    if kind.mail:
        _queue(created, told, at_once=at_once or urgent, now=now)
    return len(created)


def post_select(*, kind, users, data, dedupe_key, urgent=False, now):
    """post() for a sweep: rows are written by the database itself, in three statements whatever
    their number. Returns how many messages are new.

    users: a queryset of accounts.User, joined with whatever `data` ({name: expression}) and
    `dedupe_key` (a text expression) need; one message per row and key.
    """
    kind = _registered(kind)
    connection = connections[users.db]
    _refuse_without_transaction(connection)
    urgent = urgent or kind.urgent
    # Every message written below has a higher number than any visible now.
    mark = Message.objects.using(users.db).aggregate(last=Max("id"))["last"] or 0
    with connection.cursor() as cursor:
        cursor.execute(*_messages_sql(connection, kind, users, data, dedupe_key, urgent, now))
        created = cursor.rowcount
        if kind.mail and created:
            cursor.execute(*_deliveries_sql(connection, kind, mark, urgent, now))
    return created


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


def retry(deliveries, now):
    """Queue dead deliveries anew, with all their attempts before them; returns their number."""
    return deliveries.dead().update(state=Delivery.State.QUEUED, attempts=0, next_at=now)


def deliver(*, now=None, limit=50, process=""):
    """Send what is due, one batch; {"sent", "failed", "dead"} count deliveries. Takes back expired
    leases first. `process` is kept with each attempt. With `now` given, it is that time throughout.
    """
    return _deliver_batch(now=now, limit=limit, process=process).totals()


def deliver_all(*, now=None, seconds=None, process=""):
    """deliver() until nothing is due or `seconds` have passed; the same counts."""
    stop = timezone.now() + timedelta(seconds=seconds) if seconds else None
    totals = Counter(sent=0, failed=0, dead=0)
    while True:
        batch = _deliver_batch(now=now, limit=50, process=process)
        totals.update(batch.totals())
        if not batch.claimed or (stop and timezone.now() >= stop):
            return dict(totals)


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


def _first_try(now, at_once):
    return now if at_once else next_working_moment(current_calendar(), now)


def _insert_once(rows, dedupe_key):
    """The messages of this key that were not there before."""
    keyed = Message.objects.keyed(dedupe_key)
    known = set(keyed.values_list("recipient_id", "address"))
    fresh = [row for row in rows if (row.recipient_id, row.address) not in known]
    if not fresh:
        return []
    Message.objects.bulk_create(fresh, ignore_conflicts=True)
    return [row for row in keyed if (row.recipient_id, row.address) not in known]


def _queue(messages, users, *, at_once, now):
    mailed = [
        message
        for message in messages
        if message.recipient_id is None or users[message.recipient_id].email
    ]
    if not mailed:
        return
    next_at = _first_try(now, at_once)
    Delivery.objects.bulk_create(
        [Delivery(message=message, at_once=at_once, next_at=next_at) for message in mailed],
        ignore_conflicts=True,
    )


def _messages_sql(connection, kind, users, data, dedupe_key, urgent, now):
    rows = users.order_by().annotate(
        message_to=F("pk"), message_data=JSONObject(**data), message_key=dedupe_key
    )
    query = rows.values_list("message_to", "message_data", "message_key").query
    select, params = query.get_compiler(users.db).as_sql()
    constants = {
        "address": "",
        "language": "",
        "kind": kind.code,
        "urgent": urgent,
        "created_at": connection.ops.adapt_datetimefield_value(now),
    }
    columns = ", ".join(["recipient_id", "data", "dedupe_key", *constants])
    values = ", ".join(["%s"] * len(constants))
    # "WHERE true" keeps SQLite from reading ON CONFLICT as the condition of a join.
    sql = (
        f"INSERT INTO {Message._meta.db_table} ({columns})"
        f" SELECT message_to, message_data, message_key, {values} FROM ({select}) AS fresh"
        " WHERE true ON CONFLICT DO NOTHING"
    )
    return sql, [*constants.values(), *params]


def _deliveries_sql(connection, kind, mark, urgent, now):
    message, delivery = Message._meta.db_table, Delivery._meta.db_table
    user = Message._meta.get_field("recipient").related_model._meta.db_table
    next_at = connection.ops.adapt_datetimefield_value(_first_try(now, urgent))
    constants = {
        "channel": Delivery.Channel.EMAIL.value,
        "state": Delivery.State.QUEUED.value,
        "at_once": urgent,
        "attempts": 0,
        "next_at": next_at,
        "lease_token": "",
        "last_error": "",
    }
    sql = (
        f"INSERT INTO {delivery} (message_id, {', '.join(constants)})"
        f" SELECT m.id, {', '.join(['%s'] * len(constants))}"
        f" FROM {message} m JOIN {user} u ON u.id = m.recipient_id"
        " WHERE m.id > %s AND m.kind = %s AND u.email <> '' ON CONFLICT DO NOTHING"
    )
    return sql, [*constants.values(), mark, kind.code]


@dataclass
class _Batch:
    """One claim: its lease token, who sends, the clock it goes by and what came out."""

    process: str
    clock: Callable[[], datetime]
    token: str = field(default_factory=lambda: uuid.uuid4().hex)
    claimed: int = 0
    counts: Counter = field(default_factory=Counter)

    def totals(self):
        return {name: self.counts[name] for name in ("sent", "failed", "dead")}


def _deliver_batch(*, now, limit, process):
    batch = _Batch(process=process[:120], clock=(lambda: now) if now else timezone.now)
    _take_back_expired(batch)
    claimed = Delivery.objects.claim(now=batch.clock(), limit=limit, lease=LEASE, token=batch.token)
    batch.claimed = len(claimed)
    waiting = _mails(batch, claimed)
    with channels.Mailer() as mailer:
        try:
            while waiting:
                _send(batch, mailer, waiting.pop(0))
        except channels.ChannelDown:
            _give_back(batch, [delivery for mail in waiting for delivery, _text in mail])
    return batch


def _mails(batch, claimed):
    """[[(delivery, text), …], …]: each inner list becomes one mail, a person's reminders together.
    What has no reader any more is cancelled; what cannot be rendered fails alone.
    """
    mails = {}
    for delivery in claimed:
        message, started = delivery.message, batch.clock()
        reader = message.recipient
        if (reader and not reader.is_active) or not channels.addressee(message):
            _record(batch, [delivery], Attempt.Outcome.CANCELLED, started)
            continue
        try:
            text = channels.render(message)
        except Exception as error:
            _record(batch, [delivery], Attempt.Outcome.FAILED, started, channels.describe(error))
            continue
        together = reader is not None and not delivery.at_once
        key = ("digest", reader.pk) if together else ("single", delivery.pk)
        mails.setdefault(key, []).append((delivery, text))
    return list(mails.values())


def _send(batch, mailer, mail):
    """Send one mail and record it; raises ChannelDown after recording that it failed."""
    started = batch.clock()
    ours = Delivery.objects.held(batch.token).renew([d.pk for d, _text in mail], started + LEASE)
    mail = [(delivery, text) for delivery, text in mail if delivery.pk in ours]
    if not mail:
        return
    deliveries = [delivery for delivery, _text in mail]
    try:
        if len(mail) == 1:
            mailer.send(channels.compose(*mail[0]))
        else:
            mailer.send(channels.compose_digest(deliveries, [text for _delivery, text in mail]))
    except channels.ChannelDown as error:
        _record(batch, deliveries, Attempt.Outcome.FAILED, started, str(error))
        raise
    except Exception as error:
        _record(batch, deliveries, Attempt.Outcome.FAILED, started, channels.describe(error))
    else:
        _record(batch, deliveries, Attempt.Outcome.SENT, started)


def _record(batch, deliveries, outcome, started, error=""):
    """Write down one try, in its own transaction and only under our lease: who lost it meanwhile
    has nothing to say about the row.
    """
    ended = batch.clock()
    numbers = {delivery.pk: delivery.attempts for delivery in deliveries}
    with transaction.atomic():
        ours = Delivery.objects.under_lease(batch.token).locked(numbers)
        if outcome == Attempt.Outcome.SENT:
            Delivery.objects.mark_sent(ours, ended)
            batch.counts["sent"] += len(ours)
        elif outcome == Attempt.Outcome.CANCELLED:
            Delivery.objects.mark_cancelled(ours)
        else:
            next_at = ended + _pause(max(numbers.values()))
            dead = Delivery.objects.put_back(ours, next_at, MAX_ATTEMPTS, error)
            batch.counts["dead"] += dead
            batch.counts["failed"] += len(ours) - dead
        Attempt.objects.bulk_create(
            Attempt(
                delivery_id=pk,
                number=numbers[pk],
                started_at=started,
                ended_at=ended,
                outcome=outcome,
                error=error,
                process=batch.process,
            )
            for pk in ours
        )


def _take_back_expired(batch):
    """Queue again what a process claimed and, by its lease, did not live to record."""
    now = batch.clock()
    with transaction.atomic():
        lost = Delivery.objects.expired(now).locked_rows()
        error = "lease expired"
        pks = [delivery.pk for delivery in lost]
        batch.counts["dead"] += Delivery.objects.put_back(pks, now, MAX_ATTEMPTS, error)
        Attempt.objects.bulk_create(
            Attempt(
                delivery=delivery,
                number=delivery.attempts,
                started_at=delivery.lease_until - LEASE,
                ended_at=now,
                outcome=Attempt.Outcome.LOST,
                error=error,
                process=batch.process,
            )
            for delivery in lost
        )


def _give_back(batch, deliveries):
    """Queue again, uncounted, what was claimed but never tried because the server is down."""
    untried = Delivery.objects.held(batch.token).filter(pk__in=[d.pk for d in deliveries])
    untried.update(
        state=Delivery.State.QUEUED,
        attempts=F("attempts") - 1,
        next_at=batch.clock() + FIRST_PAUSE,
        lease_until=None,
        lease_token="",
    )


def _pause(attempts):
    """30 s doubling to at most 30 min, ±20 % so that a thousand failures do not return as one."""
    doubled = min(FIRST_PAUSE * 2 ** (attempts - 1), LONGEST_PAUSE)
    return doubled * random.uniform(0.8, 1.2)

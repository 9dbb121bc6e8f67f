"""Writes messages and what is to go out for them, by the database itself: a fixed number of
statements whatever the number of people. Every statement may be run again: unique keys decide.
"""

from django.db.models import F
from django.db.models.functions import JSONObject
from django.utils import timezone

from notifications.choices import NAMED, OBLIGATORY, USUAL, Channel
from notifications.models import (
    ChannelAccount,
    Delivery,
    Deputy,
    Gateway,
    Message,
    Preference,
)

MESSAGE, DELIVERY = Message._meta.db_table, Delivery._meta.db_table
USER = Message._meta.get_field("recipient").related_model._meta.db_table
DEPUTY, ACCOUNT = Deputy._meta.db_table, ChannelAccount._meta.db_table
PREFERENCE = Preference._meta.db_table
PRESENT = (
    f" AND NOT EXISTS (SELECT 1 FROM {DEPUTY} d WHERE d.user_id = u.id"
    " AND d.starts_on <= %s AND d.ends_on >= %s)"
)


def insert_messages(connection, kind, users, data, dedupe_key, urgent, now):
    """One message per row of `users` and key; returns how many are new."""
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
    return _run(
        connection,
        f"INSERT INTO {MESSAGE} ({columns})"
        f" SELECT message_to, message_data, message_key, {values} FROM ({select}) AS fresh"
        " WHERE true ON CONFLICT DO NOTHING",
        [*constants.values(), *params],
    )


class Chosen:
    """Some messages just written: `condition` on m, the message table, with its parameters.

    Messages that somebody else writes at this moment may be among them; the unique keys make that
    harmless.
    """

    def __init__(self, kind, *, above=None, numbers=()):
        self.kind, self.numbers = kind, numbers
        if above is not None:
            self.condition, self.params = "m.id > %s AND m.kind = %s", [above, kind.code]
        else:
            marks = ", ".join(["%s"] * len(numbers))
            self.condition, self.params = f"m.id IN ({marks})", list(numbers)


def tell_deputies(connection, chosen, now, exclude=None):
    """The deputies of who is away today get the same message; returns how many are new."""
    day = connection.ops.adapt_datefield_value(timezone.localdate(now))
    return _run(
        connection,
        f"INSERT INTO {MESSAGE} (recipient_id, on_behalf_of_id, address, language, kind, data,"
        " dedupe_key, urgent, created_at)"
        " SELECT d.deputy_id, d.user_id, '', '', m.kind, m.data, m.dedupe_key, m.urgent,"
        f" m.created_at FROM {MESSAGE} m JOIN {DEPUTY} d ON d.user_id = m.recipient_id"
        f" JOIN {USER} u ON u.id = d.deputy_id"
        f" WHERE {chosen.condition} AND m.on_behalf_of_id IS NULL AND u.is_active"
        " AND d.starts_on <= %s AND d.ends_on >= %s AND d.deputy_id <> %s"
        " ORDER BY d.deputy_id ON CONFLICT DO NOTHING",
        [*chosen.params, day, day, exclude.pk if exclude else 0],
    )


def queue(connection, chosen, *, urgent, at_once, next_at, now):
    """A delivery for each chosen message and each channel its recipient is to be reached by."""
    ready = {Channel.EMAIL.value} | Gateway.objects.using(connection.alias).channels()
    for channel in sorted(ready):
        _queue_channel(connection, chosen, channel, urgent, at_once, next_at, now)


def _queue_channel(connection, chosen, channel, urgent, at_once, next_at, now):
    constants = {
        "channel": channel,
        "state": Delivery.State.QUEUED.value,
        "at_once": at_once,
        "attempts": 0,
        "next_at": connection.ops.adapt_datetimefield_value(next_at),
        **dict.fromkeys(("lease_token", "last_error", "digest_id", "provider_id"), ""),
    }
    insert = (
        f"INSERT INTO {DELIVERY} (message_id, {', '.join(constants)})"
        f" SELECT m.id, {', '.join(['%s'] * len(constants))} FROM {MESSAGE} m"
    )
    condition, wishes = _wanted(channel, urgent)
    day = connection.ops.adapt_datefield_value(timezone.localdate(now))
    # Who is away and has a deputy reads his inbox later; only what is urgent follows him.
    away = "" if urgent else PRESENT
    people = (
        f" JOIN {USER} u ON u.id = m.recipient_id LEFT JOIN {PREFERENCE} p"
        " ON p.user_id = u.id AND p.kind = m.kind AND p.channel = %s"
        f" WHERE {chosen.condition} AND {_reachable(channel)} AND {condition}{away}"
        " ORDER BY m.id ON CONFLICT DO NOTHING"
    )
    days = [] if urgent else [day, day]
    params = [*constants.values(), channel, *chosen.params, *wishes, *days]
    _run(connection, insert + people, params)
    if channel == Channel.EMAIL and chosen.numbers:
        outside = f" WHERE {chosen.condition} AND m.recipient_id IS NULL"
        outside += " ORDER BY m.id ON CONFLICT DO NOTHING"
        _run(connection, insert + outside, [*constants.values(), *chosen.params])


def _wanted(channel, urgent):
    """A person's wish, else the channel's usual way; obligatory channels in urgent matters."""
    if urgent and channel in OBLIGATORY:
        return "%s", [True]
    return "COALESCE(p.wanted, %s)", [channel in USUAL]


def _reachable(channel):
    """That there is an address at all; channel codes are the portal's own, never anybody's text."""
    if channel == Channel.EMAIL:
        return "u.email <> ''"
    if channel == Channel.SMS:
        return "u.phone <> ''"
    if channel in NAMED:
        return (
            f"EXISTS (SELECT 1 FROM {ACCOUNT} a WHERE a.user_id = u.id AND a.channel = '{channel}')"
        )
    return "u.is_active"


def _run(connection, sql, params):
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.rowcount

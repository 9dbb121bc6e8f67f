"""`updated_since`: what changed, complete also when a change is committed late.

Triggers write one Change per changed row, in the transaction of the change itself. They carry no
stamp yet: a transaction that is still open could otherwise slip behind a reader. The first page of
a walk publishes what has been committed by then, under one lock; a change gets its own time, or,
if a reader has passed that already, the time up to which he has read. So every reader finds it
exactly once, and `until` is where his next walk begins.

Each app names its tables in AppConfig.ready; the triggers follow after every `migrate`
(hangu/apps.py), since SQLite drops them whenever a table is rebuilt.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from django.apps import apps
from django.db import transaction
from django.utils import timezone

from api.models import Change, Horizon
from api.querysets import TICK
from api.triggers import trigger_sql

NEVER = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Note:
    """That a write to a table changes row `by` of `kind`.

    `clock`: the column with the time of the change. `name`: the column under which clients know
    the row, or (column, foreign key) of a parent's; only of tables whose rows are the kind's own.
    `scope`: {name: column} that decide who sees it.
    """

    kind: str
    by: str
    clock: str = ""
    name: str | tuple = ""
    scope: tuple = ()


@dataclass(frozen=True)
class Told:
    """A kind that webhooks may be told of: its rows, the scope a key needs, the list's name under
    /api/v1/, and Q over the changes that a user is told as gone.
    """

    label: str
    name: str
    needs: str
    list: str
    lost: Callable


# model label → [Note]
_notes: dict[str, list[Note]] = {}
_told: dict[str, Told] = {}


def track(label, kind, *, name, by="id", clock="updated_at", scope=()):
    """Rows of the model are the kind's own: deleted or handed on, they are told as gone."""
    _add(label, Note(kind, by, clock, name, tuple(scope)))


def announce(kind, label, *, needs, list, lost, name="number"):
    """Webhooks may be told of this kind."""
    _told[kind] = Told(label, name, needs, list, lost)


def told():
    return dict(_told)


def touch(label, kind, *, by, clock=""):
    """A write to the model changes the row of `kind` that its column `by` points at."""
    _add(label, Note(kind, by, clock))


def _add(label, note):
    notes = _notes.setdefault(label, [])
    if note not in notes:
        notes.append(note)


def publish():
    """Stamps what is committed; returns `until`: all stamps are before it, all later ones not."""
    with transaction.atomic():
        Horizon.objects.get_or_create(pk=1, defaults={"until": NEVER})
        horizon = Horizon.objects.select_for_update().get(pk=1)
        now = timezone.now()
        Change.objects.publish(now, horizon.until)
        horizon.until = max(now, horizon.until) + TICK
        horizon.save()
    return horizon.until


def install(connection):
    """Makes the triggers anew and logs rows that were there before them. Harmless twice."""
    tables = set(connection.introspection.table_names())
    if Change._meta.db_table not in tables:
        return
    sql = trigger_sql(connection.vendor)
    # In one transaction: no write finds a table without its trigger.
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        for label, notes in _notes.items():
            model = apps.get_model(label)
            if model._meta.db_table not in tables:
                continue
            for statement in sql.statements(model, notes):
                cursor.execute(statement)
            for note in notes:
                if note.name and note.by == "id":
                    cursor.execute(sql.backfill(model, note))


def clear(connection):
    """Forgets everything, as the rows it tells of."""
    if Change._meta.db_table in connection.introspection.table_names():
        Change.objects.using(connection.alias).all().delete()


def uninstall(connection):
    """Takes the triggers away, while SQLite rebuilds tables under them."""
    tables = set(connection.introspection.table_names())
    sql = trigger_sql(connection.vendor)
    with connection.cursor() as cursor:
        for label in _notes:
            table = apps.get_model(label)._meta.db_table
            if table in tables:
                for statement in sql.drop(table):
                    cursor.execute(statement)

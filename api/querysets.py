"""The change log's windows, and the counter that parallel calls cannot outrun."""

from datetime import timedelta

from django.db import connections, models, transaction
from django.db.models import Exists, ExpressionWrapper, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce, Greatest, Least

TICK = timedelta(microseconds=1)
APART = timedelta(seconds=1)
MOMENT = models.DateTimeField()


class ChangeQuerySet(models.QuerySet):
    def of(self, kind, since, until):
        """Published changes with since ≤ stamp < until."""
        return self.filter(kind=kind, stamp__gte=since, stamp__lt=until)

    def rows(self):
        """Keys of the rows that were written."""
        return self.filter(gone=False).values("row")

    def gone(self):
        return self.filter(gone=True)

    def names_after(self, name):
        """The names, each once, in order."""
        return self.filter(name__gt=name).order_by("name").values_list("name", flat=True).distinct()

    def publish(self, now, last):
        """Stamps what has been committed since: with its own time, but never before `last`, up to
        which clients have read. Returns the number of changes.
        """
        self.filter(stamp=None, at=None).update(at=self._by_the_database())
        own = Least(F("at"), Value(now), output_field=MOMENT)
        stamp = Greatest(own, Value(last), output_field=MOMENT)
        published = self.filter(stamp=None).update(stamp=stamp)
        if published:
            self._forget_superseded(last)
        return published

    def _by_the_database(self):
        """When the change was logged, by the portal's clock where that is known to stand elsewhere
        than the database's.
        """
        apart = ExpressionWrapper(F("logged") - F("at"), models.DurationField())
        same = self.model.objects.filter(kind=OuterRef("kind"), row=OuterRef("row"))
        known = same.filter(at__isnull=False).annotate(apart=apart).order_by("-pk")
        known = known.filter(Q(apart__gt=APART) | Q(apart__lt=-APART))
        offset = Subquery(known.values("apart")[:1], output_field=models.DurationField())
        shifted = ExpressionWrapper(F("logged") - offset, output_field=MOMENT)
        return Coalesce(shifted, F("logged"), output_field=MOMENT)

    def _forget_superseded(self, last):
        """Of the changes of one row only the latest is read; what has gone is told to each."""
        newer = self.model.objects.filter(
            Q(stamp__gt=OuterRef("stamp")) | Q(stamp=OuterRef("stamp"), pk__gt=OuterRef("pk")),
            kind=OuterRef("kind"),
            row=OuterRef("row"),
            gone=False,
        )
        touched = self.model.objects.filter(stamp__gte=last, gone=False).values("row")
        old = self.filter(gone=False, stamp__isnull=False, row__in=touched)
        superseded = list(old.filter(Exists(newer)).values_list("pk", flat=True))
        for start in range(0, len(superseded), 500):
            self.filter(pk__in=superseded[start : start + 500]).delete()


class CallsQuerySet(models.QuerySet):
    def count_one(self, who, minute):
        """Raises the counter by one and returns it: one statement, so that no call is lost however
        many come at once.
        """
        table = self.model._meta.db_table
        moment = connections[self.db].ops.adapt_datetimefield_value(minute)
        with connections[self.db].cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {table} (who, minute, number) VALUES (%s, %s, 1)"
                f" ON CONFLICT (who, minute) DO UPDATE SET number = {table}.number + 1"
                " RETURNING number",
                [who, moment],
            )
            return cursor.fetchone()[0]

    def before(self, minute):
        return self.filter(minute__lt=minute)


class WebhookQuerySet(models.QuerySet):
    def active(self):
        return self.filter(is_active=True)

    def locked(self, pk):
        """The row, held until the transaction ends; None when another process holds it."""
        skip = connections[self.db].features.has_select_for_update_skip_locked
        return self.active().select_for_update(skip_locked=skip, of=("self",)).filter(pk=pk).first()


class HookDeliveryQuerySet(models.QuerySet):
    def due(self, now):
        return self.filter(state="queued", next_at__lte=now, webhook__is_active=True)

    def dead(self):
        return self.filter(state="dead")

    def expired(self, now):
        """Claimed by a process that did not come back within its lease."""
        return self.filter(state="sending", lease_until__lte=now)

    def claim(self, *, now, until, token, limit):
        """Takes up to `limit` due ones; committed, so that none is open while they are sent."""
        with transaction.atomic(using=self.db):
            skip = connections[self.db].features.has_select_for_update_skip_locked
            rows = self.due(now).order_by("next_at", "pk")
            taken = rows.select_for_update(skip_locked=skip, of=("self",))[:limit]
            self.filter(pk__in=[row.pk for row in taken], state="queued").update(
                state="sending",
                attempts=F("attempts") + 1,
                lease_until=until,
                lease_token=token,
            )
        return list(self.held(token).select_related("webhook").order_by("pk"))

    def held(self, token):
        return self.filter(state="sending", lease_token=token)

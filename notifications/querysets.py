"""Who sees which message, and which deliveries are due, held or left behind."""

from django.db import connections, models, transaction
from django.db.models import Count, DateTimeField, F, Max, Q, Value
from django.db.models.functions import Coalesce

# Rows one claim may take beyond its limit to keep a person's digest in one mail.
DIGEST_ROWS = 5000
# The last error of what was in hand when a process died.
LOST = "lease expired"
NO_LEASE = {"lease_until": None, "lease_token": ""}


class MessageQuerySet(models.QuerySet):
    def visible_to(self, user):
        """A message belongs to its recipient and to nobody else, whatever the role."""
        return self.filter(recipient_id=user.pk) if user.is_authenticated else self.none()

    def unread(self):
        return self.filter(read_at=None)

    def shown(self, *, show, kind=""):
        """show: "unread" or "all"; kind: a code, or "" for every kind."""
        messages = self.unread() if show == "unread" else self
        return messages.filter(kind=kind) if kind else messages

    def mark_read(self, now):
        return self.unread().update(read_at=now)

    def newest_first(self):
        return self.order_by("-id").select_related("on_behalf_of")

    def kinds(self):
        """Codes of the kinds among these messages."""
        return list(self.order_by("kind").values_list("kind", flat=True).distinct())

    def with_number(self, pk):
        return self.filter(pk=pk)

    def keyed(self, dedupe_key):
        return self.filter(dedupe_key=dedupe_key)

    def key_starts_with(self, prefix):
        found = self.filter(dedupe_key__startswith=prefix)
        if connections[self.db].vendor == "sqlite":
            # SQLite cannot use an index for LIKE; PostgreSQL's pattern index can.
            found = found.filter(dedupe_key__gte=prefix, dedupe_key__lt=prefix + "\U0010ffff")
        return found


class DeliveryQuerySet(models.QuerySet):
    def queued(self):
        return self.filter(state=self.model.State.QUEUED)

    def dead(self):
        return self.filter(state=self.model.State.DEAD)

    def troubled(self):
        """Given up, or nobody knows whether it arrived: a person has to look."""
        return self.filter(state__in=[self.model.State.DEAD, self.model.State.UNKNOWN])

    def unknown(self):
        return self.filter(state=self.model.State.UNKNOWN)

    def counted(self):
        """[(channel, state, count)]"""
        rows = self.order_by().values_list("channel", "state")
        return rows.annotate(count=Count("pk")).order_by("channel", "state")

    def for_asking(self):
        return self.select_related("message__recipient").order_by("id")[:100]

    def tried_since(self, moment):
        return self.filter(first_tried_at__gte=moment)

    def readers(self):
        return self.exclude(message__recipient=None).values("message__recipient")

    def with_number(self, pk):
        return self.filter(pk=pk)

    def for_list(self):
        rows = self.select_related("message__recipient").order_by("-id")
        return rows.annotate(tried_at=Max("tries__ended_at"))

    def mark_dead(self, error):
        return self.update(state=self.model.State.DEAD, last_error=error)

    def on(self, channel):
        return self.filter(channel=channel)

    def due(self, now):
        return self.queued().filter(next_at__lte=now)

    def channels_due(self, now):
        """Codes of the channels that have something to send now."""
        due = self.due(now).order_by("channel").values_list("channel", flat=True)
        return list(due.distinct())

    def expired(self, now):
        """Claimed by a process that did not come back within its lease."""
        return self.filter(state=self.model.State.SENDING, lease_until__lte=now)

    def open_of(self, messages):
        """Not yet handed to a mail server, as far as is known."""
        open_states = [self.model.State.QUEUED, self.model.State.SENDING]
        return self.filter(state__in=open_states, message__in=messages)

    def held(self, token):
        """Still claimed under this lease: neither cancelled nor taken back meanwhile."""
        return self.filter(state=self.model.State.SENDING, lease_token=token)

    def under_lease(self, token):
        """Claimed under this lease, even if cancelled since; not what was taken back."""
        return self.filter(lease_token=token)

    def renew(self, pks, until):
        """Hold these longer; returns the numbers of those that are still held."""
        with transaction.atomic(using=self.db):
            mine = self.locked(pks)
            self.filter(pk__in=mine).update(lease_until=until)
        return set(mine)

    def locked(self, pks=None):
        """Numbers of this set's rows (of those among `pks`), locked until the transaction ends; in
        one order everywhere, so that a step that cancels and a worker that records never deadlock.
        """
        rows = self if pks is None else self.filter(pk__in=list(pks))
        return list(rows.order_by("id").select_for_update().values_list("pk", flat=True))

    def locked_rows(self):
        return list(self.order_by("id").select_for_update(skip_locked=self._can_skip_locked()))

    def mark_sent(self, pks, now, provider_id="", digest_id=""):
        self.filter(pk__in=pks).update(
            state=self.model.State.SENT,
            sent_at=now,
            last_error="",
            provider_id=provider_id,
            digest_id=digest_id,
            **NO_LEASE,
        )

    def mark_ended(self, pks, state, error):
        """Refused for good, or of unknown fate; what was cancelled meanwhile stays so."""
        failed = self.filter(pk__in=pks, state=self.model.State.SENDING)
        return failed.update(state=state, last_error=error, **NO_LEASE)

    def mark_cancelled(self, pks):
        self.filter(pk__in=pks).update(state=self.model.State.CANCELLED, **NO_LEASE)

    def put_back(self, pks, next_at, max_attempts, error, begun_before=None):
        """Queue for another try, or lay with the dead what was tried `max_attempts` times or first
        before `begun_before`; what was cancelled meanwhile stays so. Returns how many are dead.
        """
        failed = self.filter(pk__in=pks, state=self.model.State.SENDING)
        values = {"next_at": next_at, "last_error": error, **NO_LEASE}
        worn = Q(attempts__gte=max_attempts)
        if begun_before:
            worn |= Q(first_tried_at__lte=begun_before)
        dead = failed.filter(worn).update(state=self.model.State.DEAD, **values)
        failed.update(state=self.model.State.QUEUED, **values)
        return dead

    def claim(self, *, now, limit, lease, token, channel="email"):
        """Take up to `limit` due deliveries of a channel, and with them whatever else is due for
        the same people's digests. Returns them with message and recipient; the claim is committed,
        so that no transaction is open while messages are sent.
        """
        with transaction.atomic(using=self.db, durable=True):
            due = self.on(channel).due(now)
            first = list(due.order_by("next_at", "id")._not_claimed_elsewhere()[:limit])
            first = _apart(first)
            taken = {delivery.pk for delivery in first}
            people = {
                delivery.message.recipient_id
                for delivery in first
                if not delivery.at_once and delivery.last_error != LOST
            }
            digests = due.filter(at_once=False, message__recipient__in=people - {None})
            digests = digests.exclude(last_error=LOST)
            rest = digests.exclude(pk__in=taken).order_by("id")._not_claimed_elsewhere()
            taken |= {delivery.pk for delivery in rest[:DIGEST_ROWS]}
            # Where rows cannot be locked (SQLite), the condition on the state decides who wins.
            self.filter(pk__in=taken).queued().update(
                state=self.model.State.SENDING,
                attempts=F("attempts") + 1,
                first_tried_at=Coalesce("first_tried_at", Value(now, DateTimeField())),
                lease_until=now + lease,
                lease_token=token,
            )
        held = self.held(token).select_related("message__recipient", "message__on_behalf_of")
        return list(held.order_by("id"))

    def _not_claimed_elsewhere(self):
        rows = self.select_related("message")
        if self._can_skip_locked():
            return rows.select_for_update(skip_locked=True, of=("self",))
        return rows

    def _can_skip_locked(self):
        return connections[self.db].features.has_select_for_update_skip_locked


class GatewayQuerySet(models.QuerySet):
    def working(self):
        return self.filter(enabled=True)

    def channels(self):
        """Codes of the channels that have a way out now."""
        return set(self.working().order_by().values_list("channel", flat=True))

    def serving(self, channel, department_id):
        """The way out for people of this department: its own, else the one for all; or None."""
        ways = {row.department_id: row for row in self.working().filter(channel=channel)}
        return ways.get(department_id) or ways.get(None)


class SuspensionQuerySet(models.QuerySet):
    def now_at(self, now):
        return self.filter(until__gt=now)

    def addresses(self, channel, now):
        """Addresses of a channel that are left alone at this time."""
        held = self.now_at(now).filter(channel=channel)
        return set(held.values_list("address", flat=True))

    def lift(self, channel, address):
        self.filter(channel=channel, address=address).delete()

    def suspend(self, channel, address, *, until, reason):
        """Leave an address alone until then, whatever was said of it before."""
        row = self.model(channel=channel, address=address, until=until, reason=reason)
        self.bulk_create(
            [row],
            update_conflicts=True,
            unique_fields=["channel", "address"],
            update_fields=["until", "reason"],
        )


class DeputyQuerySet(models.QuerySet):
    def on_day(self, day):
        return self.filter(starts_on__lte=day, ends_on__gte=day)

    def of(self, user):
        return self.filter(user=user)

    def overlapping(self, first, last):
        return self.filter(starts_on__lte=last, ends_on__gte=first)

    def numbered(self, pk):
        return self.filter(pk=pk)

    def not_over(self, day):
        return self.filter(ends_on__gte=day)


def _apart(rows):
    """What was in hand when a process died is tried alone: if it was what killed it, then nobody
    else goes down with it again.
    """
    suspect = [n for n, row in enumerate(rows) if row.last_error == LOST]
    return rows[: suspect[0] or 1] if suspect else rows

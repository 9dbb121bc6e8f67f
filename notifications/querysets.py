"""Who sees which message, and which deliveries are due, held or left behind."""

from django.db import connections, models, transaction
from django.db.models import F

# Rows one claim may take beyond its limit to keep a person's digest in one mail.
DIGEST_ROWS = 5000
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
        return self.order_by("-id")

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

    def due(self, now):
        return self.queued().filter(next_at__lte=now)

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

    def mark_sent(self, pks, now):
        self.filter(pk__in=pks).update(
            state=self.model.State.SENT, sent_at=now, last_error="", **NO_LEASE
        )

    def mark_cancelled(self, pks):
        self.filter(pk__in=pks).update(state=self.model.State.CANCELLED, **NO_LEASE)

    def put_back(self, pks, next_at, max_attempts, error):
        """Queue for another try, or lay with the dead; what was cancelled meanwhile stays so.
        Returns how many are dead.
        """
        failed = self.filter(pk__in=pks, state=self.model.State.SENDING)
        values = {"next_at": next_at, "last_error": error, **NO_LEASE}
        dead = failed.filter(attempts__gte=max_attempts).update(
            state=self.model.State.DEAD, **values
        )
        failed.update(state=self.model.State.QUEUED, **values)
        return dead

    def claim(self, *, now, limit, lease, token):
        """Take up to `limit` due deliveries, and with them whatever else is due for the same
        people's digests. Returns them with message and recipient; the claim is committed, so that
        no transaction is open while mails are sent.
        """
        with transaction.atomic(using=self.db, durable=True):
            first = list(self.due(now).order_by("next_at", "id")._not_claimed_elsewhere()[:limit])
            taken = {delivery.pk for delivery in first}
            people = {delivery.message.recipient_id for delivery in first if not delivery.at_once}
            digests = self.due(now).filter(at_once=False, message__recipient__in=people - {None})
            rest = digests.exclude(pk__in=taken).order_by("id")._not_claimed_elsewhere()
            taken |= {delivery.pk for delivery in rest[:DIGEST_ROWS]}
            # Where rows cannot be locked (SQLite), the condition on the state decides who wins.
            self.filter(pk__in=taken).queued().update(
                state=self.model.State.SENDING,
                attempts=F("attempts") + 1,
                lease_until=now + lease,
                lease_token=token,
            )
        held = self.held(token).select_related("message__recipient")
        return list(held.order_by("id"))

    def _not_claimed_elsewhere(self):
        rows = self.select_related("message")
        if self._can_skip_locked():
            return rows.select_for_update(skip_locked=True, of=("self",))
        return rows

    def _can_skip_locked(self):
        return connections[self.db].features.has_select_for_update_skip_locked

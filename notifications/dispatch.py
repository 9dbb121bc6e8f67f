"""Sending: handed over at least once, recorded exactly once, each channel in a lane of its own.

The database is the queue: claim and commit, send without a transaction, record under the lease,
one transaction a message. Whoever dies in between leaves rows that the next one finds.
"""

import random
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from notifications import channels, clock, kinds, lanes, senders
from notifications.choices import COSTLY, Channel
from notifications.models import Attempt, Delivery, Suspension
from notifications.querysets import LOST

Outcome = Attempt.Outcome
# Longer than one message's connection and time-out together; renewed before each of a batch.
LEASE = timedelta(seconds=settings.DELIVERY_LEASE)
MAX_ATTEMPTS, LONGEST = 8, timedelta(hours=24)
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(minutes=30)
# An address that refused us is tried again after this: people change providers, servers err.
SUSPENDED_FOR = timedelta(days=7)


def deliver(*, now=None, limit=50, process="", only=None):
    """Send what is due, one batch a channel; {"sent", "failed", "dead"} count deliveries. Takes
    back expired leases first. `process` is kept with each attempt; `only`: codes of channels. With
    `now` given, it is that time throughout. While REMINDERS_HOLD is set, nothing is touched.
    """
    return _round(now, limit, process, only, never)[0]


def deliver_all(*, now=None, seconds=None, process="", only=None, stopping=None):
    """deliver() until nothing is due, `seconds` have passed or `stopping()`; the same counts."""
    stop = timezone.now() + timedelta(seconds=seconds) if seconds else None
    stopping = stopping or never
    totals = Counter(sent=0, failed=0, dead=0)
    while True:
        found, claimed = _round(now, 50, process, only, stopping)
        totals.update(found)
        if not claimed or stopping() or (stop and timezone.now() >= stop):
            return dict(totals)


def never():
    return False


def _round(now, limit, process, only, stopping):
    """(totals, claimed) of one batch in every channel that has something due."""
    totals, claimed = Counter(sent=0, failed=0, dead=0), 0
    if settings.REMINDERS_HOLD:
        return dict(totals), 0
    moment = now or timezone.now()
    totals["dead"] += take_back_expired(moment, process)
    for channel in Delivery.objects.channels_due(moment):
        if (only is None or channel in only) and not stopping():
            batch = Batch(channel, process[:120], (lambda: now) if now else timezone.now, stopping)
            batch.run(limit)
            totals.update(batch.totals())
            claimed += batch.claimed
    return dict(totals), claimed


@dataclass
class Batch:
    """One claim: its channel, who sends, the clock it goes by, its lease token, what came out."""

    channel: str
    process: str
    clock: Callable[[], datetime]
    stopping: Callable[[], bool]
    token: str = field(default_factory=lambda: uuid.uuid4().hex)
    claimed: int = 0
    counts: Counter = field(default_factory=Counter)

    def totals(self):
        return {name: self.counts[name] for name in ("sent", "failed", "dead")}

    def run(self, limit):
        now = self.clock()
        with senders.for_channel(self.channel) as sender:
            if sender.lane and lanes.closed_until(sender.lane, now):
                return
            if sender.lane and lanes.is_probing(sender.lane):
                limit = min(limit, 1)
            claimed = Delivery.objects.claim(
                now=now, limit=limit, lease=LEASE, token=self.token, channel=self.channel
            )
            self.claimed = len(claimed)
            waiting = self._letters(claimed)
            while waiting and not self.stopping():
                letter = waiting.pop(0)
                if until := self._send(sender, letter):
                    # The way is shut, for this sender's people at least: nothing more is tried.
                    rest = [letter, *waiting] if sender.lane else [letter]
                    self._give_back(rest, until)
                    waiting = [] if sender.lane else waiting
            self._give_back(waiting, now)

    def _letters(self, claimed):
        """[[(delivery, text), …], …]: each inner list becomes one message, a person's reminders
        together. What has no reader any more is cancelled; what cannot be rendered fails alone.
        """
        letters = {}
        suspended = Suspension.objects.addresses(self.channel, self.clock())
        for delivery in claimed:
            started = self.clock()
            try:
                reason = unwanted(delivery, suspended)
                text = None if reason else channels.render(delivery.message)
            except Exception as error:
                said = channels.describe(error)
                self._record([delivery], Outcome.FAILED, started, error=said)
                continue
            if reason:
                self._record([delivery], Outcome.CANCELLED, started, error=reason)
                continue
            reader = delivery.message.recipient
            together = reader is not None and not delivery.at_once
            key = ("digest", reader.pk) if together else ("single", delivery.pk)
            letters.setdefault(key, []).append((delivery, text))
        return list(letters.values())

    def _send(self, sender, letter):
        """Send one message and record it. Returns until when its way is shut, if it is."""
        started = self.clock()
        numbers = [delivery.pk for delivery, _text in letter]
        ours = Delivery.objects.held(self.token).renew(numbers, started + LEASE)
        letter = [(delivery, text) for delivery, text in letter if delivery.pk in ours]
        if not letter:
            return None
        deliveries = [delivery for delivery, _text in letter]
        texts = [text for _delivery, text in letter]
        way = sender.way_of(deliveries[0])
        if way is None:
            self._record(deliveries, Outcome.CANCELLED, started, error="no way out is set up")
            return None
        if until := way.shut_until(started):
            return until
        try:
            provider_id = way.send(deliveries, texts)
        except Exception as error:
            return self._failed(way, deliveries, started, error)
        lanes.worked(way.lane)
        digest = uuid.uuid4().hex if len(deliveries) > 1 else ""
        self._record(deliveries, Outcome.SENT, started, provider_id=provider_id, digest_id=digest)
        return None

    def _failed(self, way, deliveries, started, error):
        """Record the failure under its class; a way that is down closes for the whole batch."""
        outcome = senders.outcome_of(error)
        said = channels.describe(error) if not str(error) else channels.one_line(str(error))[:300]
        if getattr(error, "bad_address", False):
            until = self.clock() + SUSPENDED_FOR
            address = channels.address_of(deliveries[0])
            Suspension.objects.suspend(self.channel, address, until=until, reason=said)
        pause = getattr(error, "pause", None)
        self._record(deliveries, outcome, started, error=said, pause=pause)
        return self.clock() + FIRST_PAUSE if way.broken(error, self.clock()) else None

    def _record(self, deliveries, outcome, started, *, error="", pause=None, **facts):
        """Write down one try, in its own transaction and only under our lease: who lost it
        meanwhile has nothing to say about the row.
        """
        ended = self.clock()
        numbers = {delivery.pk: delivery.attempts for delivery in deliveries}
        with transaction.atomic():
            ours = Delivery.objects.under_lease(self.token).locked(numbers)
            if outcome == Outcome.SENT:
                Delivery.objects.mark_sent(ours, ended, **facts)
                self.counts["sent"] += len(ours)
            elif outcome == Outcome.CANCELLED:
                Delivery.objects.mark_cancelled(ours)
            else:
                self._end_or_queue(ours, deliveries[0], outcome, ended, error, pause)
            Attempt.objects.bulk_create(
                Attempt(
                    delivery_id=pk,
                    number=numbers[pk],
                    started_at=started,
                    ended_at=ended,
                    outcome=outcome,
                    error=error,
                    process=self.process,
                )
                for pk in ours
            )

    def _end_or_queue(self, ours, first, outcome, ended, error, pause):
        if outcome == Outcome.REFUSED:
            dead = Delivery.objects.mark_ended(ours, Delivery.State.DEAD, error)
        elif outcome == Outcome.AMBIGUOUS and self.channel in COSTLY:
            Delivery.objects.mark_ended(ours, Delivery.State.UNKNOWN, error)
            dead = 0
        else:
            next_at = ended + max(back_off(first.attempts), pause or timedelta(0))
            next_at = next_at if first.at_once else clock.calm(next_at)
            dead = Delivery.objects.put_back(ours, next_at, MAX_ATTEMPTS, error, ended - LONGEST)
        self.counts["dead"] += dead
        self.counts["failed"] += len(ours) - dead

    def _give_back(self, letters, next_at):
        """Queue again, uncounted, what was claimed but never tried."""
        pks = [delivery.pk for letter in letters for delivery, _text in letter]
        if pks:
            untried = Delivery.objects.held(self.token).filter(pk__in=pks)
            untried.update(
                state=Delivery.State.QUEUED,
                attempts=F("attempts") - 1,
                next_at=next_at,
                lease_until=None,
                lease_token="",
            )


def unwanted(delivery, suspended):
    """Why a message is not to be sent after all, asked just before it would be; "" when it is."""
    message = delivery.message
    reader, address = message.recipient, channels.address_of(delivery)
    if reader is not None and not reader.is_active:
        return "the reader has left"
    if not address and delivery.channel in (Channel.EMAIL, Channel.SMS, Channel.WECOM):
        return "the reader has no address"
    if address in suspended:
        return "the address is left alone for a while"
    still = kinds.get(message.kind).still
    if still is not None and reader is not None and not still(reader, message.data):
        return "the reader may not see the matter any more"
    return ""


def take_back_expired(now, process=""):
    """Queue again what a process claimed and, by its lease, did not live to record; where a copy
    would cost, lay it aside for a person. Returns how many were given up.
    """
    with transaction.atomic():
        lost = Delivery.objects.expired(now).locked_rows()
        costly = [delivery.pk for delivery in lost if delivery.channel in COSTLY]
        Delivery.objects.mark_ended(costly, Delivery.State.UNKNOWN, LOST)
        pks = [delivery.pk for delivery in lost if delivery.channel not in COSTLY]
        dead = Delivery.objects.put_back(pks, now, MAX_ATTEMPTS, LOST)
        Attempt.objects.bulk_create(
            Attempt(
                delivery=delivery,
                number=delivery.attempts,
                started_at=delivery.lease_until - LEASE,
                ended_at=now,
                outcome=Outcome.LOST,
                error=LOST,
                process=process[:120],
            )
            for delivery in lost
        )
    return dead


def back_off(attempts):
    """30 s doubling to at most 30 min, ±20 % so that a thousand failures do not return as one."""
    doubled = min(FIRST_PAUSE * 2 ** (attempts - 1), LONGEST_PAUSE)
    return doubled * random.uniform(0.8, 1.2)

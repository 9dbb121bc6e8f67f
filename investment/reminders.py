"""What falls due in promotion work, said once per occasion; asked by date, never "today only"."""

import logging
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from investment import telling
from investment.models import Commitment, Deal, PipelineRule, Prospect
from worktime import clock
from worktime.services import current_calendar

logger = logging.getLogger(__name__)
# clock → (field that meets it, field of the rule); working days after the day of receipt
WORKING = (
    ("respond", "responded_on", "respond_workdays"),
    ("judge", "judged_on", "judge_workdays"),
    ("reply", "replied_on", "reply_workdays"),
)


def sweep(now=None):
    """{kind: new messages}. Safe at any time, by any number. Raises an ExceptionGroup after all
    else is done when some could not be written.
    """
    now, failed = now or timezone.now(), []
    counts = {f.__name__: f(now, failed) for f in (prospects, commitments, milestones)}
    if failed:
        raise ExceptionGroup(f"{len(failed)} reminders failed; the others are done", failed)
    return counts


def _post(failed, kind, row, audience, occasion, now, **data):
    try:
        with transaction.atomic():
            return telling.tell(kind, row, [audience(row)], occasion=occasion, now=now, **data)
    except Exception as error:
        logger.exception("reminder %s of %s failed", kind, row.number)
        failed.append(error)
        return 0


def dues(prospect, rule, calendar):
    """{clock: day} by which each clock that runs must be met."""
    found = {
        name: clock.shift_workdays(calendar, prospect.received_on, getattr(rule, days))
        for name, field, days in WORKING
        if getattr(prospect, field) is None
    }
    touched = prospect.touched_on + timedelta(days=rule.update_days)
    # A day that falls on a rest day means the next working day.
    found["update"] = clock.shift_workdays(calendar, touched, 0)
    return found


def prospects(now, failed):
    """Clocks on their day, next steps on theirs, and what has been silent too long."""
    today, calendar = timezone.localdate(now), current_calendar()
    rule, told = PipelineRule.objects.valid_at(today), 0
    for row in Prospect.objects.open().select_related("owner"):
        for name, day in dues(row, rule, calendar).items():
            if day <= today:
                told += _post(
                    failed,
                    f"{name}_due",
                    row,
                    telling.owner,
                    day.isoformat(),
                    now,
                    due=day.isoformat(),
                )
        if row.next_on <= today:
            told += _post(
                failed,
                "next_due",
                row,
                telling.owner,
                row.next_on.isoformat(),
                now,
                due=row.next_on.isoformat(),
                action=row.next_action,
            )
        if row.touched_on + timedelta(days=rule.silent_days) <= today:
            told += _post(
                failed,
                "silent",
                row,
                telling.owner,
                row.touched_on.isoformat(),
                now,
                since=row.touched_on.isoformat(),
            )
    return told


def commitments(now, failed):
    """Promises of both sides before their day, and once after it."""
    today = timezone.localdate(now)
    rule, told = PipelineRule.objects.valid_at(today), 0
    until = today + timedelta(days=rule.commitment_days)
    rows = Commitment.objects.due_by(until).select_related("deal__from_prospect")
    for row in rows:
        kind = "commitment_late" if row.due_on < today else "commitment_due"
        told += _post(
            failed,
            kind,
            row.deal,
            telling.keepers,
            f"{row.pk}:{row.due_on}",
            now,
            item=row.item,
            by=row.by,
            due=row.due_on.isoformat(),
        )
    return told


def milestones(now, failed):
    """Registration and the first receipt of counted deals, by the rule's days after the former."""
    today = timezone.localdate(now)
    rule, told = PipelineRule.objects.valid_at(today), 0
    deals = Deal.objects.counted().running().with_progress().exclude(signed_on=None)
    for deal in deals.select_related("from_prospect"):
        if deal.registered_on is None:
            due = deal.due_register or deal.signed_on + timedelta(days=rule.register_days)
            kind = "register_due"
        elif deal.first_receipt_on is None and not deal.receipts.pending().exists():
            due = deal.registered_on + timedelta(days=rule.receipt_days)
            kind = "receipt_due"
        else:
            continue
        if due <= today:
            told += _post(
                failed, kind, deal, telling.keepers, due.isoformat(), now, due=due.isoformat()
            )
    return told

"""Watches the clocks of written answers: a notice or an instruction that falls due today, and one
that was not answered, are each said once. Asked by `<=`, so a late or doubled timer changes
nothing.
"""

import logging

from django.db import transaction
from django.utils import timezone

from accounts import roles
from accounts.models import User
from issues.models import Instruction, Notice
from notifications import services as messages
from worktime import clock
from worktime.services import current_calendar

logger = logging.getLogger(__name__)
KIND = "issues.answer_due"


def answer_key(issue_pk, kind, pk):
    """What the dedupe keys of all reminders about one notice or instruction begin with."""
    return f"issues:{issue_pk}:answer:{kind}:{pk}:"


def sweep(now=None):
    """{"due", "late"}: new messages. Raises an ExceptionGroup after all else is done when some
    could not be written.
    """
    now, counts, failed = now or timezone.now(), {"due": 0, "late": 0}, []
    for kind, row, due_at in _open_answers():
        try:
            with transaction.atomic():
                stage = _stage(due_at, now)
                if stage:
                    counts[stage] += _tell(kind, row, due_at, stage, now)
        except Exception as error:
            logger.exception("reminder of %s %s failed", kind, row.pk)
            failed.append(error)
    if failed:
        raise ExceptionGroup(f"{len(failed)} reminders failed; the others are done", failed)
    return counts


def _open_answers():
    for row in Notice.objects.unanswered().on_open_issues().select_related("issue"):
        yield "notice", row, row.answer_due_at
    for row in Instruction.objects.unanswered().on_open_issues().select_related("issue"):
        yield "instruction", row, closing_of(row.due_on)


def closing_of(day):
    """The moment a day named for an answer ends: closing time, of the next working day where it is
    a rest day.
    """
    calendar = current_calendar()
    return clock.closing(calendar, clock.shift_workdays(calendar, day, 0))


def _stage(due_at, now):
    if due_at < now:
        return "late"
    calendar = current_calendar()
    day = timezone.localdate(due_at, calendar.tz)
    return "due" if clock.opening(calendar, day) <= now else ""


def _tell(kind, row, due_at, stage, now):
    department = row.department_id if kind == "notice" else row.issue.lead_department_id
    answering = User.objects.filter(is_active=True, department=department)
    people = set(answering.filter(groups__name=roles.HEAD))
    if stage == "late":
        people |= set(User.objects.filter(is_active=True, groups__name=roles.COORDINATOR))
        if kind == "instruction":
            people |= set(User.objects.filter(is_active=True, pk=row.leader_id))
    return messages.post(
        kind=KIND,
        recipients=people,
        data={
            "issue": row.issue.number,
            "title": row.issue.title,
            "what": kind,
            "number": row.number if kind == "notice" else "",
            "late": stage == "late",
            "due_at": due_at.isoformat(),
        },
        dedupe_key=answer_key(row.issue_id, kind, row.pk) + stage,
        urgent=row.issue.time_class == "urgent",
        now=now,
    )

"""What falls due about projects, said once per occasion: reports, papers, pauses, milestones and
visits. Asked by date (`<= today`, never `== today`), so a late or doubled timer changes nothing.
"""

import logging
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from projects import reporting, stages, telling, visiting
from projects.models import ApprovalStep, KeyProject, Milestone, Sponsorship
from worktime import clock
from worktime.services import current_calendar

logger = logging.getLogger(__name__)
DAY = timedelta(days=1)
PAUSE_NOTICE = timedelta(days=3)
VISIT_WORKDAYS = 5


def sweep(now=None):
    """{kind: new messages}. Safe at any time, by any number. Raises an ExceptionGroup after all
    else is done when some could not be written.
    """
    now, counts, failed = now or timezone.now(), {}, []
    for function in (reports, documents, pauses, milestones, visits):
        try:
            counts[function.__name__] = function(now, failed)
        except Exception as error:
            logger.exception("reminders of %s failed", function.__name__)
            failed.append(error)
    if failed:
        raise ExceptionGroup(f"{len(failed)} reminders failed; the others are done", failed)
    return counts


def _post(failed, kind, project, audiences, occasion, now, **data):
    """In a transaction of its own: one that fails must not silence the others."""
    try:
        with transaction.atomic():
            people = [audience(project) for audience in audiences]
            return telling.tell(kind, project, people, occasion=occasion, now=now, **data)
    except Exception as error:
        logger.exception("reminder %s of project %s failed", kind, project.pk)
        failed.append(error)
        return 0


def reports(now, failed):
    """Before the deadline a reminder; after it another, for every month that is still missing."""
    today, calendar = timezone.localdate(now), current_calendar()
    owing = KeyProject.objects.owing_reports()
    projects = {project.pk: project for project in owing.select_related("lead_department")}
    told = 0
    for number, months in reporting.missing_months(list(projects), today).items():
        for month in months:
            told += _report(failed, "report_late", projects[number], month, now, calendar)
    month = reporting.last_month(reporting.first_of(today))
    due, rule = reporting.due_on(month, calendar), reporting.rule_at(today)
    if clock.shift_workdays(calendar, due, -rule.remind_workdays) <= today <= due:
        for project in owing.owing_report_of(month).owed_in(month):
            told += _report(failed, "report_due", project, month, now, calendar)
    return told


def _report(failed, kind, project, month, now, calendar):
    due = reporting.due_on(month, calendar)
    audiences, occasion = [telling.department], f"{month:%Y-%m}:"
    words = {"month": month.isoformat(), "due": due.isoformat()}
    return _post(failed, kind, project, audiences, occasion, now, **words)


def documents(now, failed):
    """Papers that run out within the days the rule names, 60 by default; those that have run out
    are told of as well while the project needs them.
    """
    today = timezone.localdate(now)
    until = today + timedelta(days=reporting.rule_at(today).expiry_days)
    steps = ApprovalStep.objects.required().filter(
        valid_until__lte=until, project__stage__in=(*stages.UNDERWAY, stages.PAUSED)
    )
    told = 0
    for step in steps.select_related("project", "item"):
        told += _post(
            failed,
            "document_expiring",
            step.project,
            [telling.department, telling.office],
            f"{step.pk}:{step.valid_until}",
            now,
            item=step.item.code,
            valid_until=step.valid_until.isoformat(),
        )
    return told


def pauses(now, failed):
    today = timezone.localdate(now)
    paused = KeyProject.objects.filter(
        stage=stages.PAUSED, pause_review_on__lte=today + PAUSE_NOTICE
    )
    return sum(
        _post(
            failed,
            "pause_review",
            project,
            [telling.office, telling.department],
            project.pause_review_on.isoformat(),
            now,
            review_on=project.pause_review_on.isoformat(),
        )
        for project in paused
    )


def milestones(now, failed):
    """Before a date passes its change can still be asked for; after it, it counts as missed."""
    today = timezone.localdate(now)
    until = today + timedelta(days=reporting.rule_at(today).milestone_days)
    rows = Milestone.objects.waiting().filter(
        current_on__lte=until, project__stage__in=stages.DATED
    )
    told = 0
    for row in rows.select_related("project"):
        overdue = row.current_on < today
        audiences = [telling.department, telling.sponsor] if overdue else [telling.department]
        told += _post(
            failed,
            "milestone_overdue" if overdue else "milestone_due",
            row.project,
            audiences,
            f"{row.code}:{row.current_on}",
            now,
            milestone=row.code,
            due=row.current_on.isoformat(),
        )
    return told


def visits(now, failed):
    """Five working days before the month ends: the visits a leader still owes."""
    today, calendar = timezone.localdate(now), current_calendar()
    _first, last = visiting.month_span(today)
    if today < clock.shift_workdays(calendar, last + DAY, -VISIT_WORKDAYS):
        return 0
    told = 0
    leaders = {row.leader for row in Sponsorship.objects.current().select_related("leader")}
    for leader in sorted(leaders, key=lambda user: user.pk):
        for row, made in visiting.visits_due(leader, today):
            told += _post(
                failed,
                "visits_due",
                row.project,
                [telling.sponsor],
                f"{today:%Y-%m}",
                now,
                month=today.replace(day=1).isoformat(),
                made=made,
                quota=row.visit_quota,
            )
    return told

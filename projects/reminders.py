"""What falls due about projects, said once per occasion: reports, papers, pauses, milestones and
visits. Asked by date (`<= today`, never `== today`), so a late or doubled timer changes nothing.
"""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from projects import reporting, stages, telling, visiting
from projects.models import ApprovalStep, KeyProject, Milestone, Sponsorship
from worktime import clock
from worktime.services import current_calendar

DAY = timedelta(days=1)
PAUSE_NOTICE = timedelta(days=3)
VISIT_WORKDAYS = 5


def sweep(now=None):
    """{kind: new messages}. Safe at any time, by any number."""
    now = now or timezone.now()
    return {
        function.__name__: function(now)
        for function in (reports, documents, pauses, milestones, visits)
    }


def _post(kind, project, audiences, occasion, now, **data):
    """In a transaction of its own: one that fails must not undo the others."""
    with transaction.atomic():
        return telling.tell(kind, project, audiences, occasion=occasion, now=now, **data)


def reports(now):
    """Before the deadline a reminder, after it another, for the month that is being collected."""
    today, calendar = timezone.localdate(now), current_calendar()
    month = reporting.last_month(reporting.first_of(today))
    due = reporting.due_on(month, calendar)
    rule = reporting.rule_at(today)
    if today < clock.shift_workdays(calendar, due, -rule.remind_workdays):
        return 0
    owing = KeyProject.objects.owing_reports().owing_report_of(month)
    since = dict(owing.owing_since())
    told = 0
    for project in owing.select_related("lead_department"):
        begun = since.get(project.pk)
        if begun is None or reporting.first_of(timezone.localdate(begun)) > month:
            continue
        kind = "report_late" if today > due else "report_due"
        told += _post(
            kind,
            project,
            [telling.department(project)],
            f"{month:%Y-%m}:",
            now,
            month=month.isoformat(),
            due=due.isoformat(),
        )
    return told


def documents(now):
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
            "document_expiring",
            step.project,
            [telling.department(step.project), telling.planners()],
            f"{step.pk}:{step.valid_until}",
            now,
            item=step.item.code,
            valid_until=step.valid_until.isoformat(),
        )
    return told


def pauses(now):
    today = timezone.localdate(now)
    paused = KeyProject.objects.filter(
        stage=stages.PAUSED, pause_review_on__lte=today + PAUSE_NOTICE
    )
    return sum(
        _post(
            "pause_review",
            project,
            [telling.planners(), telling.department(project)],
            project.pause_review_on.isoformat(),
            now,
            review_on=project.pause_review_on.isoformat(),
        )
        for project in paused
    )


def milestones(now):
    """Before a date passes its change can still be asked for; after it, it counts as missed."""
    today = timezone.localdate(now)
    until = today + timedelta(days=reporting.rule_at(today).milestone_days)
    rows = Milestone.objects.waiting().filter(
        current_on__lte=until, project__stage__in=stages.UNDERWAY
    )
    told = 0
    for row in rows.select_related("project"):
        overdue = row.current_on < today
        audiences = [telling.department(row.project)]
        if overdue:
            audiences.append(telling.sponsor(row.project))
        told += _post(
            "milestone_overdue" if overdue else "milestone_due",
            row.project,
            audiences,
            f"{row.code}:{row.current_on}",
            now,
            milestone=row.code,
            due=row.current_on.isoformat(),
        )
    return told


def visits(now):
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
                "visits_due",
                row.project,
                [telling.sponsor(row.project)],
                f"{today:%Y-%m}",
                now,
                month=today.replace(day=1).isoformat(),
                made=made,
                quota=row.visit_quota,
            )
    return told

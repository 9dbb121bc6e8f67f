"""包联: who sponsors a project, and the visits of the leader, whose problems go into the loop."""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from projects import documents, planning, registry, telling
from projects.models import DateChange, Sponsorship, SponsorVisit
from projects.services import lock, record

DAY = timedelta(days=1)


@transaction.atomic
def assign(*, project, user, values, members=(), version=None, now=None):
    """Names sponsor and lead department from `since` on; the row before ends the day before.

    Returns the Sponsorship.
    """
    now = now or timezone.now()
    locked = lock(project, user, "sponsor", version)
    former = Sponsorship.objects.current().filter(project=locked).first()
    if former is not None:
        if not values.get("reason", "").strip():
            raise ValidationError({"reason": [_("调整包联安排，请填写调整原因。")]})
        if values["since"] <= former.since:
            raise ValidationError({"since": [_("起始日期应晚于上一任的起始日期。")]})
        former.until = values["since"] - DAY
        former.save(update_fields=["until"])
    row = Sponsorship(project=locked, **values)
    row.full_clean(exclude=["project"])
    row.save()
    row.members.set(members)
    locked.lead_department = row.lead_department
    record(
        locked,
        "sponsor",
        user,
        now,
        fields=["lead_department"],
        leader=row.leader.label,
        department=row.lead_department,
        former=former.leader.label if former else "",
        reason=row.reason,
        since=row.since,
    )
    if former is None or former.leader_id != row.leader_id:
        # What waited for the former sponsor now waits for this one.
        for change in DateChange.objects.pending().filter(project=locked, by_leader=True):
            planning.ask_decider(change, now, user, again=row.pk)
    telling.tell(
        "sponsored",
        locked,
        [telling.sponsor(locked), telling.department(locked)],
        occasion=row.pk,
        now=now,
        exclude=user,
    )
    telling.take_back("visits_due", locked, now)
    return row


@transaction.atomic
def visit(*, project, user, leader, values, files=(), problem=None, token=None, now=None):
    """Notes a visit; returns (SponsorVisit, issue or None). The same `token` again returns the
    first one. `problem` holds title, description, contact_name and contact_phone of what is handed
    into the loop.
    """
    now = now or timezone.now()
    locked = lock(project, user, "visit")
    if token and (first := SponsorVisit.objects.filter(token=token, project=locked).first()):
        return first, first.issues.first()
    if values["visited_on"] > timezone.localdate(now):
        raise ValidationError({"visited_on": [_("走访日期不能晚于今天。")]})
    row = SponsorVisit(
        project=locked, leader=leader, entered_by=user, token=token or None, **values
    )
    row.full_clean(exclude=["project"])
    row.save()
    kept = documents.keep(locked, user, files, "photo", visit=row)
    issue = None
    if problem:
        issue = registry.raise_problem(visit=row, user=user, now=now, **problem)
    record(
        locked,
        "visit",
        user,
        now,
        visited_on=row.visited_on,
        leader=leader.label,
        findings=row.findings,
        decisions=row.decisions,
        issue=issue.number if issue else "",
        files=[paper.name for paper in kept],
    )
    today = timezone.localdate(now)
    if all(due.project_id != locked.pk for due, _made in visits_due(leader, today)):
        telling.take_back("visits_due", locked, now, f"{today:%Y-%m}")
    return row, issue


def month_span(day):
    """(first, last) day of the month."""
    first = day.replace(day=1)
    return first, (first + timedelta(days=32)).replace(day=1) - DAY


def visits_due(leader, today):
    """[(sponsorship, visits made this month)] of a leader's projects that still lack visits."""
    first, last = month_span(today)
    rows = Sponsorship.objects.current().filter(leader=leader).select_related("project")
    made = {}
    done = SponsorVisit.objects.filter(leader=leader, visited_on__range=(first, last))
    for number in done.values_list("project", flat=True):
        made[number] = made.get(number, 0) + 1
    lacking = [(row, made.get(row.project_id, 0)) for row in rows.order_by("project__number")]
    return [(row, n) for row, n in lacking if n < row.visit_quota and row.project.is_visited]

"""Lights as shown: judged once a day for each project and kept. Nothing here rewrites a day."""

from collections import Counter, defaultdict

from django.conf import settings
from django.db import transaction
from django.db.models import Count
from django.utils import timezone, translation

from projects import choices, figures, lights, permitting, reporting, stages, telling
from projects.models import (
    ApprovalStep,
    KeyProject,
    LightRuleSet,
    LightSnapshot,
    Milestone,
)
from worktime.services import current_calendar

BATCH = 200


def take(now=None):
    """Judges every project that has no light of today yet; returns counts. Safe at any time, by
    any number of processes: a day is written once.
    """
    now = now or timezone.now()
    day, counts = timezone.localdate(now), {"judged": 0, "changed": 0}
    rule_sets = LightRuleSet.objects.in_force(day)
    if not rule_sets:
        return counts
    shown = LightSnapshot.objects.filter(day=day, role="official").values("project")
    waiting = KeyProject.objects.exclude(pk__in=shown).order_by("pk")
    numbers = list(waiting.values_list("pk", flat=True))
    for begin in range(0, len(numbers), BATCH):
        _take_batch(numbers[begin : begin + BATCH], day, now, rule_sets, counts)
    return counts


def _take_batch(numbers, day, now, rule_sets, counts):
    with transaction.atomic():
        rows = KeyProject.objects.numbered(numbers).select_for_update(of=("self",)).order_by("pk")
        projects = [row for row in rows if row.stage != stages.TERMINATED]
        inputs = inputs_of(projects, day, now)
        fresh = [
            snapshot(project, role, rule_set, inputs[project.pk], day, now)
            for project in projects
            for role, rule_set in rule_sets.items()
        ]
        LightSnapshot.objects.bulk_create(fresh, ignore_conflicts=True)
        # Of two processes at once the other one's rows may stand: what stands is what is shown.
        stored = LightSnapshot.objects.filter(project__in=numbers, day=day, role="official")
        shown = list(stored.select_related("project"))
        changed = [row for row in shown if row.project.light != row.colour]
        _show(changed, now)
        counts["judged"] += len(shown)
        counts["changed"] += len(changed)


def snapshot(project, role, rule_set, inputs, day, now):
    """An unsaved LightSnapshot by one rule set; its reason is kept in the district's language."""
    light = lights.judge(rule_set.rules.all(), inputs)
    with translation.override(settings.LANGUAGE_CODE):
        reason = light.reason
    return LightSnapshot(
        project=project,
        day=day,
        role=role,
        rule_set=rule_set,
        rule=light.rule,
        colour=light.colour,
        dimension=light.dimension,
        reason=reason,
        inputs=light.facts,
        computed_at=now,
    )


def preview(rule_set, now=None):
    """{(colour shown, colour by these rules): projects} of what would change; nothing is stored."""
    now, moved = now or timezone.now(), Counter()
    projects = list(KeyProject.objects.exclude(stage=stages.TERMINATED))
    inputs = inputs_of(projects, timezone.localdate(now), now)
    rules = list(rule_set.rules.all())
    for project in projects:
        colour = lights.judge(rules, inputs[project.pk]).colour
        if colour != project.light:
            moved[project.light, colour] += 1
    return dict(moved)


def _show(rows, now):
    """Copies the day's lights to their projects, a statement a colour; tells what turned red."""
    for colour in sorted({row.colour for row in rows}):
        numbers = [row.project_id for row in rows if row.colour == colour]
        KeyProject.objects.numbered(numbers).update(light=colour, updated_at=now)
    for row in rows:
        if row.colour == lights.RED:
            telling.tell(
                "red",
                row.project,
                [
                    telling.sponsor(row.project),
                    telling.department(row.project),
                    telling.planners(),
                ],
                occasion=row.day.isoformat(),
                now=now,
                snapshot=row.pk,
                facts=row.inputs,
            )


def inputs_of(projects, day, now):
    """{project's number: lights.Inputs} in a fixed number of queries."""
    numbers, calendar = [project.pk for project in projects], current_calendar()
    latest = reporting.last_due(day, calendar)
    months = _counted(numbers, latest.year, day)
    plans = _plans(numbers, latest.year, day)
    dates = _dates(numbers)
    steps = _late_steps(numbers, calendar, day)
    issues = _overdue_issues(numbers, now)
    missing = reporting.missing_months(
        [project.pk for project in projects if project.owes_reports], day, latest
    )
    return {
        project.pk: _inputs(
            project,
            day,
            months.get(project.pk, (None, None)),
            plans.get(project.pk),
            dates[project.pk],
            steps.get(project.pk, (None, None)),
            missing.get(project.pk, []),
            issues.get(project.pk, 0),
        )
        for project in projects
    }


def _inputs(project, day, counted, plan, dates, late, missing, overdue_issues):
    last, done = counted
    start, finish, operation = (dates.get(code) for code in choices.KEY_DATES)
    started_on = start.actual_on if start else None
    own = plan.cumulative[last - 1] if plan and plan.cumulative and last else None
    return lights.Inputs(
        day=day,
        stage=project.stage,
        months=last,
        done=done,
        plan=plan.annual_plan if plan else None,
        own_plan=own,
        start_due=start.current_on if start else None,
        started_on=started_on,
        started=bool(start and start.is_met) or project.stage in stages.STARTED_OR_LATER,
        finish_due=finish.current_on if finish else None,
        finished=bool(finish and finish.is_met) or project.stage in stages.COMPLETED,
        operation_due=operation.current_on if operation else None,
        operating=bool(operation and operation.is_met)
        or project.stage in (stages.OPERATING, stages.CAPACITY),
        entered=project.stat_entered_on is not None,
        missing=len(missing),
        missing_month=missing[0] if missing else None,
        late_step=late[0].name if late[0] else "",
        late_step_en=late[0].name_en if late[0] else "",
        late_workdays=late[1],
        overdue_issues=overdue_issues,
    )


def _counted(numbers, year, day):
    """{project: (last counted closed month of the year 1–12, Σ of the year)}; a sum with an unknown
    amount in it is unknown.
    """
    rows = defaultdict(dict)
    found = KeyProject.reports.rel.related_model.objects.in_force().filter(
        project__in=numbers, month__year=year, month__lt=day.replace(day=1)
    )
    for number, month, amount in found.values_list("project", "month", "month_invested"):
        rows[number][month.month] = amount
    return {
        number: (max(months), figures.total(months.values())) for number, months in rows.items()
    }


def _plans(numbers, year, day):
    model = KeyProject.plans.rel.related_model
    found = {}
    rows = model.objects.filter(project__in=numbers, year=year, approved_on__lte=day)
    for row in rows.order_by("revision"):
        found[row.project_id] = row
    return found


def _dates(numbers):
    found = {number: {} for number in numbers}
    for row in Milestone.objects.filter(project__in=numbers):
        found[row.project_id][row.code] = row
    return found


def _late_steps(numbers, calendar, day):
    """{project: (ApprovalItem, working days)} of the step longest past its current target."""
    found = {}
    rows = ApprovalStep.objects.undecided().filter(
        project__in=numbers, current_target__isnull=False
    )
    for step in rows.select_related("item").prefetch_related("stops"):
        late = permitting.workdays_late(step, calendar, day)
        if late is not None and late > found.get(step.project_id, (None, -1))[1]:
            found[step.project_id] = (step.item, late)
    return found


def _overdue_issues(numbers, now):
    """{project: number} of the closed loop's issues that are past their time."""
    issues = KeyProject.issues.rel.related_model.objects.overdue(now)
    rows = issues.filter(project__in=numbers).order_by().values_list("project")
    return dict(rows.annotate(n=Count("pk")))

"""The pages beside the list: reserve, roads, approvals, 三未, the leader's own page and the month's
sheet. Each gives the context of its template.
"""

from collections import defaultdict
from datetime import date
from decimal import Decimal

from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from projects import (
    charts,
    choices,
    figures,
    permitting,
    presenters,
    stages,
    visiting,
    wording,
)
from projects.models import (
    ApprovalBase,
    ApprovalStep,
    DateChange,
    KeyProject,
    MaturityItem,
    RoadWork,
)
from projects.reporting import figures_year
from projects.viewer import Viewer
from worktime.services import current_calendar

YIELD_MONTHS = 24
PER_PAGE = 40


def reserve(user, today):
    """The reserve with maturity, and its yield by cohort of entry."""
    projects = (
        KeyProject.objects.reserve()
        .visible_to(user)
        .with_light(user)
        .for_list()
        .prefetch_related("maturity__item")
        .order_by("planned_year", "number")
    )
    items = list(MaturityItem.objects.filter(is_active=True))
    weight = sum(item.weight for item in items)
    rows = [_reserve_row(project, items, weight) for project in projects]
    return {
        "items": items,
        "rows": rows,
        "count": len(rows),
        "investment": projects.aggregate(total=Sum("total_investment"))["total"],
        "unknown": sum(row["project"].total_investment is None for row in rows),
        "cohorts": cohorts(user, today),
    }


def _reserve_row(project, items, weight):
    met = {mark.item_id: mark for mark in project.maturity.all()} if project.is_inside else {}
    done = sum(item.weight for item in items if item.pk in met)
    share = figures.share(done, weight)
    return {
        "project": project,
        "total": wording.total_text(project),
        "marks": [met.get(item.pk) for item in items] if project.is_inside else None,
        "maturity": figures.show_percent(share, 0) if project.is_inside else figures.MISSING,
        "percent": figures.percent(share, 0) if project.is_inside else None,
    }


def cohorts(user, today):
    """[{year, entered, moved, rate}]: of those entered in a year, how many came to 签约, 开工 or
    beyond within 24 months of entering.
    """
    projects = KeyProject.objects.visible_to(user).inside_for(user).exclude(reserve_on=None)
    events = KeyProject.events.rel.related_model.objects.moves()
    reached = (stages.SIGNED, *stages.STARTED_OR_LATER)
    first = {}
    for number, at in (
        events.filter(project__in=projects, to_stage__in=reached)
        .order_by("at")
        .values_list("project", "at")
    ):
        first.setdefault(number, timezone.localdate(at))
    years = defaultdict(lambda: [0, 0])
    for number, day in projects.values_list("pk", "reserve_on"):
        row = years[day.year]
        row[0] += 1
        moved = first.get(number)
        row[1] += moved is not None and months_between(day, moved) < YIELD_MONTHS
    return [
        {
            "year": year,
            "entered": entered,
            "moved": moved,
            "rate": figures.show_percent(figures.share(moved, entered)),
            "running": months_between(date(year, 12, 31), today) < YIELD_MONTHS,
        }
        for year, (entered, moved) in sorted(years.items(), reverse=True)
    ]


def months_between(since, until):
    return (until.year - since.year) * 12 + until.month - since.month - (until.day < since.day)


def roads(user):
    """The roads with length and length opened, and their totals."""
    projects = (
        KeyProject.objects.roads()
        .visible_to(user)
        .with_light(user)
        .for_list()
        .with_key_dates()
        .order_by("number")
    )
    totals = RoadWork.objects.filter(project__in=projects.values("pk")).aggregate(
        length=Sum("length_km"), opened=Sum("opened_km")
    )
    length, opened = totals["length"] or Decimal(0), totals["opened"] or Decimal(0)
    rows = [
        {
            "project": project,
            "road": project.road,
            "stage": presenters.stage_badge(project.stage),
            "light": presenters.light(project.shown_light),
            "opened": figures.show_percent(
                figures.share(project.road.opened_km, project.road.length_km), 0
            ),
            "finish": presenters.key_date(project, "finish", "current_on"),
            "finished": presenters.key_date(project, "finish", "actual_on"),
        }
        for project in projects
    ]
    return {
        "rows": rows,
        "length": length.normalize(),
        "opened": opened.normalize(),
        "rate": figures.show_percent(figures.share(opened, length)),
    }


def approvals(user, today, params):
    """The board: every required item that is not decided, by stage; and how fast the decided ones
    were against the chosen base.
    """
    calendar = current_calendar()
    steps = ApprovalStep.objects.visible_to(user).for_board()
    undecided = list(steps.undecided())
    # What has neither an application nor a day to be done by waits for its project, not for an
    # authority.
    stage = params.get("stage", "")
    if stage.isdecimal():
        undecided = [step for step in undecided if step.item.stage == int(stage)]
    waiting = [step for step in undecided if step.submitted_on or step.current_target]
    rows = sorted(
        (_board_row(step, calendar, today) for step in waiting),
        key=lambda row: (-(row["late"] or 0), -(row["spent"].net or 0)),
    )
    bases = list(ApprovalBase.objects.prefetch_related("days"))
    chosen = next((b for b in bases if str(b.pk) == params.get("base")), None)
    base = chosen or next((b for b in bases if b.is_default), bases[0] if bases else None)
    nature = params.get("nature", "")
    decided = [step for step in steps if not nature or step.project.nature == nature]
    return {
        "rows": rows,
        "todo": len(undecided) - len(waiting),
        "late": sum(1 for row in rows if row["late"]),
        "stopped": sum(1 for row in rows if row["step"].state == "stopped"),
        "stages": choices.APPROVAL_STAGE,
        "stage": stage,
        "bases": bases,
        "base": base,
        "natures": choices.NATURE,
        "nature": nature,
        "compression": compression_words(permitting.compression(decided, base, calendar, today)),
        "chart": charts.compression(_by_item(decided, calendar, today)),
        "viewer": Viewer(user),
    }


def _board_row(step, calendar, today):
    text, tone = presenters.STEP_STATES[step.state]
    return {
        "step": step,
        "state": {"text": text, "tone": tone},
        "spent": permitting.spent(step, calendar, today),
        "late": permitting.workdays_late(step, calendar, today),
    }


def compression_words(found):
    """The figures of permitting.Compression as they are shown, each with what it is of."""
    ends = found.end_to_end
    return {
        "base": found.base,
        "steps": found.steps,
        "promised": figures.show_percent(found.promised),
        "actual": figures.show_percent(found.actual),
        "gross": figures.show_percent(found.actual_gross),
        "median": figures.half_up(found.median, 1) if found.median is not None else None,
        "p90": found.p90,
        "in_time": figures.show_percent(figures.share(found.in_time, found.judged)),
        "in_time_parts": f"{found.in_time} / {found.judged}",
        "projects": len(ends),
        "ends_median": figures.half_up(figures.median(ends), 0) if ends else None,
        "ends_p90": figures.p90(ends) if ends else None,
    }


def _by_item(steps, calendar, today):
    """[(item, statutory, committed, median net days)] of items with a decided step."""
    nets, items = defaultdict(list), {}
    for step in steps:
        if step.decided_on:
            items[step.item_id] = step.item
            nets[step.item_id].append(permitting.spent(step, calendar, today).net)
    return [
        (
            items[number].label,
            items[number].statutory_days,
            items[number].committed_days,
            figures.median(nets[number]),
        )
        for number in sorted(items, key=lambda n: (items[n].stage, items[n].order))
    ]


def unfinished(user, today):
    """The three 三未 lists, each with how long it has lasted."""
    seen = KeyProject.objects.visible_to(user).inside_for(user).with_light(user)
    lists = (
        ("approved", _("立项未开工"), seen.approved_not_started(), "filing", "actual_on"),
        ("started", _("开工未建设"), seen.started_not_built(), "start", "actual_on"),
        ("building", _("建设未竣工"), seen.built_not_finished(today), "finish", "current_on"),
    )
    return {
        "lists": [
            {
                "code": code,
                "label": label,
                "hint": UNFINISHED[code],
                "rows": _since(projects, milestone, name, today),
            }
            for code, label, projects, milestone, name in lists
        ]
    }


UNFINISHED = {
    "approved": gettext_lazy("立项已办结，尚无实际开工日期。"),
    "started": gettext_lazy("已开工，开工当月以来没有经核实的投资完成额。"),
    "building": gettext_lazy("在建，现定竣工日期已过，尚未竣工。"),
}


def _since(projects, code, name, today):
    rows = []
    for project in projects.for_list().with_sponsor().prefetch_related("milestones"):
        milestone = next((m for m in project.milestones.all() if m.code == code), None)
        day = getattr(milestone, name) if milestone else None
        rows.append(
            {
                "project": project,
                "stage": presenters.stage_badge(project.stage),
                "light": presenters.light(project.shown_light),
                "sponsor": presenters.sponsor_label(project, None),
                "since": day,
                "days": (today - day).days if day else None,
            }
        )
    return sorted(rows, key=lambda row: -(row["days"] or 0))


def mine(user, today, now):
    """The leader's page: his projects, their lights, what he must decide, visits due."""
    viewer, year = Viewer(user), figures_year(today)
    projects = (
        KeyProject.objects.sponsored_by(user)
        .visible_to(user)
        .with_light(user)
        .with_figures(user, year)
        .with_stage_at(now)
        .by_severity()
        .for_list()
        .with_sponsor()
        .with_key_dates()
        .with_open_issues(user)
    )
    rows = [presenters.row(project, viewer) for project in projects]
    issues = KeyProject.issues.rel.related_model.objects
    numbers = [row["project"].pk for row in rows]
    counts = defaultdict(int)
    for row in rows:
        counts[row["project"].shown_light] += 1
    return {
        "rows": rows,
        "lights": [
            (c, counts[c]) for c in ("red", "yellow", "green", "white", "grey") if counts[c]
        ],
        "changes": [
            presenters.change_item(change, viewer)
            for change in DateChange.objects.waiting_for(user)
            .for_list()
            .prefetch_related("project__sponsorships")
        ],
        "issues": list(
            issues.waiting_for(user, now).filter(project__in=numbers).order_by("unit_due_at")[:20]
        ),
        "open_issues": list(
            issues.visible_to(user)
            .unfinished()
            .filter(project__in=numbers)
            .order_by("unit_due_at")[:20]
        ),
        "visits": [
            {"sponsorship": row, "made": made, "due": row.visit_quota - made}
            for row, made in visiting.visits_due(user, today)
        ],
        "month_end": visiting.month_span(today)[1],
        "year": year,
        "viewer": viewer,
    }

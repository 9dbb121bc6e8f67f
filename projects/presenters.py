"""Turns projects into what templates take: badges, lights, figures, the parts of the page."""

from decimal import Decimal

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from projects import charts, choices, figures, gates, lights, permitting, stages, wording
from projects.models import ApprovalItem, DateChange, ProgressReport
from projects.timeline import history
from projects.viewer import current_sponsorships
from worktime.services import current_calendar

TONES = {
    stages.PLANNING: "waiting",
    stages.NEGOTIATING: "waiting",
    stages.SIGNED: "waiting",
    stages.PREPARING: "active",
    stages.STARTED: "active",
    stages.BUILDING: "active",
    stages.FINISHED: "strong",
    stages.OPERATING: "done",
    stages.CAPACITY: "done",
}
REPORT_TONES = {
    "draft": "waiting",
    "submitted": "strong",
    "returned": "alert",
    "verified": "active",
    "locked": "done",
}
RECENT = 12
STEP_STATES = {
    "waived": (gettext_lazy("不涉及"), "ended"),
    "decided": (pgettext_lazy("审批步骤", "已办结"), "done"),
    "stopped": (gettext_lazy("停计中"), "waiting"),
    "running": (pgettext_lazy("审批步骤", "办理中"), "active"),
    "submitted": (gettext_lazy("已申请"), "active"),
    "todo": (gettext_lazy("未申请"), "waiting"),
}


def stage_badge(stage):
    return {"text": stages.LABELS[stage], "tone": TONES.get(stage, "ended")}


def light(colour, reason=""):
    """For components/_light.html; None where none is shown."""
    return {"colour": colour, "reason": reason} if colour else None


def shown_reason(project):
    """Why the shown light is as it is: as stored, in another language told anew from its facts."""
    if translation.get_language() == settings.LANGUAGE_CODE or not project.shown_facts:
        return project.shown_reason or ""
    return lights.sentence(project.shown_facts)


def key_date(project, code, name):
    """A date of one of the prefetched key milestones, or its words."""
    row = next((row for row in project.key_milestones if row.code == code), None)
    if row is None:
        return None
    return getattr(row, name) or getattr(row, name.removesuffix("_on") + "_text") or None


def invested_total(project, viewer):
    """Everything invested so far in yuan, what was carried included; None where it is not seen or
    an amount in it is unknown.
    """
    if not project.is_inside or project.has_unknown:
        return None
    if project.reported_total is None and project.carried_investment is None:
        return None
    return (project.reported_total or Decimal(0)) + (project.carried_investment or Decimal(0))


def completion_percent(project):
    return figures.percent(figures.completion(project.invested_ytd, project.annual_plan))


def lead_points(project):
    """Percentage points before 序时进度 of the last counted month; None without one."""
    ratio = figures.completion(project.invested_ytd, project.annual_plan)
    if ratio is None or project.last_month is None:
        return None
    return figures.half_up(figures.lead(ratio, project.last_month.month), 1)


def sponsor_label(project, viewer):
    if not project.is_inside or not project.current_sponsors:
        return ""
    return project.current_sponsors[0].leader.label


def row(project, viewer):
    """One project of the list; figures are empty where the reader does not see them."""
    ratio = figures.completion(project.invested_ytd, project.annual_plan)
    points = lead_points(project)
    return {
        "project": project,
        "stage": stage_badge(project.shown_stage or project.stage),
        "light": light(project.shown_light, shown_reason(project)),
        "sponsor": sponsor_label(project, viewer),
        "total": invested_total(project, viewer),
        "rate": figures.show_percent(ratio),
        "lead": figures.show_points(points) if points is not None else figures.MISSING,
        "behind": points is not None and points < 0,
        "next": next_date(project),
        "open_issues": project.open_issues or 0,
    }


def next_date(project):
    """(label, day or words) of the next key date that has not come about."""
    for milestone in sorted(project.key_milestones, key=_key_order):
        if not milestone.is_met:
            day = milestone.current_on or milestone.current_text
            if day:
                return milestone.get_code_display(), day
    return None


def _key_order(milestone):
    return choices.KEY_DATES.index(milestone.code)


def way(project, moved):
    """For components/_stage_bar.html: when each stage was entered."""
    stands = project.stage if project.stage in stages.WAY else project.stage_before
    steps = stages.way_from(stands, project.nature)
    position = steps.index(stands) if stands in steps else 0
    return [
        {
            "label": stages.LABELS[stage],
            "state": "done" if n < position else "current" if n == position else "todo",
            "note": f"{moved[stage]:%Y-%m}" if stage in moved and n <= position else "",
        }
        for n, stage in enumerate(steps)
    ]


def moves(project, viewer, today):
    """What may happen to its stage next: {"next", "requirements", "lacking", "override", "others"};
    None for who may move nothing.
    """
    may_move, may_override = viewer.may("move", project), viewer.may("override", project)
    target = stages.next_stage(project.stage, project.nature)
    rows = gates.requirements(project, target, today) if target else []
    lacking = [row for row in rows if not row.met]

    def button(stage, deed="move"):
        label = _("转入“%(stage)s”") % {"stage": stages.LABELS[stage]}
        return {"label": label, "url": reverse(f"projects:{deed}", args=[project.number, stage])}

    others = []
    if may_move:
        beside = [project.stage_before, stages.PAUSED, stages.TERMINATED]
        for stage in [*stages.earlier(project.stage, project.nature), *filter(None, beside)]:
            kind = stages.kind_of(project.stage, stage, project.nature, project.stage_before)
            if kind not in (None, stages.FORWARD):
                others.append(button(stage) | {"danger": kind in (stages.BACK, stages.END)})
    return {
        "target": stages.LABELS[target] if target else "",
        "next": button(target) if target and may_move else None,
        "requirements": rows,
        "lacking": lacking,
        "override": button(target, "override") if lacking and may_override else None,
        "others": others,
    }


def milestone_item(row, project, viewer, today):
    can_fill = viewer.may("actuals", project)
    can_ask = viewer.may("request_change", project) and not row.is_met and row.current_on
    return {
        "row": row,
        "state": row.state(today),
        "slip": (row.current_on - row.original_on).days
        if row.current_on and row.original_on
        else None,
        "papers": [paper for paper in project.documents.all() if paper.milestone_id == row.pk],
        "actual_url": reverse("projects:actual", args=[project.number, row.code])
        if can_fill and not row.actual_on
        else "",
        "change_url": reverse("projects:change", args=[project.number, row.code])
        if can_ask
        else "",
    }


def step_item(item, step, project, viewer, calendar, today):
    """One item of the approvals table."""
    may = viewer.may("approvals", project)
    text, tone = STEP_STATES[step.state]
    spent, limit = permitting.spent(step, calendar, today), step.committed_days
    url = reverse("projects:approval", args=[project.number, item.code]) if may else ""
    other = {"running": "stop", "stopped": "resume"}.get(step.state)
    return {
        "item": item,
        "step": step,
        "state": {"text": text, "tone": tone},
        "spent": spent,
        "limit": limit,
        "late": permitting.workdays_late(step, calendar, today),
        "over": bool(spent.net is not None and limit and spent.net > limit),
        "url": url,
        "clock_url": reverse(f"projects:{other}", args=[project.number, item.code])
        if may and other
        else "",
        "expiring": bool(step.valid_until and (step.valid_until - today).days <= 60),
    }


def change_item(change, viewer):
    project = change.project
    mine = change.status == DateChange.Status.PENDING and change.applicant_id != viewer.user.pk
    may = mine and viewer.may("decide_change", project)
    if may and change.by_leader:
        may = any(r.leader_id == viewer.user.pk for r in current_sponsorships(project))
    elif may:
        may = "planner" in viewer.roles
    url = reverse("projects:decide", args=[project.number, change.pk]) if may else ""
    return {"change": change, "url": url}


def report_item(report, project, viewer):
    links = []
    mine = report.reported_by_id != viewer.user.pk
    if report.status == ProgressReport.Status.SUBMITTED and mine and viewer.may("verify", project):
        links = [
            (_("核实"), reverse("projects:verify", args=[project.number, report.pk])),
            (_("退回"), reverse("projects:return", args=[project.number, report.pk])),
        ]
    elif report.status in ("draft", "returned") and viewer.may("report", project):
        key = f"{report.month:%Y-%m}"
        links = [(_("填报"), reverse("projects:report", args=[project.number, key]))]
        if report.version > 1:
            links.append((_("放弃更正"), reverse("projects:discard", args=[project.number, key])))
    elif report.counts and viewer.may("report", project):
        key = f"{report.month:%Y-%m}"
        links = [(_("更正"), reverse("projects:correct", args=[project.number, key]))]
    return {
        "report": report,
        "badge": {
            "text": report.get_status_display(),
            "tone": REPORT_TONES[report.status],
        },
        "oddities": [dict(choices.ODDITY)[code] for code in report.oddities],
        "links": links,
    }


def light_reason(snapshot):
    """A stored light's sentence: as stored, in another language told anew from its facts."""
    if translation.get_language() == settings.LANGUAGE_CODE:
        return snapshot.reason
    return lights.sentence(snapshot.inputs)


def page(project, viewer, today, year):
    """For templates/projects/detail.html; `project` comes from ProjectQuerySet.for_page()."""
    context = {
        "project": project,
        "viewer": viewer,
        "inside": project.is_inside,
        "stage": stage_badge(project.stage),
        "facts": wording.facts(project, project.is_inside),
        "key_dates": [row for row in project.milestones.all() if row.code in choices.KEY_DATES],
        "may": {name: viewer.may(name, project) for name in stages.DEEDS},
    }
    if not project.is_inside:
        return context
    events = list(project.events.select_related("actor"))
    return (
        context
        | _lights(project)
        | _schedule(project, viewer, today)
        | _money(project, viewer, today, year)
        | _approvals(project, viewer, today)
        | {
            "way": way(project, {e.to_stage: e.at for e in events if e.to_stage}),
            "moves": moves(project, viewer, today),
            "sponsor": next(iter(current_sponsorships(project)), None),
            "former_sponsors": [row for row in project.sponsorships.all() if row.until],
            "visits": list(project.visits.all()),
            "issues": list(_issues(project, viewer)),
            "origin": _origin(project, viewer),
            "maturity": list(project.maturity.all()),
            "plots": list(project.plot_uses.all()),
            "papers": list(project.documents.all()),
            "recent_events": history(events[-RECENT:]),
            "older_events": history(events[:-RECENT]),
        }
    )


def _lights(project):
    """The newest light of each role, and when the official one changed of late."""
    rows = list(project.lights.select_related("rule_set").order_by("-day")[:60])
    official = next((row for row in rows if row.role == "official"), None)
    beside = next((row for row in rows if row.role == "comparison"), None)
    return {
        "light": official and light(official.colour, light_reason(official)),
        "light_day": official and official.day,
        "comparison": beside and light(beside.colour, light_reason(beside)),
        "comparison_name": beside and beside.rule_set,
        "light_changes": _changes([row for row in rows if row.role == "official"]),
    }


def _changes(rows):
    """[(day, light)] of the days on which another light was shown than before, the newest first."""
    pairs = zip(rows, [*rows[1:], None], strict=False)
    changed = [row for row, before in pairs if before is None or before.colour != row.colour]
    return [(row.day, light(row.colour, light_reason(row))) for row in changed[:6]]


def _schedule(project, viewer, today):
    rows = list(project.milestones.all())
    return {
        "milestones": [milestone_item(row, project, viewer, today) for row in rows],
        "schedule": charts.schedule(rows, today),
        "changes": [change_item(row, viewer) for row in project.date_changes.all()],
    }


def _money(project, viewer, today, year):
    plans = [row for row in project.plans.all() if row.year == year]
    plan = max(plans, key=lambda row: row.revision, default=None)
    reports = list(project.reports.all())
    of_year = [row for row in reports if row.month.year == year]
    counted = [row for row in of_year if row.counts and row.month < today.replace(day=1)]
    return {
        "plan": plan,
        "plan_year": year,
        "years": sorted({r.month.year for r in reports} | {p.year for p in project.plans.all()}),
        "progress": progress(plan, counted),
        "investment": charts.investment(year, plan, counted),
        "reports": [report_item(row, project, viewer) for row in of_year],
    }


def progress(plan, counted):
    """[(label, value)] of a year: completion, against time and against the project's own plan, up
    to the last month that counts. Nothing without a plan or a month.
    """
    if plan is None or not counted:
        return []
    months = max(row.month.month for row in counted)
    done = figures.total(row.month_invested for row in counted)
    ratio = figures.completion(done, plan.annual_plan)
    found = [
        (_("完成率"), figures.show_percent(ratio)),
        (_("较序时（百分点）"), figures.show_points(figures.lead(ratio, months))),
    ]
    if plan.cumulative:
        own = figures.lead_against_plan(
            done, Decimal(plan.cumulative[months - 1]), plan.annual_plan
        )
        found.append((_("较自身计划（百分点）"), figures.show_points(own)))
    return found


def _approvals(project, viewer, today):
    """Items entered, by stage, and those that are not."""
    calendar = current_calendar()
    steps = {row.item_id: row for row in project.approvals.all()}
    items = list(ApprovalItem.objects.select_related("authority"))
    rows = [
        step_item(item, steps[item.pk], project, viewer, calendar, today)
        for item in items
        if item.pk in steps
    ]
    return {
        "approvals": [
            (label, [row for row in rows if row["item"].stage == number])
            for number, label in choices.APPROVAL_STAGE
        ],
        "has_approvals": bool(rows),
        "more_approvals": [
            (item, reverse("projects:approval", args=[project.number, item.code]))
            for item in items
            if item.is_active and item.pk not in steps
        ],
    }


def _origin(project, viewer):
    """The deal it came from, where the reader sees deals."""
    deals = project._meta.get_field("from_deal").related_model.objects
    return deals.visible_to(viewer.user).filter(project=project).first()


def _issues(project, viewer):
    """The loop's issues about the project that the reader sees."""
    return project.issues.visible_to(viewer.user).order_by("-received_at")

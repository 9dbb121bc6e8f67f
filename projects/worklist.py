"""The month's sheet: one row a project, filled by its department and verified by the office."""

from collections import defaultdict
from decimal import Decimal

from django.core.paginator import Paginator
from django.urls import reverse
from django.utils.translation import gettext as _

from projects import choices, figures, oddities, presenters, reporting
from projects.forms.reporting import ReportForm, month_of
from projects.models import KeyProject
from projects.viewer import Viewer
from worktime.services import current_calendar

PER_PAGE = 40


def sheet(user, params, today, bound=None):
    """The month's sheet: one row a project that owes a report; `bound` is a ReportForm that was
    refused and comes back first, with what was typed.
    """
    viewer = Viewer(user)
    month = month_of(params["month"]) if params.get("month") else reporting.month_of_today(today)
    projects = (
        KeyProject.objects.visible_to(user)
        .inside_for(user)
        .owing_in(month)
        .with_light(user)
        .with_figures(user, month.year)
        .order_by("lead_department__order", "number")
    )
    department = params.get("department", "")
    if department:
        projects = projects.filter(lead_department__code=department)
    status = params.get("status", "")
    rows = _sheet_rows(projects, month, user, viewer, today, bound)
    if status:
        rows = [row for row in rows if row["status"] == status]
    if bound is not None:
        rows.sort(key=lambda row: row["form"] is not bound)
    page = Paginator(rows, PER_PAGE).get_page(params.get("page"))
    calendar = current_calendar()
    due, locks = reporting.due_on(month, calendar), reporting.locks_on(month, calendar)
    return {
        "month": month,
        "previous": reporting.last_month(month),
        "following": reporting.next_month(month)
        if reporting.next_month(month) <= reporting.first_of(today)
        else None,
        "due": due,
        "locks": locks,
        "is_past": today > due,
        "page": page,
        "rows": page.object_list,
        "all_rows": rows,
        "totals": _sheet_totals(rows),
        "statuses": [("missing", _("未报")), *choices.REPORT_STATUS],
        "status": status,
        "department": department,
        "viewer": viewer,
        "may_verify": viewer.may("verify", None),
    }


def _sheet_rows(projects, month, user, viewer, today, bound):
    projects = list(
        projects.for_list().prefetch_related("sponsorships", "reports", "documents", "plans")
    )
    return [_sheet_row(project, month, user, viewer, today, bound) for project in projects]


def _sheet_row(project, month, user, viewer, today, bound=None):
    reports = [row for row in project.reports.all() if row.month == month]
    newest = max(reports, key=lambda row: row.version, default=None)
    last = next(
        (
            row
            for row in project.reports.all()
            if row.counts and row.month == reporting.last_month(month)
        ),
        None,
    )
    is_open = newest is None or newest.status in ("draft", "returned")
    form = None
    if is_open and viewer.may("report", project) and month <= reporting.first_of(today):
        key = f"{month:%Y-%m}"
        mine = bound is not None and bound.project.pk == project.pk
        form = (
            bound
            if mine
            else ReportForm(subject=project, user=user, key=key, auto_id=f"id_{project.number}_%s")
        )
    ytd = _ytd(project, month, newest)
    return {
        "project": project,
        "report": newest,
        "status": newest.status if newest else "missing",
        "item": presenters.report_item(newest, project, viewer) if newest else None,
        "last": last,
        "ytd": ytd,
        "plan": project.annual_plan,
        "rate": figures.show_percent(figures.completion(ytd, project.annual_plan)),
        "gap": gap_words(ytd, newest.stat_ytd if newest else None),
        "oddities": [(code, oddities.SENTENCES[code]) for code in newest.oddities]
        if newest
        else [],
        "form": form,
        "light": presenters.light(project.shown_light),
        "url": reverse("projects:report", args=[project.number, f"{month:%Y-%m}"]),
    }


def _ytd(project, month, newest):
    """The year's sum up to the month by the counting versions, the month by its newest one; None
    when an amount of it is unknown.
    """
    counted = [
        row
        for row in project.reports.all()
        if row.counts and row.month.year == month.year and row.month < month
    ]
    return figures.total([row.month_invested for row in counted] + _amounts([newest]))


def _amounts(reports):
    """[yuan, or None where it was given in words] of those that give one."""
    given = [row for row in reports if row is not None]
    return [r.month_invested for r in given if r.month_invested is not None or r.is_unknown]


def gap_words(ytd, stat_ytd):
    """The gap to the statistics bureau's figure in percent of it, with its sign; "" without one."""
    gap = oddities.gap_of(ytd, stat_ytd)
    if gap is None:
        return ""
    percent = figures.percent(gap)
    return f"+{percent}%" if percent > 0 else f"{percent}%"


def _sheet_totals(rows):
    found = defaultdict(int)
    for row in rows:
        found[row["status"]] += 1
    return {
        "count": len(rows),
        "by_status": dict(found),
        "month": figures.total(_amounts(row["report"] for row in rows)),
        "ytd": figures.total(row["ytd"] for row in rows),
        "plan": sum((row["plan"] or Decimal(0) for row in rows), Decimal(0)),
        "missing": found["missing"],
        "odd": sum(1 for row in rows if row["oddities"]),
    }


def checked(form, month, codes):
    """For templates/projects/_report_check.html: sums and oddities of a row as typed."""
    ytd = None if month.unknown else month.ytd
    return {
        "project": form.project,
        "ytd": ytd,
        "rate": figures.show_percent(figures.completion(ytd, month.annual_plan)),
        "gap": gap_words(ytd, month.stat_ytd),
        "oddities": [(code, oddities.SENTENCES[code]) for code in codes],
    }

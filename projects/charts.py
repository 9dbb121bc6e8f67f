"""What the charts of a project are drawn from, each with the table behind it. The context is that
of components/_chart.html.
"""

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from projects import figures

WAN = Decimal(10_000)


def wan(amount):
    """Yuan as a number of 万元 for JSON: here, at the edge of the page, and nowhere before."""
    return None if amount is None else float(figures.half_up(amount / WAN, 2))


def shown(amount):
    """Yuan in 万元 for a table's cell."""
    return figures.MISSING if amount is None else f"{figures.half_up(amount / WAN, 2):,}"


STATES = {
    "met": pgettext_lazy("节点", "按期完成"),
    "late": gettext_lazy("逾期完成"),
    "done": pgettext_lazy("节点", "已完成"),
    "open": gettext_lazy("未到期"),
    "overdue": gettext_lazy("已逾期"),
    "unknown": gettext_lazy("日期未定"),
}


def schedule(rows, today):
    """Milestones with three dates each; `rows` are Milestones in order."""
    known = [row for row in rows if row.original_on or row.current_on or row.actual_on]
    if not known:
        return None
    headings = [_("节点"), _("原定日期"), _("现定日期"), _("实际日期"), _("状态")]
    return {
        "id": "chart-schedule",
        "kind": "schedule",
        "title": _("节点计划与实际"),
        "summary": _("每个节点的原定、现定和实际日期。"),
        "data": {
            "rows": [_milestone(row, today) for row in known],
            "today": today.isoformat(),
            "names": {
                "original": _("原定"),
                "current": _("现定"),
                "actual": _("实际"),
                "today": _("今天"),
            },
        },
        "table": {
            "columns": [{"label": heading} for heading in headings],
            "rows": [
                [
                    row.get_code_display(),
                    str(row.original_on or row.original_text or figures.MISSING),
                    str(row.current_on or row.current_text or figures.MISSING),
                    str(row.actual_on or row.actual_text or figures.MISSING),
                    STATES[row.state(today)],
                ]
                for row in known
            ],
        },
    }


def _milestone(row, today):
    return {
        "label": str(row.get_code_display()),
        "original": _iso(row.original_on),
        "current": _iso(row.current_on),
        "actual": _iso(row.actual_on),
        "state": row.state(today),
    }


def _iso(day):
    return day.isoformat() if day else None


def investment(year, plan, reports):
    """Planned against actual of one year. `plan` is the PlanYear in force or None, `reports` the
    counting ones of its closed months.
    """
    planned, by_month = _planned(plan), {row.month.month: row for row in reports}
    if not by_month and planned is None:
        return None
    own = bool(plan and plan.cumulative)
    columns = {name: _of_months(by_month, name) for name in ("month_invested", "stat_ytd")}
    done = _running(columns["month_invested"], by_month)
    series = [
        ("month", "bar", _("当月完成"), columns["month_invested"]),
        ("plan", "line", _("计划累计") if own else _("序时累计"), planned or [None] * 12),
        ("actual", "line", _("实际累计"), done),
        ("statistics", "line", _("统计口径累计"), columns["stat_ytd"]),
    ]
    labels = [_("%(month)d月") % {"month": n} for n in range(1, 13)]
    total = done[max(by_month) - 1] if by_month else Decimal(0)
    return {
        "id": "chart-investment",
        "kind": "investment",
        "title": _("%(year)d年投资：计划与实际") % {"year": year},
        "summary": _summary(plan, total),
        "data": {
            "labels": labels,
            "unit": _("万元"),
            "series": [
                {"name": name, "shape": shape, "role": role, "values": [wan(v) for v in values]}
                for role, shape, name, values in series
                if any(value is not None for value in values)
            ],
        },
        "table": {
            "columns": [
                {"label": _("月份")},
                *({"label": row[2], "unit": _("万元"), "numeric": True} for row in series),
            ],
            "rows": [[labels[n], *(shown(row[3][n]) for row in series)] for n in range(12)],
        },
    }


def _of_months(by_month, name):
    return [getattr(by_month[n], name) if n in by_month else None for n in range(1, 13)]


def _running(amounts, by_month):
    """Sums up to each month that has a report; None where there is none, and from the first unknown
    amount on.
    """
    counted, found = [], []
    for number, amount in enumerate(amounts, 1):
        if number in by_month:
            counted.append(amount)
        found.append(figures.total(counted) if number in by_month else None)
    return found


def _planned(plan):
    """The plan's own twelve amounts, else the year's spread evenly; None without a plan."""
    if plan is None or plan.annual_plan is None:
        return None
    if plan.cumulative:
        return [Decimal(value) for value in plan.cumulative]
    return [plan.annual_plan * n / 12 for n in range(1, 13)]


def _summary(plan, total):
    if plan is None or plan.annual_plan is None:
        return _("没有下达年度计划，只显示实际完成。")
    ratio = figures.completion(total, plan.annual_plan)
    return _("年度计划%(plan)s万元，已完成%(rate)s。") % {
        "plan": shown(plan.annual_plan),
        "rate": figures.show_percent(ratio),
    }


def compression(rows):
    """Working days by item: [(label, statutory, committed, median of the actual)]."""
    if not rows:
        return None
    names = [_("法定时限"), pgettext("审批", "承诺时限"), _("实际中位数")]
    columns = list(zip(*[row[1:] for row in rows], strict=True))
    return {
        "id": "chart-compression",
        "kind": "bars",
        "title": _("各事项用时"),
        "summary": _("法定时限、承诺时限与实际用时中位数对比。"),
        "data": {
            "labels": [row[0] for row in rows],
            "unit": pgettext("单位", "工作日"),
            "horizontal": True,
            "series": [
                {
                    "name": name,
                    "role": role,
                    "values": [None if v is None else float(v) for v in values],
                }
                for name, role, values in zip(
                    names, ("statistics", "plan", "actual"), columns, strict=True
                )
            ],
        },
        "table": {
            "columns": [
                {"label": _("事项")},
                *(
                    {"label": name, "unit": pgettext("单位", "工作日"), "numeric": True}
                    for name in names
                ),
            ],
            "rows": [
                [label, *(figures.MISSING if v is None else str(v) for v in values)]
                for label, *values in rows
            ],
        },
    }

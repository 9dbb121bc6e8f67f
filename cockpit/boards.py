"""The page of rates, the rows behind each figure, and the page of a circular."""

from datetime import datetime
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import roles
from cockpit import dates, rates, wording
from cockpit.forms import PeriodForm
from cockpit.models import RankingRule, RateSnapshot
from cockpit.querysets import OVERSEERS
from directory.models import Department
from issues import statistics
from issues.boards import sections
from issues.models import Issue

PER_PAGE = 30
OUTCOMES = {
    "on_time": gettext_lazy("按时"),
    "late": gettext_lazy("逾期完成"),
    "overdue_open": gettext_lazy("逾期未完成"),
    "pending": gettext_lazy("未到期"),
    "returned": gettext_lazy("退回成立"),
    "handed_over": gettext_lazy("已改派"),
    "void": gettext_lazy("终止办理"),
}
PARTS = {
    "numerator": gettext_lazy("分子"),
    "denominator": gettext_lazy("分母"),
    "excluded": gettext_lazy("不计入"),
    "overdue_open": gettext_lazy("逾期未办结"),
    "late": gettext_lazy("逾期办结"),
    "not_rated": gettext_lazy("未评价"),
}


class RatesBoard:
    """The live table of one period for one reader."""

    def __init__(self, user, query, now=None):
        self.user, self.query = user, query
        self.form = PeriodForm(query, now or timezone.now())
        form = self.form
        self.rule = RankingRule.objects.valid_at(form.as_of)
        self.table = rates.table(form.start, form.end, form.as_of, self.rule)

    def context(self):
        """For templates/cockpit/rates.html."""
        form, found = self.form, {}
        if form.kind != dates.CUSTOM:
            for name, move in (("previous", dates.before), ("following", dates.after)):
                start = move(form.kind, form.start)[0]
                if start <= form.today:
                    found[f"{name}_url"] = f"?{urlencode({'kind': form.kind, 'on': start})}"
        return found | {
            "filter": form,
            "list_url": reverse("cockpit:rates"),
            "tabs": sections(self.user, "rates"),
            "may_keep": roles.COORDINATOR in roles.roles_of(self.user),
            "snapshots": RateSnapshot.objects.visible_to(self.user).for_list()[:10],
            "query": form.query(),
            **shown(self.table, self.links()),
        }

    def links(self):
        """Who sees whose rows: the overseers all, a department its own."""
        mine = roles.roles_of(self.user)
        own = self.user.department.code if self.user.department else None
        form = self.form
        query = {"from": form.start, "to": form.end, "as_of": form.as_of.isoformat()}

        def address(code, rate, part):
            if not mine & OVERSEERS and (code is None or code != own):
                return ""
            asked = query | {"rate": rate, "part": part} | ({"department": code} if code else {})
            return f"{reverse('cockpit:cases')}?{urlencode(asked)}"

        return address


def no_links(code, rate, part):
    return ""


def shown(table, address):
    """A table of rates (live or kept) as the template takes it; `address(code, rate, part)` gives
    the rows behind a figure, "" where there are none to show.
    """
    rows = [_row(row, address) for row in table["departments"]]
    return {
        "table": table,
        "start": datetime.fromisoformat(table["start"]).date(),
        "end": datetime.fromisoformat(table["end"]).date(),
        "as_of": datetime.fromisoformat(table["as_of"]),
        "rows": rows,
        "whole": _row(table["all"] | {"code": None, "name": _("合计")}, address),
        "rule_text": wording.rule(table),
        "due_text": wording.due(table["cases"] if "cases" in table else table["all"]["cases"]),
        "definitions": [(rates.RATES[code], rates.DEFINITIONS[code]) for code in rates.RATES],
    }


def _row(row, address):
    code = row["code"]
    return {
        "name": wording.name(row),
        "cases": row["cases"],
        "answers": row["answers"],
        "rates": [
            {
                "label": label,
                "value": rates.percent(row["rates"][name]["value"]),
                "numerator": row["rates"][name]["numerator"],
                "denominator": row["rates"][name]["denominator"],
                "excluded": row["rates"][name]["excluded"],
                "definition": rates.DEFINITIONS[name],
                "numerator_url": address(code, name, "numerator"),
                "url": address(code, name, "denominator"),
                "excluded_url": address(code, name, "excluded"),
            }
            for name, label in rates.RATES.items()
        ],
        "overdue_url": address(code, "on_time", "overdue_open"),
        "late_url": address(code, "on_time", "late"),
        "score": row.get("score"),
        "rank": row.get("rank"),
        "unranked": rates.UNRANKED.get(row.get("unranked") or "", ""),
    }


def columns():
    """(heading, callable(row of the table)) of an export."""
    found = [
        (_("名次"), lambda row: row["rank"]),
        (_("部门"), wording.name),
        (_("到期（件）"), lambda row: row["cases"]["due"]),
        (_("按时办结（件）"), lambda row: row["cases"]["on_time"]),
        (_("其中经批准延期（件）"), lambda row: row["cases"]["put_off"]),
        (_("逾期办结（件）"), lambda row: row["cases"]["late"]),
        (_("逾期未办结（件）"), lambda row: row["cases"]["overdue_open"]),
        (_("无时限（件）"), lambda row: row["cases"]["no_deadline"]),
    ]
    for name, label in rates.RATES.items():
        found += _rate_columns(name, str(label))
    return [
        *found,
        (_("未评价（件）"), lambda row: row["answers"]["not_rated"]),
        (_("综合得分"), lambda row: row["score"]),
        (_("不排名的原因"), lambda row: rates.UNRANKED.get(row["unranked"], "")),
    ]


def _rate_columns(name, label):
    return [
        (label, lambda row: rates.percent(row["rates"][name]["value"])),
        (_("%(rate)s分子") % {"rate": label}, lambda row: row["rates"][name]["numerator"]),
        (_("%(rate)s分母") % {"rate": label}, lambda row: row["rates"][name]["denominator"]),
        (_("%(rate)s不计入") % {"rate": label}, lambda row: row["rates"][name]["excluded"]),
    ]


class CaseList:
    """The rows behind one figure, of the issues this reader sees."""

    def __init__(self, user, query):
        self.user, self.query = user, query
        self.name = query.get("rate") if query.get("rate") in rates.RATES else "on_time"
        self.part = query.get("part") if query.get("part") in PARTS else "denominator"
        self.start, self.end, self.as_of = _span(query)
        self.department = Department.objects.filter(code=query.get("department") or "").first()

    def found(self):
        begin, finish = dates.moments(self.start, self.end)
        rows = statistics.behind(self.name, begin, finish, self.as_of, self.department)
        rows = rows.filter(issue__in=Issue.objects.visible_to(self.user))
        return _part(rows, self.name, self.part)

    def context(self):
        """For templates/cockpit/cases.html."""
        page = Paginator(self.found(), PER_PAGE).get_page(self.query.get("page"))
        return {
            "page": page,
            "rows": [self.row(item) for item in page],
            "rate": rates.RATES[self.name],
            "definition": rates.DEFINITIONS[self.name],
            "part": PARTS[self.part],
            "department": self.department,
            "start": self.start,
            "end": self.end,
            "as_of": self.as_of,
            "count": page.paginator.count,
            "tabs": sections(self.user, "rates"),
        }

    def row(self, item):
        """Of a promise its outcome and when it was met; of a rating what the enterprise said."""
        outcome = getattr(item, "outcome", None)
        said = OUTCOMES.get(outcome) if outcome else item.get_rating_display()
        met = getattr(item, "met_at", None) if outcome else item.rated_at
        return {
            "issue": item.issue,
            "department": item.department,
            "due_at": item.due_at,
            "outcome": said,
            "moment": met if met and met <= self.as_of else None,
        }

    def columns(self):
        return [
            (_("诉求编号"), lambda item: item.issue.number),
            (_("标题"), lambda item: item.issue.title),
            (_("部门"), lambda item: item.department.label if item.department else ""),
            (_("时限"), lambda item: item.due_at),
            (_("结果"), lambda item: self.row(item)["outcome"]),
            (_("时间"), lambda item: self.row(item)["moment"]),
        ]


def _part(rows, name, part):
    if name in statistics.CLOCK_OF:
        wanted = {
            "numerator": ["on_time"],
            "denominator": list(statistics.JUDGED),
            "excluded": list(statistics.EXCLUDED),
            "overdue_open": ["overdue_open"],
            "late": ["late"],
            "not_rated": [],
        }[part]
        return rows.filter(outcome__in=wanted)
    if part in ("excluded", "not_rated"):
        return rows.filter(rating="not_rated")
    rows = rows.exclude(rating="not_rated")
    if part == "numerator" and name == "solved":
        return rows.filter(solved=True)
    if part == "numerator":
        return rows.exclude(rating="dissatisfied")
    return rows if part == "denominator" else rows.none()


def _span(query):
    """(start, end, as_of) of an address; what cannot be read is the present month, until now."""
    now = timezone.now()
    start, end = dates.around(dates.MONTH, timezone.localdate(now))
    try:
        start = datetime.fromisoformat(query["from"]).date()
        end = datetime.fromisoformat(query["to"]).date()
        as_of = datetime.fromisoformat(query["as_of"])
        as_of = as_of if as_of.tzinfo else timezone.make_aware(as_of)
    except (KeyError, ValueError, OverflowError):
        return start, end, now
    return start, end, min(as_of, now)


def by_year(targets):
    """[(year, [Target])], the newest first."""
    found = {}
    for row in targets:
        found.setdefault(row.year, []).append(row)
    return list(found.items())


def target_columns():
    return [
        (_("编号"), lambda row: row.number),
        (_("年度"), lambda row: row.year),
        (_("指标"), lambda row: row.label),
        (_("单位"), lambda row: row.unit),
        (_("目标值"), lambda row: row.goal),
        (_("完成值"), lambda row: row.actual),
        (_("截至日期"), lambda row: row.actual_on),
        (_("数据来源"), lambda row: row.source),
        (_("责任部门"), lambda row: row.department.label if row.department else ""),
    ]


def circular(row, user):
    """For templates/cockpit/circular.html; everything from the circular's own data."""
    data = row.data
    return {
        "circular": row,
        "opening": wording.opening(row),
        "overall": wording.overall(row),
        "ranking": wording.ranking(row.snapshot.data),
        "supervised": wording.supervised(data),
        "overdue": [
            item
            | {
                "department": wording.name(item, "department"),
                "due_at": datetime.fromisoformat(item["due_at"]),
                "colour_word": wording.colour(item["colour"]),
            }
            for item in data["overdue"]
        ],
        "topics": [
            {
                "name": wording.topic_name(topic),
                "count": topic["count"],
                "share": wording.topic_share(topic),
            }
            for topic in data["topics"]
        ],
        "topic_base": wording.topic_base(data["topics"]),
        "is_running": row.status == "draft" and row.end >= timezone.localdate(),
        "may_edit": roles.COORDINATOR in roles.roles_of(user) and row.status == "draft",
        "tabs": sections(user, "circulars"),
        **shown(row.snapshot.data, no_links),
    }

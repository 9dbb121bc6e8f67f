"""The boards as files: the rows a page shows, in its order, with exact amounts in yuan."""

from types import SimpleNamespace

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.roles import PLANNER
from api.exports import export
from projects import choices, oc4ids
from projects.models import KeyProject

FORMATS = ("csv", "xlsx")
# Who writes the open data from the command line reads as the project office does.
OFFICE = SimpleNamespace(roles=frozenset({PLANNER}))


def open_data(user, now):
    """The OC4IDS package of what this reader sees, all in Chinese; None without a project."""
    with translation.override(settings.LANGUAGE_CODE):
        return oc4ids.package(
            KeyProject.objects.for_oc4ids(user),
            uri=settings.SITE_URL + reverse("api:oc4ids"),
            publisher=_("汉沽管理区"),
            prefix=settings.OC4IDS_PREFIX,
            now=now,
        )


def links(request):
    """[(name, address)] of the files of the page that is shown, with its own filters."""
    found = []
    for kind in reversed(FORMATS):
        query = request.GET.copy()
        query.pop("page", None)
        query["format"] = kind
        found.append((kind.upper(), f"{request.path}?{query.urlencode()}"))
    return found


def asked(request):
    """The file format asked for, or None."""
    given = request.GET.get("format")
    return given if given in FORMATS else None


def answer(request, rows, columns, name):
    """The streamed file."""
    return export(rows, columns, asked(request), f"{name}-{timezone.localdate():%Y%m%d}")


def _project(name, get):
    return (name, lambda row: get(row["project"]))


def _heads():
    return [
        _project(_("编号"), lambda p: p.number),
        _project(_("项目名称"), lambda p: p.name),
        _project(_("牵头部门"), lambda p: p.lead_department.label if p.lead_department else ""),
    ]


def reserve(items):
    """`items` are the MaturityItems of the checklist, in order."""
    marks = [
        (item.label, lambda row, n=n: row["marks"][n].met_on if _mark(row, n) else "")
        for n, item in enumerate(items)
    ]
    return [
        *_heads(),
        _project(_("计划年度"), lambda p: p.planned_year),
        _project(_("总投资（元）"), lambda p: p.total_investment),
        _project(_("总投资原文"), lambda p: p.total_investment_text),
        (_("成熟度（%）"), lambda row: row["percent"]),
        *marks,
    ]


def _mark(row, number):
    return row["marks"][number] if row["marks"] else None


def roads():
    return [
        *_heads(),
        (_("道路类型"), lambda row: row["road"].get_kind_display()),
        (_("起点"), lambda row: row["road"].begins_at),
        (_("终点"), lambda row: row["road"].ends_at),
        (_("长度（公里）"), lambda row: row["road"].length_km),
        (_("已通车（公里）"), lambda row: row["road"].opened_km),
        (_("阶段"), lambda row: row["stage"]["text"]),
        (_("计划竣工"), lambda row: row["finish"]),
        (_("实际竣工"), lambda row: row["finished"]),
    ]


def approvals():
    return [
        (_("项目编号"), lambda row: row["step"].project.number),
        (_("项目名称"), lambda row: row["step"].project.name),
        (_("事项"), lambda row: row["step"].label),
        (_("审批部门"), lambda row: row["step"].authority.label if row["step"].authority else ""),
        (_("状态"), lambda row: row["state"]["text"]),
        (_("申请日期"), lambda row: row["step"].submitted_on),
        (_("受理日期"), lambda row: row["step"].accepted_on),
        (_("承诺时限（工作日）"), lambda row: row["step"].committed_days),
        (_("已用（工作日）"), lambda row: row["spent"].net),
        (_("停计（工作日）"), lambda row: row["spent"].stopped),
        (_("现定办结日期"), lambda row: row["step"].current_target),
        (_("逾期（工作日）"), lambda row: row["late"]),
    ]


def unfinished():
    return [
        (_("类别"), lambda row: row["label"]),
        *_heads(),
        (_("阶段"), lambda row: row["stage"]["text"]),
        (_("包联领导"), lambda row: row["sponsor"]),
        (_("自"), lambda row: row["since"]),
        (_("已历（天）"), lambda row: row["days"]),
    ]


def reports():
    names = dict(choices.REPORT_STATUS) | {"missing": _("未报")}
    odd = dict(choices.ODDITY)

    def of(label, name):
        return (label, lambda row: getattr(row["report"], name) if row["report"] else None)

    return [
        *_heads(),
        (_("状态"), lambda row: names[row["status"]]),
        of(_("本月完成投资（元）"), "month_invested"),
        of(_("本月完成投资原文"), "month_invested_text"),
        (_("本年累计（元）"), lambda row: row["ytd"]),
        (_("年度计划（元）"), lambda row: row["plan"]),
        of(_("统计口径本年累计（元）"), "stat_ytd"),
        of(_("形象进度（%）"), "physical_percent"),
        of(_("形象进度说明"), "image_progress"),
        of(_("存在问题"), "problems"),
        of(_("下月计划"), "next_plan"),
        of(_("情况说明"), "explanation"),
        (_("提示"), lambda row: [odd[code] for code, _said in row["oddities"]]),
        of(_("迟报（工作日）"), "late_days"),
    ]

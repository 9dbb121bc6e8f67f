"""What a stage demands before a project enters it: rows of StageGate held against the project."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from projects import choices
from projects.models import ApprovalItem, StageGate

# An actual day of these needs evidence (statistics practice: not a ceremony, but papers).
EVIDENCED = frozenset({"start", "finish", "operation", "capacity"})
MILESTONES, DOCUMENTS = dict(choices.MILESTONE), dict(choices.DOCUMENT)
FIELDS = dict(choices.GATE_FIELD)


@dataclass(frozen=True)
class Requirement:
    """`url` is the form where it is met."""

    label: str
    met: bool
    url: str
    source: str


def requirements(project, target, day):
    """[Requirement] for entering `target`, in the order of their rows. The project's milestones,
    approvals, documents, plans, sponsorships and reports are read through its managers, so that a
    prefetched project costs two queries.
    """
    items = None
    found = []
    for gate in StageGate.objects.applying_to(project, target, day):
        if gate.kind == "approval" and items is None:
            items = {row.code: row for row in ApprovalItem.objects.all()}
        label, met, url = CHECKS[gate.kind](project, gate.key, day, items)
        found.append(Requirement(label, met, url, gate.source))
    return found


def missing(project, target, day):
    return [row for row in requirements(project, target, day) if not row.met]


def _url(name, project, *more, query="", anchor=""):
    address = reverse(f"projects:{name}", args=[project.number, *more])
    return address + (f"?{query}" if query else "") + (f"#{anchor}" if anchor else "")


def _field(project, key, day, items):
    value = getattr(project, key)
    met = value is not None and value != ""
    label = _("填报“%(name)s”") % {"name": FIELDS.get(key, key)}
    return label, met, _url("edit", project, anchor=f"id_{key}")


def _milestone(project, code):
    return next((row for row in project.milestones.all() if row.code == code), None)


def _actual(project, key, day, items):
    row = _milestone(project, key)
    met = row is not None and row.actual_on is not None
    name = {"name": MILESTONES.get(key, key)}
    label = _("填报“%(name)s”实际日期") % name
    if key in EVIDENCED:
        label = _("填报“%(name)s”实际日期并上传佐证") % name
        met = met and any(paper.milestone_id == row.pk for paper in project.documents.all())
    return label, met, _url("actual", project, key)


def _planned(project, key, day, items):
    row = _milestone(project, key)
    met = row is not None and row.current_on is not None
    label = _("确定“%(name)s”计划日期") % {"name": MILESTONES.get(key, key)}
    return label, met, _url("milestones", project, anchor=f"id_{key}")


def _approval(project, key, day, items):
    step = next((row for row in project.approvals.all() if row.item.code == key), None)
    met = step is not None and step.state in ("decided", "waived")
    name = items[key].label if key in items else key
    label = _("办结“%(name)s”，或注明免办理由") % {"name": name}
    return label, met, _url("approval", project, key)


def _document(project, key, day, items):
    met = any(paper.kind == key for paper in project.documents.all())
    label = _("上传%(name)s") % {"name": DOCUMENTS.get(key, key)}
    return label, met, _url("documents", project, query=f"kind={key}")


def _plan(project, key, day, items):
    met = any(row.year == day.year for row in project.plans.all())
    label = _("下达%(year)d年度计划") % {"year": day.year}
    return label, met, _url("plan", project, day.year)


def _sponsor(project, key, day, items):
    met = any(row.until is None for row in project.sponsorships.all())
    return _("落实包联领导和牵头部门"), met, _url("sponsor", project)


def _report(project, key, day, items):
    met = any(row.counts and (row.month_invested or 0) > 0 for row in project.reports.all())
    return _("有投资完成额的月报经核实"), met, reverse("projects:reports")


CHECKS = {
    "field": _field,
    "actual": _actual,
    "planned": _planned,
    "approval": _approval,
    "document": _document,
    "plan": _plan,
    "sponsor": _sponsor,
    "report": _report,
}

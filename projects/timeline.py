"""A project's history in words: events as components/_timeline.html takes them."""

from datetime import date
from decimal import Decimal

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ledgers.money import show_both
from projects import choices, stages
from projects.models import ApprovalStep, KeyProject, RoadWork

LABELS = {
    "create": gettext_lazy("登记项目"),
    "edit": gettext_lazy("修改项目信息"),
    "move": gettext_lazy("阶段变动"),
    "review_pause": gettext_lazy("停缓建复核"),
    "plan": gettext_lazy("下达年度计划"),
    "milestones": gettext_lazy("填报节点计划"),
    "actual": gettext_lazy("填报实际日期"),
    "request_change": gettext_lazy("申请调整日期"),
    "decide_change": gettext_lazy("审批日期调整"),
    "approval": gettext_lazy("更新审批事项"),
    "stop_clock": gettext_lazy("审批停计"),
    "resume_clock": gettext_lazy("审批恢复计时"),
    "report": gettext_lazy("上报月报"),
    "verify": gettext_lazy("核实月报"),
    "send_back": gettext_lazy("退回月报"),
    "correct": gettext_lazy("更正月报"),
    "discard": gettext_lazy("放弃更正"),
    "sponsor": gettext_lazy("包联安排"),
    "visit": gettext_lazy("包联走访"),
    "documents": gettext_lazy("上传材料"),
    "mature": gettext_lazy("更新储备成熟度"),
    "plot": gettext_lazy("用地记录"),
}
GOOD = {"actual", "verify"}
ALERT = {"send_back", "request_change"}
MILESTONES = dict(choices.MILESTONE)


def history(events):
    """Newest first."""
    return [_item(event) for event in reversed(events)]


def _item(event):
    words = {"who": event.actor_label or _("系统"), "what": LABELS[event.action]}
    title = _("%(who)s%(what)s") % words
    if event.to_stage and event.from_stage:
        move = {
            "source": stages.LABELS[event.from_stage],
            "target": stages.LABELS[event.to_stage],
        }
        title += _("：%(source)s → %(target)s") % move
    return {
        "at": event.at,
        "title": title,
        "body": "\n".join(said for said in _lines(event) if said),
        "tone": _tone(event),
    }


def _tone(event):
    if event.data.get("override") or event.data.get("kind") in ("back", "pause", "end"):
        return "alert"
    if event.action in ALERT:
        return "alert"
    return "step" if event.action == "move" else "good" if event.action in GOOD else ""


def _lines(event):
    for name, value in event.data.items():
        say = SAYINGS.get(name)
        if say is not None:
            yield say(value)


def day(value):
    return formats.date_format(date.fromisoformat(value[:10]), _("Y年n月j日"))


def _said(label):
    def say(value):
        return _("%(label)s：%(value)s") % {"label": label, "value": value}

    return say


def _day(label):
    def say(value):
        return _("%(label)s：%(value)s") % {"label": label, "value": day(value)}

    return say


def _list(label, names=None):
    def say(values):
        shown = [str((names or {}).get(value, value)) for value in values]
        return _("%(label)s：%(value)s") % {"label": label, "value": _("、").join(shown)}

    return say


def _code(label, names):
    def say(value):
        return _("%(label)s：%(value)s") % {"label": label, "value": names.get(value, value)}

    return say


def _money(label):
    def say(value):
        return _("%(label)s：%(value)s") % {"label": label, "value": show_both(Decimal(value))}

    return say


def _fields(names):
    labels = {
        field.name: str(field.verbose_name)
        for model in (ApprovalStep, RoadWork, KeyProject)
        for field in model._meta.fields
    }
    return _list(gettext_lazy("改动"), labels | MILESTONES)(names)


SAYINGS = {
    "reason": _said(gettext_lazy("理由")),
    "missing": _list(gettext_lazy("越过的门槛")),
    "pause_reason": _code(gettext_lazy("停缓建原因"), dict(choices.PAUSE_REASON)),
    "review_on": _day(gettext_lazy("下次复核")),
    "note": _said(gettext_lazy("复核情况")),
    "changed": _fields,
    "year": _said(gettext_lazy("年度")),
    "annual_plan": _money(gettext_lazy("年度计划投资")),
    "milestone": _code(gettext_lazy("节点"), MILESTONES),
    "actual_on": _day(gettext_lazy("实际日期")),
    "former": _said(gettext_lazy("原为")),
    "old_on": _day(gettext_lazy("原日期")),
    "new_on": _day(gettext_lazy("申请改为")),
    "reason_code": _code(
        gettext_lazy("理由类别"), dict(choices.CHANGE_REASON) | dict(choices.STOP_REASON)
    ),
    "opinion": _said(gettext_lazy("审批意见")),
    "decision": _code(gettext_lazy("决定"), dict(choices.DECISION)),
    "decided_on": _day(gettext_lazy("办结日期")),
    "month": lambda value: _("%(label)s：%(value)s") % {"label": _("月份"), "value": value[:7]},
    "month_invested": _money(gettext_lazy("本月完成投资")),
    "physical_percent": lambda value: _("形象进度：%(value)s%%") % {"value": value},
    "oddities": _list(gettext_lazy("提示"), dict(choices.ODDITY)),
    "leader": _said(gettext_lazy("领导")),
    "visited_on": _day(gettext_lazy("走访日期")),
    "findings": _said(gettext_lazy("走访情况")),
    "decisions": _said(gettext_lazy("议定事项")),
    "issue": _said(gettext_lazy("转为诉求")),
    "since": _day(gettext_lazy("自")),
    "until": _day(gettext_lazy("至")),
    "files": _list(gettext_lazy("材料")),
}

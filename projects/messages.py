"""What messages about projects exist and what they say; rendered in the reader's language."""

from datetime import date

from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from notifications import kinds
from projects import choices, lights, stages
from projects.models import ApprovalItem, KeyProject

# kind → (label, subject, sentence, name of the page it leads to)
TEXTS = {
    "moved": (
        gettext_lazy("项目阶段变动"),
        gettext_lazy("%(name)s转入“%(target)s”"),
        gettext_lazy("项目%(project)s“%(name)s”由“%(source)s”转入“%(target)s”。"),
        "detail",
    ),
    "sponsored": (
        gettext_lazy("包联安排"),
        gettext_lazy("包联安排：%(name)s"),
        gettext_lazy("项目%(project)s“%(name)s”的包联安排已确定，请查看。"),
        "detail",
    ),
    "change_requested": (
        gettext_lazy("日期调整待审批"),
        gettext_lazy("日期调整待审批：%(name)s"),
        gettext_lazy("项目%(project)s“%(name)s”申请将“%(subject)s”调整到%(new_on)s，请审批。"),
        "detail",
    ),
    "change_decided": (
        gettext_lazy("日期调整已审批"),
        gettext_lazy("日期调整%(decision)s：%(name)s"),
        gettext_lazy(
            "项目%(project)s“%(name)s”将“%(subject)s”调整到%(new_on)s的申请：%(decision)s。"
        ),
        "detail",
    ),
    "report_due": (
        gettext_lazy("月报将到期"),
        gettext_lazy("请填报%(month)s月报：%(name)s"),
        gettext_lazy("项目%(project)s“%(name)s”的%(month)s月报应于%(due)s前上报。"),
        "report",
    ),
    "report_late": (
        gettext_lazy("月报逾期未报"),
        gettext_lazy("%(month)s月报逾期未报：%(name)s"),
        gettext_lazy(
            "项目%(project)s“%(name)s”的%(month)s月报应于%(due)s前上报，至今未报，将亮灯提示。"
        ),
        "report",
    ),
    "report_returned": (
        gettext_lazy("月报被退回"),
        gettext_lazy("%(month)s月报被退回：%(name)s"),
        gettext_lazy(
            "项目%(project)s“%(name)s”的%(month)s月报被退回，理由请点击查看，修改后重新上报。"
        ),
        "report",
    ),
    "document_expiring": (
        gettext_lazy("批文将到期"),
        gettext_lazy("批文将到期：%(name)s"),
        gettext_lazy(
            "项目%(project)s“%(name)s”的“%(item)s”有效期至%(valid_until)s，请及时办理延续。"
        ),
        "detail",
    ),
    "pause_review": (
        gettext_lazy("停缓建待复核"),
        gettext_lazy("停缓建待复核：%(name)s"),
        gettext_lazy("项目%(project)s“%(name)s”停缓建，应于%(review_on)s前复核。"),
        "detail",
    ),
    "milestone_due": (
        gettext_lazy("节点将到期"),
        gettext_lazy("“%(milestone)s”将到期：%(name)s"),
        gettext_lazy(
            "项目%(project)s“%(name)s”的“%(milestone)s”现定%(due)s，如不能按期完成，请在到期前申请调整。"
        ),
        "milestones",
    ),
    "milestone_overdue": (
        gettext_lazy("节点逾期"),
        gettext_lazy("“%(milestone)s”已逾期：%(name)s"),
        gettext_lazy("项目%(project)s“%(name)s”的“%(milestone)s”应于%(due)s完成，已经逾期。"),
        "milestones",
    ),
    "visits_due": (
        gettext_lazy("本月走访未完成"),
        gettext_lazy("本月走访未完成：%(name)s"),
        gettext_lazy("项目%(project)s“%(name)s”本月应走访%(quota)s次，已走访%(made)s次。"),
        "visit",
    ),
    "red": (
        gettext_lazy("项目亮红灯"),
        gettext_lazy("红灯：%(name)s"),
        gettext_lazy("项目%(project)s“%(name)s”亮红灯：%(reason)s"),
        "detail",
    ),
}
DECIDED = {
    "approve": pgettext_lazy("审批结果", "已批准"),
    "deny": pgettext_lazy("审批结果", "未批准"),
}


def render(kind):
    def rendered(data):
        _label, subject, body, page = TEXTS[kind]
        words = {"project": data["project"], "name": data["name"]} | _words(data)
        return kinds.Rendered(subject % words, body % words, _url(page, data))

    return rendered


def _words(data):
    found = {}
    for name, value in data.items():
        if name in WORDS:
            found[name] = WORDS[name](value)
        elif name == "facts":
            found["reason"] = lights.sentence(value)
        else:
            found[name] = value
    return found


def day(value):
    return formats.date_format(date.fromisoformat(value), _("Y年n月j日"))


def month(value):
    return formats.date_format(date.fromisoformat(value), _("Y年n月"))


def stage(value):
    return str(stages.LABELS.get(value, value))


def item(code):
    """A milestone's label; an approval item's name is looked up, since it is a row."""
    return str(dict(choices.MILESTONE).get(code) or _item_name(code))


def _item_name(code):
    row = ApprovalItem.objects.filter(code=code).first()
    return row.label if row else code


WORDS = {
    "source": stage,
    "target": stage,
    "subject": item,
    "milestone": item,
    "item": _item_name,
    "new_on": day,
    "due": day,
    "valid_until": day,
    "review_on": day,
    "month": month,
    "decision": lambda value: str(DECIDED.get(value, value)),
}


def _url(page, data):
    if page == "report":
        return reverse("projects:report", args=[data["project"], data["month"][:7]])
    return reverse(f"projects:{page}", args=[data["project"]])


def still_sees(user, data):
    """Rights as they are when the message goes out, by the one rule of visibility."""
    return KeyProject.objects.visible_to(user).filter(number=data["project"]).exists()


def register():
    for code, (label, *_rest) in TEXTS.items():
        kind = kinds.Kind(
            code=f"projects.{code}", label=label, render=render(code), still=still_sees
        )
        kinds.register(kind)

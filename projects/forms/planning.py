"""Yearly plans, milestones and changes of their dates."""

from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ledgers.fields import FilesField
from ledgers.money import AmountError, read_amount
from projects import choices, planning
from projects.forms.fields import DeedForm, amount, choice, day, text
from projects.gates import EVIDENCED
from projects.models import DateChange

LABELS = dict(choices.MILESTONE)


class PlanForm(DeedForm):
    """A year's plan: the key is the year. Twelve cumulative amounts, or none."""

    label = gettext_lazy("年度计划")
    effect = gettext_lazy("下达年度计划；已下达的，作为新的版次，旧版次保留。")
    category = choice(choices.YEAR_CATEGORY, label=gettext_lazy("年度类别"))
    annual_plan = amount(gettext_lazy("年度计划投资（万元）"), unknown=True, required=True)
    cumulative = forms.CharField(
        label=gettext_lazy("逐月累计计划（万元）"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "1至12月的累计数，用空格、逗号或换行分开；可从 Excel 一行粘贴。不填的只按序时进度比较。"
        ),
    )
    key_tasks = text(gettext_lazy("年度主要任务"), required=False, max_length=2000, rows=3)
    approved_on = day(gettext_lazy("批准日期"), required=True, future=False)
    reason = text(gettext_lazy("调整理由"), required=False)

    @property
    def back(self):
        return "investment"

    def prepare(self):
        if not (self.key.isdecimal() and 1990 <= int(self.key) <= 2100):
            raise Http404
        self.year = int(self.key)
        plans = [row for row in self.project.plans.all() if row.year == self.year]
        self.former = max(plans, key=lambda row: row.revision, default=None)
        if self.former is None:
            del self.fields["reason"]
        else:
            self.fields["reason"].required = True
            self.fields["category"].initial = self.former.category
            self.fields["annual_plan"].initial = self.former.annual_plan
            self.fields["key_tasks"].initial = self.former.key_tasks
            self.fields["cumulative"].initial = "  ".join(
                f"{(Decimal(value) / 10_000).normalize():f}" for value in self.former.cumulative
            )
        self.label = _("%(year)d年度计划") % {"year": self.year}

    def clean_cumulative(self):
        words = self.cleaned_data["cumulative"].replace("，", " ").replace("、", " ")
        if ", " in words or words.count(",") == 11:
            words = words.replace(",", " ")
        try:
            return [str(read_amount(word).yuan) for word in words.split()]
        except AmountError as error:
            raise ValidationError(str(error)) from error

    def take(self):
        values = self.values("category", "annual_plan", "key_tasks", "approved_on")
        planning.save_plan(
            **self.common,
            year=self.year,
            values=values
            | {
                "cumulative": self.cleaned_data["cumulative"],
                "annual_plan_text": ""
                if values["annual_plan"] is not None
                else self.cleaned_data["annual_plan"].text,
                "reason": self.cleaned_data.get("reason", ""),
            },
        )
        return _("%(year)d年度计划已保存。") % {"year": self.year}


class MilestonesForm(DeedForm):
    """Planned dates of all milestones. Once the project is listed, only empty ones may be set."""

    label = gettext_lazy("节点计划")
    effect = gettext_lazy("保存节点计划日期。")

    @property
    def back(self):
        return "milestones"

    def prepare(self):
        rows = {row.code: row for row in self.project.milestones.all()}
        for code, label in choices.MILESTONE:
            row = rows.get(code)
            initial = (row.current_on or row.current_text) if row else None
            self.fields[code] = day(label, unknown=True, initial=initial)
            self.fields[code].help_text = ""
            if row and row.original_on and self.project.listed_on:
                self.fields[code].disabled = True
                self.fields[code].help_text = _("已列入名单，请在项目页面申请调整。")

    def take(self):
        planned = {
            code: self.cleaned_data[code]
            for code, _label in choices.MILESTONE
            if not self.fields[code].disabled
        }
        planning.save_milestones(**self.common, planned=planned)
        return _("节点计划已保存。")


class ActualForm(DeedForm):
    """The day a milestone was met, with evidence; the key is the milestone's code."""

    actual_on = day(gettext_lazy("实际日期"), required=True, future=False)
    attachments = FilesField(
        label=gettext_lazy("佐证材料"),
        required=False,
        help_text=gettext_lazy("许可证、合同、验收文件、现场照片等，每个不超过20MB。"),
    )

    @property
    def back(self):
        return "milestones"

    def prepare(self):
        if self.key not in LABELS:
            raise Http404
        words = {"name": LABELS[self.key]}
        self.label = _("填报“%(name)s”实际日期") % words
        self.effect = _("记录“%(name)s”的实际日期和佐证。") % words
        row = next((r for r in self.project.milestones.all() if r.code == self.key), None)
        has_papers = row and any(p.milestone_id == row.pk for p in self.project.documents.all())
        self.fields["attachments"].required = self.key in EVIDENCED and not has_papers
        self.fields["actual_on"].initial = row.actual_on if row else None

    def take(self):
        planning.record_actual(
            **self.common,
            code=self.key,
            actual_on=self.cleaned_data["actual_on"].day,
            files=self.cleaned_data["attachments"],
        )
        return _("“%(name)s”实际日期已记录。") % {"name": LABELS[self.key]}


class ChangeForm(DeedForm):
    """Asks for another current date; the key is a milestone's code, or step- and an item's."""

    new_on = day(gettext_lazy("申请改为"), required=True)
    reason_code = choice(choices.CHANGE_REASON, label=gettext_lazy("理由类别"))
    reason = text(gettext_lazy("理由"), max_length=1000, rows=3)

    @property
    def back(self):
        return "approvals" if self.step else "milestones"

    def prepare(self):
        self.milestone = self.step = None
        if self.key.startswith("step-"):
            code = self.key.removeprefix("step-")
            self.step = next(
                (row for row in self.project.approvals.all() if row.item.code == code), None
            )
            old = self.step and self.step.current_target
        else:
            self.milestone = next(
                (row for row in self.project.milestones.all() if row.code == self.key), None
            )
            old = self.milestone and self.milestone.current_on
        subject = self.step or self.milestone
        if subject is None or old is None:
            raise Http404
        name = self.step.label if self.step else self.milestone.get_code_display()
        self.label = _("申请调整“%(name)s”日期") % {"name": name}
        self.effect = _("提交调整申请，批准前现定日期不变。")
        self.told = [
            _("包联领导")
            if planning.is_leaders(self.project, self.milestone)
            else _("项目管理部门")
        ]
        if old < self.today:
            self.final = _("现定日期已过，批准后该节点仍按未按期完成统计。")

    def take(self):
        planning.request_change(
            **self.common,
            milestone=self.milestone,
            step=self.step,
            **self.values("new_on", "reason_code", "reason"),
        )
        return _("调整申请已提交。")


class DecideForm(DeedForm):
    """Approves or denies a change; the key is its number."""

    label = gettext_lazy("审批日期调整")
    decision = choice(choices.DECISION, label=gettext_lazy("决定"))
    reason = text(gettext_lazy("意见"), required=False, max_length=500, rows=2)
    told = (gettext_lazy("申请人"), gettext_lazy("牵头部门"))

    @property
    def back(self):
        return "changes"

    def prepare(self):
        numbered = [row for row in self.project.date_changes.all() if str(row.pk) == self.key]
        if not numbered or numbered[0].status != DateChange.Status.PENDING:
            raise Http404
        self.wanted = numbered[0]
        self.effect = _("批准的，现定日期随即改变，原定日期不变。")

    def about(self):
        row = self.wanted
        found = [
            (_("事项"), row.subject),
            (_("现定日期"), row.old_on),
            (_("申请改为"), row.new_on),
            (_("理由类别"), row.get_reason_code_display()),
            (_("理由"), row.reason),
            (_("申请人"), row.applicant.label),
        ]
        return [(label, value) for label, value in found if value]

    def take(self):
        planning.decide_change(
            wanted=self.wanted,
            user=self.user,
            version=self.cleaned_data["version"],
            **self.values("decision", "reason"),
        )
        return _("审批意见已记录。")

"""Approval steps and their stops."""

from django import forms
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from directory.models import Department
from ledgers.fields import FilesField
from projects import choices, permitting
from projects.forms.fields import DeedForm, RowField, choice, day, text

DAYS = {"required": False, "min_value": 0, "max_value": 999}


class StepDeed(DeedForm):
    """A deed on the step whose item the key names."""

    @property
    def back(self):
        return "approvals"

    def prepare(self):
        self.item = permitting.item_of(self.key)
        if self.item is None:
            raise Http404
        self.step = next(
            (row for row in self.project.approvals.all() if row.item_id == self.item.pk), None
        )


class ApprovalForm(StepDeed):
    required = forms.BooleanField(label=gettext_lazy("本项目涉及"), required=False, initial=True)
    waived_reason = text(
        gettext_lazy("免办理由"),
        required=False,
        help_text=gettext_lazy("不涉及的，请填写理由，例如区域评估已覆盖、告知承诺。"),
    )
    authority = RowField(
        Department.objects.all(),
        to_field_name="code",
        label=gettext_lazy("审批部门"),
        required=False,
    )
    statutory_days = forms.IntegerField(label=gettext_lazy("法定时限（工作日）"), **DAYS)
    committed_days = forms.IntegerField(label=gettext_lazy("承诺时限（工作日）"), **DAYS)
    original_target = day(gettext_lazy("原定办结日期"))
    submitted_on = day(gettext_lazy("申请日期"), future=False)
    accepted_on = day(gettext_lazy("受理日期"), future=False)
    decided_on = day(gettext_lazy("办结日期"), future=False)
    doc_no = text(gettext_lazy("批文号"), required=False, max_length=80)
    valid_until = day(gettext_lazy("有效期至"))
    attachments = FilesField(label=gettext_lazy("批文"), required=False)

    def prepare(self):
        super().prepare()
        self.label = self.item.label
        self.effect = _("保存“%(name)s”的办理情况。") % {"name": self.item.label}
        source = self.step or self.item
        for name in ("authority", "statutory_days", "committed_days"):
            self.fields[name].initial = getattr(source, name)
        if self.step is None:
            return
        for name in self._dates():
            self.fields[name].initial = getattr(self.step, name)
        for name in ("required", "waived_reason", "doc_no"):
            self.fields[name].initial = getattr(self.step, name)
        if self.step.original_target and self.project.listed_on:
            self.fields["original_target"].disabled = True
            self.fields["original_target"].help_text = _("已固定，如需改变请申请调整。")

    def _dates(self):
        return ("original_target", "submitted_on", "accepted_on", "decided_on", "valid_until")

    def take(self):
        names = [name for name in self.fields if name not in ("version", "attachments")]
        permitting.save_step(
            **self.common,
            item=self.item,
            values=self.values(*names),
            files=self.cleaned_data["attachments"],
        )
        return _("“%(name)s”已保存。") % {"name": self.item.label}


class StopForm(StepDeed):
    since = day(gettext_lazy("停计自"), required=True, future=False)
    reason_code = choice(choices.STOP_REASON, label=gettext_lazy("停计原因"))
    note = text(gettext_lazy("说明"), required=False)

    def prepare(self):
        super().prepare()
        if self.step is None or self.step.state != "running":
            raise Http404
        self.label = _("“%(name)s”停计") % {"name": self.item.label}
        self.effect = _("自停计日起不计入审批用时，直至恢复。")

    def take(self):
        permitting.stop(
            step=self.step, user=self.user, **self.values("since", "reason_code", "note")
        )
        return _("已停计。")


class ResumeForm(StepDeed):
    until = day(gettext_lazy("恢复计时日期"), required=True, future=False)

    def prepare(self):
        super().prepare()
        if self.step is None or self.step.state != "stopped":
            raise Http404
        self.label = _("“%(name)s”恢复计时") % {"name": self.item.label}
        self.effect = _("自恢复日起继续计入审批用时。")

    def take(self):
        permitting.resume(step=self.step, user=self.user, **self.values("until"))
        return _("已恢复计时。")

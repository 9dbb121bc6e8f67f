"""Forms made from STEPS: the same for pages and API, so that both refuse the same values with the
same words.
"""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts import roles
from directory.models import Department
from issues import services
from issues.choices import CHOICES, FIELD_LABELS
from issues.errors import Invalid
from issues.models import Category
from issues.workflow import STEPS
from ledgers.fields import FilesField, PhoneField
from projects.models import KeyProject

SHORT = {
    "title": 120,
    "enterprise": 120,
    "contact_name": 40,
    "contact_phone": 20,
    "into": 20,
    "client_reference": 100,
    "project": 20,
}
LONG = 5000
HELP = {
    "title": _("一句话说明，例如：厂区10千伏线路增容迟迟未批。"),
    "description": _("请写明时间、地点、经过、希望解决什么。不超过5000字。"),
    "enterprise": _("请填写营业执照上的全称。"),
    "contact_phone": _("用于承办部门与您联系；查询进度时须核对后四位。"),
    "contact_email": _("选填。填写后可收到办理通知和评价链接。"),
    "attachments": _("可多选，每个不超过20MB。"),
    "new_due_on": _("单次延期不超过10个工作日。"),
    "next_report_on": _("到期未报告的，按阶梯督办。"),
    "remedy": _("告诉企业可以通过什么途径解决。"),
    "public_reply": _("将原文发送企业，请写明办理结果和依据。"),
    "project": _("选填，形如 HG-2026-001；问题与某个重点项目有关时填写。"),
    "client_reference": _("贵系统中的编号，同一编号只登记一次。"),
}


class RowChoiceField(forms.ModelChoiceField):
    """A row by its code; its label is in the reader's language."""

    def label_from_instance(self, obj):
        return getattr(obj, "label", str(obj))


class RowsChoiceField(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj):
        return obj.label


class StepForm(forms.Form):
    """The fields of one step for one issue. `perform()` takes the step and puts refusals at their
    fields.
    """

    version = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    def __init__(self, step, *, issue=None, actor=None, **kwargs):
        super().__init__(**kwargs)
        self.step, self.issue, self.actor = step, issue, actor
        for field in step.fields:
            self.fields[field.name] = self._field(field)
        if issue is not None:
            self.fields["version"].initial = issue.version

    def _field(self, field):
        common = {
            "required": field.required,
            "label": FIELD_LABELS[field.name],
            "help_text": HELP.get(field.name, ""),
        }
        if field.type == "file":
            return FilesField(**common)
        if field.type == "date":
            return forms.DateField(
                widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), **common
            )
        if field.type == "datetime":
            widget = forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})
            return forms.DateTimeField(
                widget=widget, input_formats=["%Y-%m-%dT%H:%M", *DATETIMES], **common
            )
        if field.type in ("choice", "multichoice"):
            return self._choice(field, common)
        return self._text(field, common)

    def _choice(self, field, common):
        if field.choices in CHOICES:
            blank = [("", _("请选择"))]
            return forms.ChoiceField(choices=[*blank, *CHOICES[field.choices]], **common)
        if field.type == "multichoice":
            return RowsChoiceField(
                queryset=Department.objects.filter(is_active=True),
                to_field_name="code",
                widget=forms.CheckboxSelectMultiple,
                **common,
            )
        return RowChoiceField(
            queryset=self._rows(field.choices),
            to_field_name=ROW_KEYS[field.choices],
            empty_label=_("请选择"),
            **common,
        )

    def _rows(self, source):
        if source == "department":
            return Department.objects.filter(is_active=True)
        if source == "category":
            return Category.objects.all()
        if source == "notice":
            return self.issue.notices.unanswered()
        return self.issue.instructions.filter(answered_at=None)

    def _text(self, field, common):
        if field.name == "contact_phone":
            return PhoneField(**common)
        if field.name == "contact_email":
            return forms.EmailField(**common)
        if field.name in SHORT:
            return forms.CharField(max_length=SHORT[field.name], **common)
        return forms.CharField(max_length=LONG, widget=forms.Textarea(attrs={"rows": 4}), **common)

    def perform(self):
        """The changed issue, or None when a value cannot stand (the errors are then in the form).

        Raises Forbidden and Conflict like services.perform.
        """
        data = {name: value for name, value in self.cleaned_data.items() if name != "version"}
        try:
            return services.perform(
                issue=self.issue,
                action=self.step.action,
                actor=self.actor,
                version=self.cleaned_data.get("version"),
                **data,
            )
        except Invalid as error:
            self.refuse(error)

    def refuse(self, error):
        for field, messages in error.errors.items():
            for message in messages:
                self.add_error(field if field in self.fields else None, message)


DATETIMES = ["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S.%f%z", "%Y-%m-%dT%H:%M%z", "%Y-%m-%d %H:%M"]
ROW_KEYS = {"department": "code", "category": "code", "instruction": "pk", "notice": "pk"}


class SubmitForm(StepForm):
    """The request form. `consent` is asked of people only; an API client has its own terms."""

    def __init__(self, *, actor, ask_consent=True, **kwargs):
        super().__init__(STEPS["submit"], actor=actor, **kwargs)
        del self.fields["version"]
        if ask_consent:
            del self.fields["client_reference"]
            if not actor.roles & roles.OFFICIALS:
                del self.fields["project"]
            self.fields["consent"] = forms.BooleanField(
                label=_("我已阅读并同意个人信息处理告知"),
                error_messages={"required": _("请阅读告知并勾选同意，否则无法受理。")},
            )
        enterprise = getattr(actor.user, "enterprise", None)
        if enterprise is not None:
            self.fields["enterprise"].required = False
            self.fields["enterprise"].initial = enterprise.name

    def clean_project(self):
        """The KeyProject of this number, which the caller must see."""
        number = self.cleaned_data["project"].strip().upper()
        if not number:
            return None
        found = KeyProject.objects.known_to(self.actor.user, self.actor.key).filter(number=number)
        if (project := found.first()) is None:
            raise forms.ValidationError(
                _("没有找到编号为“%(number)s”的项目，请核对或留空。"), params={"number": number}
            )
        return project

    def submit(self, **extra):
        """(issue, created), or None when a value cannot stand."""
        data = {name: value for name, value in self.cleaned_data.items() if name != "consent"}
        try:
            return services.submit(actor=self.actor, **data, **extra)
        except Invalid as error:
            self.refuse(error)

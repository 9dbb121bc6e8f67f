"""Sponsors and their visits. The visit form is made for a telephone: four taps and a sentence."""

import uuid

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import roles
from accounts.models import User
from directory.models import Department
from ledgers.fields import FilesField, PhoneField
from projects import telling, visiting
from projects.forms.fields import DeedForm, RowField, RowsField, day, text
from projects.viewer import current_sponsorships


class SponsorForm(DeedForm):
    label = gettext_lazy("包联安排")
    effect = gettext_lazy("确定包联领导和牵头部门；原有安排记入历史。")
    told = (gettext_lazy("包联领导"), gettext_lazy("服务专员"), gettext_lazy("牵头部门"))
    leader = RowField(User.objects.none(), label=gettext_lazy("包联领导"))
    leader_title = text(gettext_lazy("时任职务"), required=False, max_length=60)
    lead_department = RowField(
        Department.objects.all(), to_field_name="code", label=gettext_lazy("牵头部门")
    )
    members = RowsField(
        Department.objects.all(),
        to_field_name="code",
        label=gettext_lazy("责任单位"),
        required=False,
    )
    task_force = text(gettext_lazy("工作专班"), required=False, max_length=100)
    officer = RowField(User.objects.none(), label=gettext_lazy("服务专员"), required=False)
    visit_quota = forms.IntegerField(
        label=gettext_lazy("每月走访次数"), min_value=0, max_value=31, initial=1
    )
    since = day(gettext_lazy("包联起始日期"), required=True)
    reason = text(gettext_lazy("调整原因"), required=False)

    @property
    def back(self):
        return "sponsor"

    def prepare(self):
        self.fields["leader"].queryset = telling.leaders().order_by("pk")
        officials = User.objects.filter(is_active=True, groups__name__in=roles.OFFICIALS)
        self.fields["officer"].queryset = officials.distinct().order_by("department", "pk")
        current = next(iter(current_sponsorships(self.project)), None)
        self.fields["since"].initial = self.today
        self.fields["lead_department"].initial = self.project.lead_department
        if current is None:
            del self.fields["reason"]
            return
        self.fields["reason"].required = True
        for name in ("leader_title", "lead_department", "task_force", "visit_quota"):
            self.fields[name].initial = getattr(current, name)
        self.fields["leader"].initial = current.leader_id
        self.fields["officer"].initial = current.officer_id
        self.fields["members"].initial = list(current.members.all())

    def take(self):
        names = [name for name in self.fields if name not in ("version", "members")]
        visiting.assign(
            **self.common, values=self.values(*names), members=self.cleaned_data["members"]
        )
        return _("包联安排已保存。")


class VisitForm(DeedForm):
    label = gettext_lazy("记录走访")
    effect = gettext_lazy("记录走访情况；填写了问题的，同时作为诉求提交，由督查协调机构交办。")

    visited_on = day(gettext_lazy("走访日期"), required=True, future=False)
    findings = text(gettext_lazy("走访情况"), max_length=2000, rows=3)
    attachments = FilesField(label=gettext_lazy("照片"), required=False)
    problem_title = text(
        gettext_lazy("发现的问题"),
        required=False,
        max_length=120,
        help_text=gettext_lazy("一句话说明；填写后作为诉求提交，由督查协调机构交办。"),
    )
    problem_text = text(gettext_lazy("问题具体情况"), required=False, max_length=5000, rows=3)
    contact_name = text(gettext_lazy("企业联系人"), required=False, max_length=40)
    contact_phone = PhoneField(
        label=gettext_lazy("联系电话"),
        required=False,
        help_text=gettext_lazy("提交问题时必填，承办部门据此与企业联系。"),
    )
    decisions = text(gettext_lazy("议定事项"), required=False, max_length=2000, rows=2)
    place = text(gettext_lazy("地点"), required=False, max_length=120)
    attendees = text(gettext_lazy("参加人员"), required=False)
    leader = RowField(User.objects.none(), label=gettext_lazy("走访领导"))
    token = forms.CharField(required=False, max_length=36, widget=forms.HiddenInput)

    SECTIONS = [
        ("", "visited_on findings attachments"),
        (gettext_lazy("发现问题"), "problem_title problem_text contact_name contact_phone"),
        (gettext_lazy("其他"), "decisions place attendees leader"),
    ]

    @property
    def back(self):
        return "visits"

    def sections(self):
        return [
            (heading, [self[name] for name in names.split() if name in self.fields])
            for heading, names in self.SECTIONS
        ]

    def prepare(self):
        project, sponsors = self.project, current_sponsorships(self.project)
        self.fields["leader"].queryset = telling.leaders().order_by("pk")
        self.fields["token"].initial = uuid.uuid4
        self.fields["visited_on"].initial = self.today
        self.fields["place"].initial = project.place
        self.fields["contact_name"].initial = project.contact_name
        self.fields["contact_phone"].initial = project.contact_phone
        if any(row.leader_id == self.user.pk for row in sponsors):
            # Who visits and writes it down himself is not asked who it was.
            del self.fields["leader"]
            self.leader = self.user
        elif sponsors:
            self.fields["leader"].initial = sponsors[0].leader_id

    def clean(self):
        data = super().clean()
        if data.get("problem_text") and not data.get("problem_title"):
            self.add_error("problem_title", _("请用一句话写明问题。"))
        if data.get("problem_title"):
            for name in ("contact_name", "contact_phone"):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, _("提交问题须填写企业联系人和电话。"))
        return data

    def take(self):
        data = self.cleaned_data
        problem = None
        if data["problem_title"]:
            problem = {
                "title": data["problem_title"],
                "description": data["problem_text"] or data["problem_title"],
                "contact_name": data["contact_name"],
                "contact_phone": data["contact_phone"],
            }
        _visit, issue = visiting.visit(
            project=self.project,
            user=self.user,
            leader=data.get("leader") or self.leader,
            values=self.values("visited_on", "findings", "decisions", "place", "attendees"),
            files=data["attachments"],
            problem=problem,
            token=data["token"],
        )
        if issue is None:
            return _("走访已记录。")
        return _("走访已记录，问题已提交为诉求%(number)s。") % {"number": issue.number}

"""Prospects: entered (from a trip's visit with what is known), followed up, moved."""

from django import forms
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import roles
from accounts.models import User
from directory.models import Industry
from investment import choices, services, workflow
from investment.models import ChainNode, Trip, TripVisit
from ledgers.fields import PhoneField
from ledgers.money import Amount
from projects import telling as people
from projects.forms import fields as build
from projects.forms.fields import DeedForm, RowField

FACTS = """company title origin channel from_trip industry node land_mu energy_need is_head
    is_listed contact_name contact_phone owner next_action next_on received_on screening""".split()


def promoters():
    return User.objects.filter(is_active=True, groups__name=roles.PROMOTER).order_by("pk")


class ProspectForm(DeedForm):
    """The key of a new one may be `visit-<number>`: the visit it came from."""

    label = gettext_lazy("登记线索")
    effect = gettext_lazy("保存线索；企业名称只对招商人员、区领导和审计人员显示。")

    company = build.text(gettext_lazy("企业名称"), max_length=120)
    title = build.text(gettext_lazy("意向项目"), max_length=120)
    channel = build.choice(choices.CHANNEL, label=gettext_lazy("渠道"))
    origin = build.choice(choices.ORIGIN, label=gettext_lazy("来源地"), required=False)
    received_on = build.day(gettext_lazy("收到线索日期"), required=True, future=False)
    intended_investment = build.amount(gettext_lazy("意向投资（万元）"), unknown=True)
    industry = RowField(
        Industry.objects.all(), to_field_name="code", label=gettext_lazy("所属产业"), required=False
    )
    node = RowField(
        ChainNode.objects.select_related("chain"),
        label=gettext_lazy("产业链节点"),
        required=False,
    )
    land_mu = build.number(gettext_lazy("用地需求（亩）"))
    energy_need = build.text(gettext_lazy("能源需求"), required=False, max_length=120)
    is_head = forms.BooleanField(label=gettext_lazy("龙头企业"), required=False)
    is_listed = forms.BooleanField(label=gettext_lazy("上市公司"), required=False)
    contact_name = build.text(gettext_lazy("联系人"), required=False, max_length=40)
    contact_phone = PhoneField(label=gettext_lazy("联系电话"), required=False)
    owner = RowField(people.NOBODY, label=gettext_lazy("跟进人"), required=False)
    next_action = build.text(gettext_lazy("下一步"), required=False, max_length=200)
    next_on = build.day(gettext_lazy("下一步日期"))
    screening = build.text(gettext_lazy("研判意见"), required=False, max_length=2000, rows=3)
    from_trip = RowField(
        Trip.objects.all(),
        to_field_name="number",
        label=gettext_lazy("来自招商活动"),
        required=False,
    )

    SECTIONS = [
        (gettext_lazy("企业和项目"), "company title channel origin received_on from_trip"),
        (gettext_lazy("下一步"), "owner next_action next_on"),
        (
            gettext_lazy("意向"),
            """intended_investment industry node land_mu energy_need is_head is_listed
            contact_name contact_phone screening""",
        ),
    ]

    def sections(self):
        return [(head, [self[name] for name in names.split()]) for head, names in self.SECTIONS]

    def prepare(self):
        self.fields["owner"].queryset = promoters()
        self.fields["from_trip"].queryset = Trip.objects.visible_to(self.user)
        self.visit = None
        if self.subject is not None:
            self.label = _("修改线索")
            for name in FACTS:
                field = self.fields[name]
                field.initial = getattr(self.subject, name)
            self.fields["intended_investment"].initial = Amount(
                self.subject.intended_investment, self.subject.intended_investment_text
            )
            self.fields["from_trip"].initial = (
                self.subject.from_trip.number if self.subject.from_trip else None
            )
            return
        self.fields["received_on"].initial = self.today
        self.fields["owner"].initial = self.user.pk
        if self.key:
            self._from_visit()

    def _from_visit(self):
        prefix, _dash, number = self.key.partition("-")
        if prefix != "visit" or not number.isdecimal():
            raise Http404
        self.visit = TripVisit.objects.filter(pk=number).select_related("trip").first()
        if self.visit is None or hasattr(self.visit, "prospect"):
            raise Http404
        self.fields["company"].initial = self.visit.company
        self.fields["from_trip"].initial = self.visit.trip.number
        self.fields["industry"].initial = self.visit.trip.industry
        self.fields["received_on"].initial = min(self.visit.trip.end_on, self.today)
        self.fields["screening"].initial = self.visit.notes

    def take(self):
        values = self.values(*FACTS)
        invested = self.cleaned_data["intended_investment"]
        values |= {
            "intended_investment": invested.yuan,
            "intended_investment_text": invested.text,
        }
        if self.visit is not None:
            values["from_visit"] = self.visit
        self.subject = services.save_prospect(
            user=self.user,
            prospect=self.subject,
            version=self.cleaned_data["version"],
            values=values,
        )
        return _("线索%(number)s已保存。") % {"number": self.subject.number}


class FollowForm(DeedForm):
    label = gettext_lazy("更新进展")
    effect = gettext_lazy("记录进展和下一步；勾选的时限即告完成。")
    text = build.text(gettext_lazy("进展"), max_length=2000, rows=3)
    met = forms.MultipleChoiceField(
        label=gettext_lazy("完成的时限"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[],
    )
    next_action = build.text(gettext_lazy("下一步"), max_length=200)
    next_on = build.day(gettext_lazy("下一步日期"), required=True)

    def prepare(self):
        if not self.subject.is_open:
            raise Http404
        self.fields["met"].choices = [
            (name, label)
            for name, (field, label) in workflow.CLOCKS.items()
            if field and getattr(self.subject, field) is None
        ]
        if not self.fields["met"].choices:
            del self.fields["met"]

    def take(self):
        services.follow_up(
            prospect=self.subject,
            user=self.user,
            version=self.cleaned_data["version"],
            text=self.cleaned_data["text"],
            next_action=self.cleaned_data["next_action"],
            next_on=self.cleaned_data["next_on"].day,
            met=self.cleaned_data.get("met", ()),
        )
        return _("进展已记录。")


class MoveForm(DeedForm):
    """To the stage named by the key."""

    text = build.text(gettext_lazy("情况说明"), required=False, max_length=300, rows=2)
    reason = build.choice(choices.LOST_REASON, label=gettext_lazy("流失原因"))

    def prepare(self):
        if not workflow.may_move(self.subject.stage, self.key, self.subject.stage_before):
            raise Http404
        words = {"stage": workflow.LABELS[self.key]}
        self.label = _("转入“%(stage)s”") % words
        self.effect = _("线索转入“%(stage)s”，记入阶段日志。") % words
        self.is_danger = self.key == workflow.LOST
        if self.key != workflow.LOST:
            del self.fields["reason"]
        self.fields["text"].required = self.key in (workflow.LOST, workflow.SHELVED)

    def take(self):
        services.move(
            prospect=self.subject,
            user=self.user,
            target=self.key,
            version=self.cleaned_data["version"],
            text=self.cleaned_data["text"],
            reason=self.cleaned_data.get("reason", ""),
        )
        return _("线索已转入“%(stage)s”。") % {"stage": workflow.LABELS[self.key]}

"""Trips and whom they called on: made for a telephone on the road."""

import uuid

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from directory.models import Industry
from investment import choices, services
from projects import telling as people
from projects.forms.fields import DeedForm, RowField, amount, choice, day, text


class TripForm(DeedForm):
    label = gettext_lazy("登记招商活动")
    effect = gettext_lazy("保存招商活动。")

    activity = choice(choices.ACTIVITY, label=gettext_lazy("活动类型"), initial="outbound")
    theme = text(gettext_lazy("主题"), max_length=120)
    start_on = day(gettext_lazy("开始日期"), required=True)
    end_on = day(gettext_lazy("结束日期"), required=True)
    cities = text(
        gettext_lazy("城市"),
        max_length=200,
        help_text=gettext_lazy("多个城市用顿号分开，例如：广州、深圳。"),
    )
    leader = RowField(people.NOBODY, label=gettext_lazy("带队领导"), required=False)
    team = text(gettext_lazy("招商组成员"), required=False)
    industry = RowField(
        Industry.objects.all(), to_field_name="code", label=gettext_lazy("产业方向"), required=False
    )
    cost = amount(gettext_lazy("经费（元）"), unit="yuan")
    summary = text(gettext_lazy("成果"), required=False, max_length=3000, rows=3)
    token = forms.CharField(required=False, max_length=36, widget=forms.HiddenInput)

    def prepare(self):
        self.fields["leader"].queryset = people.leaders().order_by("pk")
        self.fields["token"].initial = uuid.uuid4
        trip = self.subject
        if trip is None:
            self.fields["start_on"].initial = self.fields["end_on"].initial = self.today
            return
        self.label = _("修改招商活动")
        for name in (
            "activity",
            "theme",
            "start_on",
            "end_on",
            "team",
            "industry",
            "cost",
            "summary",
        ):
            self.fields[name].initial = getattr(trip, name)
        self.fields["leader"].initial = trip.leader_id
        self.fields["cities"].initial = _("、").join(place.city for place in trip.places.all())

    def clean_cities(self):
        words = self.cleaned_data["cities"]
        for mark in ("，", ",", "；", ";", " "):
            words = words.replace(mark, "、")
        return list(dict.fromkeys(word for word in words.split("、") if word))

    def take(self):
        data = self.values(
            "activity",
            "theme",
            "start_on",
            "end_on",
            "leader",
            "team",
            "industry",
            "cost",
            "summary",
        )
        self.subject = services.save_trip(
            user=self.user,
            trip=self.subject,
            version=self.cleaned_data["version"],
            values=data,
            places=self.cleaned_data["cities"],
            token=self.cleaned_data["token"] or None,
        )
        return _("招商活动%(number)s已保存。") % {"number": self.subject.number}


class VisitForm(DeedForm):
    label = gettext_lazy("登记拜访")
    effect = gettext_lazy("记录拜访的企业；名称只对招商人员和区领导显示。")
    company = text(gettext_lazy("拜访企业"), max_length=120)
    kind = choice(choices.VISIT_KIND, label=gettext_lazy("拜访类型"), initial="first")
    met = text(gettext_lazy("会见人员"), required=False, max_length=120)
    notes = text(gettext_lazy("洽谈要点"), required=False, max_length=2000, rows=3)

    back = "visits"

    def take(self):
        services.add_visit(
            trip=self.subject,
            user=self.user,
            version=self.cleaned_data["version"],
            values=self.values("company", "kind", "met", "notes"),
        )
        return _("拜访已登记。")

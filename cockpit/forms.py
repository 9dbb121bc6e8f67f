from datetime import timedelta

from django import forms
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cockpit import dates
from cockpit.models import Circular, Target

DATE = {"type": "date"}
KINDS = [
    (dates.WEEK, _("周")),
    (dates.MONTH, _("月")),
    (dates.QUARTER, _("季度")),
    (dates.YEAR, _("年")),
    (dates.CUSTOM, _("自定")),
]


def _date(label, **kwargs):
    return forms.DateField(
        label=label,
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs=DATE),
        **kwargs,
    )


class PeriodForm(forms.Form):
    """Which period, and as of which day; all optional, the present month until now by default.

    `start`, `end` (dates, inclusive) and `as_of` (a moment) are set once it is valid.
    """

    kind = forms.ChoiceField(label=_("统计周期"), choices=KINDS, required=False)
    on = _date(_("期内日期"))
    start_on = _date(_("自定起日"))
    end_on = _date(_("自定止日"))
    as_of_on = _date(_("截至日期"))

    def __init__(self, data, now):
        self.now, self.today = now, timezone.localdate(now)
        given = data.copy()
        given["kind"] = given.get("kind") or dates.MONTH
        super().__init__(given)
        self.start, self.end = dates.around(dates.MONTH, self.today)
        self.kind, self.as_of = dates.MONTH, now
        self.is_valid()

    def clean(self):
        found = super().clean()
        kind, day = found.get("kind") or dates.MONTH, found.get("on") or self.today
        if kind == dates.CUSTOM:
            start, end = found.get("start_on"), found.get("end_on")
            if not start or not end or end < start:
                self.add_error("end_on", _("请填写起止日期，止日不早于起日。"))
                return found
            if end - start > timedelta(days=366 * 3):
                self.add_error("end_on", _("一次最多统计三年。"))
                return found
        else:
            start, end = dates.around(kind, day)
        self.kind, self.start, self.end = kind, start, end
        if as_of_on := found.get("as_of_on"):
            if as_of_on > self.today:
                self.add_error("as_of_on", _("截至日期不能晚于今天。"))
            else:
                self.as_of = min(dates.moments(as_of_on, as_of_on)[1], self.now)
        return found

    def query(self):
        """{name: text} that brings this very page back."""
        return {name: self.data[name] for name in self.fields if self.data.get(name)}


class CircularFilter(forms.Form):
    kind = forms.ChoiceField(
        label=_("类型"), choices=[("", _("全部")), *Circular.Kind.choices], required=False
    )
    status = forms.ChoiceField(
        label=_("状态"), choices=[("", _("全部")), *Circular.Status.choices], required=False
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.is_valid()


class DraftForm(forms.Form):
    """Which circular to compose."""

    kind = forms.ChoiceField(label=_("类型"), choices=Circular.Kind.choices)
    on = forms.DateField(label=_("期内日期"), widget=forms.DateInput(format="%Y-%m-%d", attrs=DATE))


class CircularForm(forms.ModelForm):
    class Meta:
        model = Circular
        fields = ["title", "requirements"]
        widgets = {"requirements": forms.Textarea(attrs={"rows": 6})}


class TargetForm(forms.ModelForm):
    class Meta:
        model = Target
        fields = "year name name_en unit goal at_most department actual actual_on source".split()
        widgets = {"actual_on": forms.DateInput(format="%Y-%m-%d", attrs=DATE)}

    def clean(self):
        """A figure without its day and source is nobody's figure."""
        found = super().clean()
        if found.get("actual") is not None:
            for name in ("actual_on", "source"):
                if not found.get(name):
                    self.add_error(name, _("填写完成值的，须写明截至日期和数据来源。"))
        return found

    def save(self):
        """A new target gets its year's next number."""
        with transaction.atomic():
            if not self.instance.number:
                self.instance.number = Target.next_number(self.instance.year)
            return super().save()

"""The list of projects: its filter, order, totals, rows and export; as of a past day if asked."""

from datetime import datetime, time

from django import forms
from django.core.paginator import Paginator
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from accounts.models import User
from directory.models import Department, Industry, Park
from projects import choices, figures, presenters, stages
from projects.models import KeyProject, Sponsorship
from projects.reporting import figures_year
from projects.viewer import Viewer

PER_PAGE = 25
# name → (heading, column, whether it is internal)
ORDERS = {
    "severity": (gettext_lazy("灯色"), None, True),
    "number": (gettext_lazy("编号"), "number", False),
    "name": (gettext_lazy("名称"), "name", False),
    "stage": (gettext_lazy("阶段"), "stage", False),
    "investment": (gettext_lazy("总投资"), "total_investment", False),
    "plan": (gettext_lazy("年度计划"), "annual_plan", True),
    "ytd": (gettext_lazy("本年完成"), "invested_ytd", True),
}


def _any(options):
    return [("", gettext_lazy("全部")), *options]


class RowField(forms.ModelChoiceField):
    def __init__(self, label, queryset, **kwargs):
        kwargs = {"required": False, "empty_label": gettext_lazy("全部")} | kwargs
        super().__init__(queryset, label=label, **kwargs)

    def label_from_instance(self, obj):
        return obj.label


class ProjectFilter(forms.Form):
    """All optional; a value that cannot stand is said at its field and does not narrow."""

    q = forms.CharField(label=gettext_lazy("关键词"), required=False, max_length=100)
    stage = forms.ChoiceField(
        label=gettext_lazy("阶段"), choices=_any(stages.CHOICES), required=False
    )
    light = forms.ChoiceField(
        label=gettext_lazy("灯色"), choices=_any(choices.COLOUR), required=False
    )
    level = forms.ChoiceField(
        label=gettext_lazy("级别"), choices=_any(choices.LEVEL), required=False
    )
    category = forms.ChoiceField(
        label=gettext_lazy("类别"), choices=_any(choices.CATEGORY), required=False
    )
    nature = forms.ChoiceField(
        label=pgettext_lazy("项目", "性质"), choices=_any(choices.NATURE), required=False
    )
    industry = RowField(gettext_lazy("所属产业"), Industry.objects.all(), to_field_name="code")
    park = RowField(gettext_lazy("园区"), Park.objects.all(), to_field_name="code")
    department = RowField(gettext_lazy("牵头部门"), Department.objects.all(), to_field_name="code")
    sponsor = RowField(gettext_lazy("包联领导"), User.objects.none())
    as_of = forms.DateField(
        label=gettext_lazy("截至日期"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )

    FIRST = ("q", "stage", "light", "level")
    INTERNAL = ("light", "sponsor", "as_of")

    def __init__(self, *args, viewer, today, **kwargs):
        super().__init__(*args, **kwargs)
        self.today = today
        seen = Sponsorship.objects.current().of_inside(viewer.user)
        self.fields["sponsor"].queryset = User.objects.filter(pk__in=seen.values("leader"))
        if not viewer.reads_some:
            for name in self.INTERNAL:
                del self.fields[name]
        self.is_valid()

    def clean_as_of(self):
        day = self.cleaned_data["as_of"]
        if day and day > self.today:
            raise forms.ValidationError(_("截至日期不能晚于今天。"))
        return day

    def first(self):
        return [self[name] for name in self.FIRST if name in self.fields]

    def more(self):
        return [self[name] for name in self.fields if name not in self.FIRST]

    @property
    def more_is_open(self):
        return any(field.errors or field.name in self.chosen() for field in self.more())

    def chosen(self):
        """{name: cleaned value} of what narrows."""
        return {name: value for name, value in self.cleaned_data.items() if value}

    def criteria(self):
        """For ProjectQuerySet.matching."""
        found = self.chosen()
        found.pop("as_of", None)
        if "department" in found:
            found["lead_department"] = found.pop("department")
        return found

    def shown(self, name, value):
        field = self.fields[name]
        if isinstance(field, RowField):
            return value.label
        if isinstance(field, forms.ChoiceField):
            return dict(field.choices)[value]
        return value


class ProjectList:
    """What the list page and its export show to one reader. `rows` is the queryset of the page's
    kind: all listed projects, the reserve or the roads.
    """

    def __init__(self, user, params, *, name="list", rows=None, now=None):
        self.user, self.viewer, self.name = user, Viewer(user), name
        self.now = now or timezone.now()
        self.today = timezone.localdate(self.now)
        self.form = ProjectFilter(params, viewer=self.viewer, today=self.today)
        self.params = params
        self.day = self.form.cleaned_data.get("as_of")
        self.moment = end_of(self.day) if self.day else None
        self.year = figures_year(self.day or self.today)
        base = KeyProject.objects.listed() if rows is None else rows
        self.queryset = (
            base.visible_to(user)
            .with_light(user, self.day)
            .with_figures(user, self.year, self.moment)
            .with_stage_at(self.moment or self.now)
            .matching(user, **self.form.criteria())
        )
        if self.moment:
            self.queryset = self.queryset.existing()
        self.order = self._order()

    def _order(self):
        given = self.params.get("order", "")
        name = given.lstrip("-")
        if name in ORDERS and (self.viewer.reads_some or not ORDERS[name][2]):
            return given
        return "severity" if self.viewer.reads_some else "-number"

    def ordered(self):
        name, descending = self.order.lstrip("-"), self.order.startswith("-")
        if name == "severity":
            return self.queryset.by_severity()
        if name == "stage":
            return self.queryset.in_order_of_stages(descending)
        column = F(ORDERS[name][1])
        by = column.desc(nulls_last=True) if descending else column.asc(nulls_last=True)
        return self.queryset.order_by(by, "number")

    def complete(self, queryset):
        """With everything a row shows, in a fixed number of queries."""
        return queryset.for_list().with_sponsor().with_key_dates().with_open_issues(self.user)

    def address(self, **changes):
        query = self.params.copy()
        query.pop("page", None)
        for name, value in changes.items():
            query.pop(name, None)
            if value:
                query[name] = value
        address = reverse(f"projects:{self.name}")
        return f"{address}?{query.urlencode()}" if query else address

    def context(self):
        page = Paginator(self.complete(self.ordered()), PER_PAGE).get_page(self.params.get("page"))
        totals = self.queryset.totals()
        ratio = figures.completion(totals["ytd"], totals["plan"])
        return {
            "filter": self.form,
            "viewer": self.viewer,
            "page": page,
            "rows": [presenters.row(project, self.viewer) for project in page],
            "totals": totals | {"rate": figures.show_percent(ratio)},
            "lights": self.lights(),
            "chips": self.chips(),
            "columns": self.columns_head(),
            "year": self.year,
            "as_of": self.day,
            "list_url": reverse(f"projects:{self.name}"),
        }

    def lights(self):
        """[{colour, count, url}] of the rows shown, the worst first."""
        counts = self.queryset.lights_of()
        return [
            {"colour": colour, "count": counts[colour], "url": self.address(light=colour)}
            for colour in ("red", "yellow", "green", "white", "grey")
            if colour in counts
        ]

    def chips(self):
        return [
            {
                "label": self.form.fields[name].label,
                "value": self.form.shown(name, value),
                "url": self.address(**{name: None}),
            }
            for name, value in self.form.chosen().items()
        ]

    def columns_head(self):
        """{name: {label, url, sorted}} of the sortable headings."""
        found = {}
        for name, (label, _column, internal) in ORDERS.items():
            if internal and not self.viewer.reads_some:
                continue
            ascending = self.order == name
            found[name] = {
                "label": label,
                "url": self.address(order=f"-{name}" if ascending else name),
                "sorted": "ascending"
                if ascending
                else "descending"
                if self.order == f"-{name}"
                else "",
            }
        return found

    def columns(self):
        """(heading, callable(project)) of an export; amounts in yuan, so that sums are exact."""
        dates = [
            (_("计划开工"), "start", "current_on"),
            (_("实际开工"), "start", "actual_on"),
            (_("计划竣工"), "finish", "current_on"),
            (_("实际竣工"), "finish", "actual_on"),
            (_("实际投产"), "operation", "actual_on"),
        ]
        public = [
            (_("编号"), lambda p: p.number),
            (_("项目代码"), lambda p: p.code or ""),
            (_("项目名称"), lambda p: p.name),
            (_("级别"), lambda p: p.get_level_display()),
            (_("阶段"), lambda p: stages.LABELS[p.shown_stage or p.stage]),
            (pgettext("项目", "性质"), lambda p: p.get_nature_display()),
            (_("类别"), lambda p: p.get_category_display()),
            (_("所属产业"), lambda p: p.industry.label if p.industry else ""),
            (_("园区"), lambda p: p.park.label if p.park else ""),
            (_("建设单位"), lambda p: p.owner_name),
            (_("牵头部门"), lambda p: p.lead_department.label if p.lead_department else ""),
            (_("总投资（元）"), lambda p: p.total_investment),
            (_("总投资原文"), lambda p: p.total_investment_text),
            *[
                (heading, lambda p, c=code, n=name: presenters.key_date(p, c, n))
                for heading, code, name in dates
            ],
        ]
        if not self.viewer.reads_some:
            return public
        return [
            *public,
            (_("年度计划（元）"), lambda p: p.annual_plan),
            (_("本年完成（元）"), lambda p: p.invested_ytd),
            (_("累计完成（元）"), lambda p: presenters.invested_total(p, self.viewer)),
            (_("完成率（%）"), lambda p: presenters.completion_percent(p)),
            (_("超前或落后（百分点）"), lambda p: presenters.lead_points(p)),
            (_("灯色"), lambda p: dict(choices.COLOUR).get(p.shown_light, "")),
            (_("亮灯理由"), presenters.shown_reason),
            (_("包联领导"), lambda p: presenters.sponsor_label(p, self.viewer)),
        ]


def end_of(day):
    """The last moment of a local day."""
    return timezone.make_aware(datetime.combine(day, time.max))

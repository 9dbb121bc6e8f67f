"""Entering and correcting a project, its stages, papers, maturity and plots."""

import re

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from directory.models import Department, Industry, Park
from ledgers.money import Amount
from projects import choices, gates, services, stages
from projects.forms.fields import DeedForm, RowField, amount, choice, day, known, number, text
from projects.validators import validate_project_code

FACTS = """name code level nature category industry park place owner_name contact_name
    contact_phone investor_origin fixed_assets carried_investment land_mu content scale_value
    scale_unit lead_department is_public listed_on planned_year stat_entered_on stat_code
    source_doc note""".split()
ROAD = "kind road_class length_km opened_km opened_on begins_at ends_at width_m".split()
DATES = ("start", "finish", "operation")
# Words of what is to come: no actual day.
INTENDED = "待定|未定|拟|预计|计划|明年"  # data
YEARS = {"min_value": 1990, "max_value": 2100}


class ProjectForm(DeedForm):
    """The facts of a project. Amounts and dates that nobody knows yet are kept as written."""

    label = gettext_lazy("修改项目信息")
    effect = gettext_lazy("保存项目信息；改动的内容记入项目记录。")

    name = text(gettext_lazy("项目名称"), max_length=120)
    level = choice(choices.LEVEL, label=gettext_lazy("级别"), required=False)
    nature = choice(choices.NATURE, label=pgettext_lazy("项目", "性质"), required=False)
    category = choice(choices.CATEGORY, label=gettext_lazy("类别"), required=False)
    code = text(
        gettext_lazy("项目代码"),
        required=False,
        max_length=24,
        help_text=gettext_lazy(
            "立项后由投资项目在线审批监管平台赋码，形如 2211-130272-89-01-123456。"
        ),
    )
    industry = RowField(
        Industry.objects.all(),
        to_field_name="code",
        label=gettext_lazy("所属产业"),
        required=False,
    )
    park = RowField(
        Park.objects.all(), to_field_name="code", label=gettext_lazy("园区"), required=False
    )
    place = text(gettext_lazy("建设地点"), required=False, max_length=120)
    owner_name = text(
        gettext_lazy("建设单位"),
        required=False,
        max_length=120,
        help_text=gettext_lazy("营业执照上的全称；尚未确定的可留空。"),
    )
    contact_name = text(gettext_lazy("企业联系人"), required=False, max_length=40)
    contact_phone = text(gettext_lazy("联系电话"), required=False, max_length=20)
    content = text(gettext_lazy("建设内容和规模"), required=False, max_length=3000, rows=4)
    scale_value = number(gettext_lazy("规模数量"), places=3)
    scale_unit = text(gettext_lazy("规模单位"), required=False, max_length=20)
    total_investment = amount(gettext_lazy("总投资（万元）"), unknown=True)
    fixed_assets = amount(gettext_lazy("其中固定资产投资（万元）"))
    carried_investment = amount(
        gettext_lazy("本平台启用前已完成投资（万元）"),
        help_text=gettext_lazy("开始在本平台填报月报之前累计完成的投资，用于计算累计完成。"),
    )
    investor_origin = choice(choices.ORIGIN, label=gettext_lazy("资金来源地"), required=False)
    land_mu = number(gettext_lazy("用地（亩）"))
    lead_department = RowField(
        Department.objects.all(),
        to_field_name="code",
        label=gettext_lazy("牵头部门"),
        required=False,
        help_text=gettext_lazy("负责填报月报；安排包联后随包联的牵头部门变动。"),
    )
    listed_on = day(
        gettext_lazy("列入名单日期"),
        future=False,
        help_text=gettext_lazy("列入后原定日期即固定，只能申请调整现定日期。"),
    )
    planned_year = forms.IntegerField(label=gettext_lazy("计划实施年度"), required=False, **YEARS)
    stat_entered_on = day(gettext_lazy("入库日期"), future=False)
    stat_code = text(gettext_lazy("统计库代码"), required=False, max_length=40)
    source_doc = text(gettext_lazy("依据文件"), required=False)
    note = text(
        gettext_lazy("备注"),
        required=False,
        max_length=1000,
        rows=2,
        help_text=gettext_lazy("没有对应填报项的情况，例如年份不详的年度计划。"),
    )
    is_public = forms.BooleanField(
        label=gettext_lazy("可公开"),
        required=False,
        initial=True,
        help_text=gettext_lazy("其他部门可看到项目名称、建设内容、总投资等公开信息。"),
    )
    kind = choice(choices.ROAD_KIND, label=gettext_lazy("道路类型"), required=False)
    road_class = choice(choices.ROAD_CLASS, label=gettext_lazy("道路等级"), required=False)
    length_km = number(gettext_lazy("长度（公里）"), places=3)
    opened_km = number(gettext_lazy("已通车（公里）"), places=3)
    opened_on = day(gettext_lazy("最近通车日期"), future=False)
    begins_at = text(gettext_lazy("起点"), required=False, max_length=80)
    ends_at = text(gettext_lazy("终点"), required=False, max_length=80)
    width_m = number(gettext_lazy("红线宽度（米）"), places=1)

    SECTIONS = [
        (gettext_lazy("基本情况"), "name level nature category code industry park place"),
        (gettext_lazy("建设单位"), "owner_name contact_name contact_phone investor_origin"),
        (
            gettext_lazy("建设规模和投资"),
            """content scale_value scale_unit total_investment fixed_assets carried_investment
            land_mu""",
        ),
        (
            gettext_lazy("管理信息"),
            """lead_department listed_on planned_year stat_entered_on stat_code source_doc note
            is_public""",
        ),
        (
            gettext_lazy("道路（道路项目填写）"),
            "kind road_class length_km opened_km opened_on begins_at ends_at width_m",
        ),
    ]

    def prepare(self):
        project = self.project
        if project is None:
            return
        initial = {name: getattr(project, name) for name in FACTS}
        initial["total_investment"] = Amount(
            project.total_investment, project.total_investment_text
        )
        if road := getattr(project, "road", None):
            initial |= {name: getattr(road, name) for name in ROAD}
        for name, value in initial.items():
            self.fields[name].initial = value
        if project.listed_on:
            # Freezing cannot be undone, or the original dates would be worth nothing.
            self.fields["listed_on"].disabled = True

    def clean_code(self):
        code = self.cleaned_data["code"].strip()
        if not code:
            return None
        validate_project_code(code)
        twins = services.KeyProject.objects.filter(code=code)
        if self.project:
            twins = twins.exclude(pk=self.project.pk)
        if twins.exists():
            raise ValidationError(_("这个项目代码已登记在另一个项目上，请核对。"))
        return code

    def clean(self):
        data = super().clean()
        road = self._road()
        if road and not (data.get("kind") and data.get("length_km")):
            for name in ("kind", "length_km"):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, _("道路项目请填写类型和长度。"))
        opened, length = data.get("opened_km"), data.get("length_km")
        if opened is not None and length is not None and opened > length:
            self.add_error("opened_km", _("已通车长度不能超过道路长度。"))
        total, fixed = data.get("total_investment"), data.get("fixed_assets")
        if total and fixed and None not in (total.yuan, fixed.yuan) and fixed.yuan > total.yuan:
            self.add_error("fixed_assets", _("固定资产投资不能超过总投资。"))
        return data

    def _road(self):
        found = {name: self.cleaned_data.get(name) for name in ROAD}
        found["opened_on"] = known(found["opened_on"]) if found["opened_on"] else None
        found["opened_km"] = found["opened_km"] or 0
        return found if any(found.values()) else None

    def facts(self):
        found = {name: self.cleaned_data[name] for name in FACTS}
        found = {n: known(v) if hasattr(v, "text") else v for n, v in found.items()}
        total = self.cleaned_data["total_investment"]
        return found | {
            "total_investment": total.yuan,
            "total_investment_text": "" if total.yuan is not None else total.text,
        }

    def sections(self):
        return [
            (heading, [self[name] for name in names.split() if name in self.fields])
            for heading, names in self.SECTIONS
        ]

    def take(self):
        services.change(**self.common, values=self.facts(), road=self._road())
        return _("项目信息已保存。")


def _has_happened(given, year):
    """Whether words for an actual day name no year to come and no mere intention."""
    if given.day or not given.text:
        return True
    years = [int(found) for found in re.findall(r"(?:19|20)\d\d", given.text)]
    return max(years, default=year) <= year and not re.search(INTENDED, given.text)


class NewProjectForm(ProjectForm):
    """A project that is entered, at whatever stage it has reached."""

    label = gettext_lazy("登记项目")
    effect = gettext_lazy("登记项目并编号。")

    stage = choice(
        [(code, label) for code, label in stages.CHOICES if code in stages.WAY],
        label=gettext_lazy("目前阶段"),
        initial=stages.PLANNING,
    )
    start_planned = day(gettext_lazy("计划开工"), unknown=True)
    start_actual = day(gettext_lazy("实际开工"), unknown=True, future=False)
    finish_planned = day(gettext_lazy("计划竣工"), unknown=True)
    finish_actual = day(gettext_lazy("实际竣工"), unknown=True, future=False)
    operation_planned = day(gettext_lazy("计划投产"), unknown=True)
    operation_actual = day(gettext_lazy("实际投产"), unknown=True, future=False)

    SECTIONS = [
        (ProjectForm.SECTIONS[0][0], "name stage level nature category code industry park place"),
        *ProjectForm.SECTIONS[1:3],
        (
            gettext_lazy("时间"),
            """start_planned start_actual finish_planned finish_actual operation_planned
            operation_actual""",
        ),
        *ProjectForm.SECTIONS[3:],
    ]

    def clean(self):
        data = super().clean()
        for kind in ("planned", "actual"):
            start = data.get(f"start_{kind}")
            for name in ("finish", "operation"):
                later = data.get(f"{name}_{kind}")
                if start and later and start.day and later.day and later.day < start.day:
                    self.add_error(f"{name}_{kind}", _("不能早于开工日期。"))
        for name in DATES:
            field = f"{name}_actual"
            if (given := data.get(field)) and not _has_happened(given, self.today.year):
                said = _("实际日期是已经发生的时间，例如2023年；尚未发生的请留空。")
                self.add_error(field, said)
        return data

    def take(self):
        self.subject = services.create(
            user=self.user,
            values=self.facts() | {"stage": self.cleaned_data["stage"]},
            days=[
                (
                    name,
                    self.cleaned_data[f"{name}_planned"],
                    self.cleaned_data[f"{name}_actual"],
                )
                for name in DATES
            ],
            road=self._road(),
        )
        words = {"number": self.project.number, "name": self.project.name}
        return _("已登记：%(number)s %(name)s。") % words


class MoveForm(DeedForm):
    """To the stage named by the key. What a stage demands is listed; without it the move is
    refused, and nothing is stored.
    """

    override = False
    reason = text(gettext_lazy("理由"), max_length=500, rows=3)
    pause_reason = choice(choices.PAUSE_REASON, label=gettext_lazy("停缓建原因"))
    review_on = day(
        gettext_lazy("下次复核日期"),
        required=True,
        help_text=gettext_lazy("停缓建按月复核，在今后31天内。"),
    )
    told = (gettext_lazy("包联领导和服务专员"), gettext_lazy("牵头部门"))

    def prepare(self):
        project = self.project
        self.kind = stages.kind_of(project.stage, self.key, project.nature, project.stage_before)
        if self.kind is None:
            raise Http404
        self.requirements, self.lacking = [], []
        if self.kind == stages.FORWARD:
            self.requirements = gates.requirements(project, self.key, self.today)
            self.lacking = [row for row in self.requirements if not row.met]
        if self.kind != stages.PAUSE:
            del self.fields["pause_reason"], self.fields["review_on"]
        if self.kind == stages.FORWARD and not self.override:
            del self.fields["reason"]
        self.say()

    def say(self):
        words = {
            "source": self.project.get_stage_display(),
            "target": stages.LABELS[self.key],
        }
        self.label = _("转入“%(target)s”") % words
        self.is_danger = self.kind in (stages.END, stages.BACK)
        self.effect = _("项目由“%(source)s”转入“%(target)s”。") % words
        if self.kind == stages.END:
            self.final = _("终止后不再填报和评定，需要恢复的须再次说明理由。")

    def take(self):
        services.move(
            **self.common,
            target=self.key,
            override=self.override,
            **self.values(*[name for name in self.fields if name != "version"]),
        )
        return _("项目已转入“%(stage)s”。") % {"stage": stages.LABELS[self.key]}


class OverrideForm(MoveForm):
    """Forward although something is missing, with a reason that stays on record."""

    override = True

    def prepare(self):
        super().prepare()
        if self.kind != stages.FORWARD or not self.lacking:
            raise Http404

    def say(self):
        super().say()
        words = {"target": stages.LABELS[self.key]}
        self.label = _("越过门槛转入“%(target)s”") % words
        self.is_danger = True
        self.final = _("缺少的条件和理由一并记入项目记录，长期保留。")


class ReviewPauseForm(DeedForm):
    label = gettext_lazy("停缓建复核")
    effect = gettext_lazy("记录复核情况，项目继续停缓建至下次复核。")
    note = text(gettext_lazy("复核情况"), max_length=500, rows=3)
    review_on = day(gettext_lazy("下次复核日期"), required=True)

    def prepare(self):
        if self.project.stage != stages.PAUSED:
            raise Http404

    def take(self):
        services.review_pause(**self.common, **self.values("note", "review_on"))
        return _("复核情况已记录。")

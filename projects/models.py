"""Key projects and everything that hangs on one. Amounts are yuan, areas 亩, lengths kilometres,
dates local. A figure or a day that is not known stays empty, with the words it was given in.
"""

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from directory.models import Department, Enterprise, Industry, Park
from projects import choices, stages
from projects.approvals import (
    ApprovalBase,
    ApprovalBaseDays,
    ApprovalItem,
    ApprovalStep,
    ApprovalStop,
)
from projects.documents import Document
from projects.managers import EventQuerySet, PlanYearQuerySet
from projects.milestones import DateChange, Milestone
from projects.plots import Plot, PlotUse
from projects.querysets import ProjectQuerySet
from projects.reports import ProgressReport, ReportingRule
from projects.rules import (
    LightRule,
    LightRuleSet,
    LightSnapshot,
    MaturityItem,
    MaturityMark,
    StageGate,
)
from projects.sponsorship import Sponsorship, SponsorVisit
from projects.validators import validate_cumulative, validate_geometry, validate_project_code

__all__ = [
    "ApprovalBase",
    "ApprovalBaseDays",
    "ApprovalItem",
    "ApprovalStep",
    "ApprovalStop",
    "DateChange",
    "Document",
    "LightRule",
    "LightRuleSet",
    "LightSnapshot",
    "MaturityItem",
    "MaturityMark",
    "Milestone",
    "Plot",
    "PlotUse",
    "ProgressReport",
    "ReportingRule",
    "SponsorVisit",
    "Sponsorship",
    "StageGate",
]


SAMPLE = "示例"  # data: how sample names are marked


def yuan(label, **kwargs):
    """A column of yuan, empty when unknown."""
    kwargs = {"null": True, "blank": True} | kwargs
    return models.DecimalField(label, max_digits=17, decimal_places=2, **kwargs)


class KeyProject(models.Model):
    """One project from idea to full output. Only projects/services.py assigns `stage`."""

    number = models.CharField(_("编号"), max_length=20, unique=True)
    code = models.CharField(
        _("项目代码"),
        max_length=24,
        unique=True,
        null=True,
        blank=True,
        validators=[validate_project_code],
    )
    name = models.CharField(_("项目名称"), max_length=120)
    former_names = models.JSONField(_("曾用名"), default=list, blank=True)
    level = models.CharField(_("级别"), max_length=10, choices=choices.LEVEL, blank=True)
    stage = models.CharField(
        _("阶段"), max_length=12, choices=stages.CHOICES, default=stages.PLANNING
    )
    # Where a paused or ended project stood.
    stage_before = models.CharField(max_length=12, blank=True, choices=stages.CHOICES)
    nature = models.CharField(
        pgettext_lazy("项目", "性质"), max_length=10, choices=choices.NATURE, blank=True
    )
    category = models.CharField(_("类别"), max_length=14, choices=choices.CATEGORY, blank=True)
    industry = models.ForeignKey(
        Industry, models.PROTECT, null=True, blank=True, verbose_name=_("所属产业")
    )
    park = models.ForeignKey(
        Park,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="projects",
        verbose_name=_("园区"),
    )
    place = models.CharField(_("建设地点"), max_length=120, blank=True)
    owner = models.ForeignKey(
        Enterprise, models.PROTECT, null=True, blank=True, related_name="projects"
    )
    owner_name = models.CharField(_("建设单位"), max_length=120, blank=True)
    contact_name = models.CharField(_("企业联系人"), max_length=40, blank=True)
    contact_phone = models.CharField(_("联系电话"), max_length=20, blank=True)
    investor_origin = models.CharField(
        _("资金来源地"), max_length=10, choices=choices.ORIGIN, blank=True
    )
    total_investment = yuan(_("总投资"))
    total_investment_text = models.CharField(max_length=60, blank=True)
    fixed_assets = yuan(_("其中固定资产投资"))
    carried_investment = yuan(_("本平台启用前已完成投资"))
    land_mu = models.DecimalField(
        _("用地（亩）"), max_digits=10, decimal_places=2, null=True, blank=True
    )
    content = models.TextField(_("建设内容和规模"), max_length=3000, blank=True)
    scale_value = models.DecimalField(
        _("规模数量"), max_digits=14, decimal_places=3, null=True, blank=True
    )
    scale_unit = models.CharField(_("规模单位"), max_length=20, blank=True)
    geometry = models.JSONField(_("位置"), null=True, blank=True, validators=[validate_geometry])
    location_type = models.CharField(
        _("位置精度"), max_length=10, choices=choices.LOCATION_TYPE, default="unknown"
    )
    lead_department = models.ForeignKey(
        Department,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="lead_projects",
        verbose_name=_("牵头部门"),
    )
    is_public = models.BooleanField(_("可公开"), default=True)
    listed_on = models.DateField(_("列入名单日期"), null=True, blank=True)
    reserve_on = models.DateField(_("入储日期"), null=True, blank=True)
    planned_year = models.PositiveSmallIntegerField(_("计划实施年度"), null=True, blank=True)
    stat_entered_on = models.DateField(_("入库日期"), null=True, blank=True)
    stat_code = models.CharField(_("统计库代码"), max_length=40, blank=True)
    pause_reason = models.CharField(
        _("停缓建原因"), max_length=14, choices=choices.PAUSE_REASON, blank=True
    )
    pause_review_on = models.DateField(_("下次复核日期"), null=True, blank=True)
    source_doc = models.CharField(_("依据文件"), max_length=200, blank=True)
    note = models.TextField(_("备注"), max_length=1000, blank=True)
    # A copy of the newest official snapshot, for lists; only projects/snapshots.py writes it.
    light = models.CharField(_("灯色"), max_length=6, choices=choices.COLOUR, blank=True)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    version = models.PositiveIntegerField(_("版本"), default=0)
    is_sample = models.BooleanField(_("示例"), default=False)
    created_at = models.DateTimeField(_("登记时间"), auto_now_add=True)
    updated_at = models.DateTimeField(_("更新时间"), auto_now=True)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("重点项目")
        ordering = ["-number"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(stage__in=list(stages.LABELS)), name="project_known_stage"
            ),
            models.CheckConstraint(
                condition=~models.Q(stage=stages.PAUSED)
                | (models.Q(pause_review_on__isnull=False) & ~models.Q(pause_reason="")),
                name="project_paused_is_reviewed",
            ),
            models.CheckConstraint(
                condition=~models.Q(stage__in=[stages.PAUSED, stages.TERMINATED])
                | ~models.Q(stage_before=""),
                name="project_beside_knows_where",
            ),
            models.CheckConstraint(
                condition=models.Q(total_investment__isnull=True)
                | models.Q(total_investment__gte=0),
                name="project_investment_not_negative",
            ),
            models.CheckConstraint(condition=~models.Q(name=""), name="project_has_name"),
            models.CheckConstraint(
                condition=~models.Q(code=""), name="project_code_null_not_empty"
            ),
        ]
        indexes = [
            models.Index(fields=["stage", "number"], name="project_stage"),
            models.Index(fields=["light", "number"], name="project_light"),
            models.Index(fields=["lead_department", "number"], name="project_lead"),
            models.Index(fields=["owner", "number"], name="project_owner"),
            models.Index(fields=["updated_at", "id"], name="project_updated"),
            models.Index(
                fields=["pause_review_on"],
                condition=models.Q(stage=stages.PAUSED),
                name="project_pause_review",
            ),
        ]

    def __str__(self):
        return f"{self.number} {self.name}"

    @property
    def is_unmarked_sample(self):
        """Sample figures under a real name: the page must say so."""
        return self.is_sample and SAMPLE not in self.name

    @property
    def owes_reports(self):
        return self.stage in stages.REPORTING

    @property
    def is_visited(self):
        """Whether the sponsor's monthly visits are owed."""
        return self.stage in stages.VISITED


class ProjectEvent(models.Model):
    """What was done to a project, append-only: the history page and the stage log are these rows.

    `from_stage` and `to_stage` are filled by moves alone.
    """

    project = models.ForeignKey(KeyProject, models.CASCADE, related_name="events")
    version = models.PositiveIntegerField(_("版本"))
    at = models.DateTimeField(_("时间"))
    action = models.CharField(_("操作"), max_length=24)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    actor_label = models.CharField(_("操作人"), max_length=120)
    from_stage = models.CharField(max_length=12, blank=True)
    to_stage = models.CharField(max_length=12, blank=True)
    data = models.JSONField(default=dict)

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("项目记录")
        ordering = ["version"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "version"], name="project_event_once_per_version"
            )
        ]
        indexes = [
            models.Index(
                fields=["project", "-at"],
                condition=~models.Q(to_stage=""),
                name="project_event_stage_log",
            )
        ]

    def __str__(self):
        return f"{self.project_id}.{self.version} {self.action}"


class PlanYear(models.Model):
    """年度计划 of a project. A revision is a new row; figures of a past month use the revision in
    force then. `cumulative` holds 12 planned amounts in yuan as text, the last one the year's.
    """

    project = models.ForeignKey(KeyProject, models.CASCADE, related_name="plans")
    year = models.PositiveSmallIntegerField(_("年度"), validators=[MinValueValidator(1990)])
    revision = models.PositiveSmallIntegerField(_("版次"), default=1)
    category = models.CharField(_("年度类别"), max_length=12, choices=choices.YEAR_CATEGORY)
    annual_plan = yuan(_("年度计划投资"))
    annual_plan_text = models.CharField(max_length=60, blank=True)
    cumulative = models.JSONField(
        _("逐月累计计划"), default=list, blank=True, validators=[validate_cumulative]
    )
    key_tasks = models.TextField(_("年度主要任务"), max_length=2000, blank=True)
    approved_on = models.DateField(_("批准日期"))
    reason = models.CharField(_("调整理由"), max_length=200, blank=True)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    # When it became known here: a revision entered later does not change what was shown before.
    entered_at = models.DateTimeField(_("下达时间"))

    objects = PlanYearQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("年度计划")
        ordering = ["-year", "-revision"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "year", "revision"], name="plan_year_once_per_revision"
            ),
            models.CheckConstraint(
                condition=models.Q(annual_plan__isnull=True) | models.Q(annual_plan__gte=0),
                name="plan_year_not_negative",
            ),
        ]
        indexes = [models.Index(fields=["year", "project"], name="plan_year_project")]

    def __str__(self):
        return f"{self.project_id} · {self.year} · {self.revision}"


class RoadWork(models.Model):
    """What a road has beyond other projects: the 瓶颈路 and 断头路 of the district."""

    project = models.OneToOneField(KeyProject, models.CASCADE, related_name="road")
    kind = models.CharField(_("道路类型"), max_length=10, choices=choices.ROAD_KIND)
    road_class = models.CharField(
        _("道路等级"), max_length=12, choices=choices.ROAD_CLASS, blank=True
    )
    length_km = models.DecimalField(_("长度（公里）"), max_digits=7, decimal_places=3)
    opened_km = models.DecimalField(_("已通车（公里）"), max_digits=7, decimal_places=3, default=0)
    opened_on = models.DateField(_("最近通车日期"), null=True, blank=True)
    begins_at = models.CharField(_("起点"), max_length=80, blank=True)
    ends_at = models.CharField(_("终点"), max_length=80, blank=True)
    width_m = models.DecimalField(
        _("红线宽度（米）"), max_digits=5, decimal_places=1, null=True, blank=True
    )

    class Meta:
        verbose_name = verbose_name_plural = _("道路")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(length_km__gt=0), name="road_length_positive"
            ),
            models.CheckConstraint(
                condition=models.Q(opened_km__gte=0)
                & models.Q(opened_km__lte=models.F("length_km")),
                name="road_opened_within_length",
            ),
        ]

    def __str__(self):
        return f"{self.project_id} · {self.length_km} km"

"""Monthly reports. One version of a month counts; a correction is a new version beside it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from projects import choices
from projects.managers import ReportingRuleQuerySet, ReportQuerySet


class ReportingRule(models.Model):
    """When a month's report is due and locked, and what strikes the eye. Working days are counted
    from the first of the following month.
    """

    valid_from = models.DateField(_("生效日期"), unique=True)
    due_workdays = models.PositiveSmallIntegerField(_("次月第几个工作日前上报"), default=5)
    lock_workdays = models.PositiveSmallIntegerField(_("次月第几个工作日后锁定"), default=8)
    remind_workdays = models.PositiveSmallIntegerField(_("提前几个工作日提醒"), default=2)
    gap_percent = models.PositiveSmallIntegerField(_("与统计数差距提示（%）"), default=10)
    over_total_percent = models.PositiveSmallIntegerField(_("超总投资提示（%）"), default=10)
    idle_months = models.PositiveSmallIntegerField(_("连续几个月为零提示停工"), default=2)
    expiry_days = models.PositiveSmallIntegerField(_("批文到期前几日提醒"), default=60)
    milestone_days = models.PositiveSmallIntegerField(_("节点到期前几日提醒"), default=15)

    objects = ReportingRuleQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("月报规则")
        ordering = ["-valid_from"]

    def __str__(self):
        return f"{self.valid_from}"


class ProgressReport(models.Model):
    """本月进度 of one project. Amounts in yuan; `physical_percent` 0–100.

    `counts` marks the version in force: set when verified, taken over by the next version.
    """

    class Status(models.TextChoices):
        DRAFT = choices.REPORT_STATUS[0]
        SUBMITTED = choices.REPORT_STATUS[1]
        RETURNED = choices.REPORT_STATUS[2]
        VERIFIED = choices.REPORT_STATUS[3]
        LOCKED = choices.REPORT_STATUS[4]

    OPEN = (Status.DRAFT, Status.SUBMITTED, Status.RETURNED)

    project = models.ForeignKey("projects.KeyProject", models.CASCADE, related_name="reports")
    month = models.DateField(_("月份"))
    version = models.PositiveSmallIntegerField(_("版次"), default=1)
    status = models.CharField(_("状态"), max_length=10, choices=Status, default=Status.DRAFT)
    counts = models.BooleanField(_("计入统计"), default=False)
    month_invested = models.DecimalField(
        _("本月完成投资"), max_digits=17, decimal_places=2, null=True, blank=True
    )
    month_invested_text = models.CharField(max_length=60, blank=True)
    funds_in_month = models.DecimalField(
        _("本月到位建设资金"), max_digits=17, decimal_places=2, null=True, blank=True
    )
    stat_ytd = models.DecimalField(
        _("统计口径本年累计"), max_digits=17, decimal_places=2, null=True, blank=True
    )
    physical_percent = models.DecimalField(
        _("形象进度（%）"), max_digits=5, decimal_places=1, null=True, blank=True
    )
    image_progress = models.CharField(_("形象进度说明"), max_length=500, blank=True)
    workers = models.PositiveIntegerField(_("在场人数"), null=True, blank=True)
    problems = models.TextField(_("存在问题"), max_length=1000, blank=True)
    next_plan = models.TextField(_("下月计划"), max_length=1000, blank=True)
    explanation = models.TextField(_("情况说明"), max_length=1000, blank=True)
    oddities = models.JSONField(_("提示"), default=list, blank=True)
    correction_reason = models.CharField(_("更正理由"), max_length=300, blank=True)
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    reported_at = models.DateTimeField(_("上报时间"), null=True, blank=True)
    late_days = models.PositiveSmallIntegerField(_("迟报（工作日）"), default=0)
    return_reason = models.CharField(_("退回理由"), max_length=300, blank=True)
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    verified_at = models.DateTimeField(_("核实时间"), null=True, blank=True)
    locked_at = models.DateTimeField(_("锁定时间"), null=True, blank=True)
    superseded_at = models.DateTimeField(_("被更正时间"), null=True, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("月度进度")
        ordering = ["-month", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "month", "version"], name="report_once_per_version"
            ),
            models.UniqueConstraint(
                fields=["project", "month"], condition=Q(counts=True), name="report_one_counts"
            ),
            models.UniqueConstraint(
                fields=["project", "month"],
                condition=Q(status__in=["draft", "submitted", "returned"]),
                name="report_one_open",
            ),
            models.CheckConstraint(
                condition=Q(counts=False) | Q(status__in=["verified", "locked"]),
                name="report_counts_when_verified",
            ),
            models.CheckConstraint(condition=Q(month__day=1), name="report_month_is_a_first"),
            models.CheckConstraint(
                condition=Q(physical_percent=None)
                | Q(physical_percent__gte=0, physical_percent__lte=100),
                name="report_percent_in_range",
            ),
            models.CheckConstraint(
                condition=Q(month_invested=None)
                | Q(month_invested__gte=0)
                | ~Q(correction_reason=""),
                name="report_negative_only_in_corrections",
            ),
            models.CheckConstraint(
                condition=Q(verified_by=None) | ~Q(verified_by=models.F("reported_by")),
                name="report_verified_by_another",
            ),
        ]
        indexes = [
            models.Index(
                fields=["project", "-month"], condition=Q(counts=True), name="report_counting"
            ),
            models.Index(fields=["month", "status"], name="report_month_status"),
        ]

    def __str__(self):
        return f"{self.project_id} · {self.month:%Y-%m} · {self.version}"

    @property
    def is_open(self):
        return self.status in self.OPEN

    @property
    def is_unknown(self):
        """Whether the amount was given in words; one that is not given yet is nothing."""
        return self.month_invested is None and bool(self.month_invested_text)

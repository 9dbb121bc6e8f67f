"""Ranking rules, kept tables of rates, and the circulars made from them."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from cockpit.querysets import (
    CircularQuerySet,
    RuleQuerySet,
    SnapshotQuerySet,
    TargetQuerySet,
)
from directory.models import Department, Sequence

PERCENT = [MinValueValidator(0), MaxValueValidator(100)]


class RankingRule(models.Model):
    """One version of how departments are ranked. In force it is never edited: kept tables name it.

    Weights are points of 100 for each rate; `basically_weight` is what 基本满意 counts in 满意率;
    a deduction is points taken off for each percentage point of its rate.
    """

    version = models.PositiveIntegerField(_("版本"), unique=True)
    name = models.CharField(_("名称"), max_length=100)
    valid_from = models.DateTimeField(_("生效时间"))
    response_weight = models.PositiveSmallIntegerField(_("响应率权重"), default=30)
    solved_weight = models.PositiveSmallIntegerField(_("解决率权重"), default=35)
    satisfied_weight = models.PositiveSmallIntegerField(_("满意率权重"), default=35)
    basically_weight = models.DecimalField(
        _("基本满意折算"),
        max_digits=3,
        decimal_places=2,
        default="0.60",
        validators=[MinValueValidator(0), MaxValueValidator(1)],
    )
    minimum_cases = models.PositiveSmallIntegerField(_("参加排名的最少件数"), default=5)
    satisfied_floor = models.PositiveSmallIntegerField(
        _("满意率底线（%）"), default=85, validators=PERCENT
    )
    return_deduction = models.DecimalField(
        _("回退率扣分"), max_digits=4, decimal_places=2, default=0
    )
    rework_deduction = models.DecimalField(
        _("重办率扣分"), max_digits=4, decimal_places=2, default=0
    )
    extension_deduction = models.DecimalField(
        _("延期率扣分"), max_digits=4, decimal_places=2, default=0
    )

    objects = RuleQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("排名规则")
        ordering = ["-version"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    response_weight=100 - models.F("solved_weight") - models.F("satisfied_weight")
                ),
                name="ranking_weights_sum",
                violation_error_message=_("三项权重之和应为 100。"),
            )
        ]

    def __str__(self):
        return f"{self.name} v{self.version}"


class Letterhead(models.Model):
    """What stands on the district's own papers; one row."""

    head = models.CharField(_("发文机关标志"), max_length=60)
    code = models.CharField(_("通报机关代字"), max_length=20)
    notice_code = models.CharField(_("督办单代字"), max_length=20)
    issuer = models.CharField(_("落款"), max_length=60)
    addressee = models.CharField(_("通报主送"), max_length=200)
    copied_to = models.CharField(_("通报抄送"), max_length=200, blank=True)
    requirements = models.TextField(_("工作要求（草稿）"), max_length=2000)

    class Meta:
        verbose_name = verbose_name_plural = _("公文版头")

    def __str__(self):
        return self.head


class Target(models.Model):
    """What the district has set itself for a year, and what it has reached by its own account.

    `goal` and `actual` are in `unit`; `at_most` says that less is better. `source` is the paper or
    list that `actual` rests on.
    """

    number = models.CharField(_("编号"), max_length=20, unique=True)
    year = models.PositiveSmallIntegerField(_("年度"))
    name = models.CharField(_("指标"), max_length=100)
    name_en = models.CharField(_("英文名称"), max_length=150, blank=True)
    unit = models.CharField(_("单位"), max_length=20)
    goal = models.DecimalField(_("目标值"), max_digits=14, decimal_places=2)
    at_most = models.BooleanField(_("不超过目标值"), default=False)
    actual = models.DecimalField(
        _("完成值"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    actual_on = models.DateField(_("截至日期"), null=True, blank=True)
    source = models.CharField(_("数据来源"), max_length=200, blank=True)
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, verbose_name=_("责任部门")
    )
    updated_at = models.DateTimeField(_("更新时间"), auto_now=True)

    objects = TargetQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("年度目标")
        ordering = ["-year", "number"]
        constraints = [
            models.UniqueConstraint(fields=["year", "name"], name="target_once"),
            models.CheckConstraint(
                condition=models.Q(actual=None)
                | (models.Q(actual_on__isnull=False) & ~models.Q(source="")),
                name="target_actual_has_source",
                violation_error_message=_("填写完成值的，须写明截至日期和数据来源。"),
            ),
        ]

    def __str__(self):
        return f"{self.year} {self.name}"

    @property
    def label(self):
        english = (get_language() or "").startswith("en")
        return self.name_en if english and self.name_en else self.name

    @staticmethod
    def next_number(year):
        """MB-2026-01 and so on; taken in the transaction that stores the target."""
        return f"MB-{year}-{Sequence.take('target', year):02d}"

    @property
    def is_met(self):
        """None while nothing is reported."""
        if self.actual is None:
            return None
        return self.actual <= self.goal if self.at_most else self.actual >= self.goal

    def as_figure(self):
        """For `GET cockpit/`."""
        return {
            "number": self.number,
            "name": self.label,
            "unit": self.unit,
            "goal": f"{self.goal.normalize():f}",
            "at_most": self.at_most,
            "actual": None if self.actual is None else f"{self.actual.normalize():f}",
            "actual_on": self.actual_on,
            "is_met": self.is_met,
        }


class RateSnapshot(models.Model):
    """The table of rates as it stood, with the rule it was ranked by: what a circular or a page of
    the past is shown from, whatever has happened to the rows since.
    """

    start = models.DateField(_("自"))
    end = models.DateField(_("至"))
    as_of = models.DateTimeField(_("统计截至"))
    rule = models.ForeignKey(RankingRule, models.PROTECT, related_name="+")
    data = models.JSONField()
    taken_at = models.DateTimeField(_("留存时间"))
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    objects = SnapshotQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("三率快照")
        ordering = ["-taken_at", "-pk"]
        indexes = [models.Index(fields=["-taken_at", "-id"], name="snapshot_newest")]

    def __str__(self):
        return f"{self.start}–{self.end} {self.as_of:%Y-%m-%d %H:%M}"


class Circular(models.Model):
    """督查通报: composed from the rows as a draft, numbered when issued, never changed after."""

    class Kind(models.TextChoices):
        WEEKLY = "weekly", _("周通报")
        MONTHLY = "monthly", _("月通报")

    class Status(models.TextChoices):
        DRAFT = "draft", _("草稿")
        ISSUED = "issued", _("已印发")

    kind = models.CharField(_("类型"), max_length=10, choices=Kind)
    status = models.CharField(_("状态"), max_length=10, choices=Status, default=Status.DRAFT)
    start = models.DateField(_("自"))
    end = models.DateField(_("至"))
    title = models.CharField(_("标题"), max_length=100)
    requirements = models.TextField(_("工作要求"), max_length=2000)
    snapshot = models.OneToOneField(RateSnapshot, models.PROTECT, related_name="circular")
    # Everything it says beside the rates; with the snapshot it reproduces the paper.
    data = models.JSONField()
    letterhead = models.JSONField(default=dict)
    drafted_at = models.DateTimeField(_("汇总时间"))
    year = models.PositiveSmallIntegerField(null=True)
    serial = models.PositiveIntegerField(null=True)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    issued_at = models.DateTimeField(_("印发时间"), null=True)
    word = models.FileField(upload_to="circulars/%Y/", max_length=200, blank=True)
    pdf = models.FileField(upload_to="circulars/%Y/", max_length=200, blank=True)

    objects = CircularQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("督查通报")
        ordering = ["-start", "kind", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "start"], name="circular_once_per_period"),
            models.UniqueConstraint(fields=["year", "serial"], name="circular_number_once"),
            models.CheckConstraint(
                condition=models.Q(status="draft", serial=None)
                | models.Q(status="issued", serial__isnull=False, issued_at__isnull=False),
                name="circular_issued_has_number",
            ),
        ]

    def __str__(self):
        return self.title

    @property
    def number(self):
        """发文字号, e.g. 汉督通〔2026〕3号 (GB/T 9704-2012, 7.2.5); "" for a draft."""
        if self.serial is None:
            return ""
        return f"{self.letterhead['code']}〔{self.year}〕{self.serial}号"  # data

"""Rules that are rows: lights, stage gates, maturity; and the lights as they were shown."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from directory.models import Named
from projects import choices, stages
from projects.lights import MEASURES
from projects.managers import LightRuleSetQuerySet, SnapshotQuerySet, StageGateQuerySet


class LightRuleSet(models.Model):
    """A version of the light rules. The newest valid `official` one is shown and ranked by; the
    newest valid `comparison` one stands beside it.
    """

    version = models.PositiveSmallIntegerField(_("版次"), unique=True)
    name = models.CharField(_("名称"), max_length=100)
    scheme = models.CharField(_("算法"), max_length=8, choices=choices.SCHEME)
    role = models.CharField(_("用途"), max_length=10, choices=choices.ROLE, default="official")
    valid_from = models.DateField(_("生效日期"))
    notice_no = models.CharField(_("文号"), max_length=100, blank=True)

    objects = LightRuleSetQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("亮灯规则")
        ordering = ["-version"]

    def __str__(self):
        return f"{self.version} · {self.name}"


class LightRule(models.Model):
    """`metric` of `dimension` compared with `threshold` gives `colour`; no match is green."""

    rule_set = models.ForeignKey(LightRuleSet, models.CASCADE, related_name="rules")
    dimension = models.CharField(_("维度"), max_length=12, choices=choices.DIMENSION)
    metric = models.CharField(_("计量"), max_length=10, choices=choices.METRIC)
    operator = models.CharField(_("比较"), max_length=2, choices=choices.OPERATOR)
    threshold = models.DecimalField(_("界限"), max_digits=8, decimal_places=3)
    colour = models.CharField(_("灯色"), max_length=6, choices=choices.RULE_COLOUR)

    class Meta:
        verbose_name = verbose_name_plural = _("亮灯规则条目")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["rule_set", "dimension", "metric", "colour"], name="light_rule_once"
            )
        ]

    def __str__(self):
        return f"{self.get_dimension_display()} {self.get_operator_display()} {self.threshold}"

    def clean(self):
        """Only what can be measured can be a rule."""
        if (self.dimension, self.metric) not in MEASURES:
            raise ValidationError({"metric": _("这一维度不能按这种方式计量。")})


class LightSnapshot(models.Model):
    """The light of a project on a day, as shown. Written once and never again: a later change of
    data or rules makes the next day's snapshot. `inputs` hold exact figures as text.
    """

    project = models.ForeignKey("projects.KeyProject", models.CASCADE, related_name="lights")
    day = models.DateField(_("日期"))
    role = models.CharField(max_length=10, choices=choices.ROLE)
    rule_set = models.ForeignKey(LightRuleSet, models.PROTECT, related_name="+")
    rule = models.ForeignKey(LightRule, models.PROTECT, null=True, related_name="+")
    colour = models.CharField(_("灯色"), max_length=6, choices=choices.COLOUR)
    dimension = models.CharField(_("维度"), max_length=12, blank=True)
    reason = models.CharField(_("理由"), max_length=300)
    inputs = models.JSONField(default=dict)
    computed_at = models.DateTimeField(_("评定时间"))

    objects = SnapshotQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("亮灯记录")
        ordering = ["-day"]
        constraints = [
            models.UniqueConstraint(fields=["project", "role", "day"], name="light_once_a_day")
        ]
        indexes = [models.Index(fields=["day", "role", "colour"], name="light_of_day")]

    def __str__(self):
        return f"{self.project_id} · {self.day} · {self.colour}"

    def save(self, *args, **kwargs):
        if not self._state.adding:
            raise TypeError("A light that was shown is not changed.")
        super().save(*args, **kwargs)


class StageGate(models.Model):
    """One thing a stage demands before a project enters it. `key` names what, by `kind`: a field,
    a milestone's or an item's code, a kind of document.
    """

    stage = models.CharField(_("进入阶段"), max_length=12, choices=stages.CHOICES)
    kind = models.CharField(_("要求"), max_length=10, choices=choices.GATE_KIND)
    key = models.CharField(_("对象"), max_length=40, blank=True)
    nature = models.CharField(_("适用性质"), max_length=10, choices=choices.NATURE, blank=True)
    category = models.CharField(_("适用类别"), max_length=14, choices=choices.CATEGORY, blank=True)
    valid_from = models.DateField(_("生效日期"))
    valid_until = models.DateField(_("失效日期"), null=True, blank=True)
    source = models.CharField(_("依据"), max_length=200, blank=True)

    objects = StageGateQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("阶段门槛")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["stage", "kind", "key", "nature", "category"],
                condition=Q(valid_until=None),
                name="stage_gate_once",
            )
        ]

    def __str__(self):
        return f"{self.get_stage_display()} · {self.get_kind_display()} · {self.key}"


class MaturityItem(Named):
    """成熟度: what a reserve project must have found out before it can be built."""

    weight = models.PositiveSmallIntegerField(_("权重"), default=1)
    is_active = models.BooleanField(_("使用中"), default=True)

    class Meta(Named.Meta):
        verbose_name = verbose_name_plural = _("储备成熟度事项")


class MaturityMark(models.Model):
    project = models.ForeignKey("projects.KeyProject", models.CASCADE, related_name="maturity")
    item = models.ForeignKey(MaturityItem, models.PROTECT, related_name="+")
    met_on = models.DateField(_("完成日期"))
    note = models.CharField(_("说明"), max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("储备成熟度")
        constraints = [
            models.UniqueConstraint(fields=["project", "item"], name="maturity_mark_once")
        ]

    def __str__(self):
        return f"{self.project_id} · {self.item}"

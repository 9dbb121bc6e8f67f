"""Plots of the parks and which project uses them since when."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from directory.models import Park
from projects import choices
from projects.validators import validate_geometry


class Plot(models.Model):
    park = models.ForeignKey(Park, models.PROTECT, related_name="plots", verbose_name=_("园区"))
    number = models.CharField(_("宗地号"), max_length=40, unique=True)
    area_mu = models.DecimalField(_("面积（亩）"), max_digits=10, decimal_places=2)
    use = models.CharField(_("用途"), max_length=60, blank=True)
    status = models.CharField(_("状态"), max_length=13, choices=choices.PLOT_STATUS)
    supplied_on = models.DateField(_("供地日期"), null=True, blank=True)
    agreed_start = models.DateField(_("约定开工日期"), null=True, blank=True)
    geometry = models.JSONField(_("位置"), null=True, blank=True, validators=[validate_geometry])
    is_sample = models.BooleanField(_("示例"), default=False)

    class Meta:
        verbose_name = verbose_name_plural = _("地块")
        ordering = ["park", "number"]
        constraints = [
            models.CheckConstraint(condition=Q(area_mu__gt=0), name="plot_area_positive")
        ]

    def __str__(self):
        return self.number


class PlotUse(models.Model):
    """A project on a plot; the row ends when it leaves, so that the plot's history stays."""

    plot = models.ForeignKey(Plot, models.PROTECT, related_name="uses", verbose_name=_("地块"))
    project = models.ForeignKey("projects.KeyProject", models.CASCADE, related_name="plot_uses")
    since = models.DateField(_("使用起始日期"))
    until = models.DateField(_("使用截止日期"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("用地记录")
        ordering = ["-since"]
        constraints = [
            models.UniqueConstraint(
                fields=["plot", "project"],
                condition=Q(until=None),
                name="plot_use_once_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=models.F("since")),
                name="plot_use_ends_after_it_begins",
            ),
        ]

    def __str__(self):
        return f"{self.plot} · {self.project_id}"

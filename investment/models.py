"""Trips, prospects, deals, receipts, chains and transfers. Amounts are yuan, areas 亩, dates local.
Each step of the lineage trip → prospect → deal → key project is a foreign key.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from investment.chains import Chain, ChainNode, ChainTarget, Institute, TechTransfer
from investment.deals import Commitment, Deal, ExclusionRule
from investment.prospects import Prospect
from investment.querysets import EventQuerySet, RuleQuerySet
from investment.receipts import Receipt
from investment.trips import Trip, TripPlace, TripVisit

__all__ = [
    "Chain",
    "ChainNode",
    "ChainTarget",
    "Commitment",
    "Deal",
    "ExclusionRule",
    "Institute",
    "Prospect",
    "Receipt",
    "TechTransfer",
    "Trip",
    "TripPlace",
    "TripVisit",
]


class PipelineRule(models.Model):
    """The clocks and bounds of promotion work; a change is a row with a later date.

    Working days for the first three clocks, days for the others.
    """

    valid_from = models.DateField(_("生效日期"), unique=True)
    respond_workdays = models.PositiveSmallIntegerField(_("首次响应（工作日）"), default=1)
    judge_workdays = models.PositiveSmallIntegerField(_("研判（工作日）"), default=3)
    reply_workdays = models.PositiveSmallIntegerField(_("答复企业（工作日）"), default=5)
    update_days = models.PositiveSmallIntegerField(_("更新进展（天）"), default=14)
    silent_days = models.PositiveSmallIntegerField(_("无进展提示搁置（天）"), default=60)
    register_days = models.PositiveSmallIntegerField(_("签约后注册（天）"), default=60)
    receipt_days = models.PositiveSmallIntegerField(_("注册后首笔到位（天）"), default=90)
    commitment_days = models.PositiveSmallIntegerField(_("承诺到期前提醒（天）"), default=30)
    twin_percent = models.PositiveSmallIntegerField(_("重复签约金额差（%）"), default=20)
    twin_months = models.PositiveSmallIntegerField(_("重复签约期限（月）"), default=24)

    objects = RuleQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("招商规则")
        ordering = ["-valid_from"]

    def __str__(self):
        return f"{self.valid_from}"


class PipelineEvent(models.Model):
    """What was done to a trip, a prospect, a deal or a transfer; append-only."""

    trip = models.ForeignKey(Trip, models.CASCADE, null=True, related_name="events")
    prospect = models.ForeignKey(Prospect, models.CASCADE, null=True, related_name="events")
    deal = models.ForeignKey(Deal, models.CASCADE, null=True, related_name="events")
    transfer = models.ForeignKey(TechTransfer, models.CASCADE, null=True, related_name="events")
    version = models.PositiveIntegerField(_("版本"))
    at = models.DateTimeField(_("时间"))
    action = models.CharField(_("操作"), max_length=24)
    actor = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    actor_label = models.CharField(_("操作人"), max_length=120)
    # Filled by moves of a prospect alone: its stage log.
    from_stage = models.CharField(max_length=12, blank=True)
    to_stage = models.CharField(max_length=12, blank=True)
    data = models.JSONField(default=dict)

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("招商记录")
        ordering = ["version"]
        constraints = [
            models.UniqueConstraint(fields=[name, "version"], name=f"pipeline_event_once_{name}")
            for name in ("trip", "prospect", "deal", "transfer")
        ] + [
            models.CheckConstraint(
                condition=Q(trip__isnull=False, prospect=None, deal=None, transfer=None)
                | Q(trip=None, prospect__isnull=False, deal=None, transfer=None)
                | Q(trip=None, prospect=None, deal__isnull=False, transfer=None)
                | Q(trip=None, prospect=None, deal=None, transfer__isnull=False),
                name="pipeline_event_of_one_thing",
            )
        ]

    def __str__(self):
        return f"{self.version} {self.action}"

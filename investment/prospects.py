"""线索和在谈: companies that may come, each with an owner and a next step while it is open."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from directory.models import Enterprise, Industry
from investment import choices, workflow
from investment.chains import ChainNode
from investment.querysets import ProspectQuerySet
from investment.records import Record, yuan
from investment.trips import Trip, TripVisit


class Prospect(Record):
    """Only investment/services.py assigns `stage`."""

    SERIES = ("XS", "prospect")

    company = models.CharField(_("企业名称"), max_length=120)
    enterprise = models.ForeignKey(
        Enterprise, models.PROTECT, null=True, blank=True, related_name="prospects"
    )
    title = models.CharField(_("意向项目"), max_length=120)
    origin = models.CharField(_("来源地"), max_length=10, choices=choices.ORIGIN, blank=True)
    channel = models.CharField(_("渠道"), max_length=12, choices=choices.CHANNEL)
    from_trip = models.ForeignKey(
        Trip,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="prospects",
        verbose_name=_("来自招商活动"),
    )
    from_visit = models.OneToOneField(
        TripVisit, models.SET_NULL, null=True, blank=True, related_name="prospect"
    )
    industry = models.ForeignKey(
        Industry,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("所属产业"),
    )
    node = models.ForeignKey(
        ChainNode,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="prospects",
        verbose_name=_("产业链节点"),
    )
    intended_investment = yuan(_("意向投资"))
    intended_investment_text = models.CharField(max_length=60, blank=True)
    land_mu = models.DecimalField(
        _("用地需求（亩）"), max_digits=10, decimal_places=2, null=True, blank=True
    )
    energy_need = models.CharField(_("能源需求"), max_length=120, blank=True)
    is_head = models.BooleanField(_("龙头企业"), default=False)
    is_listed = models.BooleanField(_("上市公司"), default=False)
    contact_name = models.CharField(_("联系人"), max_length=40, blank=True)
    contact_phone = models.CharField(_("联系电话"), max_length=20, blank=True)
    stage = models.CharField(
        _("阶段"), max_length=12, choices=workflow.CHOICES, default=workflow.LEAD
    )
    stage_before = models.CharField(max_length=12, blank=True, choices=workflow.CHOICES)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="prospects",
        verbose_name=_("跟进人"),
    )
    next_action = models.CharField(_("下一步"), max_length=200, blank=True)
    next_on = models.DateField(_("下一步日期"), null=True, blank=True)
    received_on = models.DateField(_("收到线索日期"))
    responded_on = models.DateField(_("首次响应日期"), null=True, blank=True)
    judged_on = models.DateField(_("研判日期"), null=True, blank=True)
    replied_on = models.DateField(_("答复企业日期"), null=True, blank=True)
    touched_on = models.DateField(_("最近进展日期"))
    screening = models.TextField(_("研判意见"), max_length=2000, blank=True)
    lost_reason = models.CharField(
        _("流失原因"), max_length=12, choices=choices.LOST_REASON, blank=True
    )
    lost_text = models.CharField(_("流失说明"), max_length=300, blank=True)

    objects = ProspectQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("线索")
        ordering = ["-received_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(stage__in=workflow.OPEN)
                | (~Q(next_action="") & Q(next_on__isnull=False) & Q(owner__isnull=False)),
                name="prospect_open_has_next_step",
            ),
            models.CheckConstraint(
                condition=~Q(stage=workflow.LOST) | ~Q(lost_reason=""),
                name="prospect_lost_has_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["stage", "next_on"], name="prospect_stage_next"),
            models.Index(fields=["-received_on", "-id"], name="prospect_newest"),
            models.Index(fields=["updated_at", "id"], name="prospect_updated"),
        ]

    def __str__(self):
        return f"{self.number} {self.title}"

    @property
    def name(self):
        return self.title

    @property
    def is_open(self):
        return self.stage in workflow.OPEN

"""签约项目 and the commitments of both sides. Only formal agreements count."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from directory.models import Enterprise, Industry, Named
from directory.validators import validate_uscc
from investment import choices
from investment.chains import ChainNode
from investment.prospects import Prospect
from investment.querysets import CommitmentQuerySet, DealQuerySet
from investment.records import Record, yuan
from investment.trips import Trip
from projects.models import KeyProject


class ExclusionRule(Named):
    """What the year's notice does not count: 不计入考核的情形."""

    source = models.CharField(_("依据"), max_length=200, blank=True)
    is_active = models.BooleanField(_("使用中"), default=True)

    class Meta(Named.Meta):
        verbose_name = verbose_name_plural = _("不计入情形")


class Deal(Record):
    """An agreement. 协议投资额 here, 到位资金 in receipts, 统计口径资金 and completed investment in
    the key project's reports: four figures and never one.
    """

    SERIES = ("QY", "deal")

    contract_no = models.CharField(_("合同号"), max_length=60, blank=True)
    name = models.CharField(_("项目名称"), max_length=120)
    type = models.CharField(_("协议类型"), max_length=10, choices=choices.DEAL_TYPE)
    signed_on = models.DateField(_("签约日期"), null=True, blank=True)
    signed_text = models.CharField(max_length=60, blank=True)
    event = models.CharField(_("签约活动"), max_length=120, blank=True)
    investor_name = models.CharField(_("投资方"), max_length=120, blank=True)
    investor = models.ForeignKey(
        Enterprise, models.PROTECT, null=True, blank=True, related_name="deals"
    )
    investor_group = models.CharField(_("所属集团"), max_length=120, blank=True)
    origin = models.CharField(_("来源地"), max_length=10, choices=choices.ORIGIN, blank=True)
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
        related_name="deals",
        verbose_name=_("产业链节点"),
    )
    # From the node's state on the day of signing; a later change of the node does not rewrite it.
    chain_tag = models.CharField(
        _("产业链作用"), max_length=12, choices=choices.CHAIN_TAG, blank=True
    )
    content = models.TextField(_("建设内容"), max_length=3000, blank=True)
    place = models.CharField(_("建设地点"), max_length=120, blank=True)
    agreement_amount = yuan(_("协议投资额"))
    agreement_amount_text = models.CharField(max_length=60, blank=True)
    fixed_assets = yuan(_("其中固定资产投资"))
    currency = models.CharField(_("币种"), max_length=3, choices=choices.CURRENCY, default="CNY")
    foreign_amount = models.DecimalField(
        _("合同外资（原币）"), max_digits=17, decimal_places=2, null=True, blank=True
    )
    rate = models.DecimalField(_("汇率"), max_digits=12, decimal_places=6, null=True, blank=True)
    rate_on = models.DateField(_("汇率日期"), null=True, blank=True)
    due_register = models.DateField(_("约定注册"), null=True, blank=True)
    due_start = models.DateField(_("约定开工"), null=True, blank=True)
    due_finish = models.DateField(_("约定竣工"), null=True, blank=True)
    due_operation = models.DateField(_("约定投产"), null=True, blank=True)
    output = yuan(_("约定年产值"))
    tax = yuan(_("约定年税收"))
    jobs = models.PositiveIntegerField(_("约定就业（人）"), null=True, blank=True)
    land_mu = models.DecimalField(
        _("用地（亩）"), max_digits=10, decimal_places=2, null=True, blank=True
    )
    land_mode = models.CharField(
        _("用地方式"), max_length=10, choices=choices.LAND_MODE, blank=True
    )
    land_contract_on = models.DateField(_("用地或厂房合同日期"), null=True, blank=True)
    registered_on = models.DateField(_("公司注册日期"), null=True, blank=True)
    company_name = models.CharField(_("项目公司"), max_length=120, blank=True)
    company_uscc = models.CharField(
        _("项目公司统一社会信用代码"), max_length=18, blank=True, validators=[validate_uscc]
    )
    from_prospect = models.OneToOneField(
        Prospect,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="deal",
        verbose_name=_("来自线索"),
    )
    from_trip = models.ForeignKey(
        Trip,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="deals",
        verbose_name=_("来自招商活动"),
    )
    project = models.OneToOneField(
        KeyProject,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="from_deal",
        verbose_name=_("重点项目"),
    )
    status = models.CharField(
        _("状态"), max_length=12, choices=choices.DEAL_STATUS, default="valid"
    )
    termination_reason = models.CharField(_("终止、解除原因"), max_length=300, blank=True)
    # Signed again for the same thing: counted once, at the first signing.
    prior_deal = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="later_deals",
        verbose_name=_("前次签约"),
    )
    distinct_reason = models.CharField(_("不属重复签约的理由"), max_length=300, blank=True)
    exclusion = models.ForeignKey(
        ExclusionRule,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="deals",
        verbose_name=_("不计入情形"),
    )
    source_doc = models.CharField(_("依据"), max_length=200, blank=True)

    objects = DealQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("签约项目")
        ordering = ["-signed_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["contract_no"], condition=~Q(contract_no=""), name="deal_contract_once"
            ),
            models.CheckConstraint(
                condition=Q(signed_on=None) | Q(signed_text=""), name="deal_day_or_words"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=choices.DEAD) | ~Q(termination_reason=""),
                name="deal_ended_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(agreement_amount=None) | Q(agreement_amount__gte=0),
                name="deal_amount_not_negative",
            ),
        ]
        indexes = [
            models.Index(fields=["type", "-signed_on"], name="deal_type_signed"),
            models.Index(fields=["investor_name"], name="deal_investor"),
            models.Index(fields=["updated_at", "id"], name="deal_updated"),
        ]

    def __str__(self):
        return f"{self.number} {self.name}"

    @property
    def is_dead(self):
        return self.status in choices.DEAD

    @property
    def traced_to(self):
        """The prospect it came from, itself or by its letter of intent or framework agreement."""
        return self.from_prospect or (self.prior_deal.from_prospect if self.prior_deal else None)

    @property
    def is_counted(self):
        """Whether it counts among the signed: formal, not signed before, not excluded."""
        again = self.prior_deal_id and self.prior_deal.type == "formal"
        return self.type == "formal" and not again and self.exclusion_id is None


class Commitment(models.Model):
    """A promise of the enterprise or of the district, with its day and what came of it."""

    deal = models.ForeignKey(Deal, models.CASCADE, related_name="commitments")
    by = models.CharField(_("承诺方"), max_length=10, choices=choices.PROMISED_BY)
    item = models.CharField(_("事项"), max_length=12, choices=choices.COMMITMENT)
    text = models.CharField(_("具体内容"), max_length=200, blank=True)
    due_on = models.DateField(_("期限"))
    amount = models.DecimalField(
        _("约定量"), max_digits=17, decimal_places=2, null=True, blank=True
    )
    unit = models.CharField(_("单位"), max_length=20, blank=True)
    actual = models.DecimalField(
        _("兑现量"), max_digits=17, decimal_places=2, null=True, blank=True
    )
    met_on = models.DateField(_("兑现日期"), null=True, blank=True)
    waived_reason = models.CharField(_("免除理由"), max_length=200, blank=True)
    remedy = models.CharField(_("处置"), max_length=300, blank=True)
    fair_review = models.CharField(_("公平竞争审查文号"), max_length=80, blank=True)

    objects = CommitmentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("承诺事项")
        ordering = ["due_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(met_on=None) | Q(waived_reason=""), name="commitment_met_or_waived"
            ),
            # 公平竞争审查条例: a reward of the district needs its review before it is promised.
            models.CheckConstraint(
                condition=~Q(by="government", item="policy") | ~Q(fair_review=""),
                name="commitment_policy_reviewed",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_on"],
                condition=Q(met_on=None) & Q(waived_reason=""),
                name="commitment_open",
            )
        ]

    def __str__(self):
        return f"{self.deal_id} · {self.get_item_display()}"

    @property
    def is_open(self):
        return self.met_on is None and not self.waived_reason

    def state(self, today):
        if self.waived_reason:
            return "waived"
        if self.met_on:
            short = None not in (self.actual, self.amount) and self.actual < self.amount
            return "partly" if short else "met"
        return "overdue" if self.due_on < today else "open"

"""到位资金 as the promotion bureau counts it: with evidence, recognised by a second person."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from investment import choices
from investment.deals import Deal
from investment.querysets import ReceiptQuerySet


class Receipt(models.Model):
    """Money that came in for a deal; a refund is a negative row. `amount` in its currency,
    `amount_yuan` converted at `rate`; `recognised` is what counts, in yuan, in the month `period`.
    """

    number = models.CharField(_("编号"), max_length=20, unique=True)
    deal = models.ForeignKey(
        Deal, models.PROTECT, related_name="receipts", verbose_name=_("签约项目")
    )
    received_on = models.DateField(_("到账日期"))
    kind = models.CharField(_("内资、外资"), max_length=10, choices=choices.RECEIPT_KIND)
    sub_kind = models.CharField(_("资金性质"), max_length=12, choices=choices.RECEIPT_SUB_KIND)
    source_region = models.CharField(
        _("资金来源地"), max_length=10, choices=choices.ORIGIN, blank=True
    )
    payer = models.CharField(_("付款方"), max_length=120)
    amount = models.DecimalField(_("金额（原币）"), max_digits=17, decimal_places=2)
    currency = models.CharField(_("币种"), max_length=3, choices=choices.CURRENCY, default="CNY")
    rate = models.DecimalField(_("汇率"), max_digits=12, decimal_places=6, null=True, blank=True)
    rate_on = models.DateField(_("汇率日期"), null=True, blank=True)
    amount_yuan = models.DecimalField(_("折合人民币"), max_digits=17, decimal_places=2)
    refund_of = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="refunds",
        verbose_name=_("冲减的到位记录"),
    )
    evidence = models.CharField(_("凭证类型"), max_length=12, choices=choices.EVIDENCE)
    evidence_no = models.CharField(_("凭证号"), max_length=80)
    statutory_no = models.CharField(_("外资法定记录号"), max_length=80, blank=True)
    period = models.DateField(_("计入月份"), null=True, blank=True)
    status = models.CharField(
        _("状态"), max_length=10, choices=choices.RECEIPT_STATUS, default="pending"
    )
    recognised = models.DecimalField(
        _("认定额"), max_digits=17, decimal_places=2, null=True, blank=True
    )
    recognised_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    recognised_on = models.DateField(_("认定日期"), null=True, blank=True)
    refused_reason = models.CharField(_("不予认定理由"), max_length=300, blank=True)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    is_sample = models.BooleanField(_("示例"), default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ReceiptQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("到位资金")
        ordering = ["-received_on", "-pk"]
        constraints = [
            # One that was refused for a slip is entered again with the same evidence.
            models.UniqueConstraint(
                fields=["evidence_no"],
                condition=~Q(status="refused"),
                name="receipt_evidence_once",
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0, refund_of=None)
                | Q(amount__lt=0, refund_of__isnull=False),
                name="receipt_negative_is_a_refund",
            ),
            models.CheckConstraint(
                condition=~Q(status="refused") | ~Q(refused_reason=""),
                name="receipt_refused_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(currency="CNY")
                | Q(rate__isnull=False, rate__gt=0, rate_on__isnull=False),
                name="receipt_foreign_has_rate",
            ),
            models.CheckConstraint(
                condition=~Q(status="recognised")
                | Q(
                    recognised__isnull=False,
                    recognised_by__isnull=False,
                    period__isnull=False,
                ),
                name="receipt_recognised_is_complete",
            ),
            models.CheckConstraint(
                condition=Q(recognised_by=None) | ~Q(recognised_by=F("entered_by")),
                name="receipt_recognised_by_another",
            ),
            models.CheckConstraint(
                condition=Q(period=None) | Q(period__day=1), name="receipt_period_is_a_first"
            ),
        ]
        indexes = [
            models.Index(fields=["deal", "status"], name="receipt_of_deal"),
            models.Index(
                fields=["period"], condition=Q(status="recognised"), name="receipt_period"
            ),
            models.Index(fields=["payer", "amount"], name="receipt_twins"),
        ]

    def __str__(self):
        return self.number

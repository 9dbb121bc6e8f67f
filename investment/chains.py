"""Industry chains with their nodes, and technology that came from Beijing and Tianjin."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from directory.models import Enterprise, Industry, Named
from investment import choices
from investment.querysets import ChainTargetQuerySet, TransferQuerySet
from investment.records import Record, yuan
from projects.models import KeyProject


class Chain(Named):
    industry = models.ForeignKey(
        Industry,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="chains",
        verbose_name=_("所属产业"),
    )
    chief = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("链长"),
    )

    class Meta(Named.Meta):
        verbose_name = verbose_name_plural = _("产业链")


class ChainNode(models.Model):
    chain = models.ForeignKey(Chain, models.CASCADE, related_name="nodes")
    level = models.CharField(_("环节"), max_length=8, choices=choices.NODE_LEVEL)
    name = models.CharField(pgettext_lazy("产业链", "节点"), max_length=60)
    state = models.CharField(_("强弱"), max_length=8, choices=choices.NODE_STATE)
    head = models.ForeignKey(
        Enterprise,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("链主企业"),
    )
    enterprises = models.ManyToManyField(
        Enterprise, blank=True, related_name="chain_nodes", verbose_name=_("本地企业")
    )
    gap_note = models.CharField(_("缺口说明"), max_length=300, blank=True)
    order = models.PositiveSmallIntegerField(_("排序"), default=100)

    class Meta:
        verbose_name = verbose_name_plural = _("产业链节点")
        ordering = ["chain__order", "order", "pk"]
        constraints = [models.UniqueConstraint(fields=["chain", "name"], name="chain_node_once")]

    def __str__(self):
        return self.label

    @property
    def label(self):
        return f"{self.chain.label} · {self.name}"


class ChainTarget(models.Model):
    """A company the district would like to have at a node; for those who see the unsigned."""

    node = models.ForeignKey(ChainNode, models.CASCADE, related_name="targets")
    company = models.CharField(_("目标企业"), max_length=120)
    note = models.CharField(_("说明"), max_length=200, blank=True)

    objects = ChainTargetQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("目标企业")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["node", "company"], name="chain_target_once")
        ]

    def __str__(self):
        return self.company


class Institute(models.Model):
    name = models.CharField(_("名称"), max_length=120, unique=True)
    kind = models.CharField(_("类别"), max_length=12, choices=choices.INSTITUTE_KIND)
    city = models.CharField(_("所在城市"), max_length=40)
    is_sample = models.BooleanField(_("示例"), default=False)

    class Meta:
        verbose_name = verbose_name_plural = _("院校和院所")
        ordering = ["name"]

    def __str__(self):
        return self.name

    @property
    def label(self):
        return self.name


class TechTransfer(Record):
    """京津科技成果. Its number and its amounts are two figures."""

    SERIES = ("CG", "transfer")

    title = models.CharField(_("成果名称"), max_length=120)
    provider = models.ForeignKey(
        Institute, models.PROTECT, related_name="transfers", verbose_name=_("供方")
    )
    receiver_name = models.CharField(_("受方"), max_length=120)
    receiver = models.ForeignKey(
        Enterprise, models.PROTECT, null=True, blank=True, related_name="transfers"
    )
    form = models.CharField(_("方式"), max_length=12, choices=choices.TRANSFER_FORM)
    stage = models.CharField(_("阶段"), max_length=12, choices=choices.TRANSFER_STAGE)
    contract_no = models.CharField(_("技术合同登记号"), max_length=60, blank=True)
    contract_amount = yuan(_("合同额"))
    tech_amount = yuan(_("技术交易额"))
    signed_on = models.DateField(_("签约日期"), null=True, blank=True)
    registered_on = models.DateField(_("登记日期"), null=True, blank=True)
    project = models.ForeignKey(
        KeyProject,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="transfers",
        verbose_name=_("关联项目"),
    )
    note = models.CharField(_("说明"), max_length=300, blank=True)

    objects = TransferQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("科技成果转化")
        ordering = ["-signed_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(tech_amount=None)
                | Q(contract_amount=None)
                | Q(tech_amount__lte=models.F("contract_amount")),
                name="transfer_tech_within_contract",
            ),
            models.UniqueConstraint(
                fields=["contract_no"],
                condition=~Q(contract_no=""),
                name="transfer_contract_once",
            ),
        ]
        indexes = [models.Index(fields=["updated_at", "id"], name="transfer_updated")]

    def __str__(self):
        return f"{self.number} {self.title}"

    @property
    def name(self):
        return self.title

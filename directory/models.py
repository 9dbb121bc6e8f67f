"""Who is who in the district: departments, enterprises, parks, industries; and the running
numbers of documents.
"""

from django.db import models, transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from directory.names import normalise
from directory.querysets import EnterpriseQuerySet
from directory.validators import validate_uscc


class Named(models.Model):
    """A row with a Chinese name and, where it is shown to foreigners, an English one."""

    code = models.SlugField(_("代码"), max_length=40, unique=True)
    name = models.CharField(_("名称"), max_length=100, unique=True)
    name_en = models.CharField(_("英文名称"), max_length=150, blank=True)
    order = models.PositiveSmallIntegerField(_("排序"), default=100)

    class Meta:
        abstract = True
        ordering = ["order", "code"]

    def __str__(self):
        return self.label

    @property
    def label(self):
        """The name in the reader's language."""
        if (translation.get_language() or "").startswith("en") and self.name_en:
            return self.name_en
        return self.name


class Department(Named):
    class Kind(models.TextChoices):
        BUREAU = "bureau", _("区直部门")
        STATION = "station", _("垂直管理单位")
        TOWN = "town", _("乡镇、街道")
        OFFICE = "office", _("党工委、管委会办公机构")
        UTILITY = "utility", _("公用企业")
        EXTERNAL = "external", _("区外单位")

    short_name = models.CharField(_("简称"), max_length=30, blank=True)
    kind = models.CharField(_("类别"), max_length=10, choices=Kind, default=Kind.BUREAU)
    is_active = models.BooleanField(_("承办诉求"), default=True)
    updated_at = models.DateTimeField(_("更新时间"), auto_now=True)

    class Meta(Named.Meta):
        verbose_name = verbose_name_plural = _("部门")


class Industry(Named):
    class Meta(Named.Meta):
        verbose_name = verbose_name_plural = _("产业")


class Park(Named):
    area_mu = models.DecimalField(
        _("面积（亩）"), max_digits=10, decimal_places=2, null=True, blank=True
    )
    description = models.TextField(_("简介"), blank=True)
    updated_at = models.DateTimeField(_("更新时间"), auto_now=True)

    class Meta(Named.Meta):
        verbose_name = verbose_name_plural = _("园区")


class Enterprise(models.Model):
    name = models.CharField(_("企业名称"), max_length=120)
    name_key = models.CharField(_("比对名称"), max_length=120, db_index=True, editable=False)
    name_en = models.CharField(_("英文名称"), max_length=150, blank=True)
    uscc = models.CharField(
        _("统一社会信用代码"),
        max_length=18,
        unique=True,
        null=True,
        blank=True,
        validators=[validate_uscc],
    )
    industry = models.ForeignKey(
        Industry,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="enterprises",
        verbose_name=_("产业"),
    )
    park = models.ForeignKey(
        Park,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="enterprises",
        verbose_name=_("园区"),
    )
    address = models.CharField(_("地址"), max_length=200, blank=True)
    description = models.TextField(_("简介"), blank=True)
    is_sample = models.BooleanField(_("示例"), default=False)
    updated_at = models.DateTimeField(_("更新时间"), auto_now=True)

    objects = EnterpriseQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = verbose_name_plural = _("企业")
        constraints = [
            models.CheckConstraint(condition=~models.Q(name=""), name="enterprise_has_name"),
            models.CheckConstraint(
                condition=~models.Q(uscc=""), name="enterprise_uscc_null_not_empty"
            ),
        ]

    def __str__(self):
        return self.name

    def save(self, *args, **kwargs):
        self.name_key = normalise(self.name)[:120]
        super().save(*args, **kwargs)

    def clean(self):
        self.uscc = (self.uscc or "").strip().upper() or None


class Sequence(models.Model):
    """The last number given in a series of documents, e.g. 督办单 of one year."""

    series = models.CharField(max_length=20)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["series", "year"], name="sequence_once")]
        verbose_name = verbose_name_plural = _("编号")

    def __str__(self):
        return f"{self.series}-{self.year}-{self.last}"

    @classmethod
    def take(cls, series, year):
        """The next number of the series; the row stays locked until the caller's transaction
        ends, so none is skipped.
        """
        with transaction.atomic():
            cls.objects.get_or_create(series=series, year=year)
            row = cls.objects.select_for_update().get(series=series, year=year)
            row.last += 1
            row.save(update_fields=["last"])
        return row.last

"""What every record of this room has."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


def yuan(label, **kwargs):
    """A column of yuan, empty when unknown."""
    kwargs = {"null": True, "blank": True} | kwargs
    return models.DecimalField(label, max_digits=17, decimal_places=2, **kwargs)


class Record(models.Model):
    """A numbered row whose changes are counted by `version` and kept as events."""

    number = models.CharField(_("编号"), max_length=20, unique=True)
    version = models.PositiveIntegerField(_("版本"), default=0)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    is_sample = models.BooleanField(_("示例"), default=False)
    created_at = models.DateTimeField(_("登记时间"), auto_now_add=True)
    updated_at = models.DateTimeField(_("更新时间"), auto_now=True)

    class Meta:
        abstract = True

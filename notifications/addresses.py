"""How a person is reached beside his inbox: names, wishes, deputies, and addresses left alone."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from notifications.choices import Channel
from notifications.querysets import DeputyQuerySet, SuspensionQuerySet


class ChannelAccount(models.Model):
    """Whom a channel's provider knows a person as: a userid, an open_id, a mobile number."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="channel_accounts"
    )
    channel = models.CharField(_("渠道"), max_length=20, choices=Channel)
    value = models.CharField(_("账号"), max_length=100)

    class Meta:
        verbose_name = verbose_name_plural = _("渠道账号")
        constraints = [
            models.UniqueConstraint(fields=["user", "channel"], name="account_once_per_channel")
        ]

    def __str__(self):
        return f"{self.user} · {self.get_channel_display()}"


class Preference(models.Model):
    """Whether a person wants a kind through a channel; without a row, the channel's usual way."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="preferences")
    kind = models.CharField(_("类型"), max_length=60)
    channel = models.CharField(_("渠道"), max_length=20, choices=Channel)
    wanted = models.BooleanField(_("接收"))

    class Meta:
        verbose_name = verbose_name_plural = _("接收偏好")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "kind", "channel"], name="preference_once_per_kind"
            )
        ]

    def __str__(self):
        return f"{self.user} · {self.kind} · {self.channel}"


class Suspension(models.Model):
    """An address that refused a message: left alone until a day, then tried again."""

    channel = models.CharField(_("渠道"), max_length=20, choices=Channel)
    address = models.CharField(_("地址"), max_length=254)
    until = models.DateTimeField(_("停用至"))
    reason = models.CharField(_("原因"), max_length=300, blank=True)

    objects = SuspensionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("停用地址")
        constraints = [
            models.UniqueConstraint(fields=["channel", "address"], name="suspension_once")
        ]

    def __str__(self):
        return self.get_channel_display()


class Deputy(models.Model):
    """Who hears in a person's stead while he is away, from the first to the last day."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="deputies")
    deputy = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    starts_on = models.DateField(_("开始日期"))
    ends_on = models.DateField(_("结束日期"))

    objects = DeputyQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("代理安排")
        ordering = ["starts_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=models.F("starts_on")), name="deputy_ends_after_start"
            ),
            models.CheckConstraint(condition=~Q(user=models.F("deputy")), name="deputy_is_another"),
        ]

    def __str__(self):
        return f"{self.user} → {self.deputy}"

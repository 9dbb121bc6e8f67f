"""What the API itself keeps: the log of changes that `updated_since` reads, counted calls, and
webhooks with their deliveries.
"""

import secrets

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts.models import ApiKey
from api.querysets import CallsQuerySet, ChangeQuerySet, HookDeliveryQuerySet, WebhookQuerySet
from api.validators import validate_hook_address, validate_kinds


class Change(models.Model):
    """One change of a row that the API serves, written by database triggers (api/sync.py), so that
    bulk writes, commands and raw SQL are in it too.

    `at` is the row's own time of change where the write set it, `logged` the database's, `stamp`
    the time under which clients find it, given when the change is committed and first asked for.
    `gone`: whoever is in `scope` lost the row, known to him as `name`; it was deleted or handed to
    somebody else.
    """

    kind = models.CharField(max_length=20)
    row = models.BigIntegerField()
    at = models.DateTimeField(null=True)
    logged = models.DateTimeField()
    stamp = models.DateTimeField(null=True)
    gone = models.BooleanField(default=False)
    name = models.CharField(max_length=40, blank=True)
    scope = models.JSONField(null=True)

    objects = ChangeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("变更日志")
        indexes = [
            models.Index(fields=["kind", "stamp", "row"], name="change_window"),
            models.Index(fields=["kind", "row"], name="change_of_row"),
            models.Index(fields=["stamp"], name="change_stamp"),
            models.Index(fields=["id"], condition=Q(stamp=None), name="change_unpublished"),
        ]

    def __str__(self):
        return f"{self.kind} {self.row}"


class Horizon(models.Model):
    """One row: every stamp given so far is before `until`, every later one is not."""

    until = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = _("变更日志水位")

    def __str__(self):
        return f"{self.until:%Y-%m-%d %H:%M:%S}"


class Calls(models.Model):
    """How often one caller called in one minute. `who`: "key:<name>", or "refused:<address>" for
    calls without a valid key.
    """

    who = models.CharField(_("调用方"), max_length=80)
    minute = models.DateTimeField(_("时间（分钟）"))
    number = models.PositiveIntegerField(_("次数"), default=0)

    objects = CallsQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("接口调用记录")
        ordering = ["-minute", "who"]
        constraints = [models.UniqueConstraint(fields=["who", "minute"], name="calls_once")]

    def __str__(self):
        return f"{self.who} {self.minute:%Y-%m-%d %H:%M}"


def new_salt():
    return secrets.token_hex(16)


class Webhook(models.Model):
    """An address that is told which rows changed, of those its key may read. The changes up to
    `read_until` have been written as deliveries.
    """

    name = models.CharField(_("名称"), max_length=60, unique=True)
    url = models.CharField(_("接收地址"), max_length=300, validators=[validate_hook_address])
    kinds = models.JSONField(_("事件"), default=list, validators=[validate_kinds])
    key = models.ForeignKey(
        ApiKey,
        models.PROTECT,
        related_name="webhooks",
        verbose_name=_("所依据的密钥"),
    )
    salt = models.CharField(max_length=32, default=new_salt, editable=False)
    is_active = models.BooleanField(_("启用"), default=True)
    read_until = models.DateTimeField(default=timezone.now, editable=False)
    created_at = models.DateTimeField(_("登记时间"), auto_now_add=True)

    objects = WebhookQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("事件推送")
        ordering = ["name"]

    def __str__(self):
        return self.name

    @property
    def secret(self):
        """What deliveries are signed with; made from SECRET_KEY, so the database alone does not
        give it away.
        """
        return salted_hmac(f"webhook:{self.salt}", str(self.pk), algorithm="sha256").hexdigest()


class HookDelivery(models.Model):
    """One request to a webhook; the rules of notifications.Delivery hold here, too. `body` is sent
    as it stands, over every try.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("待发送")
        SENDING = "sending", _("发送中")
        SENT = "sent", _("已发送")
        DEAD = "dead", _("发送失败")

    webhook = models.ForeignKey(Webhook, models.CASCADE, related_name="deliveries")
    body = models.TextField()
    events = models.PositiveIntegerField(_("事件数"))
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.QUEUED)
    attempts = models.PositiveIntegerField(_("尝试次数"), default=0)
    created_at = models.DateTimeField(_("产生时间"))
    next_at = models.DateTimeField(_("下次发送时间"))
    lease_until = models.DateTimeField(_("占用至"), null=True, blank=True)
    lease_token = models.CharField(max_length=32, blank=True)
    sent_at = models.DateTimeField(_("发送时间"), null=True, blank=True)
    last_error = models.CharField(_("最近错误"), max_length=300, blank=True)

    objects = HookDeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("推送记录")
        ordering = ["-pk"]
        indexes = [
            models.Index(
                fields=["next_at", "id"], condition=Q(state="queued"), name="hook_delivery_due"
            ),
            models.Index(
                fields=["lease_until"], condition=Q(state="sending"), name="hook_delivery_held"
            ),
        ]

    def __str__(self):
        return f"{self.webhook} {self.pk}"


class HookAttempt(models.Model):
    """One try and what came of it; `status` is the HTTP answer's, empty without one."""

    delivery = models.ForeignKey(HookDelivery, models.CASCADE, related_name="tries")
    number = models.PositiveIntegerField(_("序号"))
    started_at = models.DateTimeField(_("开始时间"))
    ended_at = models.DateTimeField(_("结束时间"))
    status = models.PositiveSmallIntegerField(_("应答状态"), null=True, blank=True)
    error = models.CharField(_("错误"), max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("推送尝试")
        ordering = ["pk"]

    def __str__(self):
        return f"{self.delivery_id} {self.number}"

"""The inbox and the outbox. A message to a user is itself the in-app message; each further channel
is a delivery with its attempts, so "was it sent, when and by whom" is answered from rows.
"""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from directory.models import Department
from notifications import kinds
from notifications.addresses import ChannelAccount, Deputy, Preference, Suspension
from notifications.choices import Channel
from notifications.querysets import DeliveryQuerySet, GatewayQuerySet, MessageQuerySet

__all__ = [
    "Attempt",
    "ChannelAccount",
    "Delivery",
    "Deputy",
    "Gateway",
    "Heartbeat",
    "Lane",
    "Message",
    "Preference",
    "Suspension",
    "TimerRun",
]


class Message(models.Model):
    """Kind and data for one recipient. `dedupe_key` names the occasion: once per recipient."""

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="inbox",
        db_index=False,
        verbose_name=_("接收人"),
    )
    on_behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("代理对象"),
    )
    address = models.EmailField(_("外部邮箱"), blank=True)
    language = models.CharField(_("语言"), max_length=10, blank=True)
    kind = models.CharField(_("类型"), max_length=60)
    data = models.JSONField(_("数据"), default=dict, encoder=DjangoJSONEncoder)
    dedupe_key = models.CharField(_("去重键"), max_length=200)
    urgent = models.BooleanField(_("紧急"), default=False)
    created_at = models.DateTimeField(_("产生时间"))
    read_at = models.DateTimeField(_("阅读时间"), null=True, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("消息")
        constraints = [
            # The pattern class lets cancel() find a key's beginning in this same index.
            models.UniqueConstraint(
                fields=["dedupe_key", "recipient"],
                name="message_once_per_user",
                opclasses=["varchar_pattern_ops", "int8_ops"],
            ),
            models.UniqueConstraint(
                fields=["dedupe_key", "address"],
                condition=Q(recipient=None),
                name="message_once_per_address",
                opclasses=["varchar_pattern_ops", "varchar_pattern_ops"],
            ),
            models.CheckConstraint(
                condition=Q(recipient__isnull=False) | ~Q(address=""), name="message_has_addressee"
            ),
        ]
        indexes = [
            models.Index(fields=["recipient", "-id"], name="message_inbox"),
            models.Index(fields=["recipient"], condition=Q(read_at=None), name="message_unread"),
        ]

    def __str__(self):
        return f"{self.kind} · {self.dedupe_key}"

    @cached_property
    def rendered(self):
        """Subject, body and url in the language of whoever reads the page."""
        return kinds.render_safely(self.kind, self.data)

    @property
    def kind_label(self):
        return kinds.get(self.kind).label


class Delivery(models.Model):
    """A message on its way through one channel. `at_once`: neither waits for working hours nor
    joins a digest. `attempts` counts claims, so that a row that kills its worker ends as dead too.
    `unknown`: whether it arrived cannot be told and a copy would cost; a person decides.
    """

    Channel = Channel

    class State(models.TextChoices):
        QUEUED = "queued", _("待发送")
        SENDING = "sending", _("发送中")
        SENT = "sent", _("已发送")
        DEAD = "dead", _("发送失败")
        CANCELLED = "cancelled", _("已取消")
        UNKNOWN = "unknown", _("待核实")

    message = models.ForeignKey(
        Message, models.CASCADE, related_name="deliveries", db_index=False, verbose_name=_("消息")
    )
    channel = models.CharField(_("渠道"), max_length=20, choices=Channel, default=Channel.EMAIL)
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.QUEUED)
    at_once = models.BooleanField(_("立即发送"), default=False)
    attempts = models.PositiveIntegerField(_("尝试次数"), default=0)
    next_at = models.DateTimeField(_("下次发送时间"))
    lease_until = models.DateTimeField(_("占用至"), null=True, blank=True)
    lease_token = models.CharField(_("占用凭据"), max_length=32, blank=True)
    first_tried_at = models.DateTimeField(_("首次尝试时间"), null=True, blank=True)
    sent_at = models.DateTimeField(_("发送时间"), null=True, blank=True)
    # Deliveries that went out as one message share it.
    digest_id = models.CharField(_("汇总编号"), max_length=32, blank=True)
    provider_id = models.CharField(_("服务商编号"), max_length=100, blank=True)
    last_error = models.CharField(_("最近错误"), max_length=300, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("消息发送")
        constraints = [
            models.UniqueConstraint(fields=["message", "channel"], name="delivery_once_per_channel")
        ]
        indexes = [
            models.Index(
                fields=["channel", "next_at", "id"],
                condition=Q(state="queued"),
                name="delivery_due",
            ),
            models.Index(
                fields=["lease_until"], condition=Q(state="sending"), name="delivery_held"
            ),
            models.Index(
                fields=["id"], condition=Q(state__in=["dead", "unknown"]), name="delivery_dead"
            ),
        ]

    def __str__(self):
        return f"{self.get_channel_display()} · {self.get_state_display()}"


class Attempt(models.Model):
    """One try to send a delivery; written when it ends and never changed. `process` says where the
    try was made, for instance "celery@host:1234" or "command:1234".
    """

    class Outcome(models.TextChoices):
        SENT = "sent", _("已发送")
        FAILED = "failed", _("暂时失败")
        REFUSED = "refused", _("永久失败")
        AMBIGUOUS = "ambiguous", _("结果不明")
        LOST = "lost", _("进程中断")
        CANCELLED = "cancelled", _("已取消")

    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="tries")
    number = models.PositiveIntegerField(_("序号"))
    started_at = models.DateTimeField(_("开始时间"))
    ended_at = models.DateTimeField(_("结束时间"))
    outcome = models.CharField(_("结果"), max_length=10, choices=Outcome)
    error = models.CharField(_("错误"), max_length=300, blank=True)
    process = models.CharField(_("进程"), max_length=120, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("发送尝试")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["delivery"], condition=Q(outcome="sent"), name="attempt_sent_once"
            )
        ]

    def __str__(self):
        return f"{self.delivery} · {self.number}"

    @classmethod
    def counted(cls):
        """[(outcome, count)]"""
        rows = cls.objects.order_by().values_list("outcome")
        return rows.annotate(count=models.Count("pk")).order_by("outcome")


class Heartbeat(models.Model):
    """When a part of the portal was last seen at work."""

    name = models.CharField(_("名称"), max_length=40, unique=True)
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("心跳")

    def __str__(self):
        return self.name

    @classmethod
    def beat(cls, name, now=None):
        seen = cls(name=name, at=now or timezone.now())
        cls.objects.bulk_create(
            [seen], update_conflicts=True, unique_fields=["name"], update_fields=["at"]
        )


class TimerRun(models.Model):
    """One run of a timed task: what it did, or why it failed. The newest 500 per name are kept."""

    KEPT = 500

    name = models.CharField(_("任务"), max_length=80)
    started_at = models.DateTimeField(_("开始时间"))
    ended_at = models.DateTimeField(_("结束时间"), null=True, blank=True)
    ok = models.BooleanField(_("成功"), default=False)
    result = models.JSONField(_("结果"), null=True, blank=True, encoder=DjangoJSONEncoder)

    class Meta:
        verbose_name = verbose_name_plural = _("定时任务运行记录")
        indexes = [models.Index(fields=["name", "-id"], name="timerrun_newest")]

    def __str__(self):
        return f"{self.name} · {self.started_at:%Y-%m-%d %H:%M}"

    @classmethod
    def prune(cls, name):
        newest = cls.objects.filter(name=name).order_by("-id").values_list("id", flat=True)
        for oldest_kept in newest[cls.KEPT - 1 : cls.KEPT]:
            cls.objects.filter(name=name, id__lt=oldest_kept).delete()


class Gateway(models.Model):
    """A channel's way out, as the administrator set it up. Robots speak in a department's group;
    one without a department serves everybody who has none of his own. `key` and `secret` are
    written and never shown again.
    """

    channel = models.CharField(
        _("渠道"), max_length=20, choices=[c for c in Channel.choices if c[0] != "email"]
    )
    department = models.ForeignKey(
        Department,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("所在部门"),
        help_text=_("群机器人所在的部门群；留空则为没有专用机器人的人员使用。"),
    )
    endpoint = models.CharField(
        _("接口地址"),
        max_length=200,
        blank=True,
        help_text=_("留空使用公有云地址；政务专有部署、短信网关填写本单位地址。"),
    )
    account = models.CharField(
        _("账号"), max_length=100, blank=True, help_text=_("企业编号、短信签名等，不含密钥。")
    )
    agent = models.CharField(
        _("应用或模板编号"), max_length=100, blank=True, help_text=_("企业微信应用、短信模板编号。")
    )
    key = models.CharField(_("访问密钥"), max_length=300, blank=True)
    secret = models.CharField(_("签名密钥"), max_length=300, blank=True)
    provider = models.CharField(
        _("短信服务商"),
        max_length=10,
        blank=True,
        choices=[("", _("政务短信网关")), ("aliyun", _("阿里云"))],
    )
    status_url = models.CharField(_("状态查询地址"), max_length=200, blank=True)
    per_minute = models.PositiveIntegerField(_("每分钟上限"), default=18)
    enabled = models.BooleanField(_("启用"), default=False)

    objects = GatewayQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("消息渠道")
        ordering = ["channel", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "department"], name="gateway_once_per_department"
            ),
            models.UniqueConstraint(
                fields=["channel"], condition=Q(department=None), name="gateway_once_for_all"
            ),
        ]

    def __str__(self):
        where = self.department or _("全区")
        return f"{self.get_channel_display()} · {where}"

    @property
    def lane(self):
        return f"gateway:{self.pk}"


class Lane(models.Model):
    """How a way out fares: consecutive failures, closed until when, tokens left in its bucket."""

    name = models.CharField(_("名称"), max_length=40, unique=True)
    failures = models.PositiveIntegerField(_("连续失败"), default=0)
    open_until = models.DateTimeField(_("暂停至"), null=True, blank=True)
    tokens = models.FloatField(_("剩余配额"), default=0)
    refilled_at = models.DateTimeField(_("配额更新时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("渠道状态")

    def __str__(self):
        return self.name

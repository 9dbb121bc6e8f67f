"""Rules that are rows: categories, the versioned policy with its limits, and the ladder of
reminders.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from directory.models import Department, Named
from issues import choices


class Category(Named):
    """What an issue is about; it decides the class of its time limit."""

    time_class = models.CharField(
        _("时限类别"), max_length=10, choices=choices.TIME_CLASS, default="general"
    )
    department = models.ForeignKey(
        Department,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("通常承办部门"),
    )
    updated_at = models.DateTimeField(_("更新时间"), auto_now=True)

    class Meta(Named.Meta):
        verbose_name = verbose_name_plural = _("事项类别")


# Data: what the caller says on the telephone, until the district writes its own.
VISIT_SCRIPT = (
    "您好，请问是【企业】的【联系人】吗？我是汉沽管理区督查协调机构的【回访人】。\n"  # data
    "贵企业反映的“【事项】”，【部门】已于【答复日期】答复。\n"
    "一、答复的内容您收到了吗？问题解决了没有？\n"
    "二、对办理结果，您是满意、基本满意，还是不满意？\n"
    "三、（基本满意或不满意的）主要是哪方面的原因？还需要我们做什么？\n"
    "感谢您的配合，再见。"
)


class PolicyQuerySet(models.QuerySet):
    def valid_at(self, moment):
        """The policy in force at `moment`; Policy.DoesNotExist when none is."""
        return self.filter(valid_from__lte=moment).latest("valid_from", "version")


class Policy(models.Model):
    """One version of the rules. A published version is never edited: a change is the next version
    with its own start.
    """

    version = models.PositiveIntegerField(_("版本"), unique=True)
    name = models.CharField(_("名称"), max_length=100)
    valid_from = models.DateTimeField(_("生效时间"))
    handler_may_resolve = models.BooleanField(_("承办人可办结"), default=True)
    return_window = models.PositiveSmallIntegerField(_("退回期限（工作日）"), default=1)
    extension_lead = models.PositiveSmallIntegerField(_("延期提前申请（工作日）"), default=1)
    extension_max = models.PositiveSmallIntegerField(_("单次延期上限（工作日）"), default=10)
    extension_times = models.PositiveSmallIntegerField(_("延期次数"), default=2)
    reopen_days = models.PositiveSmallIntegerField(_("销号后可重办（天）"), default=30)
    visit_tries = models.PositiveSmallIntegerField(_("回访次数"), default=3)
    rework_share = models.DecimalField(
        _("重办时限比例"), max_digits=3, decimal_places=2, default="0.50"
    )

    pattern_count = models.PositiveSmallIntegerField(_("一类事件数"), default=5)
    pattern_days = models.PositiveSmallIntegerField(_("一类事期间（天）"), default=90)
    visit_script = models.TextField(
        _("回访话术"),
        default=VISIT_SCRIPT,
        help_text=_("可用【企业】【联系人】【事项】【部门】【答复日期】【回访人】，显示时代入。"),
    )
    applies_to_open = models.BooleanField(
        _("适用于在办诉求"),
        default=False,
        help_text=_("生效时重新测算在办诉求尚未到结论的时限；不勾选则只用于此后起算的时限。"),
    )
    applied_at = models.DateTimeField(_("重新测算时间"), null=True, blank=True, editable=False)
    moved = models.JSONField(_("重新测算结果"), null=True, blank=True, editable=False)

    objects = PolicyQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("时限政策")
        ordering = ["-version"]

    def __str__(self):
        return f"{self.name} v{self.version}"

    def limit(self, clock, time_class):
        """The Limit row of a clock for a class; None when this policy sets no such limit."""
        return self.limit_table.get((clock, time_class))

    @property
    def limit_table(self):
        """(clock, class) → Limit, read once per instance."""
        if not hasattr(self, "_limit_table"):
            self._limit_table = {(row.clock, row.time_class): row for row in self.limits.all()}
        return self._limit_table


class Limit(models.Model):
    """number + unit for one clock and class, e.g. 5 working days to resolve a general issue."""

    policy = models.ForeignKey(Policy, models.CASCADE, related_name="limits")
    clock = models.CharField(_("时限"), max_length=10, choices=choices.CLOCK)
    time_class = models.CharField(_("时限类别"), max_length=10, choices=choices.TIME_CLASS)
    number = models.DecimalField(_("数量"), max_digits=6, decimal_places=2)
    unit = models.CharField(_("单位"), max_length=14, choices=choices.UNIT)

    class Meta:
        verbose_name = verbose_name_plural = _("时限")
        constraints = [
            models.UniqueConstraint(fields=["policy", "clock", "time_class"], name="limit_once"),
            models.CheckConstraint(condition=models.Q(number__gt=0), name="limit_positive"),
        ]

    def __str__(self):
        return f"{self.get_clock_display()} {self.number:g} {self.get_unit_display()}"


class LadderRung(models.Model):
    """One rung: how far from the due time it speaks, to whom, and in which colour.

    `offset` counts working days (at opening time) or clock hours from the due time; negative is
    before it.
    The leader is the one who answers for the department; principal leaders are marked on the user.
    """

    policy = models.ForeignKey(Policy, models.CASCADE, related_name="rungs")
    code = models.CharField(_("代码"), max_length=20)
    urgent = models.BooleanField(_("用于紧急类"), default=False)
    offset = models.SmallIntegerField(_("偏移"))
    unit = models.CharField(_("单位"), max_length=14, choices=choices.UNIT, default="working_days")
    to_handler = models.BooleanField(_("提醒承办人"), default=False)
    to_head = models.BooleanField(_("提醒部门负责人"), default=False)
    to_leader = models.BooleanField(_("提醒分管领导"), default=False)
    to_principal = models.BooleanField(_("提醒主要领导"), default=False)
    colour = models.CharField(_("等级"), max_length=8, choices=choices.COLOUR)
    issues_notice = models.BooleanField(_("发督办单"), default=False)

    class Meta:
        verbose_name = verbose_name_plural = _("督办阶梯")
        ordering = ["policy", "urgent", "offset"]
        constraints = [
            models.UniqueConstraint(fields=["policy", "code"], name="rung_once"),
            models.UniqueConstraint(
                fields=["policy", "urgent", "offset", "unit"], name="rung_one_per_moment"
            ),
        ]

    def __str__(self):
        return self.code

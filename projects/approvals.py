"""Approval steps of the four national stages with working-day clocks, and the bases that 压缩 is
measured against.
"""

from django.db import models
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from directory.models import Department, Named
from projects import choices
from projects.managers import ApprovalQuerySet


class ApprovalItem(Named):
    """事项目录: what a project may need, by whom, within how many working days."""

    stage = models.PositiveSmallIntegerField(_("阶段"), choices=choices.APPROVAL_STAGE)
    authority = models.ForeignKey(
        Department,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("审批部门"),
    )
    statutory_days = models.PositiveSmallIntegerField(
        _("法定时限（工作日）"), null=True, blank=True
    )
    committed_days = models.PositiveSmallIntegerField(
        _("承诺时限（工作日）"), null=True, blank=True
    )
    valid_months = models.PositiveSmallIntegerField(_("有效期（月）"), null=True, blank=True)
    is_active = models.BooleanField(_("使用中"), default=True)

    class Meta(Named.Meta):
        verbose_name = verbose_name_plural = _("审批事项")


class ApprovalStep(models.Model):
    """One item of one project. Days are working days; the day of acceptance does not count."""

    project = models.ForeignKey("projects.KeyProject", models.CASCADE, related_name="approvals")
    item = models.ForeignKey(ApprovalItem, models.PROTECT, related_name="steps")
    authority = models.ForeignKey(
        Department,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("审批部门"),
    )
    required = models.BooleanField(_("涉及"), default=True)
    waived_reason = models.CharField(_("免办理由"), max_length=200, blank=True)
    statutory_days = models.PositiveSmallIntegerField(
        _("法定时限（工作日）"), null=True, blank=True
    )
    committed_days = models.PositiveSmallIntegerField(
        _("承诺时限（工作日）"), null=True, blank=True
    )
    original_target = models.DateField(_("原定办结日期"), null=True, blank=True)
    current_target = models.DateField(_("现定办结日期"), null=True, blank=True)
    submitted_on = models.DateField(_("申请日期"), null=True, blank=True)
    accepted_on = models.DateField(_("受理日期"), null=True, blank=True)
    decided_on = models.DateField(_("办结日期"), null=True, blank=True)
    doc_no = models.CharField(_("批文号"), max_length=80, blank=True)
    valid_until = models.DateField(_("有效期至"), null=True, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ApprovalQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("审批步骤")
        ordering = ["item__stage", "item__order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["project", "item"], name="approval_once"),
            models.CheckConstraint(
                condition=Q(required=True) | ~Q(waived_reason=""),
                name="approval_waived_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(accepted_on=None)
                | Q(submitted_on=None)
                | Q(accepted_on__gte=models.F("submitted_on")),
                name="approval_accepted_after_submitted",
            ),
            models.CheckConstraint(
                condition=Q(decided_on=None)
                | Q(accepted_on__isnull=False, decided_on__gte=models.F("accepted_on")),
                name="approval_decided_after_accepted",
            ),
        ]
        indexes = [
            models.Index(
                fields=["valid_until"],
                condition=Q(valid_until__isnull=False),
                name="approval_expiring",
            ),
            models.Index(
                fields=["current_target"],
                condition=Q(decided_on=None) & Q(required=True),
                name="approval_waiting",
            ),
        ]

    def __str__(self):
        return f"{self.project_id} · {self.item}"

    @property
    def label(self):
        return self.item.label

    @property
    def state(self):
        """waived, decided, stopped, running, submitted or todo."""
        if not self.required:
            return "waived"
        if self.decided_on:
            return "decided"
        if self.accepted_on:
            return "stopped" if any(s.until is None for s in self.stops.all()) else "running"
        return "submitted" if self.submitted_on else "todo"


class ApprovalStop(models.Model):
    """Days that do not count: from `since` to the day before `until`, or still running."""

    step = models.ForeignKey(ApprovalStep, models.CASCADE, related_name="stops")
    since = models.DateField(_("停计自"))
    until = models.DateField(_("恢复计时"), null=True, blank=True)
    reason_code = models.CharField(_("停计原因"), max_length=12, choices=choices.STOP_REASON)
    note = models.CharField(_("说明"), max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = pgettext_lazy("审批", "停计")
        ordering = ["since"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gt=models.F("since")),
                name="approval_stop_forward",
            ),
            models.UniqueConstraint(
                fields=["step"], condition=Q(until=None), name="approval_stop_one_open"
            ),
        ]

    def __str__(self):
        return f"{self.step_id} · {self.since}"


class ApprovalBase(models.Model):
    """A named base: "35%" says nothing without the days it is taken from."""

    name = models.CharField(_("基数名称"), max_length=100, unique=True)
    name_en = models.CharField(_("英文名称"), max_length=150, blank=True)
    source = models.CharField(_("依据"), max_length=200)
    is_default = models.BooleanField(_("默认"), default=False)

    class Meta:
        verbose_name = verbose_name_plural = _("压缩基数")
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"],
                condition=Q(is_default=True),
                name="approval_base_one_default",
            )
        ]

    def __str__(self):
        return self.label

    @property
    def label(self):
        if (translation.get_language() or "").startswith("en") and self.name_en:
            return self.name_en
        return self.name


class ApprovalBaseDays(models.Model):
    base = models.ForeignKey(ApprovalBase, models.CASCADE, related_name="days")
    item = models.ForeignKey(ApprovalItem, models.CASCADE, related_name="+")
    days = models.PositiveSmallIntegerField(_("基数（工作日）"))

    class Meta:
        verbose_name = verbose_name_plural = _("基数时限")
        constraints = [
            models.UniqueConstraint(fields=["base", "item"], name="approval_base_days_once")
        ]

    def __str__(self):
        return f"{self.base} · {self.item} · {self.days}"

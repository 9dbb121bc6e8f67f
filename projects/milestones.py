"""Milestones with three dates each, and the changes of the current one."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from directory.models import Department
from projects import choices
from projects.managers import DateChangeQuerySet, MilestoneQuerySet


class Milestone(models.Model):
    """节点. `original_on` is frozen once the project is on the list, `current_on` moves by approved
    changes only, `actual_on` is what happened. Where a day is not known its words are kept.
    """

    project = models.ForeignKey("projects.KeyProject", models.CASCADE, related_name="milestones")
    code = models.CharField(_("节点"), max_length=14, choices=choices.MILESTONE)
    weight = models.PositiveSmallIntegerField(_("权重（%）"), default=0)
    original_on = models.DateField(_("原定日期"), null=True, blank=True)
    original_text = models.CharField(max_length=60, blank=True)
    current_on = models.DateField(_("现定日期"), null=True, blank=True)
    current_text = models.CharField(max_length=60, blank=True)
    actual_on = models.DateField(_("实际日期"), null=True, blank=True)
    actual_text = models.CharField(max_length=60, blank=True)
    # A change asked for after the date had passed: the original counts as missed for good.
    missed = models.BooleanField(_("逾期后申请调整"), default=False)
    department = models.ForeignKey(
        Department,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("责任单位"),
    )
    note = models.CharField(_("备注"), max_length=200, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = MilestoneQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("节点")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["project", "code"], name="milestone_once"),
            models.CheckConstraint(
                condition=(Q(original_on=None) | Q(original_text=""))
                & (Q(current_on=None) | Q(current_text=""))
                & (Q(actual_on=None) | Q(actual_text="")),
                name="milestone_date_or_text",
            ),
        ]
        indexes = [
            models.Index(
                fields=["current_on", "project"],
                condition=Q(actual_on=None) & Q(actual_text=""),
                name="milestone_waiting",
            )
        ]

    def __str__(self):
        return f"{self.project_id} · {self.get_code_display()}"

    @property
    def is_met(self):
        return self.actual_on is not None or bool(self.actual_text)

    def state(self, today):
        """met (by the current day, and not missed before), late, done (without a day to hold it
        against), overdue, open or unknown.
        """
        if self.actual_on:
            # A change that was asked for and approved in time is kept by keeping its day.
            due = self.current_on or self.original_on
            if due is None and not self.missed:
                return "done"
            return "late" if self.missed or self.actual_on > due else "met"
        if self.actual_text:
            return "done"
        if self.current_on is None:
            return "unknown"
        return "overdue" if self.current_on < today else "open"


class DateChange(models.Model):
    """调整 of a milestone's or an approval step's current date; decided by a second person."""

    class Status(models.TextChoices):
        PENDING = "pending", _("待审批")
        APPROVED = "approved", _("已批准")
        DENIED = "denied", _("未批准")

    project = models.ForeignKey("projects.KeyProject", models.CASCADE, related_name="date_changes")
    milestone = models.ForeignKey(
        Milestone, models.CASCADE, null=True, blank=True, related_name="changes"
    )
    step = models.ForeignKey(
        "projects.ApprovalStep", models.CASCADE, null=True, blank=True, related_name="changes"
    )
    old_on = models.DateField(_("原日期"), null=True, blank=True)
    new_on = models.DateField(_("申请改为"))
    reason_code = models.CharField(_("理由类别"), max_length=14, choices=choices.CHANGE_REASON)
    reason = models.TextField(_("理由"), max_length=1000)
    applicant = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    applied_at = models.DateTimeField(_("申请时间"))
    # Asked for when the day had passed already.
    late = models.BooleanField(_("逾期后申请"), default=False)
    by_leader = models.BooleanField(_("由包联领导审批"), default=False)
    status = models.CharField(_("状态"), max_length=10, choices=Status, default=Status.PENDING)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(_("审批时间"), null=True, blank=True)
    decision_reason = models.CharField(_("审批意见"), max_length=500, blank=True)

    objects = DateChangeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("日期调整")
        ordering = ["-applied_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(milestone__isnull=False, step__isnull=True)
                | Q(milestone__isnull=True, step__isnull=False),
                name="date_change_of_one_thing",
            ),
            models.UniqueConstraint(
                fields=["milestone"],
                condition=Q(status="pending"),
                name="date_change_one_pending_per_milestone",
            ),
            models.UniqueConstraint(
                fields=["step"],
                condition=Q(status="pending"),
                name="date_change_one_pending_per_step",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=models.F("applicant")),
                name="date_change_decided_by_another",
            ),
        ]

    def __str__(self):
        return f"{self.project_id} · {self.new_on}"

    @property
    def subject(self):
        """What the date is of, in words."""
        return self.milestone.get_code_display() if self.milestone else self.step.label

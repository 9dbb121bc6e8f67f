"""The rows of the closed loop: the issue, its events, its clocks, and what hangs on it."""

import secrets

from django.conf import settings
from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.models import ApiKey
from directory.models import Department, Enterprise
from issues import choices, workflow
from issues.decisions import Application, Instruction, Notice, PatternReview, Rating, Visit
from issues.policies import Category, LadderRung, Limit, Policy
from issues.promises import Commitment, PlannedReminder
from issues.querysets import AttachmentQuerySet, IssueQuerySet
from projects.models import KeyProject, SponsorVisit

__all__ = [
    "Application",
    "Category",
    "Commitment",
    "Instruction",
    "LadderRung",
    "Limit",
    "Notice",
    "PatternReview",
    "PlannedReminder",
    "Policy",
    "Rating",
    "Visit",
]
CODE_ALPHABET = (
    "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # no 0 O 1 I L: codes are read out on the telephone
)


def new_tracking_code():
    """16 characters, about 79 random bits: not to be guessed, still to be dictated."""
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(16))


def status_choices():
    return [(status, label) for status, (label, _stage) in workflow.STATUSES.items()]


class Issue(models.Model):
    """One need or problem of an enterprise. Only issues/services.py assigns `status`."""

    number = models.CharField(_("编号"), max_length=20, unique=True)
    tracking_code = models.CharField(
        _("查询码"), max_length=16, unique=True, default=new_tracking_code
    )
    kind = models.CharField(_("类型"), max_length=10, choices=choices.KIND)
    title = models.CharField(_("标题"), max_length=120)
    description = models.TextField(_("具体情况"), max_length=5000)
    status = models.CharField(_("状态"), max_length=12, choices=status_choices)
    version = models.PositiveIntegerField(_("版本"), default=1)

    enterprise = models.ForeignKey(
        Enterprise, models.PROTECT, null=True, blank=True, related_name="issues"
    )
    enterprise_name = models.CharField(_("企业名称"), max_length=120)
    contact_name = models.CharField(_("联系人"), max_length=40)
    contact_phone = models.CharField(_("联系电话"), max_length=20)
    contact_email = models.EmailField(_("电子邮箱"), blank=True)
    language = models.CharField(_("语言"), max_length=10, default="zh-hans")
    project = models.ForeignKey(
        KeyProject,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="issues",
        verbose_name=_("关联项目"),
    )
    visit = models.ForeignKey(
        SponsorVisit,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="issues",
        verbose_name=_("提出问题的走访"),
    )
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="submitted_issues",
    )
    api_key = models.ForeignKey(
        ApiKey, models.PROTECT, null=True, blank=True, related_name="issues"
    )
    client_reference = models.CharField(_("外部编号"), max_length=100, blank=True)
    # The system a foreign work order was taken over from; empty for everything received here.
    source = models.CharField(_("来源系统"), max_length=40, blank=True)

    category = models.ForeignKey(
        Category, models.PROTECT, null=True, blank=True, related_name="issues"
    )
    priority = models.CharField(
        _("紧急程度"), max_length=10, choices=choices.PRIORITY, default="normal"
    )
    time_class = models.CharField(
        _("时限类别"), max_length=10, choices=choices.TIME_CLASS, default="general"
    )
    lead_department = models.ForeignKey(
        Department,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="lead_issues",
        verbose_name=_("主办部门"),
    )
    handler = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="handled_issues",
    )
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged_issues"
    )

    received_at = models.DateTimeField(_("收到时间"))
    assigned_at = models.DateTimeField(_("交办时间"), null=True, blank=True)
    signed_at = models.DateTimeField(_("签收时间"), null=True, blank=True)
    contacted_at = models.DateTimeField(_("联系时间"), null=True, blank=True)
    resolved_at = models.DateTimeField(_("办结时间"), null=True, blank=True)
    closed_at = models.DateTimeField(_("销号时间"), null=True, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="resolved_issues",
    )
    outcome = models.CharField(_("办理结果"), max_length=12, choices=choices.OUTCOME, blank=True)
    public_reply = models.TextField(_("答复"), blank=True)
    next_report_on = models.DateField(_("下次报告日期"), null=True, blank=True)
    round = models.PositiveSmallIntegerField(_("办理轮次"), default=1)
    escalation = models.PositiveSmallIntegerField(_("升级"), default=0)

    # Copies of the current commitments, for indexes and lists; the truth with its derivation is
    # Commitment.
    due_at = models.DateTimeField(_("承诺时限"), null=True, blank=True)
    unit_due_at = models.DateTimeField(_("部门时限"), null=True, blank=True)
    sign_due_at = models.DateTimeField(_("签收时限"), null=True, blank=True)
    contact_due_at = models.DateTimeField(_("联系时限"), null=True, blank=True)

    is_sample = models.BooleanField(_("示例"), default=False)
    updated_at = models.DateTimeField(_("更新时间"), auto_now=True)

    objects = IssueQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("诉求")
        ordering = ["-received_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=list(workflow.STATUSES)), name="issue_known_status"
            ),
            models.CheckConstraint(
                condition=~models.Q(status__in=workflow.WORKING)
                | models.Q(lead_department__isnull=False),
                name="issue_in_work_has_lead",
            ),
            models.CheckConstraint(
                condition=~models.Q(status="tracking") | models.Q(next_report_on__isnull=False),
                name="issue_tracked_has_next_report",
            ),
            models.CheckConstraint(
                condition=~models.Q(status="merged") | models.Q(merged_into__isnull=False),
                name="issue_merged_has_target",
            ),
            models.UniqueConstraint(
                fields=["api_key", "client_reference"],
                condition=~models.Q(client_reference=""),
                name="issue_once_per_client_reference",
            ),
            models.UniqueConstraint(
                fields=["source", "client_reference"],
                condition=~models.Q(source=""),
                name="issue_once_per_source_reference",
            ),
        ]
        indexes = [
            models.Index(
                fields=["unit_due_at", "id"],
                condition=models.Q(status__in=workflow.WORKING),
                name="issue_work_due",
            ),
            models.Index(
                fields=["lead_department", "status", "unit_due_at"], name="issue_lead_status_due"
            ),
            models.Index(fields=["status", "-received_at"], name="issue_status_received"),
            models.Index(fields=["-received_at", "-id"], name="issue_newest"),
            models.Index(fields=["enterprise", "-received_at"], name="issue_enterprise"),
            models.Index(fields=["updated_at", "id"], name="issue_updated"),
        ]

    def __str__(self):
        return f"{self.number} {self.title}"

    @property
    def stage(self):
        return workflow.STATUSES[self.status][1]

    @property
    def is_open(self):
        return self.status in workflow.OPEN

    @property
    def running_due(self):
        """The deadline that binds now: the department's while it works, before that the promise;
        None when ended.
        """
        if self.status in workflow.WORKING:
            return self.unit_due_at
        return self.due_at if self.status == workflow.SUBMITTED else None

    def is_overdue(self, now):
        return self.running_due is not None and self.running_due < now

    @cached_property
    def co_departments(self):
        return [row.department for row in self.co_handlings.all()]

    @property
    def masked_phone(self):
        """138****1234: enough to recognise a mobile number one knows; of a shorter one less."""
        phone = self.contact_phone
        head, tail = (3, 4) if len(phone) >= 11 else (0, 2)
        return phone[:head] + "*" * (len(phone) - head - tail) + phone[-tail:]

    @property
    def masked_name(self):
        return self.contact_name[:1] + "*" * max(len(self.contact_name) - 1, 1)


class CoHandling(models.Model):
    """A department that answers the lead department within the co-handling limit."""

    issue = models.ForeignKey(Issue, models.CASCADE, related_name="co_handlings")
    department = models.ForeignKey(Department, models.PROTECT, related_name="co_handlings")
    due_at = models.DateTimeField(_("协办时限"), null=True, blank=True)
    answered_at = models.DateTimeField(_("答复时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("协办")
        constraints = [
            models.UniqueConstraint(fields=["issue", "department"], name="co_handling_once")
        ]

    def __str__(self):
        return f"{self.issue_id} · {self.department}"


class IssueEvent(models.Model):
    """One step, append-only: the history page, the messages and the statistics are read from
    these rows.
    """

    issue = models.ForeignKey(Issue, models.CASCADE, related_name="events")
    version = models.PositiveIntegerField(_("版本"))
    at = models.DateTimeField(_("时间"))
    action = models.CharField(_("操作"), max_length=24)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    api_key = models.ForeignKey(ApiKey, models.PROTECT, null=True, related_name="+")
    actor_kind = models.CharField(max_length=12)  # official, enterprise, key, system
    actor_label = models.CharField(_("操作人"), max_length=120)
    department = models.ForeignKey(Department, models.PROTECT, null=True, related_name="+")
    from_status = models.CharField(max_length=12, blank=True)
    to_status = models.CharField(max_length=12)
    public = models.BooleanField(_("企业可见"), default=False)
    data = models.JSONField(default=dict)

    class Meta:
        verbose_name = verbose_name_plural = _("办理记录")
        ordering = ["version"]
        constraints = [
            models.UniqueConstraint(fields=["issue", "version"], name="event_once_per_version")
        ]
        indexes = [models.Index(fields=["action", "at"], name="event_action_at")]

    def __str__(self):
        return f"{self.issue_id}.{self.version} {self.action}"


class Attachment(models.Model):
    """A file of a step. Stored under a random name; the name given is only shown."""

    issue = models.ForeignKey(Issue, models.CASCADE, related_name="attachments")
    event = models.ForeignKey(IssueEvent, models.CASCADE, related_name="attachments")
    file = models.FileField(upload_to="issues/%Y/%m", max_length=200)
    name = models.CharField(_("文件名"), max_length=200)
    size = models.PositiveIntegerField(_("大小（字节）"))
    sha256 = models.CharField(max_length=64)
    public = models.BooleanField(_("企业可见"))

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("附件")
        ordering = ["pk"]

    def __str__(self):
        return self.name

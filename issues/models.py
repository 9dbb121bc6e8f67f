"""The rows of the closed loop: the issue, its events, its clocks, and what hangs on it."""

import secrets

from django.conf import settings
from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.models import ApiKey
from directory.models import Department, Enterprise
from issues import choices, workflow
from issues.policies import Category, LadderRung, Policy
from issues.querysets import AttachmentQuerySet, IssueQuerySet, ReminderQuerySet

__all__ = ["Category", "LadderRung", "Policy"]
CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # no 0 O 1 I L: codes are read out on the telephone


def new_tracking_code():
    """16 characters, about 79 random bits: not to be guessed, still to be dictated."""
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(16))


def status_choices():
    return [(status, label) for status, (label, _stage) in workflow.STATUSES.items()]


class Issue(models.Model):
    """One need or problem of an enterprise. Only issues/services.py assigns `status`."""

    number = models.CharField(_("编号"), max_length=20, unique=True)
    tracking_code = models.CharField(_("查询码"), max_length=16, unique=True, default=new_tracking_code)
    kind = models.CharField(_("类型"), max_length=10, choices=choices.KIND)
    title = models.CharField(_("标题"), max_length=120)
    description = models.TextField(_("具体情况"), max_length=5000)
    status = models.CharField(_("状态"), max_length=12, choices=status_choices)
    version = models.PositiveIntegerField(_("版本"), default=1)

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, null=True, blank=True, related_name="issues")
    enterprise_name = models.CharField(_("企业名称"), max_length=120)
    contact_name = models.CharField(_("联系人"), max_length=40)
    contact_phone = models.CharField(_("联系电话"), max_length=20)
    contact_email = models.EmailField(_("电子邮箱"), blank=True)
    language = models.CharField(_("语言"), max_length=10, default="zh-hans")
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="submitted_issues"
    )
    api_key = models.ForeignKey(ApiKey, models.PROTECT, null=True, blank=True, related_name="issues")
    client_reference = models.CharField(_("外部编号"), max_length=100, blank=True)

    category = models.ForeignKey(Category, models.PROTECT, null=True, blank=True, related_name="issues")
    priority = models.CharField(_("紧急程度"), max_length=10, choices=choices.PRIORITY, default="normal")
    time_class = models.CharField(_("时限类别"), max_length=10, choices=choices.TIME_CLASS, default="general")
    lead_department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="lead_issues", verbose_name=_("主办部门")
    )
    handler = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="handled_issues"
    )
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="merged_issues")

    received_at = models.DateTimeField(_("收到时间"))
    assigned_at = models.DateTimeField(_("交办时间"), null=True, blank=True)
    signed_at = models.DateTimeField(_("签收时间"), null=True, blank=True)
    contacted_at = models.DateTimeField(_("联系时间"), null=True, blank=True)
    resolved_at = models.DateTimeField(_("办结时间"), null=True, blank=True)
    closed_at = models.DateTimeField(_("销号时间"), null=True, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="resolved_issues"
    )
    outcome = models.CharField(_("办理结果"), max_length=12, choices=choices.OUTCOME, blank=True)
    public_reply = models.TextField(_("答复"), blank=True)
    next_report_on = models.DateField(_("下次报告日期"), null=True, blank=True)
    round = models.PositiveSmallIntegerField(_("办理轮次"), default=1)
    escalation = models.PositiveSmallIntegerField(_("升级"), default=0)

    # Copies of the current commitments, for indexes and lists; the truth with its derivation is Commitment.
    due_at = models.DateTimeField(_("承诺时限"), null=True, blank=True)
    unit_due_at = models.DateTimeField(_("部门时限"), null=True, blank=True)
    sign_due_at = models.DateTimeField(_("签收时限"), null=True, blank=True)
    contact_due_at = models.DateTimeField(_("联系时限"), null=True, blank=True)
    due_version = models.PositiveIntegerField(default=0)

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
                condition=~models.Q(status__in=workflow.WORKING) | models.Q(lead_department__isnull=False),
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
        ]
        indexes = [
            models.Index(fields=["unit_due_at", "id"], condition=models.Q(status__in=workflow.WORKING), name="issue_work_due"),
            models.Index(fields=["lead_department", "status", "unit_due_at"], name="issue_lead_status_due"),
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
        """The deadline that binds now: the department's while it works, before that the promise; None when ended."""
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
        """138****1234: enough to recognise a number one knows, not to learn it."""
        phone = self.contact_phone
        return f"{phone[:3]}{'*' * max(len(phone) - 7, 3)}{phone[-4:]}" if len(phone) >= 7 else "***"

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
        constraints = [models.UniqueConstraint(fields=["issue", "department"], name="co_handling_once")]

    def __str__(self):
        return f"{self.issue_id} · {self.department}"


class IssueEvent(models.Model):
    """One step, append-only: the history page, the messages and the statistics are read from these rows."""

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
        constraints = [models.UniqueConstraint(fields=["issue", "version"], name="event_once_per_version")]
        indexes = [models.Index(fields=["action", "at"], name="event_action_at")]

    def __str__(self):
        return f"{self.issue_id}.{self.version} {self.action}"


class Commitment(models.Model):
    """One promise of a time: from when, how much, by which policy and calendar, with which pauses, hence when.

    `number` and `unit` are a limit of the policy (clock hours, working hours, working days); without them
    `fixed_on` is a date somebody approved, due at its closing time. A changed promise is the next `version`.
    """

    issue = models.ForeignKey(Issue, models.CASCADE, related_name="commitments")
    clock = models.CharField(_("时限"), max_length=10, choices=choices.CLOCK)
    version = models.PositiveIntegerField()
    cause = models.ForeignKey(IssueEvent, models.CASCADE, related_name="commitments")
    started_at = models.DateTimeField(_("起算时间"))
    number = models.DecimalField(max_digits=6, decimal_places=2, null=True, blank=True)
    unit = models.CharField(max_length=14, choices=choices.UNIT, blank=True)
    fixed_on = models.DateField(null=True, blank=True)
    pauses = models.JSONField(_("暂停"), default=list)
    due_at = models.DateTimeField(_("到期时间"))
    met_at = models.DateTimeField(_("完成时间"), null=True, blank=True)
    provisional = models.BooleanField(_("暂按法定节假日测算"), default=False)
    policy = models.ForeignKey(Policy, models.PROTECT, null=True, related_name="+")
    calendar_version = models.CharField(max_length=40)

    class Meta:
        verbose_name = verbose_name_plural = _("时限承诺")
        ordering = ["issue", "clock", "version"]
        constraints = [
            models.UniqueConstraint(fields=["issue", "clock", "version"], name="commitment_version_once"),
            models.CheckConstraint(
                condition=models.Q(number__isnull=False, fixed_on__isnull=True)
                | models.Q(number__isnull=True, fixed_on__isnull=False),
                name="commitment_limit_or_date",
            ),
        ]

    def __str__(self):
        return f"{self.issue_id} {self.clock} {self.due_at:%Y-%m-%d %H:%M}"


class Application(models.Model):
    """退回、延期、跟踪办理申请: asked by the department, decided by a second person."""

    class Kind(models.TextChoices):
        RETURN = "return", _("退回")
        EXTENSION = "extension", _("延期")
        TRACKING = "tracking", _("跟踪办理")

    class Status(models.TextChoices):
        PENDING = "pending", _("待审批")
        APPROVED = "approved", _("已批准")
        DENIED = "denied", _("未批准")
        LAPSED = "lapsed", _("已失效")

    issue = models.ForeignKey(Issue, models.CASCADE, related_name="applications")
    kind = models.CharField(max_length=10, choices=Kind)
    status = models.CharField(max_length=10, choices=Status, default=Status.PENDING)
    department = models.ForeignKey(Department, models.PROTECT, related_name="+")
    applicant = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    applied_at = models.DateTimeField()
    reason_code = models.CharField(max_length=20, blank=True)
    reason = models.TextField()
    proposed_on = models.DateField(null=True, blank=True)
    ordinal = models.PositiveSmallIntegerField(default=1)  # the first or second extension of this round
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reason = models.TextField(blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("办理申请")
        constraints = [
            models.UniqueConstraint(
                fields=["issue", "kind"], condition=models.Q(status="pending"), name="application_one_pending"
            ),
            models.CheckConstraint(
                condition=~models.Q(decided_by=models.F("applicant")), name="application_second_person"
            ),
            models.CheckConstraint(
                condition=~models.Q(kind__in=["extension", "tracking"]) | models.Q(proposed_on__isnull=False),
                name="application_has_date",
            ),
        ]

    def __str__(self):
        return f"{self.issue_id} {self.kind} {self.status}"


class Instruction(models.Model):
    """领导批示 with a deadline of its own."""

    issue = models.ForeignKey(Issue, models.CASCADE, related_name="instructions")
    leader = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="instructions")
    text = models.TextField()
    given_at = models.DateTimeField()
    due_on = models.DateField()
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField(blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("批示")
        ordering = ["given_at"]

    def __str__(self):
        return self.text[:40]


class Notice(models.Model):
    """督办单, numbered by year: 〔2026〕001号; each demands a written answer within its own limit."""

    issue = models.ForeignKey(Issue, models.CASCADE, related_name="notices")
    year = models.PositiveSmallIntegerField()
    serial = models.PositiveIntegerField()
    colour = models.CharField(max_length=8, choices=choices.COLOUR)
    text = models.TextField()
    department = models.ForeignKey(Department, models.PROTECT, related_name="notices")
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    issued_at = models.DateTimeField()
    answer_due_at = models.DateTimeField()
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField(blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("督办单")
        ordering = ["issued_at"]
        constraints = [models.UniqueConstraint(fields=["year", "serial"], name="notice_number_once")]

    def __str__(self):
        return self.number

    @property
    def number(self):
        return f"〔{self.year}〕{self.serial:03d}号"


class Rating(models.Model):
    """The enterprise's judgement on one round of handling; `not_rated` after three visits without answer."""

    VALUES = [*choices.RATING, ("not_rated", _("未评价"))]
    issue = models.ForeignKey(Issue, models.CASCADE, related_name="ratings")
    round = models.PositiveSmallIntegerField()
    rating = models.CharField(max_length=20, choices=VALUES)
    reason = models.TextField(blank=True)
    source = models.CharField(max_length=10)  # link, signed_in, key, visit
    rated_at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = _("评价")
        ordering = ["round"]
        constraints = [models.UniqueConstraint(fields=["issue", "round"], name="rating_once_per_round")]

    def __str__(self):
        return f"{self.issue_id}.{self.round} {self.rating}"


class Visit(models.Model):
    """回访: one telephone try; at most one a day and round."""

    issue = models.ForeignKey(Issue, models.CASCADE, related_name="visits")
    round = models.PositiveSmallIntegerField()
    on = models.DateField(_("回访日期"))
    visited_at = models.DateTimeField()
    visitor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    result = models.CharField(max_length=10, choices=choices.VISIT_RESULT)
    reason = models.TextField(blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("回访")
        ordering = ["visited_at"]
        constraints = [
            models.UniqueConstraint(fields=["issue", "round", "on"], name="visit_once_a_day")
        ]

    def __str__(self):
        return f"{self.issue_id} {self.on} {self.result}"


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


class PlannedReminder(models.Model):
    """A rung of the ladder with the moment it fires. A changed deadline cancels these and plans the next version."""

    class State(models.TextChoices):
        PENDING = "pending", _("待触发")
        FIRED = "fired", _("已触发")
        SUPERSEDED = "superseded", _("被更高一级取代")
        CANCELLED = "cancelled", _("已取消")

    issue = models.ForeignKey(Issue, models.CASCADE, related_name="reminders")
    clock = models.CharField(max_length=10, choices=choices.CLOCK)
    rung = models.ForeignKey(LadderRung, models.PROTECT, related_name="+")
    commitment_version = models.PositiveIntegerField()
    # After a dissatisfied rating the ladder speaks one rung higher: moment of `rung`, voice of `voice`.
    voice = models.ForeignKey(LadderRung, models.PROTECT, related_name="voiced_reminders")
    fire_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    done_at = models.DateTimeField(null=True, blank=True)

    objects = ReminderQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("提醒计划")
        constraints = [
            models.UniqueConstraint(
                fields=["issue", "clock", "rung", "commitment_version"], name="reminder_once"
            )
        ]
        indexes = [
            models.Index(fields=["fire_at", "id"], condition=models.Q(state="pending"), name="reminder_pending")
        ]

    def __str__(self):
        return f"{self.issue_id} {self.rung} {self.fire_at:%Y-%m-%d %H:%M}"

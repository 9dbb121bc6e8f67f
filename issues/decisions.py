"""What is asked, ordered and judged about an issue, each with the person who did it."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from directory.models import Department
from issues import choices
from issues.querysets import InstructionQuerySet, NoticeQuerySet, ReviewQuerySet


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

    issue = models.ForeignKey("issues.Issue", models.CASCADE, related_name="applications")
    kind = models.CharField(max_length=10, choices=Kind)
    status = models.CharField(max_length=10, choices=Status, default=Status.PENDING)
    department = models.ForeignKey(Department, models.PROTECT, related_name="+")
    applicant = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    applied_at = models.DateTimeField()
    reason_code = models.CharField(max_length=20, blank=True)
    reason = models.TextField()
    proposed_on = models.DateField(null=True, blank=True)
    round = models.PositiveSmallIntegerField(default=1)
    ordinal = models.PositiveSmallIntegerField(
        default=1
    )  # the first or second extension of this round
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reason = models.TextField(blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("办理申请")
        constraints = [
            models.UniqueConstraint(
                fields=["issue", "kind"],
                condition=models.Q(status="pending"),
                name="application_one_pending",
            ),
            models.CheckConstraint(
                condition=~models.Q(decided_by=models.F("applicant")),
                name="application_second_person",
            ),
            models.CheckConstraint(
                condition=~models.Q(kind__in=["extension", "tracking"])
                | models.Q(proposed_on__isnull=False),
                name="application_has_date",
            ),
        ]

    def __str__(self):
        return f"{self.issue_id} {self.kind} {self.status}"


class Instruction(models.Model):
    """领导批示 with a deadline of its own."""

    issue = models.ForeignKey("issues.Issue", models.CASCADE, related_name="instructions")
    leader = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="instructions"
    )
    text = models.TextField()
    given_at = models.DateTimeField()
    due_on = models.DateField()
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField(blank=True)

    objects = InstructionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("批示")
        ordering = ["given_at"]

    def __str__(self):
        return self.text[:40]


class Notice(models.Model):
    """督办单, numbered by year: 〔2026〕001号; each demands a written answer within its own
    limit.
    """

    issue = models.ForeignKey("issues.Issue", models.CASCADE, related_name="notices")
    year = models.PositiveSmallIntegerField()
    serial = models.PositiveIntegerField()
    colour = models.CharField(max_length=8, choices=choices.COLOUR)
    text = models.TextField()
    department = models.ForeignKey(Department, models.PROTECT, related_name="notices")
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    issued_at = models.DateTimeField()
    answer_due_at = models.DateTimeField()
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField(blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawal_reason = models.TextField(blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("督办单")
        ordering = ["issued_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["year", "serial"], name="notice_number_once"),
            models.CheckConstraint(
                condition=models.Q(answered_at=None) | models.Q(withdrawn_at=None),
                name="notice_answered_or_withdrawn",
            ),
        ]
        indexes = [
            models.Index(fields=["-issued_at", "-id"], name="notice_newest"),
            models.Index(
                fields=["answer_due_at"],
                condition=models.Q(answered_at=None, withdrawn_at=None),
                name="notice_open_due",
            ),
        ]

    def __str__(self):
        return self.number

    @property
    def is_open(self):
        return self.answered_at is None and self.withdrawn_at is None

    def state(self, now):
        """One of NOTICE_STATES: open ones are overdue once the time to answer has passed."""
        if self.withdrawn_at:
            return "withdrawn"
        if self.answered_at:
            return "answered" if self.answered_at <= self.answer_due_at else "answered_late"
        return "overdue" if self.answer_due_at < now else "waiting"

    @property
    def number(self):
        return f"〔{self.year}〕{self.serial:03d}号"  # data


class Rating(models.Model):
    """The enterprise's judgement on one round of handling; `not_rated` after three visits without
    answer.
    """

    VALUES = [*choices.RATING, ("not_rated", _("未评价"))]
    issue = models.ForeignKey("issues.Issue", models.CASCADE, related_name="ratings")
    round = models.PositiveSmallIntegerField()
    rating = models.CharField(max_length=20, choices=VALUES)
    reason = models.TextField(blank=True)
    source = models.CharField(max_length=10)  # link, signed_in, key, visit
    rated_at = models.DateTimeField()
    # Whose work was judged, when that was due, and whether the enterprise calls its matter solved;
    # None where nobody answered.
    department = models.ForeignKey(Department, models.PROTECT, null=True, related_name="+")
    due_at = models.DateTimeField(_("到期时间"), null=True, blank=True)
    solved = models.BooleanField(_("已解决"), null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("评价")
        ordering = ["round"]
        constraints = [
            models.UniqueConstraint(fields=["issue", "round"], name="rating_once_per_round")
        ]
        indexes = [models.Index(fields=["due_at", "department"], name="rating_cohort")]

    def __str__(self):
        return f"{self.issue_id}.{self.round} {self.rating}"


class Visit(models.Model):
    """回访: one telephone try; at most one a day and round."""

    issue = models.ForeignKey("issues.Issue", models.CASCADE, related_name="visits")
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


class PatternReview(models.Model):
    """一类事: matters of one category that keep coming to one department, looked into together.

    One at a time per category and department; it has an owner, a day and a result.
    """

    category = models.ForeignKey(
        "issues.Category", models.PROTECT, related_name="reviews", verbose_name=_("事项类别")
    )
    department = models.ForeignKey(
        Department, models.PROTECT, related_name="reviews", verbose_name=_("主办部门")
    )
    opened_at = models.DateTimeField(_("发现时间"))
    counted_from = models.DateTimeField(_("统计自"))
    issues = models.ManyToManyField("issues.Issue", related_name="reviews")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="reviews",
        verbose_name=_("牵头人"),
    )
    due_on = models.DateField(_("完成期限"), null=True, blank=True)
    cause = models.TextField(_("共性原因"), blank=True, max_length=5000)
    measures = models.TextField(_("整改措施"), blank=True, max_length=5000)
    closed_at = models.DateTimeField(_("办结时间"), null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    objects = ReviewQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("一类事")
        ordering = ["-opened_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["category", "department"],
                condition=models.Q(closed_at=None),
                name="review_one_open",
            ),
            models.CheckConstraint(
                condition=models.Q(closed_at=None) | ~(models.Q(cause="") | models.Q(measures="")),
                name="review_closed_with_result",
            ),
        ]

    def __str__(self):
        return f"{self.category} · {self.department}"

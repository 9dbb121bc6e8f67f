"""The clocks of an issue as rows: each promise of a time, and the reminders planned for it."""

from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Value, When
from django.utils.translation import gettext_lazy as _

from directory.models import Department
from issues import choices
from issues.policies import LadderRung, Policy


class CommitmentQuerySet(models.QuerySet):
    def running(self):
        return self.filter(verdict="")

    def cohort(self, clock, start, end):
        """Promises of one clock due in [start, end), whatever became of them; moments or None."""
        found = self.filter(clock=clock)
        if start is not None:
            found = found.filter(due_at__gte=start)
        return found if end is None else found.filter(due_at__lt=end)

    def known_at(self, moment):
        """Those in force or ended by then: what nobody had promised yet is no promise."""
        return self.filter(begun_at__lte=moment)

    def judged_at(self, moment):
        """Annotates `outcome` as it stood at the moment: a verdict, overdue_open or pending."""
        ended = Q(ended_at__lte=moment)
        return self.known_at(moment).annotate(
            outcome=Case(
                When(ended, then=F("verdict")),
                When(due_at__lt=moment, then=Value("overdue_open")),
                default=Value("pending"),
                output_field=models.CharField(),
            )
        )


class ReminderQuerySet(models.QuerySet):
    def pending(self):
        return self.filter(state="pending")

    def due(self, now):
        return self.pending().filter(fire_at__lte=now)

    def outranked(self, now):
        """Due ones whose issue has a later rung due as well: after an outage only the highest
        speaks.
        """
        higher = self.model.objects.due(now).filter(
            issue=OuterRef("issue"), clock=OuterRef("clock"), fire_at__gt=OuterRef("fire_at")
        )
        return self.due(now).filter(Exists(higher))


class Commitment(models.Model):
    """One promise of a time: from when, how much, by which policy and calendar, with which
    pauses, hence when.

    `number` and `unit` are a limit of the policy (clock hours, working hours, working days),
    shortened by `share` after a dissatisfied rating; without them `fixed_on` is a date somebody
    approved, due at its closing time, or `fixed_at` the moment a foreign work order came with. A
    changed promise is the next `version`. It runs from `begun_at` until `ended_at`; the verdict is
    frozen then and never judged anew. `department` is whose promise it is.
    """

    class Verdict(models.TextChoices):
        RUNNING = "", _("未到结论")
        ON_TIME = "on_time", _("按时")
        LATE = "late", _("超时")
        REPLACED = "replaced", _("时限已变更")
        HANDED_OVER = "handed_over", _("已改派")
        RETURNED = "returned", _("退回成立")
        VOID = "void", _("终止办理")

    issue = models.ForeignKey("issues.Issue", models.CASCADE, related_name="commitments")
    clock = models.CharField(_("时限"), max_length=10, choices=choices.CLOCK)
    version = models.PositiveIntegerField()
    cause = models.ForeignKey("issues.IssueEvent", models.CASCADE, related_name="commitments")
    started_at = models.DateTimeField(_("起算时间"))
    number = models.DecimalField(max_digits=6, decimal_places=2, null=True, blank=True)
    unit = models.CharField(max_length=14, choices=choices.UNIT, blank=True)
    share = models.DecimalField(max_digits=3, decimal_places=2, null=True, blank=True)
    fixed_on = models.DateField(null=True, blank=True)
    fixed_at = models.DateTimeField(null=True, blank=True)
    pauses = models.JSONField(_("暂停"), default=list)
    due_at = models.DateTimeField(_("到期时间"))
    met_at = models.DateTimeField(_("完成时间"), null=True, blank=True)
    department = models.ForeignKey(Department, models.PROTECT, null=True, related_name="+")
    round = models.PositiveSmallIntegerField(_("办理轮次"), default=1)
    put_off_by = models.CharField(max_length=10, blank=True)  # extension or tracking
    begun_at = models.DateTimeField(_("生效时间"))
    ended_at = models.DateTimeField(_("终结时间"), null=True, blank=True)
    verdict = models.CharField(
        _("结论"), max_length=12, choices=Verdict, default=Verdict.RUNNING, blank=True
    )
    provisional = models.BooleanField(_("暂按法定节假日测算"), default=False)
    policy = models.ForeignKey(Policy, models.PROTECT, null=True, related_name="+")
    calendar_version = models.CharField(max_length=40)

    objects = CommitmentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("时限承诺")
        ordering = ["issue", "clock", "version"]
        constraints = [
            models.UniqueConstraint(
                fields=["issue", "clock", "version"], name="commitment_version_once"
            ),
            models.CheckConstraint(
                condition=models.Q(number__isnull=False, fixed_on=None, fixed_at=None)
                | models.Q(number=None, fixed_on__isnull=False, fixed_at=None)
                | models.Q(number=None, fixed_on=None, fixed_at__isnull=False),
                name="commitment_limit_or_date",
            ),
            models.CheckConstraint(
                condition=models.Q(verdict="", ended_at=None)
                | (~models.Q(verdict="") & models.Q(ended_at__isnull=False)),
                name="commitment_verdict_when_ended",
            ),
        ]
        indexes = [
            models.Index(fields=["clock", "due_at", "department"], name="commitment_cohort"),
            models.Index(
                fields=["issue", "clock"],
                condition=models.Q(verdict=""),
                name="commitment_running",
            ),
        ]

    def __str__(self):
        return f"{self.issue_id} {self.clock} {self.due_at:%Y-%m-%d %H:%M}"


class PlannedReminder(models.Model):
    """A rung of the ladder with the moment it fires. A changed deadline cancels these and plans
    the next version.
    """

    class State(models.TextChoices):
        PENDING = "pending", _("待触发")
        FIRED = "fired", _("已触发")
        SUPERSEDED = "superseded", _("被更高一级取代")
        CANCELLED = "cancelled", _("已取消")

    issue = models.ForeignKey("issues.Issue", models.CASCADE, related_name="reminders")
    clock = models.CharField(max_length=10, choices=choices.CLOCK)
    rung = models.ForeignKey(LadderRung, models.PROTECT, related_name="+")
    commitment_version = models.PositiveIntegerField()
    # After a dissatisfied rating the ladder speaks one rung higher: moment of `rung`, voice of
    # `voice`.
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
            models.Index(
                fields=["fire_at", "id"],
                condition=models.Q(state="pending"),
                name="reminder_pending",
            )
        ]

    def __str__(self):
        return f"{self.issue_id} {self.rung} {self.fire_at:%Y-%m-%d %H:%M}"

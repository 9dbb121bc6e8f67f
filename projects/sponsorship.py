"""领导包联: who answers for a project, since when, and the visits."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from directory.models import Department
from projects.managers import SponsorshipQuerySet, VisitQuerySet


class Sponsorship(models.Model):
    """One leader's 包联 of a project; a reshuffle ends the row and begins another."""

    project = models.ForeignKey("projects.KeyProject", models.CASCADE, related_name="sponsorships")
    leader = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="sponsorships",
        verbose_name=_("包联领导"),
    )
    leader_title = models.CharField(_("时任职务"), max_length=60, blank=True)
    lead_department = models.ForeignKey(
        Department, models.PROTECT, related_name="+", verbose_name=_("牵头部门")
    )
    members = models.ManyToManyField(
        Department, blank=True, related_name="+", verbose_name=_("责任单位")
    )
    task_force = models.CharField(_("工作专班"), max_length=100, blank=True)
    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("服务专员"),
    )
    visit_quota = models.PositiveSmallIntegerField(_("每月走访次数"), default=1)
    since = models.DateField(_("包联起始日期"))
    until = models.DateField(_("包联截止日期"), null=True, blank=True)
    reason = models.CharField(_("调整原因"), max_length=200, blank=True)

    objects = SponsorshipQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("领导包联")
        ordering = ["-since", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["project"], condition=Q(until=None), name="sponsorship_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=models.F("since")),
                name="sponsorship_ends_after_it_begins",
            ),
        ]
        indexes = [
            models.Index(
                fields=["leader", "project"], condition=Q(until=None), name="sponsorship_of_leader"
            )
        ]

    def __str__(self):
        return f"{self.project_id} · {self.leader}"


class SponsorVisit(models.Model):
    """包联调研. Problems found become issues of the closed loop; `issues` are those rows."""

    project = models.ForeignKey("projects.KeyProject", models.CASCADE, related_name="visits")
    leader = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="sponsor_visits",
        verbose_name=_("走访领导"),
    )
    visited_on = models.DateField(_("走访日期"))
    place = models.CharField(_("地点"), max_length=120, blank=True)
    attendees = models.CharField(_("参加人员"), max_length=200, blank=True)
    findings = models.TextField(_("走访情况"), max_length=2000)
    decisions = models.TextField(_("议定事项"), max_length=2000, blank=True)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    # The same form sent twice from a bad line is one visit.
    token = models.CharField(max_length=36, unique=True, null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = VisitQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("包联走访")
        ordering = ["-visited_on", "-pk"]
        indexes = [models.Index(fields=["leader", "-visited_on"], name="visit_of_leader")]

    def __str__(self):
        return f"{self.project_id} · {self.visited_on}"

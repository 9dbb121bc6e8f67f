"""QuerySets of the rows that hang on a project; of projects themselves: querysets.py."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from projects.choices import KEY_DATES
from projects.viewer import Viewer


class EventQuerySet(models.QuerySet):
    def after(self, version):
        """Those after a version; none when it is not known."""
        return self.filter(version__gt=version) if version is not None else self.none()

    def moves(self):
        return self.exclude(to_stage="")


class PlanYearQuerySet(models.QuerySet):
    def in_force(self, year, moment=None):
        """The year's plans, the revision in force (at `moment`) first."""
        found = self.filter(year=year)
        if moment is not None:
            day = timezone.localdate(moment)
            found = found.filter(approved_on__lte=day, entered_at__lte=moment)
        return found.order_by("-revision")


class OfProject(models.QuerySet):
    """Rows of projects, as the API lists them."""

    def of_project(self, project):
        return self.filter(project=project)

    def for_api(self, user):
        return self

    def visible_to(self, user):
        """Internal: those of projects one reads from the inside."""
        return self.filter(project__in=_inside_projects(self, user))


class ReportQuerySet(OfProject):
    def in_force(self, moment=None):
        """The counting versions: now, or as they stood at `moment`."""
        if moment is None:
            return self.filter(counts=True)
        return self.filter(verified_at__lte=moment).filter(
            Q(superseded_at=None) | Q(superseded_at__gt=moment)
        )

    def open(self):
        return self.filter(status__in=["draft", "submitted", "returned"])

    def sent(self):
        return self.filter(status__in=["submitted", "verified", "locked"])

    def of_month(self, month):
        return self.filter(month=month)


class MilestoneQuerySet(OfProject):
    def waiting(self):
        return self.filter(actual_on=None, actual_text="")

    def visible_to(self, user):
        """All of the inside; of other visible projects the key dates, which are public."""
        visible = self.model.project.field.related_model.objects.visible_to(user).values("pk")
        key_dates = Q(project__in=visible, code__in=KEY_DATES)
        return self.filter(Q(project__in=_inside_projects(self, user)) | key_dates)

    def for_api(self, user):
        return self.select_related("department")


class DateChangeQuerySet(models.QuerySet):
    def pending(self):
        return self.filter(status="pending")

    def visible_to(self, user):
        return self.filter(project__in=_inside_projects(self, user))

    def waiting_for(self, user):
        """What this user may decide: a leader his own projects', the office the rest."""
        viewer, rule = Viewer(user), Q(pk__in=[])
        if "planner" in viewer.roles:
            rule |= Q(by_leader=False)
        if "leader" in viewer.roles:
            mine = self.model.project.field.related_model.objects.sponsored_by(user)
            rule |= Q(by_leader=True, project__in=mine)
        return self.pending().filter(rule).exclude(applicant=user.pk)

    def for_list(self):
        return self.select_related("project", "milestone", "step__item", "applicant")


class ApprovalQuerySet(OfProject):
    def for_api(self, user):
        return self.select_related("item", "authority").prefetch_related("stops")

    def required(self):
        return self.filter(required=True)

    def undecided(self):
        return self.required().filter(decided_on=None)

    def for_board(self):
        return (
            self.required()
            .select_related("project", "item", "authority")
            .prefetch_related("stops")
            .order_by("item__stage", "item__order", "project__number")
        )


class SponsorshipQuerySet(models.QuerySet):
    def current(self):
        return self.filter(until=None)

    def of_inside(self, user):
        return self.filter(project__in=_inside_projects(self, user))


class VisitQuerySet(OfProject):
    def for_api(self, user):
        """With the issues raised there that the reader sees, as `seen_issues`."""
        issues = self.model.issues.rel.related_model.objects.visible_to(user)
        seen = models.Prefetch("issues", issues, to_attr="seen_issues")
        return self.select_related("leader").prefetch_related(seen)


class DocumentQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(project__in=_inside_projects(self, user))


class ReportingRuleQuerySet(models.QuerySet):
    def valid_at(self, day):
        """The rule in force; the oldest one before any begins."""
        return self.filter(valid_from__lte=day).first() or self.last()


class LightRuleSetQuerySet(models.QuerySet):
    def in_force(self, day):
        """{role: rule set with its rules} on a day; a role without one is left out."""
        found = {}
        for row in self.filter(valid_from__lte=day).order_by("valid_from", "version"):
            found[row.role] = row
        models.prefetch_related_objects(list(found.values()), "rules")
        return found


class SnapshotQuerySet(models.QuerySet):
    def update(self, **kwargs):
        raise TypeError("A light that was shown is not changed.")


class StageGateQuerySet(models.QuerySet):
    def valid_at(self, day):
        return self.filter(valid_from__lte=day).filter(Q(valid_until=None) | Q(valid_until__gt=day))

    def applying_to(self, project, stage, day):
        return self.valid_at(day).filter(
            Q(nature="") | Q(nature=project.nature),
            Q(category="") | Q(category=project.category),
            stage=stage,
        )


def _inside_projects(rows, user):
    projects = rows.model.project.field.related_model.objects
    return projects.visible_to(user).inside_for(user).values("pk")

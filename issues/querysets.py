"""Every filter, annotation and visibility rule over issues."""

from django.db import models
from django.db.models import Case, Count, Exists, F, OuterRef, Prefetch, Q, Value, When

from accounts import roles
from issues import workflow
from issues.viewer import DEPARTMENTAL, EVERYWHERE, PROMISED, Viewer


class IssueQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The one rule of who sees which issue; see docs/architecture.md, "Who sees what"."""
        viewer = Viewer(user)
        if viewer.roles & EVERYWHERE:
            return self
        if key := getattr(user, "api_key", None):
            return self.filter(api_key=key)
        mine, rule = viewer.roles, Q(pk__in=[])
        if mine & DEPARTMENTAL and user.department_id:
            rule |= Q(lead_department=user.department_id) | Exists(
                self.model.co_handlings.rel.related_model.objects.filter(
                    issue=OuterRef("pk"), department=user.department_id
                )
            )
        if roles.ENTERPRISE in mine and user.enterprise_id:
            rule |= Q(enterprise=user.enterprise_id)
        if mine & (roles.OFFICIALS | {roles.ENTERPRISE}):
            rule |= Q(submitted_by=user.pk)
        return self.filter(rule)

    def working(self):
        return self.filter(status__in=workflow.WORKING)

    def overdue(self, now):
        """Open with a department, past its time."""
        return self.working().filter(unit_due_at__lt=now)

    def waiting_for(self, user, now):
        """What this user should act on next; who may not act has an empty list."""
        mine = roles.roles_of(user)
        rule = Q(pk__in=[])
        if roles.COORDINATOR in mine:
            rule |= (
                Q(status="submitted")
                | Q(status="resolved")
                | (Q(status="confirmed") & ~Q(resolved_by=user.pk))
            )
            rule |= self._pending(kind__in=["return", "tracking"]) | self._pending(
                kind="extension", ordinal=1
            )
        if mine & {roles.HANDLER, roles.HEAD} and user.department_id:
            rule |= Q(lead_department=user.department_id, status__in=workflow.WORKING)
            rule |= Q(status__in=workflow.WORKING) & self._co_open(user.department_id)
        if roles.HEAD in mine and user.department_id:
            rule |= (
                Q(lead_department=user.department_id, status__in=workflow.OPEN) & self._unanswered()
            )
        if roles.LEADER in mine:
            rule |= self._pending(kind="extension", ordinal__gte=2)
            rule |= Q(
                lead_department__portfolio__leader=user.pk,
                status__in=workflow.WORKING,
                unit_due_at__lt=now,
            )
        if roles.ENTERPRISE in mine:
            rule |= Q(status="resolved")
        return self.visible_to(user).filter(rule)

    def _pending(self, **conditions):
        applications = self.model.applications.rel.related_model.objects
        return Exists(applications.filter(issue=OuterRef("pk"), status="pending", **conditions))

    def _co_open(self, department):
        rows = self.model.co_handlings.rel.related_model.objects
        return Exists(rows.filter(issue=OuterRef("pk"), department=department, answered_at=None))

    def _unanswered(self):
        return self._open("notices") | self._open("instructions")

    def without_deadline(self):
        """Handed to a department without a deadline of its own, as foreign work orders may be."""
        clocks = self.model.commitments.rel.related_model.objects
        return self.filter(lead_department__isnull=False).exclude(
            Exists(clocks.filter(issue=OuterRef("pk"), clock="unit"))
        )

    def received_between(self, start, end):
        """Received in [start, end); moments or None."""
        found = self if start is None else self.filter(received_at__gte=start)
        return found if end is None else found.filter(received_at__lt=end)

    def known_at(self, moment):
        return self.filter(received_at__lte=moment)

    def call_due(self, answered_by, tried_by):
        """Answered until that moment, and not tried after that day in this round."""
        visits = self.model.visits.rel.related_model.objects
        later = visits.filter(issue=OuterRef("pk"), round=OuterRef("round"), on__gt=tried_by)
        return self.filter(resolved_at__lte=answered_by).exclude(Exists(later))

    def with_calls(self):
        return self.select_related("lead_department").prefetch_related(
            "visits", "co_handlings", "instructions", "notices"
        )

    def led_by(self, department):
        return self.filter(lead_department=department) if department else self

    def in_review(self, review):
        return self.filter(reviews=review).for_list().order_by("-received_at", "-pk")

    def of_pattern(self, category, department):
        """Matters of one category led by one department, less what was never taken up."""
        rows = self.filter(category=category, lead_department=department)
        return rows.exclude(status__in=("declined", "merged", "withdrawn"))

    def repeated(self, since, until, least):
        """[(category pk, department pk)] with at least `least` matters received in the span."""
        rows = self.filter(
            received_at__gte=since,
            received_at__lte=until,
            category__isnull=False,
            lead_department__isnull=False,
            source="",
        ).exclude(status__in=("declined", "merged", "withdrawn"))
        grouped = rows.values_list("category", "lead_department").annotate(number=Count("pk"))
        return [pair[:2] for pair in grouped.filter(number__gte=least).order_by()]

    def to_visit(self, user):
        """Answered and not rated; without those the caller's own department handled, since it
        never asks about its own work.
        """
        rows = self.filter(status="resolved")
        if user.department_id is None:
            return rows
        co = self.model.co_handlings.rel.related_model.objects
        mine = Exists(co.filter(issue=OuterRef("pk"), department=user.department_id))
        return rows.exclude(lead_department=user.department_id).exclude(mine)

    def search(self, words):
        """Rows that hold every word in number, title, text, enterprise or department."""
        found = self
        for word in words.split()[:6]:
            found = found.filter(
                Q(number__icontains=word)
                | Q(title__icontains=word)
                | Q(description__icontains=word)
                | Q(enterprise_name__icontains=word)
                | Q(lead_department__name__icontains=word)
            )
        return found

    def most_pressing_first(self, user):
        """Running deadlines first, the earliest (so: the most overdue) on top; what has none
        after, newest first.
        """
        return self.alias(running=_running(user)).order_by(
            F("running").asc(nulls_last=True), "-received_at", "-pk"
        )

    def for_list(self):
        return self.select_related(
            "lead_department", "category", "handler", "enterprise", "project"
        )

    def for_page(self):
        """Everything the issue page and the API's detail show, in a fixed number of queries."""
        events = self.model.events.rel.related_model.objects.select_related("actor", "department")
        co_handlings = self.model.co_handlings.rel.related_model.objects.select_related(
            "department"
        )
        return (
            self.for_list()
            .select_related(
                "merged_into", "resolved_by", "submitted_by", "project", "visit__leader"
            )
            .prefetch_related(
                Prefetch("events", events.prefetch_related("attachments")),
                Prefetch("co_handlings", co_handlings),
                self._with_people("applications", "department", "applicant", "decided_by"),
                self._with_people("instructions", "leader", "answered_by"),
                self._with_people("notices", "department", "answered_by"),
                "ratings",
                self._with_people("visits", "visitor"),
            )
        )

    def _with_people(self, name, *people):
        rows = getattr(self.model, name).rel.related_model.objects
        return Prefetch(name, rows.select_related(*people))

    def unfinished(self):
        return self.filter(status__in=workflow.OPEN)

    def ended(self):
        return self.filter(status__in=workflow.ENDED)

    def merged_with(self, issue):
        """The issue it was merged into, and those merged into it."""
        return self.filter(Q(pk=issue.merged_into_id) | Q(merged_into=issue.pk)).order_by("number")

    def matching(
        self, now, user, *, q="", overdue=False, received_from=None, received_to=None, **equal
    ):
        """The work list's filter; what is empty does not narrow. Dates are local and inclusive,
        overdue is what is so for this user.
        """
        found = self.search(q) if q else self
        found = found.filter(**{name: value for name, value in equal.items() if value})
        if overdue:
            found = found.alias(running=_running(user)).filter(running__lt=now)
        if received_from:
            found = found.filter(received_at__date__gte=received_from)
        if received_to:
            found = found.filter(received_at__date__lte=received_to)
        return found

    def totals(self, now, soon, user):
        """{"count", "overdue", "soon"}: rows, those past their running deadline, and those whose
        deadline comes up to `soon`.
        """
        return self.alias(running=_running(user)).aggregate(
            count=Count("pk"),
            overdue=Count("pk", filter=Q(running__lt=now)),
            soon=Count("pk", filter=Q(running__gte=now, running__lte=soon)),
        )

    def numbered(self, numbers):
        """Those whose primary keys are among `numbers`, a list or a query."""
        return self.filter(pk__in=numbers)

    def with_waiting(self, user):
        """Marks what each row waits for, so that a list says it without a query per row."""
        return self.annotate(
            asks_return=self._pending(kind="return"),
            asks_extension=self._pending(kind="extension", ordinal=1),
            asks_second=self._pending(kind="extension", ordinal__gte=2),
            asks_tracking=self._pending(kind="tracking"),
            owes_answer=self._co_open(getattr(user, "department_id", None)),
            owes_notice=self._open("notices"),
            owes_instruction=self._open("instructions"),
        )

    def _open(self, name):
        rows = getattr(self.model, name).rel.related_model.objects
        rows = rows.unanswered() if name == "notices" else rows.filter(answered_at=None)
        return Exists(rows.filter(issue=OuterRef("pk")))


def _running(user):
    """The deadline that binds now, as Viewer.due says it."""
    cases = [When(status__in=PROMISED, then=F("due_at"))]
    if Viewer(user).is_official:
        cases.insert(0, When(status__in=workflow.WORKING, then=F("unit_due_at")))
    return Case(*cases, default=Value(None), output_field=models.DateTimeField())


class AttachmentQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Files of the issues one sees; an enterprise gets the public ones only."""
        issues = self.model.issue.field.related_model.objects.visible_to(user)
        found = self.filter(issue__in=issues)
        return found if Viewer(user).is_official else found.filter(public=True)


class NoticeQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Notices of the issues an official sees; an enterprise is told of none."""
        if not Viewer(user).is_official:
            return self.none()
        issues = self.model.issue.field.related_model.objects.visible_to(user)
        return self.filter(issue__in=issues)

    def unanswered(self):
        return self.filter(answered_at=None, withdrawn_at=None)

    def on_open_issues(self):
        return self.filter(issue__status__in=workflow.OPEN)

    def in_state(self, state, now):
        """Rows in one of choices.NOTICE_STATES."""
        late = Q(answered_at__gt=F("answer_due_at"))
        return {
            "waiting": self.unanswered().filter(answer_due_at__gte=now),
            "overdue": self.unanswered().filter(answer_due_at__lt=now),
            "answered": self.filter(answered_at__isnull=False).exclude(late),
            "answered_late": self.filter(late),
            "withdrawn": self.filter(withdrawn_at__isnull=False),
        }[state]

    def matching(self, *, q="", **equal):
        """What is empty does not narrow."""
        found = self.filter(**equal)
        for word in q.split()[:6]:
            found = found.filter(
                Q(issue__number__icontains=word)
                | Q(issue__title__icontains=word)
                | Q(text__icontains=word)
                | Q(answer__icontains=word)
            )
        return found

    def for_list(self):
        return self.select_related("issue", "department", "issued_by", "answered_by")

    def totals(self, now):
        """{"count", "waiting", "overdue", "answered", "withdrawn"}."""
        waits = Q(answered_at=None, withdrawn_at=None)
        return self.aggregate(
            count=Count("pk"),
            waiting=Count("pk", filter=waits & Q(answer_due_at__gte=now)),
            overdue=Count("pk", filter=waits & Q(answer_due_at__lt=now)),
            answered=Count("pk", filter=Q(answered_at__isnull=False)),
            withdrawn=Count("pk", filter=Q(withdrawn_at__isnull=False)),
        )


class InstructionQuerySet(models.QuerySet):
    def unanswered(self):
        return self.filter(answered_at=None)

    def on_open_issues(self):
        return self.filter(issue__status__in=workflow.OPEN)


class ReviewQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The office, leaders and auditors see all; a department its own."""
        viewer = Viewer(user)
        if viewer.roles & EVERYWHERE:
            return self
        if viewer.roles & DEPARTMENTAL and user.department_id:
            return self.filter(Q(department=user.department_id) | Q(owner=user.pk))
        return self.none()

    def open(self):
        return self.filter(closed_at=None)

    def of(self, category, department):
        return self.filter(category=category, department=department)

    def matching(self, *, state="", **equal):
        found = self.filter(**equal)
        return found.filter(closed_at__isnull=state == "open") if state else found

    def totals(self):
        """{"count", "open", "closed"}."""
        return self.aggregate(
            count=Count("pk"),
            open=Count("pk", filter=Q(closed_at=None)),
            closed=Count("pk", filter=Q(closed_at__isnull=False)),
        )

    def for_list(self):
        return (
            self.select_related("category", "department", "owner", "closed_by")
            .annotate(issue_count=Count("issues"))
            .order_by("-opened_at", "-pk")
        )

"""Answers the relations and conditions of issues/conditions.py for one issue, one caller and one
moment.

Reads only what IssueQuerySet.for_page() prefetches, so asking about every step costs no further
queries.
"""

from datetime import timedelta

from django.utils import timezone
from django.utils.functional import cached_property

from issues import workflow
from issues.models import Application, Policy
from issues.workflow import STEPS
from worktime import clock
from worktime.services import current_calendar


class Facts:
    def __init__(self, issue, actor, now):
        self.issue, self.actor, self.now = issue, actor, now

    def relation(self, name):
        return getattr(self, name)

    def condition(self, name):
        return getattr(self, name)

    @cached_property
    def calendar(self):
        return current_calendar()

    @cached_property
    def policy(self):
        return Policy.objects.valid_at(self.now)

    def pending(self, kind):
        """The undecided application of a kind, or None."""
        return next(
            (
                row
                for row in self.issue.applications.all()
                if row.kind == kind and row.status == Application.Status.PENDING
            ),
            None,
        )

    # relations

    any = True

    @property
    def submitter(self):
        return self.actor.submitted(self.issue)

    @property
    def lead(self):
        mine = self.actor.department_id
        return mine is not None and mine == self.issue.lead_department_id

    @property
    def lead_or_co(self):
        mine = self.actor.department_id
        return self.lead or any(row.department_id == mine for row in self.issue.co_handlings.all())

    @property
    def lead_and_allowed(self):
        return self.lead and self.policy.handler_may_resolve

    @property
    def not_applicant(self):
        return self._not_mine(self.pending("tracking"))

    @property
    def decides_first_extension(self):
        row = self.pending("extension")
        return row is None or (row.ordinal == 1 and self._not_mine(row))

    @property
    def decides_second_extension(self):
        row = self.pending("extension")
        return row is None or (row.ordinal > 1 and self._not_mine(row))

    @property
    def not_resolver(self):
        return self.actor.user is None or self.issue.resolved_by_id != self.actor.user.pk

    @property
    def not_handling(self):
        return self.actor.department_id is None or not self.lead_or_co

    def _not_mine(self, application):
        return application is None or application.applicant_id != getattr(
            self.actor.user, "pk", None
        )

    # conditions

    @property
    def no_return_pending(self):
        return self.pending("return") is None

    @property
    def return_pending(self):
        return not self.no_return_pending

    @property
    def return_window_open(self):
        if self.issue.assigned_at is None:
            return False
        days = self.policy.return_window
        return self.now <= clock.due_after_days(self.calendar, self.issue.assigned_at, days)

    @property
    def not_returned_before(self):
        return not any(
            row.kind == Application.Kind.RETURN
            and row.department_id == self.issue.lead_department_id
            for row in self.issue.applications.all()
        )

    @property
    def extensions_granted(self):
        """Approved extensions of this round of handling."""
        return sum(
            row.kind == Application.Kind.EXTENSION
            and row.status == Application.Status.APPROVED
            and row.round == self.issue.round
            for row in self.issue.applications.all()
        )

    @property
    def no_extension_pending(self):
        return self.pending("extension") is None

    @property
    def extension_pending(self):
        return not self.no_extension_pending

    @property
    def extension_left(self):
        return self.extensions_granted < self.policy.extension_times

    @property
    def extension_in_time(self):
        due = self.issue.unit_due_at
        if due is None:
            return False
        day = timezone.localtime(due, self.calendar.tz).date()
        day = clock.shift_workdays(self.calendar, day, 0)
        one = clock.elapsed(
            self.calendar, clock.opening(self.calendar, day), clock.closing(self.calendar, day)
        )
        return clock.elapsed(self.calendar, self.now, due) >= one * self.policy.extension_lead

    @property
    def no_tracking_pending(self):
        return self.pending("tracking") is None

    @property
    def tracking_pending(self):
        return not self.no_tracking_pending

    @property
    def co_answered(self):
        return all(row.answered_at for row in self.issue.co_handlings.all())

    @property
    def not_tried_today(self):
        today = timezone.localdate(self.now)
        return not any(
            row.on == today and row.round == self.issue.round for row in self.issue.visits.all()
        )

    @property
    def urge_left_today(self):
        if not self.actor.roles & {"enterprise", "anonymous"}:
            return True
        return not any(
            event.action == "urge"
            and event.actor_kind == "enterprise"
            and self._working_day(event.at) == self._working_day(self.now)
            for event in self.issue.events.all()
        )

    def _working_day(self, moment):
        """The working day a moment belongs to; a rest day belongs to the next one."""
        return clock.shift_workdays(self.calendar, timezone.localdate(moment), 0)

    @property
    def reopen_window_open(self):
        """The enterprise has its days; the office may at any time."""
        if not self.actor.roles & {"enterprise", "anonymous"}:
            return True
        return self.now <= self.issue.closed_at + timedelta(days=self.policy.reopen_days)

    @property
    def has_lead(self):
        return self.issue.lead_department_id is not None

    @property
    def instruction_open(self):
        return any(row.answered_at is None for row in self.issue.instructions.all())

    @property
    def notice_open(self):
        return any(row.is_open for row in self.issue.notices.all())


def refusal_for(issue, action, actor, now, facts=None):
    """workflow.refusal with the facts of this issue; None when the step is open."""
    roles = actor.roles
    if actor.user is not None and issue.submitted_by_id == actor.user.pk:
        # Who filed it, an official on a firm's behalf too, may take back what he filed.
        roles = roles | {"submitter"}
    facts = facts or Facts(issue, actor, now)
    return workflow.refusal(STEPS[action], status=issue.status, roles=roles, facts=facts)


def open_steps(issue, actor, now):
    """The Steps this caller may take now, in the table's order."""
    facts = Facts(issue, actor, now)
    return [
        step
        for step in STEPS.values()
        if step.sources and refusal_for(issue, step.action, actor, now, facts) is None
    ]

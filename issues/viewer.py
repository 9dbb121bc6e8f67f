"""Who reads which side of an issue: all of it, or only what its enterprise is told. Pages, API and
files all ask here; IssueQuerySet says the same in SQL.
"""

from accounts import roles
from issues import workflow
from issues.actors import Actor

# Roles that read every issue, and roles that read what their department leads or co-handles.
EVERYWHERE = frozenset({roles.COORDINATOR, roles.LEADER, roles.AUDITOR})
DEPARTMENTAL = frozenset({roles.HANDLER, roles.HEAD})
INSIDE = roles.OFFICIALS | {roles.AUDITOR}
# While it is in one of these the enterprise waits for what it was promised.
PROMISED = (workflow.SUBMITTED, *workflow.WORKING)


class Viewer:
    """The reader behind a request's user: a User, a key's principal or AnonymousUser.

    Asked only about issues he sees. A person of an enterprise who is an official as well reads
    from the inside what an official role of his opens to him, and the rest as the enterprise.
    """

    def __init__(self, user):
        self.actor = Actor.of(user)
        self.roles = self.actor.roles

    @property
    def sees_inside(self):
        """Whether there are issues he reads from the inside."""
        return bool(self.roles & INSIDE)

    @property
    def sees_outside(self):
        """Whether there are issues he reads as the enterprise only."""
        return not self.sees_everything and (roles.ENTERPRISE in self.roles or not self.sees_inside)

    @property
    def sees_everything(self):
        return bool(self.roles & EVERYWHERE)

    @property
    def sees_both(self):
        """Then the side of an issue depends on its co-handlings."""
        return self.sees_inside and self.sees_outside

    def is_official(self, issue):
        if not self.sees_both:
            return self.sees_inside
        return bool(self.roles & DEPARTMENTAL) and self.handles(issue)

    def public_only(self, issue):
        return not self.is_official(issue)

    def handles(self, issue):
        """Whether his department leads or co-handles it."""
        mine = self.actor.department_id
        return mine is not None and (
            mine == issue.lead_department_id
            or any(row.department_id == mine for row in issue.co_handlings.all())
        )

    def submitted(self, issue):
        return self.actor.submitted(issue)

    def sees_contact(self, issue):
        """The submitter's side, members of the departments on it, and coordinators."""
        return roles.COORDINATOR in self.roles or self.submitted(issue) or self.handles(issue)

    def due(self, issue):
        """The deadline that binds now: for the enterprise the promise, inside the department's
        own; None when none runs.
        """
        if self.is_official(issue):
            return issue.running_due
        return issue.due_at if issue.status in PROMISED else None

    def is_overdue(self, issue, now):
        due = self.due(issue)
        return due is not None and due < now

    def events(self, events):
        return [event for event in events if event.public or self.is_official(event.issue)]

    def files(self, event):
        inside = self.is_official(event.issue)
        return [file for file in event.attachments.all() if inside or file.public]


def followed(issue):
    """The issue that is worked on: the one a merged issue joined, however often that repeats."""
    seen = set()
    while issue.merged_into_id and issue.pk not in seen:
        seen.add(issue.pk)
        issue = issue.merged_into
    return issue

"""Who reads which side of an issue: all of it, or only what its enterprise is told. Pages, API and
files all ask here.
"""

from accounts import roles
from issues import workflow
from issues.actors import Actor

# Roles that read every issue, and roles that read what their department leads or co-handles.
EVERYWHERE = frozenset({roles.COORDINATOR, roles.LEADER, roles.AUDITOR})
DEPARTMENTAL = frozenset({roles.HANDLER, roles.HEAD})
# While it is in one of these the enterprise waits for what it was promised.
PROMISED = (workflow.SUBMITTED, *workflow.WORKING)


class Viewer:
    """The reader behind a request's user: a User, a key's principal or AnonymousUser. Which issues
    he sees at all says IssueQuerySet.visible_to.
    """

    def __init__(self, user):
        self.actor = Actor.of(user)
        self.roles = self.actor.roles

    @property
    def is_official(self):
        """Whether he reads internal things. Of the contact of an enterprise an official role makes
        an official only where it opens issues by itself; one that goes by department does not,
        since he has none (a constraint of User).
        """
        if self.roles & EVERYWHERE:
            return True
        contact = roles.ENTERPRISE in self.roles and self.actor.department_id is None
        return bool(self.roles & roles.OFFICIALS) and not contact

    @property
    def public_only(self):
        return not self.is_official

    def handles(self, issue):
        """Whether his department leads or co-handles it."""
        mine = self.actor.department_id
        return mine is not None and (
            mine == issue.lead_department_id
            or any(row.department_id == mine for row in issue.co_handlings.all())
        )

    def sees_contact(self, issue):
        """The submitter's side, members of the departments on it, and coordinators."""
        return roles.COORDINATOR in self.roles or self.actor.submitted(issue) or self.handles(issue)

    def due(self, issue):
        """The deadline that binds now: for the enterprise the promise, inside the department's
        own; None when none runs.
        """
        if self.is_official:
            return issue.running_due
        return issue.due_at if issue.status in PROMISED else None

    def is_overdue(self, issue, now):
        due = self.due(issue)
        return due is not None and due < now

    def events(self, events):
        return [event for event in events if self.is_official or event.public]

    def files(self, event):
        return [file for file in event.attachments.all() if self.is_official or file.public]


def followed(issue):
    """The issue that is worked on: the one a merged issue joined, however often that repeats."""
    seen = set()
    while issue.merged_into_id and issue.pk not in seen:
        seen.add(issue.pk)
        issue = issue.merged_into
    return issue

"""Who reads which side of a project: all of it, or what the district publishes. Pages, exports,
counts and search all ask here.
"""

from django.apps import apps
from django.db.models import Q

from accounts import roles
from projects import stages

# Roles that read every project from the inside, and roles that do where their department is on it.
EVERYWHERE = frozenset({roles.PLANNER, roles.LEADER, roles.AUDITOR, roles.COORDINATOR})
DEPARTMENTAL = frozenset({roles.HANDLER, roles.HEAD})
READERS = roles.OFFICIALS | {roles.AUDITOR}


class Viewer:
    """The reader behind a request's user: a User, a key's principal or AnonymousUser."""

    def __init__(self, user):
        self.user = user
        self.roles = roles.roles_of(user)
        self.department_id = getattr(user, "department_id", None)
        self.enterprise_id = getattr(user, "enterprise_id", None)

    @property
    def reads_all(self):
        return bool(self.roles & EVERYWHERE)

    @property
    def is_leader(self):
        return roles.LEADER in self.roles

    @property
    def may_create(self):
        return self.may("create", None)

    @property
    def is_departmental(self):
        return bool(self.roles & DEPARTMENTAL and self.department_id) and not self.reads_all

    @property
    def reads_some(self):
        """Whether any project may be open to him from the inside."""
        return self.reads_all or self.is_departmental

    def inside(self):
        """Q of the projects he reads from the inside."""
        if self.reads_all:
            return Q()
        if not self.is_departmental:
            return Q(pk__in=[])
        return Q(lead_department=self.department_id) | Q(
            pk__in=_projects_with_member(self.department_id)
        )

    def visible(self):
        """Q of the projects he sees at all; the one rule of visibility."""
        if self.reads_all:
            return Q()
        if self.roles & READERS and roles.ENTERPRISE not in self.roles:
            return Q(is_public=True) | self.inside()
        if self._is_system and "projects:read" in self.user.api_scopes:
            return Q(is_public=True)
        if roles.ENTERPRISE in self.roles and self.enterprise_id:
            return Q(owner=self.enterprise_id)
        return Q(pk__in=[])

    @property
    def _is_system(self):
        """A REST client's key that belongs to no person."""
        return getattr(self.user, "api_key", None) is not None

    def may(self, deed, project):
        """Whether his role and his part in this project allow the deed (stages.DEEDS)."""
        for role, relation in stages.DEEDS[deed].items():
            if role in self.roles and self._relates(relation, project):
                return True
        return False

    def _relates(self, relation, project):
        if relation == "any":
            return True
        if project is None:
            return False
        if relation == "lead":
            return self.department_id is not None and (
                self.department_id == project.lead_department_id
            )
        return any(row.leader_id == self.user.pk for row in current_sponsorships(project))


def current_sponsorships(project):
    return [row for row in project.sponsorships.all() if row.until is None]


def _projects_with_member(department_id):
    # By name: the models' querysets ask this module.
    rows = apps.get_model("projects", "Sponsorship").objects
    return rows.filter(until=None, members=department_id).values("project")

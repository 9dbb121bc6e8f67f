"""What changes an issue for `updated_since` (api/sync.py)."""

from django.db.models import Q

from accounts import roles
from api import sync
from issues.viewer import DEPARTMENTAL, EVERYWHERE, Viewer

# Who sees an issue; see IssueQuerySet.visible_to.
SCOPE = ("lead_department", "enterprise", "submitted_by", "api_key")


def register():
    sync.track("issues.Issue", "issue", name="number", scope=SCOPE)
    sync.announce("issue", "issues.Issue", needs="issues:read", list="issues", lost=lost)
    sync.track("issues.Category", "category", name="code")
    sync.touch("issues.IssueEvent", "issue", by="issue", clock="at")
    # A project shows how many of its issues are open.
    sync.touch("issues.Issue", "project", by="project", clock="updated_at")


def lost(user):
    """Q over changes: the issues this reader may have had before they went to somebody else."""
    viewer = Viewer(user)
    if viewer.roles & EVERYWHERE:
        return Q()
    if key := getattr(user, "api_key", None):
        return Q(scope__api_key=key.pk)
    rule = Q(pk__in=[])
    if viewer.roles & DEPARTMENTAL and user.department_id:
        rule |= Q(scope__lead_department=user.department_id)
    if roles.ENTERPRISE in viewer.roles and user.enterprise_id:
        rule |= Q(scope__enterprise=user.enterprise_id)
    if viewer.roles & (roles.OFFICIALS | {roles.ENTERPRISE}):
        rule |= Q(scope__submitted_by=user.pk)
    return rule

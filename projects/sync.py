"""What changes a project or one of its rows for `updated_since` (api/sync.py)."""

from django.db.models import Q

from api import sync
from projects.viewer import READERS, Viewer

ROWS = {
    "projects.Milestone": "milestone",
    "projects.ApprovalStep": "approval",
    "projects.ProgressReport": "progress",
    "projects.SponsorVisit": "visit",
}


def register():
    seen_by = ("lead_department", "owner", "is_public")
    sync.track("projects.KeyProject", "project", name="number", scope=seen_by)
    sync.track("projects.RoadWork", "road", name=("number", "project"), by="project", clock="")
    sync.track("projects.KeyProject", "road", name="number", scope=seen_by)
    for label, kind in ROWS.items():
        sync.track(label, kind, name="id", scope=("project",))
        sync.touch(label, "project", by="project", clock="updated_at")
    sync.announce(
        "project", "projects.KeyProject", needs="projects:read", list="projects", lost=lost
    )
    sync.touch("projects.RoadWork", "project", by="project")
    sync.touch("projects.Sponsorship", "project", by="project")
    sync.touch("projects.LightSnapshot", "project", by="project")
    sync.touch("projects.PlanYear", "project", by="project", clock="entered_at")
    sync.touch("projects.ProjectEvent", "project", by="project", clock="at")


def lost(user):
    """Q over changes: the projects this reader may have had before they were deleted, hidden or
    given to another department.
    """
    viewer = Viewer(user)
    if viewer.reads_all:
        return Q()
    rule = Q(pk__in=[])
    if viewer.department_id:
        rule |= Q(scope__lead_department=viewer.department_id)
    if viewer.enterprise_id:
        rule |= Q(scope__owner=viewer.enterprise_id)
    if viewer.roles & READERS or getattr(user, "api_key", None) is not None:
        # SQLite keeps a flag as a number.
        rule |= Q(scope__is_public=True) | Q(scope__is_public=1)
    return rule


def lost_row(user, project):
    """The same for a row of a project the reader sees."""
    return Q(scope__project=project.pk) if Viewer(user).reads_some else Q(pk__in=[])

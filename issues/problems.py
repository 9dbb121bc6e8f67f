"""Where the loop meets key projects: the project an issue is about, and problems raised on a
sponsoring leader's visit, which become issues.
"""

from issues import services
from issues.actors import Actor
from projects import registry
from projects.models import KeyProject


def take(*, visit, user, title, description, contact_name, contact_phone, now):
    """Submits the problem for the project's enterprise; returns the Issue, linked to both."""
    project = visit.project
    issue, _created = services.submit(
        actor=Actor.of(user),
        now=now,
        kind="problem",
        title=title,
        description=description,
        enterprise=project.owner_name or project.name,
        contact_name=contact_name,
        contact_phone=contact_phone,
        project=project,
        visit=visit,
        is_sample=project.is_sample,
    )
    return issue


def project_of(issue, user):
    """The key project the issue is about, where the reader sees it."""
    if issue.project_id is None:
        return None
    return KeyProject.objects.visible_to(user).filter(pk=issue.project_id).first()


def register():
    registry.on_problem(take)

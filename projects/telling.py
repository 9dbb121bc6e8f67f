"""Whom a deed on a project tells, and the messages written for it."""

from django.db.models import Q

from accounts import roles
from accounts.models import User
from notifications import services as outbox

NOBODY = User.objects.none()


def _active():
    return User.objects.filter(is_active=True)


def planners():
    return _active().filter(groups__name=roles.PLANNER)


def office(project):
    """The project office, whichever the project."""
    return planners()


def leaders():
    return _active().filter(groups__name=roles.LEADER)


def sponsor(project):
    """The present sponsoring leader and his service officer."""
    current = project.sponsorships.filter(until=None)
    return _active().filter(
        Q(pk__in=current.values("leader")) | Q(pk__in=current.values("officer"))
    )


def department(project, *, heads_only=False):
    """Officers and heads of the leading department."""
    if project.lead_department_id is None:
        return User.objects.none()
    slugs = [roles.HEAD] if heads_only else [roles.HANDLER, roles.HEAD]
    return _active().filter(department=project.lead_department_id, groups__name__in=slugs)


def deciders(change):
    """Who may decide a change of date: the sponsor where it is his, else the office."""
    if not change.by_leader:
        return planners()
    current = change.project.sponsorships.filter(until=None)
    return _active().filter(pk__in=current.values("leader"))


def tell(kind, project, audiences, *, occasion, now, exclude=None, at_once=False, **data):
    """Posts `projects.<kind>` to the people of all audiences, once per occasion; returns how many
    messages are new.
    """
    people = {user.pk: user for audience in audiences for user in audience}
    return outbox.post(
        kind=f"projects.{kind}",
        recipients=people.values(),
        data={"project": project.number, "name": project.name} | data,
        dedupe_key=key(kind, project, occasion),
        now=now,
        exclude=exclude,
        at_once=at_once,
    )


def key(kind, project, occasion=""):
    return f"projects:{kind}:{project.pk}:{occasion}"


def take_back(kind, project, now, occasion=""):
    """Cancels mails of this kind that are not sent yet: what they speak of is done."""
    outbox.cancel(dedupe_prefix=key(kind, project, occasion), now=now)

"""Whom a step tells: each audience named in STEPS.tells as the users (and outside addresses)
behind it.
"""

from django.db.models import Q

from accounts import roles
from accounts.models import User

NOBODY = User.objects.none


def _active():
    return User.objects.filter(is_active=True)


def _members(department_id, *slugs):
    if department_id is None:
        return NOBODY()
    return _active().filter(department=department_id, groups__name__in=slugs).distinct()


def coordinators(change):
    return _active().filter(groups__name=roles.COORDINATOR)


def lead(change):
    """The officer who signed; before that, or when he has left, every officer and head of the
    lead department.
    """
    issue = change.issue
    if issue.handler_id and issue.handler.is_active:
        return _active().filter(pk=issue.handler_id)
    return _members(issue.lead_department_id, roles.HANDLER, roles.HEAD)


def head(change):
    return _members(change.issue.lead_department_id, roles.HEAD)


def former_lead(change):
    return _members(change.former_lead_id, roles.HANDLER, roles.HEAD)


def co(change):
    departments = change.issue.co_handlings.values("department")
    return _active().filter(
        department__in=departments, groups__name__in=[roles.HANDLER, roles.HEAD]
    )


def watchers(change):
    """The officers on the matter and, when the progress is public, the enterprise."""
    users = lead(change)
    if change.data.get("visibility") != "public":
        return users
    return [*users, *submitter(change)]


def submitter(change):
    return contacts(change.issue)


def contacts(issue):
    """The enterprise's contacts with an account and whoever submitted signed in."""
    mine = Q(pk=issue.submitted_by_id)
    if issue.enterprise_id:
        mine |= Q(enterprise=issue.enterprise_id, groups__name=roles.ENTERPRISE)
    return _active().filter(pk__in=User.objects.filter(mine).values("pk"))


def applicant(change):
    return _active().filter(pk=getattr(change.application, "applicant_id", None))


def extension_decider(change):
    """The office for the first extension; for the second the leader who answers for the
    department.
    """
    if change.application.ordinal == 1:
        return coordinators(change)
    answering = _active().filter(portfolios__department=change.issue.lead_department_id)
    return answering if answering.exists() else _active().filter(groups__name=roles.LEADER)


def instructing_leader(change):
    return _active().filter(pk=change.instruction.leader_id)


AUDIENCES = {
    function.__name__: function
    for function in (
        coordinators,
        lead,
        head,
        former_lead,
        co,
        watchers,
        submitter,
        applicant,
        extension_decider,
        instructing_leader,
    )
}


def tells_enterprise(step, change):
    """Whether the step's news goes to the enterprise, so also to the address it left."""
    return "submitter" in step.tells or (
        "watchers" in step.tells and change.data.get("visibility") == "public"
    )

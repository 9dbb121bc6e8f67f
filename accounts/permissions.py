"""三员分立 in the admin: what each of the two roles that sign in there may do, as one table.

Django asks every authentication backend whether a user has a permission; this one answers from his
roles. No permission rows are given to groups or users, so nothing else can widen a role.
"""

from django.contrib.auth.backends import BaseBackend

from accounts.roles import (
    ADMINISTRATOR,
    ANONYMOUS,
    AUDITOR,
    COORDINATOR,
    ENTERPRISE,
    OFFICIALS,
    SECURITY,
    roles_of,
)

READ, ALL = ("view",), ("view", "add", "change", "delete")
# role → {"app.model": what it may do}
GRANTS = {
    ADMINISTRATOR: {
        "accounts.user": ("view", "add", "change"),
        "accounts.portfolio": ALL,
        "directory.department": ("view", "add", "change"),
        "directory.enterprise": ("view", "add", "change"),
        "directory.industry": ALL,
        "directory.park": ALL,
        "worktime.calendaryear": READ,
        "worktime.calendarday": READ,
        "worktime.calendarchange": READ,
        "worktime.workhours": ALL,
        "issues.category": ("view", "add", "change"),
        "issues.policy": ("view", "add", "change"),
        "issues.limit": ALL,
        "issues.ladderrung": ALL,
        "cockpit.rankingrule": ALL,
        "cockpit.letterhead": ("view", "change"),
        "projects.lightruleset": ALL,
        "projects.lightrule": ALL,
        "projects.stagegate": ALL,
        "projects.reportingrule": ALL,
        "projects.approvalitem": ("view", "add", "change"),
        "projects.approvalbase": ALL,
        "projects.approvalbasedays": ALL,
        "projects.maturityitem": ("view", "add", "change"),
        "investment.pipelinerule": ("view", "add", "change"),
        "investment.exclusionrule": ("view", "add", "change"),
        "investment.chain": ("view", "add", "change"),
        "api.webhook": ALL,
        "api.hookdelivery": READ,
        "api.hookattempt": READ,
    },
    SECURITY: {
        # Of a user's page security sees the account and changes its roles: accounts/admin.py.
        "accounts.user": ("view", "change"),
        "accounts.membership": ALL,
        # Granted by security, taken over by its holder.
        "accounts.apikey": ("view", "add"),
        "api.calls": READ,
        "axes.accessattempt": ("view", "delete"),
        "axes.accesslog": READ,
        "axes.accessfailurelog": READ,
    },
}
STAFF_ROLES = frozenset(GRANTS)
# Who has a work list, and who may hand in an issue.
DESK = OFFICIALS | {ENTERPRISE, AUDITOR}
# Who looks after the reminders: the panel and what was not delivered.
OPERATORS = frozenset({ADMINISTRATOR, AUDITOR, COORDINATOR})
SUBMITTERS = OFFICIALS | {ENTERPRISE, ANONYMOUS}


def offers(user):
    """{"desk", "projects", "investment", "submit", "admin", "behalf", "operations"}: which ways in
    a page offers; `behalf` – he works for the district, and an issue he hands in is that of an
    enterprise.
    """
    held = roles_of(user)
    return {
        "desk": bool(held & DESK),
        "projects": bool(held & (OFFICIALS | {AUDITOR})),
        "investment": bool(held & DESK),
        "submit": bool(held & SUBMITTERS),
        "admin": bool(getattr(user, "is_staff", False)),
        "operations": bool(held & OPERATORS),
        "behalf": bool(held & (OFFICIALS | {AUDITOR})),
    }


class RolePermissions(BaseBackend):
    def get_all_permissions(self, user_obj, obj=None):
        """{"app.action_model", …} of an active user's roles."""
        if not getattr(user_obj, "is_active", False):
            return set()
        return {
            f"{app}.{action}_{name}"
            for role in user_obj.roles & STAFF_ROLES
            for (app, _dot, name), actions in (
                (model.partition("."), actions) for model, actions in GRANTS[role].items()
            )
            for action in actions
        }

    def has_module_perms(self, user_obj, app_label):
        """Whether the role opens anything of this app; asked by the admin's index."""
        granted = self.get_all_permissions(user_obj)
        return any(permission.startswith(f"{app_label}.") for permission in granted)

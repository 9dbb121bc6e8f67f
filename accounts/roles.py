"""The ten roles. Each is a Django group whose number is fixed, because a constraint names three
of them.
"""

from django.utils.translation import gettext_lazy as _

ENTERPRISE, HANDLER, HEAD, COORDINATOR, LEADER = (
    "enterprise",
    "handler",
    "department_head",
    "coordinator",
    "leader",
)
PROMOTER, PLANNER, AUDITOR, SECURITY, ADMINISTRATOR = (
    "promoter",
    "planner",
    "auditor",
    "security",
    "administrator",
)

# slug → (group number, label)
ROLES = {
    ENTERPRISE: (1, _("企业联系人")),
    HANDLER: (2, _("承办人")),
    HEAD: (3, _("部门负责人")),
    COORDINATOR: (4, _("督查协调")),
    LEADER: (5, _("区领导")),
    PROMOTER: (6, _("招商人员")),
    PLANNER: (7, _("项目管理人员")),
    AUDITOR: (8, _("审计监督")),
    SECURITY: (9, _("安全管理员")),
    ADMINISTRATOR: (10, _("系统管理员")),
}
# 三员分立: never two of these on one person.
SEPARATED = (AUDITOR, SECURITY, ADMINISTRATOR)
SEPARATED_NUMBERS = tuple(ROLES[slug][0] for slug in SEPARATED)
# Who works for the district and with its business data.
OFFICIALS = frozenset({HANDLER, HEAD, COORDINATOR, LEADER, PROMOTER, PLANNER})
ANONYMOUS = "anonymous"


def roles_of(user):
    """Slugs of the roles of a signed-in user, a key's principal or an anonymous caller
    ({"anonymous"}).
    """
    return getattr(user, "roles", frozenset({ANONYMOUS}))

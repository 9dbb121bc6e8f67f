"""A key may do what its scopes name; what its user's role adds or forbids is decided by the rows
(`visible_to`) and by the steps.
"""

from django.utils.translation import gettext as _
from rest_framework.exceptions import NotAuthenticated, PermissionDenied
from rest_framework.permissions import BasePermission


class HasScope(BasePermission):
    """The view declares `scopes`, e.g. {"GET": "issues:read", "POST": "issues:write"}.

    A method it does not declare passes, to be answered 405.
    """

    def has_permission(self, request, view):
        if not request.user or not request.user.is_authenticated:
            raise NotAuthenticated(_("请在 Authorization 请求头中提供密钥。"))
        method = "GET" if request.method == "HEAD" else request.method
        scope = view.scopes.get(method)
        if scope and scope not in getattr(request.user, "api_scopes", ()):
            raise PermissionDenied(_("密钥缺少范围 %(scope)s。") % {"scope": scope}, "scope")
        return True

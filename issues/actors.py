"""Who takes a step: a signed-in person, a REST key, an enterprise that proved its tracking code,
or the portal itself.
"""

from dataclasses import dataclass, field

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from accounts import roles

SYSTEM = "system"


@dataclass(frozen=True)
class Actor:
    """`proven` holds the numbers (primary keys) of issues whose code and telephone digits the
    caller has shown.
    """

    roles: frozenset
    user: object = None
    key: object = None
    proven: frozenset = field(default_factory=frozenset)

    @classmethod
    def of(cls, user, proven=()):
        """The actor behind a request's user: a User, a key's principal or AnonymousUser.

        `key` is kept for a person who came with one, too: the history names it, and references
        of clients count per key.
        """
        key = getattr(user, "api_key", None) or getattr(user, "acting_key", None)
        person = user if user.is_authenticated and user.pk else None
        return cls(roles=roles.roles_of(user), user=person, key=key, proven=frozenset(proven))

    @classmethod
    def system(cls):
        return cls(roles=frozenset({SYSTEM}))

    @property
    def kind(self):
        if SYSTEM in self.roles:
            return SYSTEM
        if self.roles & {roles.ENTERPRISE, roles.ANONYMOUS}:
            return "enterprise"
        return "official"

    @property
    def label(self):
        """What the history calls him; stored, so in the language of the district."""
        if self.user:
            return self.user.label
        if self.key:
            return self.key.name
        with translation.override(settings.LANGUAGE_CODE):
            return _("系统") if SYSTEM in self.roles else _("企业")

    @property
    def department_id(self):
        return getattr(self.user, "department_id", None)

    def submitted(self, issue):
        """Whether this is the enterprise whose issue it is."""
        if issue.pk in self.proven:
            return True
        if self.user is not None:
            own = self.user.enterprise_id and self.user.enterprise_id == issue.enterprise_id
            return bool(own) or issue.submitted_by_id == self.user.pk
        return self.key is not None and issue.api_key_id == self.key.pk

from django.db import models

from directory.names import normalise


class EnterpriseQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Officials see every enterprise, an enterprise's contact its own, a system's key (bound
        to nobody) what its scope says, others none.
        """
        if self.sees_all(user):
            return self
        if "enterprise" in getattr(user, "roles", ()) and user.enterprise_id:
            return self.filter(pk=user.enterprise_id)
        return self.none()

    def sees_all(self, user):
        roles = getattr(user, "roles", frozenset())
        is_system = getattr(user, "api_key", None) is not None
        return bool(roles & OFFICIAL_READERS) or (
            is_system and "directory:read" in user.api_scopes
        )

    def named(self, name):
        """Those whose name or former name is written like `name`."""
        return self.filter(name_key=normalise(name))

    def search(self, words):
        """Those that hold every word in their names or their 统一社会信用代码."""
        found = self
        for word in words.split()[:6]:
            found = found.filter(
                models.Q(name__icontains=word)
                | models.Q(name_key__contains=normalise(word))
                | models.Q(name_en__icontains=word)
                | models.Q(uscc__icontains=word)
            )
        return found

    def resolve(self, given, by_number=False):
        """The enterprise meant by a name or a 统一社会信用代码; None when there is none or several.

        `by_number`: a row's number will do as well. Only for holders of a key: anybody else could
        count through the directory with it.
        """
        text = str(given or "").strip()
        if by_number and text.isdecimal() and len(text) < 18:
            return self.filter(pk=int(text)).first()
        if len(text) == 18 and (found := self.filter(uscc=text.upper()).first()):
            return found
        found = list(self.named(text)[:2]) if text else []
        return found[0] if len(found) == 1 else None


# Roles as product.md lists them; security and administrator see no business data (三员分立).
OFFICIAL_READERS = frozenset(
    {"handler", "department_head", "coordinator", "leader", "promoter", "planner", "auditor"}
)

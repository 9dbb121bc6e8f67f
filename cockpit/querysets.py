"""Who sees which circulars; which ranking rule is in force."""

from django.db import models

from accounts import roles

READERS = roles.OFFICIALS | {roles.AUDITOR}
OVERSEERS = frozenset({roles.COORDINATOR, roles.LEADER, roles.AUDITOR})


class RuleQuerySet(models.QuerySet):
    def valid_at(self, moment):
        """The rule in force at `moment`; RankingRule.DoesNotExist when none is."""
        return self.filter(valid_from__lte=moment).latest("valid_from", "version")


class SnapshotQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Kept tables are for the officials, like the live one."""
        return self if roles.roles_of(user) & READERS else self.none()

    def for_list(self):
        return self.select_related("rule", "taken_by").defer("data")


class TargetQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Targets are for officials and for systems with the scope, not for firms."""
        is_system = getattr(user, "api_key", None) is not None
        return self if is_system or roles.roles_of(user) & READERS else self.none()

    def of_year(self, year):
        return self.filter(year=year)

    def search(self, words):
        found = self
        for word in words.split()[:6]:
            found = found.filter(
                models.Q(number__icontains=word)
                | models.Q(name__icontains=word)
                | models.Q(name_en__icontains=word)
            )
        return found

    def for_list(self):
        return self.select_related("department")


class CircularQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Issued ones are for every official; drafts for the office that writes them."""
        mine = roles.roles_of(user)
        if roles.COORDINATOR in mine:
            return self
        return self.filter(status="issued") if mine & READERS else self.none()

    def of_kind(self, kind):
        return self.filter(kind=kind) if kind else self

    def in_status(self, status):
        return self.filter(status=status) if status else self

    def for_list(self):
        return self.select_related("issued_by", "snapshot").defer("data", "snapshot__data")

    def totals(self):
        """{"count", "drafts", "issued"}."""
        return self.aggregate(
            count=models.Count("pk"),
            drafts=models.Count("pk", filter=models.Q(status="draft")),
            issued=models.Count("pk", filter=models.Q(status="issued")),
        )

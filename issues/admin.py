"""Rules that are rows, for system administrators: categories, and the versions of the policy.

Issues themselves are business data and are not in the admin.
"""

from django.contrib import admin
from django.utils import timezone

from issues.models import Category, LadderRung, Limit, Policy


def is_published(policy):
    return policy is not None and policy.valid_from <= timezone.now()


class RuleInline(admin.TabularInline):
    """Rows of a policy; frozen with it."""

    extra = 0

    def has_add_permission(self, request, obj=None):
        return super().has_add_permission(request, obj) and not is_published(obj)

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and not is_published(obj)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and not is_published(obj)


class LimitInline(RuleInline):
    model = Limit


class LadderRungInline(RuleInline):
    model = LadderRung


@admin.register(Policy)
class PolicyAdmin(admin.ModelAdmin):
    """A policy in force is never edited: running promises rest on it. A change is the next
    version, which may be edited until it starts.
    """

    list_display = ["version", "name", "valid_from"]
    inlines = [LimitInline, LadderRungInline]

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and not is_published(obj)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        if not change:
            self._begin_with_present_rules(form.instance)

    def _begin_with_present_rules(self, policy):
        """A new version without limits would promise nothing: it begins with those in force."""
        present = Policy.objects.valid_at(timezone.now())
        for name in ("limits", "rungs"):
            rows = getattr(policy, name)
            if policy == present or rows.exists():
                continue
            copies = list(getattr(present, name).all())
            for row in copies:
                row.pk, row.policy = None, policy
            rows.bulk_create(copies)


@admin.register(Category)
class CategoryAdmin(admin.ModelAdmin):
    list_display = ["code", "name", "name_en", "time_class", "department", "order"]
    list_filter = ["time_class"]
    list_select_related = ["department"]
    search_fields = ["code", "name", "name_en"]

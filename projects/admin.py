"""Rules that are rows, for system administrators. Projects themselves are business data and are not
in the admin.
"""

from django import forms
from django.contrib import admin
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from projects import choices, snapshots
from projects.models import (
    ApprovalBase,
    ApprovalBaseDays,
    ApprovalItem,
    LightRule,
    LightRuleSet,
    MaturityItem,
    ReportingRule,
    StageGate,
)

COLOURS = dict(choices.COLOUR)


def in_force(row):
    return row is not None and row.pk is not None and row.valid_from <= timezone.localdate()


class FutureForm(forms.ModelForm):
    """What is in force is not changed in secret: a new version begins later."""

    def clean_valid_from(self):
        valid_from = self.cleaned_data["valid_from"]
        if valid_from <= timezone.localdate():
            raise forms.ValidationError(_("生效日期须晚于今天：生效前可以修改，生效后不再改动。"))
        return valid_from


class Frozen:
    """Rows that may be changed and deleted only before they come into force."""

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and not in_force(obj)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and not in_force(obj)


class LightRuleInline(Frozen, admin.TabularInline):
    model = LightRule
    extra = 0

    def has_add_permission(self, request, obj=None):
        return super().has_add_permission(request, obj) and not in_force(obj)


@admin.register(LightRuleSet)
class LightRuleSetAdmin(Frozen, admin.ModelAdmin):
    """The next version begins with the rules of the newest of its scheme; before it is in force the
    page says which lights would change.
    """

    form = FutureForm
    list_display = ["version", "name", "scheme", "role", "valid_from", "notice_no"]
    readonly_fields = ["what_moves"]

    def get_inlines(self, request, obj):
        return [LightRuleInline] if obj else []

    def get_readonly_fields(self, request, obj=None):
        return self.readonly_fields if obj else []

    @admin.display(description=gettext_lazy("按此规则，今日灯色的变化"))
    def what_moves(self, rule_set):
        moved = snapshots.preview(rule_set)
        if not moved:
            return _("没有项目的灯色改变。")
        said = [
            _("%(old)s → %(new)s：%(count)d个")
            % {"old": COLOURS.get(old, "—"), "new": COLOURS[new], "count": count}
            for (old, new), count in sorted(moved.items())
        ]
        return _("；").join(said)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        if not change:
            begin_with_latest_rules(form.instance)

    def response_add(self, request, obj, post_url_continue=None):
        request.POST = request.POST | {"_continue": "1"}
        return super().response_add(request, obj, post_url_continue)


def begin_with_latest_rules(rule_set):
    """Copies the rules of the newest other version of the same scheme."""
    others = LightRuleSet.objects.filter(scheme=rule_set.scheme, rules__isnull=False)
    latest = others.exclude(pk=rule_set.pk).order_by("version").last()
    copies = list(latest.rules.all()) if latest else []
    for row in copies:
        row.pk, row.rule_set = None, rule_set
    LightRule.objects.bulk_create(copies)


@admin.register(StageGate)
class StageGateAdmin(admin.ModelAdmin):
    list_display = ["stage", "kind", "key", "nature", "category", "valid_from", "valid_until"]
    list_filter = ["stage", "kind"]


@admin.register(ReportingRule)
class ReportingRuleAdmin(Frozen, admin.ModelAdmin):
    form = FutureForm
    list_display = ["valid_from", "due_workdays", "lock_workdays", "gap_percent", "expiry_days"]


@admin.register(ApprovalItem)
class ApprovalItemAdmin(admin.ModelAdmin):
    list_display = ["code", "name", "stage", "authority", "statutory_days", "committed_days"]
    list_filter = ["stage"]
    list_select_related = ["authority"]


class ApprovalBaseDaysInline(admin.TabularInline):
    model = ApprovalBaseDays
    extra = 0


@admin.register(ApprovalBase)
class ApprovalBaseAdmin(admin.ModelAdmin):
    list_display = ["name", "source", "is_default"]
    inlines = [ApprovalBaseDaysInline]


@admin.register(MaturityItem)
class MaturityItemAdmin(admin.ModelAdmin):
    list_display = ["code", "name", "weight", "is_active", "order"]

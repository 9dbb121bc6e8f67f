"""Rules that are rows, for system administrators: how departments are ranked, what stands on the
papers. Circulars and kept tables are business data and are not in the admin.
"""

from django import forms
from django.contrib import admin
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cockpit.models import Letterhead, RankingRule


class RankingRuleForm(forms.ModelForm):
    def clean_valid_from(self):
        valid_from = self.cleaned_data["valid_from"]
        if valid_from <= timezone.now():
            raise forms.ValidationError(_("生效时间须晚于现在；生效后不再改动，调整请另立新版。"))
        return valid_from


@admin.register(RankingRule)
class RankingRuleAdmin(admin.ModelAdmin):
    """A rule in force is never edited: kept tables were ranked by it."""

    form = RankingRuleForm
    list_display = [
        "version",
        "name",
        "valid_from",
        "response_weight",
        "solved_weight",
        "satisfied_weight",
        "basically_weight",
        "minimum_cases",
    ]

    def _is_published(self, obj):
        return obj is not None and obj.valid_from <= timezone.now()

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and not self._is_published(obj)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and not self._is_published(obj)


@admin.register(Letterhead)
class LetterheadAdmin(admin.ModelAdmin):
    """One row; it is changed, never added to."""

    list_display = ["head", "code", "notice_code", "issuer"]

    def has_add_permission(self, request):
        return super().has_add_permission(request) and not Letterhead.objects.exists()

    def has_delete_permission(self, request, obj=None):
        return False

"""Rules that are rows, for system administrators; business data is not in the admin."""

from django.contrib import admin

from investment.models import Chain, ExclusionRule, PipelineRule
from projects.admin import Frozen, FutureForm


@admin.register(PipelineRule)
class PipelineRuleAdmin(Frozen, admin.ModelAdmin):
    form = FutureForm
    list_display = [
        "valid_from",
        "respond_workdays",
        "judge_workdays",
        "update_days",
        "silent_days",
    ]


@admin.register(ExclusionRule)
class ExclusionRuleAdmin(admin.ModelAdmin):
    list_display = ["code", "name", "is_active", "source"]


@admin.register(Chain)
class ChainAdmin(admin.ModelAdmin):
    list_display = ["code", "name", "industry", "chief"]

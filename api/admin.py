"""Use of the API, for the security administrator."""

from django.contrib import admin

from api.models import Calls


@admin.register(Calls)
class CallsAdmin(admin.ModelAdmin):
    """Written by the throttle alone."""

    list_display = ["who", "minute", "number"]
    search_fields = ["who"]
    date_hierarchy = "minute"
    show_full_result_count = False

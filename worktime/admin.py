from django.contrib import admin, messages
from django.utils import timezone

from worktime import services
from worktime.checks import missing_next_year, missing_text
from worktime.models import CalendarChange, CalendarDay, CalendarYear, WorkHours


class ReadOnlyAdmin(admin.ModelAdmin):
    """Changed by importing a notice only, so that every change leaves its trace and moves what
    rests on it.
    """

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(CalendarYear)
class CalendarYearAdmin(ReadOnlyAdmin):
    list_display = ["year", "version", "imported_at", "imported_by"]

    def changelist_view(self, request, extra_context=None):
        if year := missing_next_year(timezone.localdate()):
            messages.warning(request, missing_text(year))
        return super().changelist_view(request, extra_context)


@admin.register(CalendarDay)
class CalendarDayAdmin(ReadOnlyAdmin):
    list_display = ["date", "name", "is_workday", "year"]
    list_filter = ["year", "is_workday"]
    list_select_related = ["year"]
    date_hierarchy = "date"


@admin.register(CalendarChange)
class CalendarChangeAdmin(ReadOnlyAdmin):
    list_display = ["at", "year", "version_before", "version_after", "by"]
    list_filter = ["year"]


@admin.register(WorkHours)
class WorkHoursAdmin(admin.ModelAdmin):
    list_display = [
        "name",
        "priority",
        "weekdays",
        "am_start",
        "am_end",
        "pm_start",
        "pm_end",
        "valid_from",
    ]
    actions = None

    def has_delete_permission(self, request, obj=None):
        # Without any hours nothing would ever be due.
        return super().has_delete_permission(request, obj) and (
            obj is None or WorkHours.objects.count() > 1
        )

    def save_model(self, request, obj, form, change):
        services.save_hours(obj, request.user.get_username())

    def delete_model(self, request, obj):
        services.delete_hours(obj, request.user.get_username())

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from worktime import services
from worktime.checks import missing_next_year, missing_text
from worktime.models import CalendarChange, CalendarDay, CalendarYear, WorkHours
from worktime.validators import read_notice

MOST = 200_000  # bytes; a year's notice has three thousand


class NoticeForm(forms.Form):
    """The State Council's notice as JSON: a file first, then its text to be confirmed."""

    file = forms.FileField(label=gettext_lazy("通知文件（JSON）"), required=False)
    text = forms.CharField(required=False, max_length=MOST, widget=forms.HiddenInput, strip=False)

    def clean(self):
        given, text = self.cleaned_data.get("file"), self.cleaned_data.get("text")
        if given is not None:
            if given.size > MOST:
                raise ValidationError(_("文件过大，不是一年的节假日通知。"))
            content = given.read()
        elif text:
            content = text.encode()
        else:
            raise ValidationError(_("请选择通知文件。"))
        self.notice, self.lines = read_notice(content)
        self.text = content.decode("utf-8-sig")
        self.diff, self.moves = services.preview_notice(self.notice, self.lines)
        return self.cleaned_data


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

    change_list_template = "admin/worktime/years.html"

    def get_urls(self):
        view = self.admin_site.admin_view(self.import_notice)
        return [path("import/", view, name="worktime_calendaryear_import"), *super().get_urls()]

    def import_notice(self, request):
        """Shows what a notice changes and which promises it moves; imports it once confirmed."""
        if not request.user.has_perm("worktime.view_calendaryear"):
            raise PermissionDenied
        form = NoticeForm(request.POST or None, request.FILES or None)
        asked = request.method == "POST" and form.is_valid()
        if asked and "confirm" in request.POST:
            return self._import(request, form)
        context = self.admin_site.each_context(request) | {
            "title": _("导入节假日通知"),
            "form": form,
            "preview": form if asked else None,
            "changed": asked and any(form.diff.values()),
            "promises": sum(row["promises"] for row in form.moves) if asked else 0,
            "opts": self.model._meta,
        }
        return render(request, "admin/worktime/import.html", context)

    def _import(self, request, form):
        change = services.import_calendar(form.notice, request.user.get_username(), form.lines)
        if change is None:
            messages.info(request, _("内容与已导入的安排一致，未作更改。"))
        else:
            moved = sum(row["promises"] for row in form.moves)
            said = {"year": change.year, "moved": moved}
            text = _("已导入 %(year)s 年安排，重新测算时限 %(moved)s 项。")
            messages.success(request, text % said)
        return redirect("admin:worktime_calendaryear_changelist")

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


class WorkHoursForm(forms.ModelForm):
    """Asks once more when promises would move, and says how many, by department."""

    confirmed = forms.BooleanField(
        label=gettext_lazy("已知悉对在办时限的影响"),
        required=False,
        help_text=gettext_lazy("第一次保存时列出将变动的时限；勾选后再次保存即生效。"),
    )

    def clean(self):
        found = super().clean()
        if found.get("confirmed") or self.errors:
            return found
        for name in self._meta.model._meta.get_fields():
            if name.name in found:
                setattr(self.instance, name.name, found[name.name])
        moves = services.preview_hours(self.instance)
        if moves:
            lines = [
                _("%(department)s：%(promises)s 项时限（提前 %(earlier)s，推后 %(later)s）") % row
                for row in moves
            ]
            head = _("保存后将重新测算在办诉求的时限，请核对后勾选确认：")
            raise ValidationError([head, *lines])
        return found


@admin.register(WorkHours)
class WorkHoursAdmin(admin.ModelAdmin):
    form = WorkHoursForm
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

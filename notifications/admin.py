"""For system administrators: what was not delivered, and what ran. No message text is shown."""

from django.contrib import admin, messages
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.roles import ADMINISTRATOR, roles_of
from notifications import services
from notifications.models import Attempt, Delivery, Heartbeat, TimerRun


class ReadOnlyForAdministrators:
    """Rows are written by the portal alone; only the role, not a permission row, opens them."""

    def has_module_permission(self, request):
        return ADMINISTRATOR in roles_of(request.user)

    def has_view_permission(self, request, obj=None):
        return ADMINISTRATOR in roles_of(request.user)

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


class AttemptInline(ReadOnlyForAdministrators, admin.TabularInline):
    model = Attempt
    extra = 0
    fields = readonly_fields = ["number", "started_at", "ended_at", "outcome", "error", "process"]


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyForAdministrators, admin.ModelAdmin):
    list_display = ["id", "kind", "reader", "state", "attempts", "next_at", "sent_at", "last_error"]
    list_filter = ["state"]
    list_select_related = ["message__recipient"]
    ordering = ["-id"]
    show_full_result_count = False
    fields = ["kind", "reader", "channel", "state", "attempts", "next_at", "sent_at", "last_error"]
    inlines = [AttemptInline]
    actions = ["retry"]

    @admin.display(description=_("类型"))
    def kind(self, delivery):
        return delivery.message.kind_label

    @admin.display(description=_("接收人"))
    def reader(self, delivery):
        return delivery.message.recipient or _("外部联系人")

    @admin.action(description=_("重新发送所选的失败消息"), permissions=["view"])
    def retry(self, request, queryset):
        count = services.retry(queryset, timezone.now())
        text = ngettext("已重新排队 %(count)d 条消息。", "已重新排队 %(count)d 条消息。", count)
        self.message_user(request, text % {"count": count}, messages.SUCCESS)


@admin.register(Heartbeat)
class HeartbeatAdmin(ReadOnlyForAdministrators, admin.ModelAdmin):
    list_display = ["name", "at"]


@admin.register(TimerRun)
class TimerRunAdmin(ReadOnlyForAdministrators, admin.ModelAdmin):
    list_display = ["name", "started_at", "ended_at", "ok", "result"]
    list_filter = ["name", "ok"]
    ordering = ["-id"]

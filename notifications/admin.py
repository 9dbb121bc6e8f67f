"""For system administrators: what was not delivered, and what ran. No message text is shown."""

import uuid

from django.contrib import admin, messages
from django.utils import timezone
from django.utils.translation import gettext_lazy, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.roles import ADMINISTRATOR, roles_of
from notifications import adapters, services
from notifications.channels import account_of
from notifications.choices import Channel
from notifications.forms import GatewayForm
from notifications.models import Attempt, Delivery, Gateway, Heartbeat, Suspension, TimerRun

TEST = gettext_lazy("【汉沽管理区】测试消息：渠道设置有效。")


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
    list_display = [
        "id",
        "kind",
        "reader",
        "channel",
        "state",
        "attempts",
        "next_at",
        "sent_at",
        "last_error",
    ]
    list_filter = ["state", "channel"]
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


@admin.register(Gateway)
class GatewayAdmin(ReadOnlyForAdministrators, admin.ModelAdmin):
    """Set up by the administrator. No stored key ever reaches the page."""

    form = GatewayForm
    list_display = ["channel", "department", "enabled", "endpoint", "per_minute"]
    list_filter = ["channel", "enabled"]
    actions = ["send_test"]

    def has_add_permission(self, request):
        return self.has_view_permission(request)

    def has_change_permission(self, request, obj=None):
        return self.has_view_permission(request)

    def has_delete_permission(self, request, obj=None):
        return self.has_view_permission(request)

    @admin.action(description=_("发送测试消息"), permissions=["view"])
    def send_test(self, request, queryset):
        for gateway in queryset:
            said, level = testing(gateway, request.user)
            self.message_user(request, f"{gateway}：{said}", level)


@admin.register(Suspension)
class SuspensionAdmin(ReadOnlyForAdministrators, admin.ModelAdmin):
    """Addresses that are left alone for a while; deleting a row tries the address again."""

    list_display = ["channel", "address", "until", "reason"]

    def has_delete_permission(self, request, obj=None):
        return self.has_view_permission(request)


def testing(gateway, user):
    """(sentence, level) after one test message to the one who asks, sent once and at once."""
    mine = user.phone if gateway.channel == Channel.SMS else account_of(user, gateway.channel)
    if not mine and gateway.channel in (Channel.SMS, Channel.WECOM):
        return _("请先在“接收方式”中填写您本人在该渠道的账号或手机号。"), messages.ERROR
    note = adapters.Note(f"hangu-test-{uuid.uuid4().hex[:12]}", str(TEST), mine, {"kind": "test"})
    try:
        adapters.send(gateway, note)
    except (
        adapters.Temporary,
        adapters.Permanent,
        adapters.Ambiguous,
        adapters.Unreachable,
    ) as error:
        return _("发送失败：%(error)s") % {"error": error}, messages.ERROR
    return _("测试消息已被接收。"), messages.SUCCESS


@admin.register(Heartbeat)
class HeartbeatAdmin(ReadOnlyForAdministrators, admin.ModelAdmin):
    list_display = ["name", "at"]


@admin.register(TimerRun)
class TimerRunAdmin(ReadOnlyForAdministrators, admin.ModelAdmin):
    list_display = ["name", "started_at", "ended_at", "ok", "result"]
    list_filter = ["name", "ok"]
    ordering = ["-id"]

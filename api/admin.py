"""The API in the admin: its use for the security administrator, webhooks for the administrator."""

from django import forms
from django.contrib import admin, messages
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.roles import ADMINISTRATOR, roles_of
from api import sync, webhooks
from api.models import Calls, HookAttempt, HookDelivery, Webhook


@admin.register(Calls)
class CallsAdmin(admin.ModelAdmin):
    """Written by the throttle alone."""

    list_display = ["who", "minute", "number"]
    search_fields = ["who"]
    date_hierarchy = "minute"
    show_full_result_count = False


class WebhookForm(forms.ModelForm):
    kinds = forms.MultipleChoiceField(
        label=_("事件"), widget=forms.CheckboxSelectMultiple, choices=lambda: kind_choices()
    )

    class Meta:
        model = Webhook
        fields = ["name", "url", "kinds", "key", "is_active"]


def kind_choices():
    labels = {
        "project": _("重点项目"),
        "trip": _("招商活动"),
        "prospect": _("线索"),
        "deal": _("签约项目"),
        "receipt": _("到位资金"),
        "transfer": _("科技成果转化"),
        "issue": _("诉求"),
    }
    return [(kind, labels.get(kind, kind)) for kind in sync.told()]


@admin.register(Webhook)
class WebhookAdmin(admin.ModelAdmin):
    """Of a webhook the secret is shown once, when it is registered or made anew."""

    form = WebhookForm
    list_display = ["name", "url", "key", "is_active", "created_at"]
    list_select_related = ["key"]
    actions = ["new_secret"]

    def has_renew_permission(self, request):
        return ADMINISTRATOR in roles_of(request.user)

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        if not change:
            self._show(request, obj)

    @admin.action(description=_("重新生成所选推送的签名密钥"), permissions=["renew"])
    def new_secret(self, request, queryset):
        for hook in queryset:
            hook.salt = Webhook._meta.get_field("salt").get_default()
            hook.save(update_fields=["salt"])
            self.log_change(request, hook, gettext("重新生成签名密钥"))
            self._show(request, hook)

    def _show(self, request, hook):
        said = gettext("“%(name)s”的签名密钥（只显示这一次）：%(secret)s")
        messages.warning(request, said % {"name": hook.name, "secret": hook.secret})


class HookAttemptInline(admin.TabularInline):
    model = HookAttempt
    extra = 0
    fields = readonly_fields = ["number", "started_at", "ended_at", "status", "error"]


@admin.register(HookDelivery)
class HookDeliveryAdmin(admin.ModelAdmin):
    """What was sent and what came of it; not what stood in it."""

    list_display = ["id", "webhook", "events", "state", "attempts", "next_at", "sent_at"]
    list_filter = ["state", "webhook"]
    list_select_related = ["webhook"]
    show_full_result_count = False
    fields = ["webhook", "events", "state", "attempts", "next_at", "sent_at", "last_error"]
    inlines = [HookAttemptInline]
    actions = ["retry"]

    @admin.action(description=_("重新发送所选的失败推送"), permissions=["view"])
    def retry(self, request, queryset):
        count = webhooks.retry(queryset, timezone.now())
        text = ngettext("已重新排队 %(count)d 条推送。", "已重新排队 %(count)d 条推送。", count)
        messages.success(request, text % {"count": count})

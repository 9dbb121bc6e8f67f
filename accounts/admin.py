"""Accounts in the admin. System administrators keep accounts and give no roles; security gives
roles and locks accounts, never its own, and revokes keys.
"""

from datetime import timedelta

from django.contrib import admin, messages
from django.contrib.admin.utils import flatten_fieldsets
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied, ValidationError
from django.forms import BaseInlineFormSet
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.forms import ApiKeyForm
from accounts.models import ApiKey, Membership, Portfolio, User
from accounts.permissions import STAFF_ROLES
from accounts.roles import ADMINISTRATOR, ROLES, SECURITY, SEPARATED_NUMBERS, roles_of

admin.site.unregister(Group)
admin.site.site_header = admin.site.site_title = _("汉沽管理区政企服务平台 · 系统管理")
admin.site.index_title = _("系统管理")


class RolesFormSet(BaseInlineFormSet):
    def clean(self):
        """Says what the database would refuse, also of two roles given at once."""
        super().clean()
        kept = [form.instance for form in self.forms if form not in self.deleted_forms]
        if sum(row.group_id in SEPARATED_NUMBERS for row in kept) > 1:
            raise ValidationError(_("审计监督、安全管理员、系统管理员三种角色不得由同一人兼任。"))


class MembershipInline(admin.TabularInline):
    """A user's roles. Others than security see the table, and security its own, without a way to
    change it.
    """

    model = Membership
    formset = RolesFormSet
    extra = 0
    fields = ["group", "given_at"]
    readonly_fields = ["given_at"]
    verbose_name_plural = _("角色")

    def _may_give(self, request, obj):
        return SECURITY in roles_of(request.user) and obj is not None and obj != request.user

    def has_view_permission(self, request, obj=None):
        return bool(roles_of(request.user) & STAFF_ROLES)

    def has_add_permission(self, request, obj=None):
        return self._may_give(request, obj)

    def has_change_permission(self, request, obj=None):
        # A role is given or taken back; a given one is not turned into another.
        return False

    def has_delete_permission(self, request, obj=None):
        return self._may_give(request, obj)

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "group":
            field.label_from_instance = role_label
        return field


@admin.register(User)
class AccountAdmin(UserAdmin):
    list_display = ["username", "name", "department", "enterprise", "role_labels", "is_active"]
    list_filter = ["is_active", "groups", "department"]
    list_select_related = ["department", "enterprise"]
    search_fields = ["username", "name"]
    filter_horizontal = []
    inlines = [MembershipInline]
    add_form = AdminUserCreationForm
    fieldsets = [
        (None, {"fields": ["username", "password"]}),
        (_("个人信息"), {"fields": ["name", "phone", "email", "language"]}),
        (_("所属"), {"fields": ["department", "enterprise", "is_principal"]}),
        (_("状态"), {"fields": ["is_active", "last_login", "date_joined"]}),
    ]
    add_fieldsets = [
        (None, {"fields": ["username", "usable_password", "password1", "password2"]}),
        (_("所属"), {"fields": ["name", "department", "enterprise"]}),
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("groups")

    def get_fieldsets(self, request, obj=None):
        fieldsets = super().get_fieldsets(request, obj)
        if ADMINISTRATOR in roles_of(request.user) and not is_trusted(obj):
            return fieldsets
        # To who only reads it, Django shows the stored hash itself.
        return [
            (title, part | {"fields": [name for name in part["fields"] if name != "password"]})
            for title, part in fieldsets
        ]

    def get_readonly_fields(self, request, obj=None):
        fixed = ["last_login", "date_joined"]
        if ADMINISTRATOR in roles_of(request.user):
            # Messages of a role holder go to his address; his name is what signs his work.
            return [*fixed, "username", "email"] if is_trusted(obj) else fixed
        shown = flatten_fieldsets(self.get_fieldsets(request, obj))
        may_lock = SECURITY in roles_of(request.user) and obj != request.user
        return [name for name in shown if not (may_lock and name == "is_active")]

    def get_inlines(self, request, obj):
        return self.inlines if obj else []

    def user_change_password(self, request, id, form_url=""):
        """Who holds a role gets no password from an administrator: whoever sets it could sign in
        as him. One's own is changed in the portal, by the old one.
        """
        if ADMINISTRATOR not in roles_of(request.user):
            raise PermissionDenied
        user = self.get_object(request, id)
        if is_trusted(user):
            return render(request, "accounts/password_refused.html", {"account": user}, status=403)
        return super().user_change_password(request, id, form_url)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        # Who signs in to the admin follows from the roles alone.
        user = User.objects.get(pk=form.instance.pk)
        user.is_staff = bool(user.roles & STAFF_ROLES)
        user.save(update_fields=["is_staff"])

    @admin.display(description=_("角色"))
    def role_labels(self, user):
        return _("、").join(role_label(group) for group in user.groups.all())


@admin.register(Portfolio)
class PortfolioAdmin(admin.ModelAdmin):
    list_display = ["department", "leader"]
    list_select_related = ["department", "leader"]

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "leader":
            kwargs["queryset"] = User.objects.filter(groups__name="leader")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(ApiKey)
class ApiKeyAdmin(admin.ModelAdmin):
    """Security grants keys and revokes them, and never holds one: the key itself is seen once, by
    the holder, on his own account page.
    """

    form = ApiKeyForm
    list_display = ["name", "holder", "user", "scopes", "state", "expires_at", "last_used_at"]
    list_select_related = ["user", "holder"]
    search_fields = ["name"]
    fields = ["name", "holder", "user", "scopes", "state", "created_at", "expires_at"]
    fields += ["revoked_at", "last_used_at"]
    readonly_fields = ["state"]
    actions = ["revoke"]

    def get_fields(self, request, obj=None):
        return self.fields if obj else ["name", "holder", "as_holder", "scopes", "days"]

    def get_readonly_fields(self, request, obj=None):
        return self.readonly_fields if obj else []

    def get_form(self, request, obj=None, **kwargs):
        form = super().get_form(request, obj, **kwargs)
        if obj is None:
            people = User.objects.filter(is_active=True).exclude(pk=request.user.pk)
            form.base_fields["holder"].queryset = people
        return form

    def save_model(self, request, obj, form, change):
        obj.key_hash, obj.scopes = ApiKey.no_hash(), sorted(form.cleaned_data["scopes"])
        obj.user = obj.holder if form.cleaned_data["as_holder"] else None
        obj.expires_at = timezone.now() + timedelta(days=form.cleaned_data["days"])
        super().save_model(request, obj, form, change)
        said = gettext("密钥“%(name)s”已授权，请%(holder)s登录平台，在“账号设置”中领取。")
        messages.info(request, said % {"name": obj.name, "holder": obj.holder})

    @admin.display(description=_("状态"))
    def state(self, key):
        if key.revoked_at:
            return _("已吊销")
        if not key.is_usable:
            return _("已过期")
        return _("待领取") if key.is_pending else _("有效")

    def has_revoke_permission(self, request):
        return SECURITY in roles_of(request.user)

    @admin.action(description=_("吊销所选密钥"), permissions=["revoke"])
    def revoke(self, request, queryset):
        """A key revoked before keeps the time at which it was."""
        count = 0
        for key in queryset.filter(revoked_at=None):
            key.revoked_at = timezone.now()
            key.save(update_fields=["revoked_at"])
            self.log_change(request, key, gettext("吊销密钥"))
            count += 1
        messages.success(request, gettext("已吊销 %(count)d 个密钥。") % {"count": count})


def is_trusted(user):
    """Whether to sign in as this user (None for a new one) is more than to have an account."""
    return user is not None and (user.is_superuser or user.is_staff or bool(user.roles))


def role_label(group):
    """The role as people call it; a group that is no role keeps its own name."""
    number_and_label = ROLES.get(group.name)
    return str(number_and_label[1]) if number_and_label else group.name

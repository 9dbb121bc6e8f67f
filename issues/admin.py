"""Rules that are rows, for system administrators: categories, and the versions of the policy.

Issues themselves are business data and are not in the admin.
"""

from django import forms
from django.contrib import admin
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from issues import calendar_changes
from issues.models import Category, LadderRung, Limit, Policy
from worktime.services import current_calendar


def is_published(policy):
    return policy is not None and policy.valid_from <= timezone.now()


class PolicyForm(forms.ModelForm):
    def clean_valid_from(self):
        """A version that began at once would be frozen before anybody could set its limits."""
        valid_from = self.cleaned_data["valid_from"]
        if valid_from <= timezone.now():
            raise forms.ValidationError(
                _(
                    "生效时间须晚于现在：新版本先沿用最新一版的时限和阶梯，"
                    "生效前可以修改，生效后不再改动。"
                )
            )
        return valid_from


class RuleInline(admin.TabularInline):
    """Rows of a policy; frozen with it."""

    extra = 0

    def has_add_permission(self, request, obj=None):
        return super().has_add_permission(request, obj) and not is_published(obj)

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and not is_published(obj)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and not is_published(obj)


class LimitInline(RuleInline):
    """Changed, never removed: a step whose clock has no limit could not be promised."""

    model = Limit
    can_delete = False


class LadderRungInline(RuleInline):
    model = LadderRung


@admin.register(Policy)
class PolicyAdmin(admin.ModelAdmin):
    """A policy in force is never edited: running promises rest on it. A change is the next
    version, which may be edited until it starts.
    """

    form = PolicyForm
    list_display = ["version", "name", "valid_from", "applies_to_open", "applied_at"]
    inlines = [LimitInline, LadderRungInline]
    readonly_fields = ["what_moves"]

    @admin.display(description=_("生效后将变动的在办时限"))
    def what_moves(self, policy):
        """The what-if of a version not in force yet; of one applied to open issues, what moved."""
        if policy.pk is None:
            return _("保存后在这里测算。")
        if policy.moved is not None:
            return moves_table(policy.moved)
        if is_published(policy):
            return _("只用于此后起算的时限。")
        moves = calendar_changes.what_if(current_calendar(), policy)
        if policy.applies_to_open:
            return moves_table(moves)
        if not moves:
            return _("按在办诉求测算，没有时限会变动。")
        note = _("未勾选“适用于在办诉求”，以下时限不会变动；若勾选则变动如下：")
        return format_html("<p>{}</p>{}", note, moves_table(moves))

    def get_inlines(self, request, obj):
        # A new version first takes over its rules; they are edited on the page that follows.
        return self.inlines if obj else []

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and not is_published(obj)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        if not change:
            begin_with_latest_rules(form.instance)

    def response_add(self, request, obj, post_url_continue=None):
        request.POST = request.POST | {"_continue": "1"}
        return super().response_add(request, obj, post_url_continue)


def moves_table(rows):
    """Rows of calendar_changes.what_if as a small table, or a sentence when nothing moves."""
    if not rows:
        return _("没有时限会变动。")
    head = (_("部门"), _("诉求（件）"), _("时限（项）"), _("提前"), _("推后"), _("诉求编号"))
    cells = [
        (
            row["department"],
            row["issues"],
            row["promises"],
            row["earlier"],
            row["later"],
            " ".join(row["numbers"]),
        )
        for row in rows
    ]
    return format_html(
        "<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>",
        format_html_join("", "<th>{}</th>", [(text,) for text in head]),
        format_html_join(
            "", "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>", cells
        ),
    )


def begin_with_latest_rules(policy):
    """Copies limits and ladder of the latest other version that has limits: without them nothing
    is promised.
    """
    others = Policy.objects.exclude(pk=policy.pk).filter(limits__isnull=False)
    latest = others.order_by("version").last()
    for name in ("limits", "rungs"):
        copies = list(getattr(latest, name).all()) if latest else []
        for row in copies:
            row.pk, row.policy = None, policy
        getattr(policy, name).bulk_create(copies)


@admin.register(Category)
class CategoryAdmin(admin.ModelAdmin):
    list_display = ["code", "name", "name_en", "time_class", "department", "order"]
    list_filter = ["time_class"]
    list_select_related = ["department"]
    search_fields = ["code", "name", "name_en"]

"""What the list of issues may be asked for through the API."""

import django_filters
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field

from directory.models import Department
from directory.names import normalise
from issues import choices, workflow
from issues.models import Category, Issue

FLAG = [("true", _("是")), ("false", _("否"))]
STATUS = [(status, label) for status, (label, _stage) in workflow.STATUSES.items()]


class CodesFilter(django_filters.ModelMultipleChoiceFilter):
    """Rows named by their codes; the parameter may be repeated."""

    def __init__(self, queryset, **kwargs):
        super().__init__(queryset=queryset, to_field_name="code", **kwargs)


@extend_schema_field(OpenApiTypes.DATETIME)
class MomentFilter(django_filters.IsoDateTimeFilter):
    """An ISO time with zone; without one it is the district's, a date alone its midnight."""


class IssueFilter(django_filters.FilterSet):
    status = django_filters.MultipleChoiceFilter(choices=STATUS)
    kind = django_filters.MultipleChoiceFilter(choices=choices.KIND)
    priority = django_filters.MultipleChoiceFilter(choices=choices.PRIORITY)
    category = CodesFilter(Category.objects.all())
    lead_department = CodesFilter(Department.objects.all())
    overdue = django_filters.ChoiceFilter(choices=FLAG, method="by_overdue")
    enterprise = django_filters.CharFilter(method="by_enterprise")
    received_after = MomentFilter(field_name="received_at", lookup_expr="gte")
    received_before = MomentFilter(field_name="received_at", lookup_expr="lt")
    updated_since = MomentFilter(field_name="updated_at", lookup_expr="gte")

    class Meta:
        model = Issue
        fields = []

    def by_overdue(self, queryset, name, value):
        overdue = queryset.matching(timezone.now(), overdue=True)
        return overdue if value == "true" else queryset.exclude(pk__in=overdue.values("pk"))

    def by_enterprise(self, queryset, name, value):
        """The enterprise's number, or its name as written in the issue."""
        if value.isascii() and value.isdecimal() and len(value) < 18:
            return queryset.filter(enterprise=int(value))
        return queryset.filter(
            Q(enterprise__name_key=normalise(value)) | Q(enterprise_name=value.strip())
        )

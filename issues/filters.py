"""What the list of issues may be asked for through the API."""

import django_filters
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from api.filters import CodesFilter, MomentFilter
from directory.models import Department
from directory.names import normalise
from issues import choices, workflow
from issues.models import Category, Issue

FLAG = [("true", _("是")), ("false", _("否"))]
STATUS = [(status, label) for status, (label, _stage) in workflow.STATUSES.items()]


class IssueFilter(django_filters.FilterSet):
    status = django_filters.MultipleChoiceFilter(choices=STATUS)
    kind = django_filters.MultipleChoiceFilter(choices=choices.KIND)
    priority = django_filters.MultipleChoiceFilter(choices=choices.PRIORITY)
    category = CodesFilter("category", Category.objects.all())
    lead_department = CodesFilter("lead_department", Department.objects.all())
    overdue = django_filters.ChoiceFilter(choices=FLAG, method="by_overdue")
    enterprise = django_filters.CharFilter(method="by_enterprise")
    project = django_filters.CharFilter(field_name="project__number")
    received_after = MomentFilter(field_name="received_at", lookup_expr="gte")
    received_before = MomentFilter(field_name="received_at", lookup_expr="lt")

    class Meta:
        model = Issue
        fields = []

    def by_overdue(self, queryset, name, value):
        overdue = queryset.matching(timezone.now(), self.request.user, overdue=True)
        return overdue if value == "true" else queryset.exclude(pk__in=overdue.values("pk"))

    def by_enterprise(self, queryset, name, value):
        """The enterprise's number, or its name as written in the issue."""
        if value.isascii() and value.isdecimal() and len(value) < 18:
            return queryset.filter(enterprise=int(value))
        return queryset.filter(
            Q(enterprise__name_key=normalise(value)) | Q(enterprise_name=value.strip())
        )

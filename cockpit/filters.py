"""What the list of targets may be asked for through the API."""

import django_filters

from cockpit.models import Target


class TargetFilter(django_filters.FilterSet):
    year = django_filters.NumberFilter(method="by_year", min_value=1990, max_value=2200)

    class Meta:
        model = Target
        fields = []

    def by_year(self, queryset, name, value):
        return queryset.of_year(int(value)) if value == int(value) else queryset.none()

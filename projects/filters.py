"""What the lists of projects may be asked for through the API."""

import django_filters
from django.utils.translation import gettext_lazy as _

from api.filters import CodesFilter
from directory.models import Department, Enterprise, Industry, Park
from projects import choices, stages
from projects.models import KeyProject

FLAG = [("true", _("是")), ("false", _("否"))]


class RoadFilter(django_filters.FilterSet):
    level = django_filters.MultipleChoiceFilter(choices=choices.LEVEL)
    stage = django_filters.MultipleChoiceFilter(choices=stages.CHOICES)
    lead_department = CodesFilter("lead_department", Department.objects.all())
    kind = django_filters.MultipleChoiceFilter(field_name="road__kind", choices=choices.ROAD_KIND)

    class Meta:
        model = KeyProject
        fields = []


class ProjectFilter(django_filters.FilterSet):
    """`light` and `sponsor` narrow to what the caller reads from the inside, so that a filter never
    tells what a row does not.
    """

    level = django_filters.MultipleChoiceFilter(choices=choices.LEVEL)
    stage = django_filters.MultipleChoiceFilter(choices=stages.CHOICES)
    category = django_filters.MultipleChoiceFilter(choices=choices.CATEGORY)
    nature = django_filters.MultipleChoiceFilter(choices=choices.NATURE)
    industry = CodesFilter("industry", Industry.objects.all())
    park = CodesFilter("park", Park.objects.all())
    lead_department = CodesFilter("lead_department", Department.objects.all())
    owner = django_filters.ModelChoiceFilter(queryset=Enterprise.objects.all())
    code = django_filters.CharFilter()
    light = django_filters.ChoiceFilter(choices=choices.COLOUR, method="by_light")
    listed = django_filters.ChoiceFilter(choices=FLAG, method="by_listed")

    class Meta:
        model = KeyProject
        fields = []

    def by_light(self, queryset, name, value):
        return queryset.matching(self.request.user, light=value)

    def by_listed(self, queryset, name, value):
        """Key projects proper, or those in reserve."""
        return queryset.listed() if value == "true" else queryset.reserve()


class ProgressFilter(django_filters.FilterSet):
    year = django_filters.NumberFilter(field_name="month__year", min_value=1990, max_value=2200)
    counts = django_filters.ChoiceFilter(choices=FLAG, method="by_counts")
    status = django_filters.MultipleChoiceFilter(choices=choices.REPORT_STATUS)

    def by_counts(self, queryset, name, value):
        return queryset.filter(counts=value == "true")

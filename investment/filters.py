"""What the lists of promotion work may be asked for through the API."""

import django_filters
from django.utils.translation import gettext_lazy as _

from api.filters import CodesFilter
from directory.models import Industry
from investment import choices, workflow
from investment.models import Deal, Prospect, Receipt, TechTransfer, Trip

FLAG = [("true", _("是")), ("false", _("否"))]


class YearFilter(django_filters.FilterSet):
    """`year` is of what the list is about: the trip, the first contact, the signing, the money."""

    year = django_filters.NumberFilter(method="by_year", min_value=1990, max_value=2200)

    def by_year(self, queryset, name, value):
        if value != int(value):
            return queryset.none()
        return queryset.of_year(int(value))


class TripFilter(YearFilter):
    activity = django_filters.MultipleChoiceFilter(choices=choices.ACTIVITY)
    industry = CodesFilter("industry", Industry.objects.all())

    class Meta:
        model = Trip
        fields = []


class ProspectFilter(YearFilter):
    stage = django_filters.MultipleChoiceFilter(choices=workflow.CHOICES)
    channel = django_filters.MultipleChoiceFilter(choices=choices.CHANNEL)
    origin = django_filters.MultipleChoiceFilter(choices=choices.ORIGIN)
    industry = CodesFilter("industry", Industry.objects.all())
    from_trip = django_filters.CharFilter(field_name="from_trip__number")

    class Meta:
        model = Prospect
        fields = []


class DealFilter(YearFilter):
    type = django_filters.MultipleChoiceFilter(choices=choices.DEAL_TYPE)
    status = django_filters.MultipleChoiceFilter(choices=choices.DEAL_STATUS)
    origin = django_filters.MultipleChoiceFilter(choices=choices.ORIGIN)
    industry = CodesFilter("industry", Industry.objects.all())
    counted = django_filters.ChoiceFilter(choices=FLAG, method="by_counted")

    class Meta:
        model = Deal
        fields = []

    def by_counted(self, queryset, name, value):
        counted = queryset.counted()
        return counted if value == "true" else queryset.exclude(pk__in=counted.values("pk"))


class ReceiptFilter(YearFilter):
    deal = django_filters.CharFilter(field_name="deal__number")
    kind = django_filters.MultipleChoiceFilter(choices=choices.RECEIPT_KIND)
    status = django_filters.MultipleChoiceFilter(choices=choices.RECEIPT_STATUS)

    class Meta:
        model = Receipt
        fields = []


class TransferFilter(YearFilter):
    form = django_filters.MultipleChoiceFilter(choices=choices.TRANSFER_FORM)
    stage = django_filters.MultipleChoiceFilter(choices=choices.TRANSFER_STAGE)

    class Meta:
        model = TechTransfer
        fields = []

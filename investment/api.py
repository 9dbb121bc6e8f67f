"""/api/v1/trips/, prospects/, deals/, receipts/ and transfers/. What is not signed is for those who
see the unsigned (`visible_to`); to others it is not there.
"""

from django.urls import path

from api.views import Collection, Record
from investment import sync
from investment.filters import (
    DealFilter,
    ProspectFilter,
    ReceiptFilter,
    TransferFilter,
    TripFilter,
)
from investment.models import Deal, Prospect, Receipt, TechTransfer, Trip
from investment.serializers import (
    DealSerializer,
    FundsSerializer,
    ProspectSerializer,
    TransferSerializer,
    TripSerializer,
)


class Visible:
    scopes = {"GET": "investment:read"}
    lookup_field = "number"

    def get_queryset(self):
        user = self.request.user
        return type(self).queryset.visible_to(user).for_api(user)


class PipelineList(Visible, Collection):
    searchable = True

    def lost(self):
        return type(self).told_gone(self.request.user)


class OfTrips(Visible):
    queryset = Trip.objects.all()
    serializer_class = TripSerializer


class OfProspects(Visible):
    queryset = Prospect.objects.all()
    serializer_class = ProspectSerializer


class OfDeals(Visible):
    queryset = Deal.objects.all()
    serializer_class = DealSerializer


class OfReceipts(Visible):
    queryset = Receipt.objects.all()
    serializer_class = FundsSerializer


class OfTransfers(Visible):
    queryset = TechTransfer.objects.all()
    serializer_class = TransferSerializer


class Trips(OfTrips, PipelineList):
    kind, told_gone = "trip", sync.UNSIGNED
    filterset_class = TripFilter
    ordering, ordering_fields = "-start_on", ["start_on", "number", "updated_at"]


class Prospects(OfProspects, PipelineList):
    kind, told_gone = "prospect", sync.UNSIGNED
    filterset_class = ProspectFilter
    ordering = "-received_on"
    ordering_fields = ["received_on", "next_on", "intended_investment", "number", "updated_at"]


class Deals(OfDeals, PipelineList):
    kind, told_gone = "deal", sync.DEALS
    filterset_class = DealFilter
    ordering = "-signed_on"
    ordering_fields = ["signed_on", "agreement_amount", "number", "updated_at"]


class Receipts(OfReceipts, PipelineList):
    kind, told_gone = "receipt", sync.UNSIGNED
    filterset_class = ReceiptFilter
    ordering, ordering_fields = "-received_on", ["received_on", "amount_yuan", "updated_at"]


class Transfers(OfTransfers, PipelineList):
    kind, told_gone = "transfer", sync.TRANSFERS
    filterset_class = TransferFilter
    ordering, ordering_fields = "-signed_on", ["signed_on", "number", "updated_at"]


def record(of):
    return type(f"{of.__name__.removeprefix('Of')}Record", (of, Record), {}).as_view()


urlpatterns = [
    path("trips/", Trips.as_view(), name="trips"),
    path("trips/<slug:number>/", record(OfTrips), name="trip"),
    path("prospects/", Prospects.as_view(), name="prospects"),
    path("prospects/<slug:number>/", record(OfProspects), name="prospect"),
    path("deals/", Deals.as_view(), name="deals"),
    path("deals/<slug:number>/", record(OfDeals), name="deal"),
    path("receipts/", Receipts.as_view(), name="receipts"),
    path("receipts/<slug:number>/", record(OfReceipts), name="receipt"),
    path("transfers/", Transfers.as_view(), name="transfers"),
    path("transfers/<slug:number>/", record(OfTransfers), name="transfer"),
]

"""Records of promotion work as REST clients see them. What is not signed is for those who see the
unsigned; numbers of other records stand here only where the caller sees those.
"""

from rest_framework import serializers

from api.serializers import CurrencyField, MomentField, MoneyField, SparseSerializer, through


class RecordSerializer(SparseSerializer):
    number = serializers.CharField()


class TripSerializer(RecordSerializer):
    activity = serializers.CharField()
    activity_label = through("get_activity_display")
    theme = serializers.CharField()
    leader = through("leader.label")
    team = serializers.CharField()
    start_on = serializers.DateField(format=None)
    end_on = serializers.DateField(format=None)
    places = serializers.SerializerMethodField()
    industry = through("industry.code")
    industry_label = through("industry.label")
    cost = MoneyField()
    currency = CurrencyField()
    summary = serializers.CharField()
    visits = serializers.IntegerField(source="visit_count")
    prospects = serializers.IntegerField(source="prospect_count")
    deals = serializers.IntegerField(source="deal_count")
    updated_at = MomentField()
    version = serializers.IntegerField()

    def get_places(self, trip) -> list[str]:
        return [place.city for place in trip.places.all()]


class ProspectSerializer(RecordSerializer):
    company = serializers.CharField()
    enterprise_id = serializers.IntegerField(allow_null=True)
    title = serializers.CharField()
    stage = serializers.CharField()
    stage_label = through("get_stage_display")
    origin = serializers.CharField()
    origin_label = through("get_origin_display")
    channel = serializers.CharField()
    channel_label = through("get_channel_display")
    from_trip = through("from_trip.number")
    industry = through("industry.code")
    industry_label = through("industry.label")
    node = through("node.label")
    intended_investment = MoneyField()
    intended_investment_text = serializers.CharField()
    currency = CurrencyField()
    is_head = serializers.BooleanField()
    is_listed = serializers.BooleanField()
    owner = through("owner.label")
    next_action = serializers.CharField()
    next_on = serializers.DateField(allow_null=True, format=None)
    received_on = serializers.DateField(format=None)
    responded_on = serializers.DateField(allow_null=True, format=None)
    judged_on = serializers.DateField(allow_null=True, format=None)
    replied_on = serializers.DateField(allow_null=True, format=None)
    touched_on = serializers.DateField(format=None)
    lost_reason = serializers.CharField()
    lost_reason_label = through("get_lost_reason_display")
    deal = through("deal.number")
    updated_at = MomentField()
    version = serializers.IntegerField()


class DealSerializer(RecordSerializer):
    contract_no = serializers.CharField()
    name = serializers.CharField()
    type = serializers.CharField()
    type_label = through("get_type_display")
    investor = serializers.CharField(source="investor_name")
    investor_id = serializers.IntegerField(allow_null=True)
    origin = serializers.CharField()
    origin_label = through("get_origin_display")
    industry = through("industry.code")
    industry_label = through("industry.label")
    agreement_amount = MoneyField()
    agreement_amount_text = serializers.CharField()
    received_amount = MoneyField(source="seen_received")
    currency = CurrencyField()
    signed_on = serializers.DateField(allow_null=True, format=None)
    signed_text = serializers.CharField()
    from_prospect = serializers.CharField(source="seen_prospect", allow_null=True)
    from_trip = serializers.CharField(source="seen_trip", allow_null=True)
    project = serializers.CharField(source="seen_project", allow_null=True)
    status = serializers.CharField()
    status_label = through("get_status_display")
    is_counted = serializers.BooleanField()
    updated_at = MomentField()
    version = serializers.IntegerField()


class FundsSerializer(RecordSerializer):
    """Amounts are in the receipt's own currency, those in yuan say so."""

    deal = through("deal.number")
    received_on = serializers.DateField(format=None)
    kind = serializers.CharField()
    kind_label = through("get_kind_display")
    sub_kind = serializers.CharField()
    sub_kind_label = through("get_sub_kind_display")
    payer = serializers.CharField()
    amount = MoneyField()
    currency = serializers.CharField()
    rate = serializers.DecimalField(12, 6, allow_null=True)
    rate_on = serializers.DateField(allow_null=True, format=None)
    amount_yuan = MoneyField()
    recognised_yuan = MoneyField(source="recognised")
    refund_of = through("refund_of.number")
    evidence = serializers.CharField()
    evidence_label = through("get_evidence_display")
    evidence_no = serializers.CharField()
    status = serializers.CharField()
    status_label = through("get_status_display")
    period = serializers.DateField(allow_null=True, format=None)
    updated_at = MomentField()


class TransferSerializer(RecordSerializer):
    title = serializers.CharField()
    provider = through("provider.name")
    provider_kind = through("provider.kind")
    provider_kind_label = through("provider.get_kind_display")
    provider_city = through("provider.city")
    receiver = serializers.CharField(source="receiver_name")
    receiver_id = serializers.IntegerField(allow_null=True)
    form = serializers.CharField()
    form_label = through("get_form_display")
    stage = serializers.CharField()
    stage_label = through("get_stage_display")
    contract_no = serializers.CharField()
    contract_amount = MoneyField()
    tech_amount = MoneyField()
    currency = CurrencyField()
    signed_on = serializers.DateField(allow_null=True, format=None)
    registered_on = serializers.DateField(allow_null=True, format=None)
    project = serializers.CharField(source="seen_project", allow_null=True)
    updated_at = MomentField()
    version = serializers.IntegerField()

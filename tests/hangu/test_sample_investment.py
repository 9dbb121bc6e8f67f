"""The sample's promotion work: the published figures come out of rows, and every state occurs."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.db.models import Count, F, Sum

from accounts.models import User
from investment import choices, funnel, workflow
from investment.models import (
    Chain,
    ChainNode,
    Commitment,
    Deal,
    ExclusionRule,
    Institute,
    Prospect,
    Receipt,
    TechTransfer,
    Trip,
    TripPlace,
)
from tests.hangu.promoted import (
    PUBLISHED,
    TODAY,
    promoter,
    published,
    shown,
)
from worktime import clock
from worktime.services import current_calendar

# The published facts


def test_the_year_2023_comes_out_as_published(promoted):
    assert shown() == (62, 53, 19, PUBLISHED)
    assert published()["transfers"] >= 20
    assert published()["deals"]["unknown"] == 0


def test_each_deal_of_2023_is_traced_to_its_prospect_and_trip(promoted):
    ratio, is_traced = published()["conversion"]
    assert is_traced
    assert round(float(ratio), 3) == 0.358
    deals = Deal.objects.counted().of_year(2023).select_related("from_prospect", "from_trip")
    for deal in deals:
        assert deal.from_prospect.stage == workflow.SIGNED
        assert deal.from_prospect.received_on < deal.signed_on
        assert deal.from_trip_id == deal.from_prospect.from_trip_id
    assert deals.exclude(from_trip=None).count() == 18


def test_one_large_deal_does_not_hide(promoted):
    deals = published()["deals"]
    assert deals["largest"] > Decimal("0.2")
    assert deals["median"] < deals["mean"]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (lambda: Trip.objects.outbound().of_year(2023), (61, 53, 19, PUBLISHED)),
        (lambda: Prospect.objects.of_year(2023).filter(stage="lost"), (62, 52, 19, PUBLISHED)),
        (
            lambda: Deal.objects.counted().of_year(2023).filter(project=None, later_deals=None),
            (62, 53, 18, None),
        ),
    ],
    ids=["trip", "prospect", "deal"],
)
def test_a_row_less_is_one_less(promoted, rows, expected):
    with transaction.atomic():
        row = rows().first()
        left = PUBLISHED - getattr(row, "agreement_amount", 0)
        for model, name in ((Prospect, "from_trip"), (Deal, "from_trip")):
            if isinstance(row, Trip):
                model.objects.filter(**{name: row}).update(**{name: None})
        if isinstance(row, Deal):
            row.receipts.filter(amount__lt=0).delete()
            row.receipts.all().delete()
        row.delete()
        assert shown() == (*expected[:3], left)
        transaction.set_rollback(True)


def test_a_formal_deal_more_is_one_more_and_a_framework_is_none(promoted):
    with transaction.atomic():
        values = {"name": "示例·再签一个", "signed_on": date(2023, 7, 3)}
        amount = Decimal(100_000_000)
        framework = Deal.objects.create(
            number="QY-2023-900", type="framework", agreement_amount=amount, **values
        )
        assert shown() == (62, 53, 19, PUBLISHED)
        formal = Deal.objects.create(
            number="QY-2023-901", type="formal", agreement_amount=amount, **values
        )
        assert shown() == (62, 53, 20, PUBLISHED + amount)
        Deal.objects.create(
            number="QY-2023-902",
            type="formal",
            agreement_amount=amount,
            prior_deal=formal,
            **values,
        )
        formal.exclusion = ExclusionRule.objects.first()
        formal.save()
        assert shown() == (62, 53, 19, PUBLISHED)
        framework.delete()
        assert shown() == (62, 53, 19, PUBLISHED)
        Trip.objects.create(
            number="WC-2023-900",
            activity="inbound",
            theme="示例",
            start_on=date(2023, 5, 5),
            end_on=date(2023, 5, 5),
        )
        assert shown()[0] == 62
        transaction.set_rollback(True)


def test_who_may_not_see_the_unsigned_counts_none_of_it(promoted):
    found = funnel.year_figures(User.objects.get(username="planner"), 2023)
    assert (found["trips"], found["prospects"]) == (0, 0)
    assert (found["deals"]["count"], found["deals"]["amount"]) == (19, PUBLISHED)


# Every state


def test_trips_of_every_kind_to_real_cities(promoted):
    kinds = Counter(Trip.objects.of_year(2023).values_list("activity", flat=True))
    assert kinds == {"outbound": 62, "inbound": 4, "event": 3}
    assert set(Trip.objects.outbound().values_list("start_on__year", flat=True)) == {
        2023,
        2024,
        2025,
        2026,
    }
    cities = Counter(TripPlace.objects.values_list("city", flat=True))
    assert {"广州", "深圳", "上海", "北京", "天津", "苏州"} <= set(cities)
    assert cities["北京"] > 10
    out = Trip.objects.outbound().filter(end_on__lt=TODAY)
    assert not out.filter(visits=None).exists()
    assert Trip.objects.filter(start_on__gt=TODAY, summary="").count() == 1
    calendar = current_calendar()
    for trip in Trip.objects.all():
        assert clock.shift_workdays(calendar, trip.start_on, 0) == trip.start_on, trip.theme


def test_prospects_of_every_channel_and_end(promoted):
    year = Prospect.objects.of_year(2023)
    assert set(year.values_list("channel", flat=True)) == dict(choices.CHANNEL).keys()
    assert set(year.filter(stage="lost").values_list("lost_reason", flat=True)) == (
        dict(choices.LOST_REASON).keys()
    )
    assert year.exclude(from_trip=None).count() > 45
    assert year.exclude(from_visit=None).count() == year.exclude(from_trip=None).count()
    for row in year.exclude(from_visit=None).select_related("from_visit"):
        assert (row.from_visit.company, row.from_visit.trip_id) == (row.company, row.from_trip_id)
    stages = {code for code, _label, number in funnel.stage_counts(promoter()) if number}
    assert stages == set(workflow.LABELS)
    assert Prospect.objects.filter(is_head=True).exists()
    assert Prospect.objects.filter(is_listed=True).exists()
    assert Prospect.objects.filter(intended_investment=None).exists()


def test_open_prospects_have_steps_and_some_are_late(promoted):
    rows = Prospect.objects.open()
    assert set(rows.values_list("stage", flat=True)) == set(workflow.OPEN)
    assert rows.filter(next_on__lt=TODAY).count() == 2
    assert rows.filter(next_on__gte=TODAY).count() >= 10
    assert set(rows.values_list("owner__username", flat=True)) == {"promoter", "promoter_b"}
    assert rows.open().filter(touched_on__lte=TODAY - timedelta(days=60)).count() == 1


def test_the_stage_log_leads_to_the_stage(promoted):
    for row in Prospect.objects.prefetch_related("events"):
        moves = [event for event in row.events.all() if event.to_stage]
        assert moves[0].to_stage == workflow.LEAD
        assert moves[-1].to_stage == row.stage
        for one, other in zip(moves, moves[1:], strict=False):
            assert (one.to_stage, one.at) <= (other.from_stage, other.at)
            assert one.to_stage == other.from_stage


def test_deals_that_count_and_deals_that_do_not(promoted):
    year = Deal.objects.of_year(2023)
    types = Counter(year.values_list("type", flat=True))
    assert types["framework"] == types["intention"] == 3
    assert year.filter(prior_deal__type="formal").count() == 1
    assert year.counted().filter(prior_deal__type="framework").count() == 1
    assert year.exclude(exclusion=None).count() >= 2
    ended = Deal.objects.filter(status__in=choices.DEAD)
    assert set(ended.values_list("status", flat=True)) == {"terminated", "rescinded"}
    assert not ended.filter(termination_reason="").exists()
    assert year.counted().filter(status="terminated").count() == 1
    assert Deal.objects.filter(currency="USD", rate__gt=0, foreign_amount__gt=0).count() == 1
    assert Deal.objects.filter(agreement_amount=None).exclude(agreement_amount_text="").exists()
    assert set(Deal.objects.exclude(chain_tag="").values_list("chain_tag", flat=True)) == (
        dict(choices.CHAIN_TAG).keys()
    )
    for number in (2024, 2025, 2026):
        assert Deal.objects.counted().of_year(number).count() >= 4


def test_rates_are_neither_nothing_nor_all(promoted):
    for rate in published()["deals"]["rates"]:
        assert 0 < rate.value < 1, rate.code
    by_code = {rate.code: rate for rate in published()["deals"]["rates"]}
    assert by_code["started"].denominator == 19
    assert by_code["operating"].value < by_code["started"].value < by_code["performing"].value
    cohort = funnel.cohorts(promoter())[-1]
    assert (cohort["year"], cohort["signed"]) == (2023, 19)
    assert cohort["signed"] > cohort["registered"] > cohort["started"] > cohort["operating"] > 0
    assert None not in (cohort["to_register"], cohort["to_start"], cohort["to_operation"])


def test_deals_and_their_projects_tell_the_same(promoted):
    linked = Deal.objects.exclude(project=None).select_related("project")
    assert linked.count() >= 12
    for deal in linked:
        project = deal.project
        days = dict(project.milestones.values_list("code", "actual_on"))
        assert deal.name == project.name
        assert deal.signed_on == days["signing"], deal.name
        assert deal.agreement_amount == project.total_investment
        assert deal.origin == project.investor_origin
        assert deal.industry_id == project.industry_id
        if days.get("start"):
            assert deal.signed_on < days["start"]
        if deal.registered_on:
            assert deal.registered_on == days["registration"], deal.name
    assert Deal.objects.filter(exclusion__code="local", project__isnull=False).count() == 2


def test_promises_of_both_sides_in_every_state(promoted):
    found = Counter((row.by, row.state(TODAY)) for row in Commitment.objects.all())
    assert {state for _by, state in found} == dict(choices.COMMITMENT_STATE).keys()
    for side in ("enterprise", "government"):
        assert {"met", "overdue", "open", "partly", "waived"} <= {
            s for by, s in found if by == side
        }
    assert sum(n for (_by, state), n in found.items() if state == "overdue") < 25
    assert Commitment.objects.filter(item="policy").exclude(fair_review="").exists()
    ended = Commitment.objects.filter(deal__status__in=choices.DEAD)
    assert not ended.open().exists()


def test_receipts_are_recognised_by_another(promoted):
    status = Counter(Receipt.objects.values_list("status", flat=True))
    assert status["recognised"] > 40
    assert status["pending"] >= 2
    assert status["refused"] == 1
    assert not Receipt.objects.filter(recognised_by=F("entered_by")).exists()
    people = Receipt.objects.recognised().values_list("recognised_by__username", flat=True)
    assert set(people) == {"promoter", "promoter_b", "principal"}
    refund = Receipt.objects.get(amount__lt=0)
    assert refund.refund_of.deal_id == refund.deal_id
    dollars = Receipt.objects.get(currency="USD")
    assert (dollars.kind, dollars.rate_on) == ("foreign", dollars.received_on)
    assert dollars.amount_yuan == Decimal("56828800.00")
    assert not Receipt.objects.filter(received_on__lt=F("deal__signed_on")).exists()
    paid = Deal.objects.annotate(n=Count("receipts")).with_money().filter(n__gt=0)
    for deal in paid:
        assert deal.received <= deal.agreement_amount, deal.name
    received = Receipt.objects.recognised().filter(deal__in=Deal.objects.counted().of_year(2023))
    figures = published()["deals"]
    assert received.aggregate(s=Sum("recognised"))["s"] == figures["received"]


def test_chains_with_nodes_of_every_kind(promoted):
    assert Chain.objects.count() == 4
    assert not Chain.objects.filter(chief=None).exists()
    for chain in Chain.objects.all():
        assert set(chain.nodes.values_list("level", flat=True)) == {"up", "middle", "down"}
        assert set(chain.nodes.values_list("state", flat=True)) == {"strong", "weak", "missing"}
    assert not ChainNode.objects.filter(state="missing", enterprises__isnull=False).exists()
    assert not ChainNode.objects.filter(state="strong", enterprises=None).exists()
    assert not ChainNode.objects.exclude(state="strong").filter(gap_note="").exists()
    assert ChainNode.objects.filter(prospects__stage__in=workflow.OPEN).distinct().count() >= 5


def test_transfers_came_from_beijing_and_tianjin(promoted):
    year = TechTransfer.objects.filter(signed_on__year=2023)
    assert year.count() == 22
    assert set(Institute.objects.values_list("city", flat=True)) == {"北京", "天津"}
    assert set(TechTransfer.objects.values_list("stage", flat=True)) == (
        dict(choices.TRANSFER_STAGE).keys()
    )
    assert set(TechTransfer.objects.values_list("form", flat=True)) == (
        dict(choices.TRANSFER_FORM).keys()
    )
    assert not TechTransfer.objects.filter(receiver=None).exists()
    assert year.exclude(project=None).count() >= 8
    totals = TechTransfer.objects.totals()
    assert totals["tech"] < totals["contract"]

"""Figures come from rows: adding or deleting one changes them, what does not count does not."""

from datetime import date
from fractions import Fraction

import pytest

from investment import funnel
from investment.models import Deal
from tests.investment.pipeline import at, fresh, wan


def shown(*figures):
    return {each.code: each.shown for each in funnel.rates(*figures)}


def year(pipeline, number=2026, by="promoter"):
    return funnel.year_figures(pipeline.person(by), number)


def deals_of(pipeline):
    found = year(pipeline)["deals"]
    return found["count"], found["amount"], found["unknown"]


def test_xuchangs_published_rates():
    """247 signed, 244 performing, 222 started; 37.0 of 107.7 billion received."""
    assert shown(247, 244, 222, 0, wan(3_700_000), wan(10_770_000)) == {
        "performing": "98.8%",
        "started": "89.9%",
        "operating": "0.0%",
        "received": "34.4%",
    }


def test_anqings_published_rates():
    found = shown(218, 199, 199, 118, 0, 1)
    assert (found["started"], found["operating"]) == ("91.3%", "54.1%")


@pytest.mark.parametrize(("part", "text"), [(2, "0.1%"), (3, "0.2%"), (1, "0.1%"), (0, "0.0%")])
def test_a_half_is_rounded_up(part, text):
    """0.10 0.15 0.05 0"""
    assert funnel.rate("started", part, 2000).shown == text


def test_nothing_signed_has_no_rate():
    assert set(shown(0, 0, 0, 0, 0, 0).values()) == {"—"}


def test_no_rows_are_zeros_and_dashes(pipeline):
    found = year(pipeline)
    assert (found["trips"], found["prospects"], found["transfers"]) == (0, 0, 0)
    assert (found["deals"]["count"], found["deals"]["amount"]) == (0, 0)
    assert [found["deals"][name] for name in ("mean", "median", "largest")] == [None] * 3
    assert found["conversion"][0] is None
    assert {each.shown for each in found["deals"]["rates"]} == {"—"}


def test_each_row_changes_count_and_amount(pipeline):
    first = pipeline.deal(wan(5000))
    assert deals_of(pipeline) == (1, wan(5000), 0)
    second = pipeline.deal(wan(700))
    assert deals_of(pipeline) == (2, wan(5700), 0)
    pipeline.deal(deal=second, agreement_amount=wan(800))
    assert deals_of(pipeline) == (2, wan(5800), 0)
    first.events.all().delete()
    first.delete()
    assert deals_of(pipeline) == (1, wan(800), 0)


def test_a_deal_counts_in_its_year_of_signing(pipeline):
    pipeline.deal(wan(1), signed_on=date(2025, 12, 31))
    pipeline.deal(wan(2), signed_on=date(2026, 1, 1))
    pipeline.deal(wan(4), signed_on=None, signed_text="2026年初")
    assert deals_of(pipeline) == (1, wan(2), 0)
    assert year(pipeline, 2025)["deals"]["amount"] == wan(1)


def test_what_does_not_count_changes_nothing(pipeline):
    first = pipeline.deal(wan(5000))
    before = year(pipeline)
    pipeline.deal(wan(100), type="intention")
    pipeline.deal(wan(200), type="framework")
    pipeline.deal(wan(300), prior_deal=first)
    pipeline.deal(wan(400), exclusion=pipeline.excluded())
    assert Deal.objects.count() == 5
    after = year(pipeline)
    assert deals_of(pipeline) == (1, wan(5000), 0)
    assert after["deals"]["count"] == before["deals"]["count"]
    assert after["conversion"] == before["conversion"]


def test_a_formal_deal_after_an_intention_counts(pipeline):
    intention = pipeline.deal(wan(100), type="intention")
    formal = pipeline.deal(wan(200), prior_deal=intention)
    assert deals_of(pipeline) == (1, wan(200), 0)
    assert formal.is_counted
    assert not intention.is_counted


def test_row_and_query_agree_on_what_counts(pipeline):
    first = pipeline.deal(wan(1))
    pipeline.deal(wan(1), type="framework")
    pipeline.deal(wan(1), prior_deal=first)
    pipeline.deal(wan(1), exclusion=pipeline.excluded())
    counted = set(Deal.objects.counted())
    assert counted == {deal for deal in Deal.objects.all() if deal.is_counted} == {first}


def test_an_unknown_amount_stays_unknown(pipeline):
    pipeline.deal(wan(1000))
    pipeline.deal(None, agreement_amount_text="约3亿元")
    assert deals_of(pipeline) == (2, wan(1000), 1)
    assert year(pipeline)["deals"]["median"] == wan(1000)
    assert not Deal.objects.filter(agreement_amount=0).exists()


def test_money_for_a_deal_of_unknown_amount_is_in_no_rate(pipeline):
    known, unknown = pipeline.deal(wan(1000)), pipeline.deal(None)
    pipeline.money(known, wan(100))
    pipeline.money(unknown, wan(900))
    rates = {each.code: each for each in year(pipeline)["deals"]["rates"]}
    assert (rates["received"].numerator, rates["received"].shown) == (wan(100), "10.0%")


def test_only_recognised_money_counts_and_a_refund_takes_off(pipeline):
    deal = pipeline.deal(wan(1000))
    first = pipeline.money(deal, wan(300))
    pipeline.receipt(deal, wan(50))
    pipeline.refuse(pipeline.receipt(deal, wan(60)))
    assert year(pipeline)["deals"]["received"] == wan(300)
    pipeline.money(deal, wan(-100), refund_of=first)
    assert year(pipeline)["deals"]["received"] == wan(200)
    assert year(pipeline)["receipts"]["recognised"] == wan(200)


def test_median_and_largest_share_stand_beside_the_mean(pipeline):
    for amount in (wan(100), wan(300), wan(200), wan(1400)):
        pipeline.deal(amount)
    found = year(pipeline)["deals"]
    assert (found["mean"], found["median"]) == (wan(500), wan(250))
    assert found["largest"] == Fraction(7, 10)


def test_a_mean_is_rounded_to_the_fen(pipeline):
    for amount in (100, 100, 101):
        pipeline.deal(amount)
    assert str(year(pipeline)["deals"]["mean"]) == "100.33"


def rates_of(pipeline):
    return {each.code: each.numerator for each in year(pipeline)["deals"]["rates"]}


def test_performing_is_registered_with_money_or_land(pipeline):
    day = date(2026, 3, 10)
    pipeline.money(pipeline.deal(wan(1)), 5000)
    pipeline.deal(wan(1), land_contract_on=day)
    assert rates_of(pipeline)["performing"] == 0
    paid = pipeline.deal(wan(1), registered_on=day)
    assert rates_of(pipeline)["performing"] == 0
    pending = pipeline.receipt(paid, 5000)
    assert rates_of(pipeline)["performing"] == 0
    pipeline.recognise(pending)
    assert rates_of(pipeline)["performing"] == 1
    landed = pipeline.deal(wan(1), registered_on=day, land_contract_on=day)
    assert rates_of(pipeline)["performing"] == 2
    pipeline.deal(deal=landed, status="terminated", termination_reason="投资方退出。")
    assert rates_of(pipeline)["performing"] == 1
    assert year(pipeline)["deals"]["count"] == 4  # signed stays signed


def test_started_and_operating_are_those_of_the_key_project(pipeline):
    first, second = pipeline.deal(wan(1)), pipeline.deal(wan(1))
    pipeline.land(first)
    assert (rates_of(pipeline)["started"], rates_of(pipeline)["operating"]) == (0, 0)
    pipeline.reached(first, "start")
    pipeline.reached(second, "start", "operation")
    assert (rates_of(pipeline)["started"], rates_of(pipeline)["operating"]) == (2, 1)


def test_signed_over_prospects_is_a_conversion_only_when_every_deal_is_traced(pipeline):
    found = [pipeline.prospect() for _each in range(4)]
    pipeline.deal(wan(1), from_prospect=found[0])
    assert year(pipeline)["conversion"] == (Fraction(1, 4), True)
    loose = pipeline.deal(wan(1))
    assert year(pipeline)["conversion"] == (Fraction(2, 4), False)
    loose.events.all().delete()
    loose.delete()
    old = pipeline.prospect(received_on=date(2025, 5, 1))
    pipeline.deal(wan(1), from_prospect=old)
    assert year(pipeline)["conversion"] == (Fraction(2, 4), False)


def test_trips_are_the_outbound_ones_of_the_year(pipeline):
    pipeline.trip()
    pipeline.trip(activity="inbound")
    pipeline.trip(start_on=date(2025, 5, 1), end_on=date(2025, 5, 2))
    assert year(pipeline)["trips"] == 1
    assert year(pipeline, 2025)["trips"] == 1


def test_transfers_are_counted_apart_from_their_amounts(pipeline):
    pipeline.transfer(contract_amount=wan(10), tech_amount=wan(8))
    pipeline.transfer()
    pipeline.transfer(stage="matching", signed_on=None)
    assert year(pipeline)["transfers"] == 2


def test_cohorts_are_of_the_signing_year_with_days_between_steps(pipeline):
    pipeline.deal(wan(1), signed_on=date(2025, 1, 1), registered_on=date(2025, 1, 11))
    started = pipeline.deal(wan(1), signed_on=date(2025, 2, 1), registered_on=date(2025, 2, 21))
    pipeline.reached(started, "start", day=date(2025, 5, 12))
    pipeline.deal(wan(1))
    pipeline.deal(wan(1), type="framework")
    now, before = funnel.cohorts(pipeline.person("promoter"))
    assert (now["year"], now["signed"], now["registered"], now["to_register"]) == (2026, 1, 0, None)
    assert (before["year"], before["signed"], before["registered"]) == (2025, 2, 2)
    assert (before["started"], before["operating"]) == (1, 0)
    assert (before["to_register"], before["to_start"], before["to_operation"]) == (15, 100, None)


def test_channels_count_prospects_and_what_was_signed_of_them(pipeline):
    first = pipeline.prospect(channel="referral")
    pipeline.prospect(channel="referral")
    pipeline.deal(wan(70), from_prospect=first)
    pipeline.deal(wan(70), from_prospect=pipeline.prospect(channel="self"), type="framework")
    rows = {row["code"]: row for row in funnel.channels(pipeline.person("promoter"), 2026)}
    referral, own = rows["referral"], rows["self"]
    assert (referral["prospects"], referral["signed"], referral["amount"]) == (2, 1, wan(70))
    assert (referral["rate"], referral["is_four"]) == ("50.0%", False)
    assert (own["prospects"], own["signed"], own["rate"]) == (1, 0, "0.0%")
    assert rows["platform"]["rate"] == "—"


def test_stages_are_counted(pipeline):
    pipeline.move(pipeline.prospect(), "lost")
    pipeline.prospect()
    found = {code: n for code, _l, n in funnel.stage_counts(pipeline.person("promoter"), 2026)}
    assert (found["lead"], found["lost"], sum(found.values())) == (1, 1, 2)
    assert funnel.years(pipeline.person("promoter")) == [2026]


def test_what_came_of_a_trip(pipeline):
    trip = pipeline.trip()
    pipeline.visit(trip, "示例甲公司")
    pipeline.visit(fresh(trip), "示例乙公司")
    prospect = pipeline.prospect(from_trip=trip)
    pipeline.deal(wan(1), from_prospect=prospect, from_trip=trip, now=at(2026, 3, 12))
    pipeline.deal(wan(1), from_trip=trip, type="intention")
    row = type(trip).objects.for_list().get()
    assert (row.visit_count, row.prospect_count, row.deal_count) == (2, 1, 1)

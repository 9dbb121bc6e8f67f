"""The same thing signed twice is asked about, and counted once."""

from datetime import date

import pytest

from investment import funnel, twins
from investment.models import Deal
from tests.investment.pipeline import faults, fresh, wan

NAME = "年产五万吨光伏玻璃深加工项目"
FIRST = {
    "name": NAME,
    "investor_name": "示例远方玻璃（天津）有限公司",
    "signed_on": date(2024, 3, 10),
}
AGAIN = FIRST | {"signed_on": date(2025, 3, 12)}


@pytest.fixture
def first(pipeline):
    return pipeline.deal(wan(10_000), **FIRST)


def refused(pipeline, **values):
    """The number of the first signing that the refusal names, or None when it is let pass."""
    before = Deal.objects.count()
    try:
        said = faults(pipeline.deal, None, **{"agreement_amount": wan(10_000)} | AGAIN | values)
    except AssertionError:
        return None
    assert set(said) == {"prior_deal"}
    assert Deal.objects.count() == before
    return next((d.number for d in Deal.objects.all() if d.number in said["prior_deal"][0]), "")


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"name": "光伏玻璃深加工（年产五万吨）"},
        {"investor_name": "示例远方玻璃(天津)有限公司"},
        {"investor_name": "示例远方玻璃 (天津) 有限公司"},
        {"investor_name": "示例别家", "investor_group": FIRST["investor_name"]},
        {"type": "framework"},
        {"signed_on": date(2026, 3, 10)},
        {"signed_on": date(2024, 3, 10)},
        {"signed_on": date(2022, 3, 10)},
        {"agreement_amount": wan(8000)},
        {"agreement_amount": wan(12_500)},
        {"agreement_amount": None, "agreement_amount_text": "待定"},
    ],
    ids=str,
)
def test_what_looks_the_same_is_refused_and_the_first_named(pipeline, first, values):
    assert refused(pipeline, **values) == first.number


@pytest.mark.parametrize(
    "values",
    [
        {"name": "光伏组件生产线"},
        {"investor_name": "示例别家有限公司"},
        {"signed_on": date(2026, 3, 11)},
        {"signed_on": date(2022, 3, 9)},
        {"agreement_amount": wan(8000) - 1},
        {"agreement_amount": wan(12_500) + 1},
    ],
    ids=str,
)
def test_beyond_each_border_it_is_another_one(pipeline, first, values):
    assert refused(pipeline, **values) is None
    assert Deal.objects.counted().count() == 2


def test_companies_of_one_group_are_one_investor(pipeline):
    pipeline.deal(wan(10_000), **FIRST | {"investor_name": "示例甲", "investor_group": "示例集团"})
    assert refused(pipeline, investor_name="示例乙", investor_group="示例集团")
    assert refused(pipeline, investor_name="示例集团")
    assert refused(pipeline, investor_name="示例乙", investor_group="示例别的集团") is None


def test_deals_without_an_investor_are_no_twins_by_that(pipeline):
    pipeline.deal(wan(10_000), **FIRST | {"investor_name": ""})
    assert refused(pipeline, investor_name="") is None


def test_a_terminated_one_signed_again_is_the_same(pipeline, first):
    pipeline.deal(deal=first, status="terminated", termination_reason="逾期未开工。")
    assert refused(pipeline) == first.number


def test_with_its_prior_deal_it_is_kept_and_counted_once(pipeline, first):
    again = pipeline.deal(wan(11_000), prior_deal=first, **AGAIN)
    assert set(Deal.objects.counted()) == {first}
    assert not again.is_counted
    user = pipeline.person("promoter")
    assert funnel.year_figures(user, 2024)["deals"]["count"] == 1
    assert funnel.year_figures(user, 2025)["deals"]["count"] == 0


def test_with_a_reason_it_counts_by_itself(pipeline, first):
    assert refused(pipeline, distinct_reason="  ") == first.number
    pipeline.deal(wan(10_000), distinct_reason="二期，另有用地合同。", **AGAIN)
    assert Deal.objects.counted().count() == 2


@pytest.mark.parametrize(
    "answer", [{"distinct_reason": "二期。"}, {"prior_deal": "first"}], ids=str
)
def test_the_first_one_can_still_be_corrected(pipeline, first, answer):
    answer = {name: first if value == "first" else value for name, value in answer.items()}
    pipeline.deal(wan(10_000), **AGAIN, **answer)
    pipeline.deal(deal=fresh(first), place="临津产业园", registered_on=date(2024, 5, 1))
    assert fresh(first).place == "临津产业园"


def test_a_correction_that_makes_it_alike_is_refused(pipeline, first):
    other = pipeline.deal(wan(10_000), **AGAIN | {"investor_name": "示例别家"})
    said = faults(pipeline.deal, deal=other, investor_name=FIRST["investor_name"])
    assert first.number in said["prior_deal"][0]


def test_an_answer_cannot_be_taken_away(pipeline, first):
    again = pipeline.deal(wan(10_000), distinct_reason="二期。", **AGAIN)
    said = faults(pipeline.deal, deal=again, distinct_reason="")
    assert first.number in said["prior_deal"][0]


def test_two_cannot_each_be_the_first_of_the_other(pipeline, first):
    again = pipeline.deal(wan(10_000), prior_deal=first, **AGAIN)
    for prior in (again, first):
        assert "prior_deal" in faults(pipeline.deal, deal=fresh(first), prior_deal=prior)
    assert set(Deal.objects.counted()) == {first}


def test_a_later_signing_is_no_prior_one(pipeline, first):
    later = pipeline.deal(wan(1), signed_on=date(2025, 1, 1))
    assert "prior_deal" in faults(pipeline.deal, deal=first, prior_deal=later)


def test_the_third_signing_is_not_counted_either(pipeline, first):
    again = pipeline.deal(wan(10_000), prior_deal=first, **AGAIN)
    values = AGAIN | {"signed_on": date(2025, 6, 1)}
    pipeline.deal(wan(10_000), prior_deal=again, **values)
    assert set(Deal.objects.counted()) == {first}


def test_a_formal_one_is_not_counted_anew_over_a_framework_after_it(pipeline, first):
    frame = pipeline.deal(wan(10_000), type="framework", prior_deal=first, **AGAIN)
    values = AGAIN | {"signed_on": date(2025, 6, 1)}
    last = pipeline.deal(wan(10_000), prior_deal=frame, **values)
    assert set(Deal.objects.counted()) == {first}
    assert last.prior_deal == first


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ((2024, 3, 12), (2026, 3, 12), True),
        ((2024, 3, 12), (2026, 3, 13), False),
        ((2024, 2, 29), (2026, 2, 28), True),
        ((2024, 2, 29), (2026, 3, 1), False),
        ((2026, 1, 31), (2024, 1, 31), True),
    ],
)
def test_twenty_four_months_are_to_the_day(one, other, same):
    signings = [
        twins.Signing(frozenset({"甲"}), "光伏玻璃", None, date(*day)) for day in (one, other)
    ]
    assert twins.is_twin(*signings, percent=20, months=24) is same


def test_likeness_leaves_the_common_words_out():
    assert twins.likeness("光伏玻璃项目", "示例光伏玻璃建设工程") == 1
    assert twins.likeness("光伏玻璃项目", "食品加工项目") == 0


def test_the_first_one_may_change_its_amount_when_the_second_names_it(pipeline, first):
    pipeline.deal(wan(10_000), prior_deal=first, **AGAIN)
    pipeline.deal(deal=fresh(first), agreement_amount=wan(9500))
    assert fresh(first).agreement_amount == wan(9500)

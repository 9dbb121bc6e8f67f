"""Eleven deals as newspapers reported them: entered in the form without inventing a value."""

from datetime import date
from decimal import Decimal

import pytest

from investment import funnel
from investment.models import Deal
from tests.investment.pipeline import deal_form

ROUGH = {"D13": "约300亿元", "D15": "近150亿元"}
WHOLE_DAYS = {"D15": date(2016, 4, 26), "D19": date(2023, 12, 22)}


@pytest.fixture(scope="module")
def given(practice):
    return {row["id"]: row for row in practice("real_deals")}


@pytest.fixture
def entered(given, promoter, frozen):
    """{id: Deal}, typed into the form as they stand in the file."""
    found = {}
    for number, row in given.items():
        typed = {
            "name": row["project"],
            "investor_name": row["investor"],
            "place": row["place"],
            "signed_on": row["sign_date"],
            "agreement_amount": row["agreement_amount_raw"],
            "event": row["source_title"],
            "source_doc": row["source_address"],
            "content": row["note"],
        }
        form = deal_form(promoter, typed)
        assert form.is_valid(), (number, form.errors)
        form.take()
        found[number] = Deal.objects.get(pk=form.subject.pk)
    return found


def test_all_are_entered_and_counted(entered, given):
    assert len(entered) == len(given) == Deal.objects.counted().count() == 11


def test_amounts_are_exact_or_unknown_never_guessed(entered, given):
    for number, deal in entered.items():
        row = given[number]
        assert deal.agreement_amount_text == row["agreement_amount_raw"]
        if number in ROUGH:
            assert (deal.agreement_amount, deal.agreement_amount_text) == (None, ROUGH[number])
        else:
            assert deal.agreement_amount == Decimal(row["agreement_amount_wan"]) * 10_000, number


def test_days_are_days_and_everything_else_stays_words(entered, given):
    for number, deal in entered.items():
        if number in WHOLE_DAYS:
            assert (deal.signed_on, deal.signed_text) == (WHOLE_DAYS[number], "")
        else:
            assert (deal.signed_on, deal.signed_text) == (None, given[number]["sign_date"])


def test_names_are_as_printed(entered, given):
    for number, deal in entered.items():
        row = given[number]
        assert (deal.name, deal.investor_name) == (row["project"], row["investor"])
        assert (deal.place, deal.content) == (row["place"], row["note"])
        assert deal.investor is None


def test_totals_say_how_many_are_unknown(entered, given):
    totals = Deal.objects.totals()
    known = [row["agreement_amount_wan"] for n, row in given.items() if n not in ROUGH]
    assert totals["amount"] == sum(map(Decimal, known)) * 10_000
    assert (totals["count"], totals["unknown"]) == (11, 2)


def test_a_deal_without_a_year_is_in_no_year(entered, promoter):
    assert funnel.years(promoter) == [2023, 2016]
    assert funnel.year_figures(promoter, 2016)["deals"]["unknown"] == 1
    assert funnel.year_figures(promoter, 2023)["deals"]["count"] == 1


def test_each_opens_again_in_the_form_and_is_saved_as_it_was(entered, promoter):
    for deal in entered.values():
        blank = deal_form(promoter, {}, deal=deal)
        typed = {}
        for name in ("name", "investor_name", "place", "signed_on", "agreement_amount", "content"):
            field = blank.fields[name]
            value = field.prepare_value(field.initial)
            typed[name] = "" if value is None else str(value)
        form = deal_form(promoter, typed, deal=deal)
        assert form.is_valid(), form.errors
        form.take()
        again = Deal.objects.get(pk=deal.pk)
        assert again.agreement_amount == deal.agreement_amount
        assert (again.signed_on, again.signed_text) == (deal.signed_on, deal.signed_text)

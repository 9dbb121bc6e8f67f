"""Yearly plans and their revisions: which one is in force, and from when it was known."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from projects.models import KeyProject, PlanYear
from tests.projects.works import at, wan

MARCH = date(2026, 3, 12)


@pytest.fixture
def project(works):
    return works.project("preparing", listed_on=date(2026, 1, 20))


def fields(call):
    with pytest.raises(ValidationError) as caught, transaction.atomic():
        call()
    return sorted(caught.value.message_dict)


def months(*amounts):
    return [str(wan(amount)) for amount in amounts]


YEAR = months(0, 0, 100, 300, 500, 700, 900, 1000, 1100, 1200, 1200, 1200)


def test_a_plan_is_revised_with_a_reason_and_the_older_ones_stay(works, project):
    works.plan(project, 2026, wan(1200), cumulative=YEAR, now=at(2026, 1, 10))
    again = {"year": 2026, "amount": wan(900), "now": at(2026, 6, 1)}
    assert fields(lambda: works.plan(project, **again)) == ["reason"]
    assert fields(lambda: works.plan(project, **again, reason=" ")) == ["reason"]
    works.plan(project, **again, reason="资金缩减。")
    works.plan(project, 2027, wan(10), now=at(2026, 12, 1))
    found = project.plans.values_list("year", "revision", "annual_plan", "reason")
    assert list(found) == [
        (2027, 1, wan(10), ""),
        (2026, 2, wan(900), "资金缩减。"),
        (2026, 1, wan(1200), ""),
    ]
    assert PlanYear.objects.in_force(2026).first().annual_plan == wan(900)
    assert PlanYear.objects.in_force(2026, at(2026, 5, 31)).first().annual_plan == wan(1200)
    assert PlanYear.objects.in_force(2026, at(2026, 6, 1)).first().annual_plan == wan(900)
    assert not PlanYear.objects.in_force(2026, at(2026, 1, 9)).exists()


def test_a_plan_counts_from_the_day_it_is_approved_and_known(works, project, planner):
    """Approved in January and entered in March: February was shown without it, and stays so."""
    works.plan(project, 2026, wan(1200), approved_on=date(2026, 1, 10), now=at(2026, 3, 5))
    early = {"approved_on": date(2026, 2, 1), "reason": "追加。", "now": at(2026, 4, 5)}
    works.plan(project, 2026, wan(1500), **early)

    def plan(moment):
        return KeyProject.objects.with_figures(planner, 2026, moment).get().annual_plan

    assert plan(at(2026, 3, 5, 9)) is None
    assert plan(at(2026, 3, 5, 10)) == plan(at(2026, 4, 5, 9)) == wan(1200)
    assert plan(at(2026, 4, 5, 10)) == plan(None) == wan(1500)
    found = [(row.entered_at, row.entered_by) for row in project.plans.order_by("revision")]
    assert found == [(at(2026, 3, 5), planner), (at(2026, 4, 5), planner)]


def test_a_plan_is_not_approved_in_the_future(works, project):
    tomorrow = MARCH + timedelta(days=1)
    assert fields(lambda: works.plan(project, 2026, wan(1), approved_on=tomorrow)) == [
        "approved_on"
    ]
    assert fields(lambda: works.plan(project, 2026, wan(1), approved_on=None)) == ["approved_on"]
    works.plan(project, 2026, wan(1), approved_on=MARCH)
    midnight = at(2026, 3, 13, 0).replace(minute=30)
    works.plan(project, 2027, wan(1), approved_on=tomorrow, now=midnight)


@pytest.mark.parametrize(
    "cumulative",
    [
        YEAR[:11],
        [*YEAR, YEAR[-1]],
        months(100, 50, *[1200] * 10),
        months(-1, *[1200] * 11),
        ["一百万", *YEAR[1:]],
        ["NaN", *YEAR[1:]],
        [None, *YEAR[1:]],
        months(0, *[1100] * 11),
    ],
)
def test_twelve_amounts_that_never_fall_and_end_at_the_years(works, project, cumulative):
    given = {"year": 2026, "amount": wan(1200), "cumulative": cumulative}
    assert fields(lambda: works.plan(project, **given)) == ["cumulative"]
    assert not project.plans.exists()


@pytest.mark.parametrize("last", ["12000000", "12000000.00", "1.2E+7"])
def test_the_years_plan_is_compared_as_an_amount_and_not_as_a_text(works, project, last):
    plan = works.plan(project, 2026, Decimal("12000000.0"), cumulative=[*YEAR[:11], last])
    assert plan.cumulative[-1] == last


def test_an_unknown_plan_keeps_its_words(works, project):
    plan = works.plan(project, 2026, None, annual_plan_text="约300亿元")
    assert (plan.annual_plan, plan.annual_plan_text) == (None, "约300亿元")
    row = KeyProject.objects.with_figures(works.people["planner"], 2026).get()
    assert row.annual_plan is None


def test_only_one_plan_of_a_revision_and_none_below_zero(works, project):
    plan = works.plan(project, 2026, wan(1))
    with pytest.raises(IntegrityError), transaction.atomic():
        PlanYear.objects.filter(pk=plan.pk).update(annual_plan=-1)
    plan.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        plan.save(force_insert=True)

"""Deals: promises of both sides, how one ends, and becoming a key project."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import Http404

from investment import funnel, matching, presenters
from investment.forms.deals import DealForm, LandForm
from investment.models import Chain, Commitment, Deal, Prospect
from projects.errors import Conflict
from projects.models import KeyProject
from tests.investment.pipeline import deal_form, faults, fresh, log, wan

ENDED = {"termination_reason": "投资方退出。"}
FINAL = ["finished", "terminated", "rescinded"]
REVIEW = "汉公平审〔2026〕3号"


@pytest.fixture
def deal(pipeline):
    return pipeline.deal(wan(10_000))


@pytest.mark.parametrize("status", FINAL)
def test_one_with_open_promises_is_not_closed(pipeline, deal, status):
    promise = pipeline.promise(deal)
    said = faults(pipeline.deal, deal=fresh(deal), status=status, **ENDED)
    assert set(said) == {"status"}
    assert fresh(deal).status == "valid"
    pipeline.promise(deal, commitment=promise, waived_reason="双方同意。")
    pipeline.deal(deal=fresh(deal), status=status, **ENDED)
    assert fresh(deal).status == status


def test_one_whose_promises_were_kept_is_closed(pipeline, deal):
    promise = pipeline.promise(deal)
    pipeline.promise(deal, commitment=promise, met_on=pipeline.today)
    pipeline.deal(deal=fresh(deal), status="finished")
    assert fresh(deal).status == "finished"


def test_a_closed_one_gets_no_open_promise_back(pipeline, deal):
    promise = pipeline.promise(deal)
    pipeline.promise(deal, commitment=promise, met_on=pipeline.today)
    pipeline.deal(deal=fresh(deal), status="finished")
    assert "met_on" in faults(pipeline.promise, deal)
    assert "met_on" in faults(pipeline.promise, deal, commitment=fresh(promise), met_on=None)
    assert not Commitment.objects.open().exists()


@pytest.mark.parametrize("status", ["terminated", "rescinded"])
def test_an_ended_one_says_why(pipeline, deal, status):
    for reason in ("", "  "):
        said = faults(pipeline.deal, deal=fresh(deal), status=status, termination_reason=reason)
        assert set(said) == {"termination_reason"}
    with pytest.raises(IntegrityError), transaction.atomic():
        Deal.objects.filter(pk=deal.pk).update(status=status)
    pipeline.deal(deal=fresh(deal), status=status, **ENDED)
    assert fresh(deal).is_dead


def test_the_form_puts_it_at_the_field(pipeline, promoter, deal, frozen):
    pipeline.promise(deal)
    deal = fresh(deal)
    form = deal_form(promoter, {"name": deal.name, "status": "finished"}, deal=deal)
    assert form.is_valid(), form.errors
    with pytest.raises(Exception, match="承诺") as caught:
        form.take()
    form.refuse(caught.value)
    assert set(form.errors) == {"status"}


PROMISES = [
    ({"by": "government", "item": "policy"}, False),
    ({"by": "government", "item": "policy", "fair_review": " "}, False),
    ({"by": "government", "item": "policy", "fair_review": REVIEW}, True),
    ({"by": "government", "item": "land"}, True),
    ({"by": "enterprise", "item": "policy"}, True),
]


@pytest.mark.parametrize(("values", "works"), PROMISES, ids=str)
def test_the_district_promises_a_policy_only_after_its_review(pipeline, deal, values, works):
    if works:
        pipeline.promise(deal, **values)
        assert deal.commitments.count() == 1
    else:
        assert set(faults(pipeline.promise, deal, **values)) == {"fair_review"}
        assert deal.commitments.count() == 0


@pytest.mark.parametrize(("values", "works"), PROMISES, ids=str)
def test_the_database_says_the_same(pipeline, deal, values, works):
    """All but the blank one, which the database takes for a number."""
    row = Commitment.objects.filter(pk=pipeline.promise(deal).pk)
    if works or values.get("fair_review"):
        assert row.update(**values) == 1
        return
    with pytest.raises(IntegrityError), transaction.atomic():
        row.update(**values)


def test_a_promise_is_kept_or_waived_not_both(pipeline, deal):
    promise = pipeline.promise(deal)
    both = {"met_on": pipeline.today, "waived_reason": "双方同意。"}
    assert "waived_reason" in faults(pipeline.promise, deal, commitment=promise, **both)
    with pytest.raises(IntegrityError), transaction.atomic():
        Commitment.objects.filter(pk=promise.pk).update(**both)
    early = {"met_on": date(2026, 3, 13)}
    assert "met_on" in faults(pipeline.promise, deal, commitment=fresh(promise), **early)


@pytest.mark.parametrize(
    ("values", "state"),
    [
        ({}, "open"),
        ({"due_on": date(2026, 3, 12)}, "open"),
        ({"due_on": date(2026, 3, 11)}, "overdue"),
        ({"met_on": date(2026, 3, 1)}, "met"),
        ({"met_on": date(2026, 3, 1), "amount": 10, "actual": 9}, "partly"),
        ({"met_on": date(2026, 3, 1), "amount": 10, "actual": 10}, "met"),
        ({"due_on": date(2026, 3, 11), "waived_reason": "双方同意。"}, "waived"),
    ],
    ids=str,
)
def test_states_of_a_promise(pipeline, deal, values, state):
    assert pipeline.promise(deal, **values).state(pipeline.today) == state


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"signed_on": date(2026, 3, 13)}, "signed_on"),
        ({"registered_on": date(2026, 3, 13)}, "registered_on"),
        ({"land_contract_on": date(2026, 3, 13)}, "land_contract_on"),
        ({"fixed_assets": wan(10_001)}, "fixed_assets"),
        ({"foreign_amount": 100}, "currency"),
        ({"foreign_amount": 100, "currency": "USD", "rate_on": date(2026, 3, 1)}, "rate"),
        ({"foreign_amount": 100, "currency": "USD", "rate": Decimal(7)}, "rate_on"),
        ({"signed_text": "年初"}, "__all__"),
    ],
    ids=str,
)
def test_facts_that_cannot_be(pipeline, values, field):
    assert set(faults(pipeline.deal, wan(10_000), **values)) == {field}


def test_a_contract_is_registered_once(pipeline):
    pipeline.deal(wan(1), contract_no="HT-1")
    assert faults(pipeline.deal, wan(1), contract_no="HT-1")
    for _each in range(2):
        pipeline.deal(wan(1), contract_no="")
    assert Deal.objects.count() == 3


def test_a_deal_keeps_what_it_was_to_the_chain_on_the_day_it_was_signed(pipeline):
    chain = Chain.objects.create(code="glass", name="玻璃链")
    node = matching.save_node(
        user=pipeline.person("promoter"),
        values={"chain": chain, "level": "up", "name": "原片", "state": "missing"},
    )
    deal = pipeline.deal(wan(1), node=node)
    matching.save_node(user=pipeline.person("promoter"), node=node, values={"state": "strong"})
    pipeline.deal(deal=fresh(deal), place="临津产业园")
    assert fresh(deal).chain_tag == "extend"


KNOWN = {
    "name": "示例玻璃深加工",
    "investor_name": "示例远方有限公司",
    "company_name": "示例远方（汉沽）有限公司",
    "contract_no": "HT-2026-7",
    "origin": "tianjin",
    "fixed_assets": wan(8000),
    "land_mu": Decimal("42.50"),
    "place": "临津产业园",
    "content": "年产一万吨。",
    "signed_on": date(2026, 2, 1),
    "registered_on": date(2026, 3, 1),
    "due_register": date(2026, 4, 1),
    "due_start": date(2026, 6, 1),
    "due_finish": date(2027, 6, 1),
    "due_operation": date(2027, 9, 1),
    "agreement_amount_text": "1亿元",
}


@pytest.mark.parametrize("by", ["promoter", "planner"])
def test_one_button_makes_a_key_project_with_all_that_is_known(pipeline, by):
    deal = pipeline.deal(wan(10_000), **KNOWN)
    made = pipeline.land(deal, by=by, level="city")
    project, deal = KeyProject.objects.get(pk=made.pk), fresh(deal)
    assert (deal.project, project.from_deal) == (project, deal)
    assert (project.stage, project.level, project.name) == ("signed", "city", KNOWN["name"])
    assert project.owner_name == KNOWN["company_name"]
    assert (project.total_investment, project.fixed_assets) == (wan(10_000), wan(8000))
    assert project.total_investment_text == "1亿元"
    assert (project.investor_origin, project.land_mu) == ("tianjin", Decimal("42.50"))
    assert (project.place, project.content) == (KNOWN["place"], KNOWN["content"])
    assert project.source_doc == "HT-2026-7"
    days = {row.code: (row.original_on, row.actual_on) for row in project.milestones.all()}
    assert days == {
        "signing": (None, date(2026, 2, 1)),
        "registration": (date(2026, 4, 1), date(2026, 3, 1)),
        "start": (date(2026, 6, 1), None),
        "finish": (date(2027, 6, 1), None),
        "operation": (date(2027, 9, 1), None),
    }
    assert log(deal)[-1][0] == "land"


def test_what_is_not_known_stays_unknown_in_the_project(pipeline):
    values = {"signed_on": None, "signed_text": "2026年初", "agreement_amount_text": "约3亿元"}
    project = pipeline.land(pipeline.deal(None, **values))
    assert (project.total_investment, project.total_investment_text) == (None, "约3亿元")
    row = project.milestones.get()
    assert (row.code, row.actual_on, row.actual_text) == ("signing", None, "2026年初")


def test_it_becomes_one_project_once(pipeline, deal, promoter):
    pipeline.land(deal)
    with pytest.raises(Conflict):
        pipeline.land(deal)
    assert KeyProject.objects.count() == 1
    with pytest.raises(Http404):
        LandForm(subject=fresh(deal), user=promoter)


@pytest.mark.parametrize(
    "values", [{"type": "intention"}, {"type": "framework"}, {"status": "rescinded"} | ENDED]
)
def test_only_a_living_formal_one_becomes_a_project(pipeline, promoter, values):
    deal = pipeline.deal(wan(1), **values)
    with pytest.raises(Conflict):
        pipeline.land(deal)
    assert not KeyProject.objects.exists()
    with pytest.raises(Http404):
        LandForm(subject=deal, user=promoter)


def test_the_line_from_the_trip_to_the_project_is_kept(pipeline, promoter, frozen):
    trip = pipeline.trip()
    prospect = pipeline.prospect(
        company="示例远方有限公司",
        from_trip=trip,
        from_visit=pipeline.visit(trip, "示例远方有限公司"),
        intended_investment=wan(3000),
        origin="beijing",
    )
    blank = DealForm(subject=None, user=promoter, key=prospect.number)
    typed = {}
    for name, field in blank.fields.items():
        value = field.prepare_value(field.initial)
        typed[name] = "" if value is None else value
    typed |= {"type": "formal", "signed_on": "2026-03-11"}
    form = deal_form(promoter, typed, key=prospect.number)
    assert form.is_valid(), form.errors
    form.take()
    deal = Deal.objects.get()
    assert (deal.from_prospect, deal.from_trip) == (prospect, trip)
    assert (deal.name, deal.investor_name) == (prospect.title, prospect.company)
    assert (deal.agreement_amount, deal.origin) == (wan(3000), "beijing")
    assert fresh(prospect).stage == "signed"
    project = pipeline.land(deal)
    found = Deal.objects.for_list().get()
    line = presenters.lineage(found, promoter, project)
    assert [name for _what, name, _url in line] == [
        trip.theme,
        prospect.title,
        deal.name,
        project.name,
    ]
    with pytest.raises(Http404):
        DealForm(subject=None, user=promoter, key=prospect.number)


def test_a_formal_agreement_after_a_framework_one_keeps_the_lineage(pipeline):
    promoter = pipeline.person("promoter")
    prospect = pipeline.prospect(channel="referral")
    early = pipeline.deal(wan(500), from_prospect=prospect, type="framework")
    assert funnel.year_figures(promoter, 2026)["conversion"] == (0, True)
    blank = DealForm(subject=None, user=promoter, key=early.number)
    typed = {}
    for name, field in blank.fields.items():
        value = field.prepare_value(field.initial)
        typed[name] = "" if value is None else value
    typed |= {"agreement_amount": "700万元", "signed_on": early.signed_on.isoformat()}
    form = deal_form(promoter, typed, key=early.number)
    assert form.is_valid(), form.errors
    form.take()
    deal = Deal.objects.for_list().get(type="formal")
    assert (deal.prior_deal, deal.name, deal.is_counted) == (early, early.name, True)
    assert deal.traced_to == prospect
    assert [name for _what, name, _url in presenters.lineage(deal, promoter, None)] == [
        prospect.title,
        early.name,
        deal.name,
    ]
    assert funnel.year_figures(promoter, 2026)["conversion"] == (1, True)
    rows = {row["code"]: row for row in funnel.channels(promoter, 2026)}
    assert (rows["referral"]["signed"], rows["referral"]["amount"]) == (1, wan(700))
    with pytest.raises(Http404):
        DealForm(subject=None, user=promoter, key=deal.number)


@pytest.mark.parametrize("stage", ["lead", "shelved", "lost"])
def test_signing_ends_the_prospect_wherever_it_was(pipeline, stage):
    prospect = pipeline.prospect()
    if stage != "lead":
        pipeline.move(prospect, stage)
    pipeline.deal(wan(1), from_prospect=fresh(prospect))
    row = fresh(prospect)
    assert (row.stage, row.lost_reason, row.lost_text) == ("signed", "", "")
    assert log(row)[-1] == ("sign", stage, "signed")
    assert faults(pipeline.deal, wan(1), from_prospect=row)
    assert Prospect.objects.open().count() == 0


@pytest.mark.parametrize("role", ["leader", "planner", "auditor", "handler", "enterprise"])
def test_only_promoters_keep_deals(pipeline, deal, role, request):
    user = request.getfixturevalue(role)
    for deed in (
        lambda: pipeline.deal(wan(1), by=user),
        lambda: pipeline.deal(deal=deal, by=user, place="别处"),
        lambda: pipeline.promise(deal, actor=user),
    ):
        with pytest.raises(PermissionDenied):
            deed()
    if role != "planner":
        with pytest.raises(PermissionDenied):
            pipeline.land(deal, by=user)

"""Money that came in: evidence once, a second person, refunds and foreign money; docs §2.9."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from investment import funds
from investment.forms.receipts import ReceiptForm, RecogniseForm, RefuseForm
from investment.models import Receipt
from investment.timeline import history
from projects.errors import Conflict
from tests.investment.pipeline import at, faults, fresh, log, wan

DOLLARS = {
    "currency": "USD",
    "kind": "foreign",
    "rate": Decimal("7.1234"),
    "rate_on": date(2026, 3, 11),
    "statutory_no": "WZ-1",
}


@pytest.fixture
def deal(pipeline):
    return pipeline.deal(wan(10_000))


@pytest.fixture
def other(pipeline):
    return pipeline.deal(wan(10_000))


def test_it_waits_until_a_second_person_recognises_it(pipeline, deal):
    receipt = pipeline.receipt(deal, wan(300), received_on=date(2026, 2, 20))
    assert (receipt.status, receipt.recognised, funds.received(deal)) == ("pending", None, 0)
    pipeline.recognise(receipt)
    row = fresh(receipt)
    assert (row.status, row.recognised, row.recognised_by.username) == (
        "recognised",
        wan(300),
        "second",
    )
    assert (row.period, row.recognised_on) == (date(2026, 2, 1), date(2026, 3, 12))
    assert funds.received(deal) == wan(300)
    assert [action for action, _f, _t in log(deal)] == ["create", "receipt", "recognise"]


def test_ones_own_is_refused(pipeline, deal):
    receipt = pipeline.receipt(deal, wan(300))
    with pytest.raises(PermissionDenied):
        pipeline.recognise(receipt, by="promoter")
    with pytest.raises(PermissionDenied):
        pipeline.refuse(receipt, by="promoter")
    assert fresh(receipt).status == "pending"
    pipeline.recognise(receipt, by="leader")


@pytest.mark.parametrize("role", ["planner", "coordinator", "auditor", "enterprise"])
def test_who_may_not(pipeline, deal, role, request):
    user = request.getfixturevalue(role)
    with pytest.raises(PermissionDenied):
        pipeline.receipt(deal, wan(1), by=user)
    with pytest.raises(PermissionDenied):
        pipeline.recognise(pipeline.receipt(deal, wan(1)), by=user)


def test_what_is_decided_is_not_decided_again(pipeline, deal):
    done, gone = pipeline.money(deal, wan(1)), pipeline.refuse(pipeline.receipt(deal, wan(2)))
    for receipt in (done, gone):
        with pytest.raises(Conflict):
            pipeline.recognise(receipt, by="leader")
        with pytest.raises(Conflict):
            pipeline.refuse(receipt, by="leader")


@pytest.mark.parametrize("given", ["PZ-7", " PZ-7 "])
def test_the_same_evidence_is_refused_and_the_first_named(pipeline, deal, other, given):
    first = pipeline.receipt(deal, wan(300), evidence_no="PZ-7")
    said = faults(pipeline.receipt, other, wan(5), evidence_no=given)
    assert set(said) == {"evidence_no"}
    assert first.number in said["evidence_no"][0]
    assert Receipt.objects.count() == 1


@pytest.mark.parametrize("day", [10, 7, 13], ids=str)
@pytest.mark.parametrize("payer", ["示例付款（天津）公司", "示例付款(天津)公司"])
def test_the_same_payer_and_amount_within_three_days_is_refused(pipeline, deal, other, day, payer):
    received = {"received_on": date(2026, 2, 10), "payer": "示例付款（天津）公司"}
    first = pipeline.receipt(deal, wan(300), **received)
    values = received | {"received_on": date(2026, 2, day), "payer": payer}
    said = faults(pipeline.receipt, other, wan(300), **values)
    assert set(said) == {"amount"}
    assert first.number in said["amount"][0]


@pytest.mark.parametrize(
    "values",
    [
        {"received_on": date(2026, 2, 6)},
        {"received_on": date(2026, 2, 14)},
        {"payer": "示例别家"},
        {"amount": wan(300) + 1},
        DOLLARS,
    ],
    ids=str,
)
def test_beyond_each_border_it_is_another_one(pipeline, deal, values):
    values = dict(values)
    received = {"received_on": date(2026, 2, 10), "payer": "示例付款方"}
    pipeline.receipt(deal, wan(300), **received)
    pipeline.receipt(deal, values.pop("amount", wan(300)), **received | values)
    assert Receipt.objects.count() == 2


def test_one_refused_for_a_slip_is_entered_again_with_its_evidence(pipeline, deal):
    usual = {"evidence_no": "PZ-7", "payer": "示例付款方"}
    wrong = pipeline.receipt(deal, wan(300), **usual)
    pipeline.refuse(wrong, "金额登记有误。")
    pipeline.receipt(deal, wan(300), **usual)
    assert "evidence_no" in faults(pipeline.receipt, deal, wan(30), **usual)
    with pytest.raises(IntegrityError), transaction.atomic():
        Receipt.objects.filter(pk=wrong.pk).update(status="pending")


def test_a_refused_one_needs_its_reason(pipeline, deal):
    receipt = pipeline.receipt(deal, wan(300))
    assert set(faults(pipeline.refuse, receipt, "  ")) == {"reason"}
    pipeline.refuse(receipt, "凭证不符。")
    row = fresh(receipt)
    assert (row.status, row.refused_reason, row.recognised) == ("refused", "凭证不符。", None)
    with pytest.raises(IntegrityError), transaction.atomic():
        Receipt.objects.filter(pk=receipt.pk).update(refused_reason="")


def test_a_negative_amount_is_a_refund_of_something(pipeline, deal, other):
    first = pipeline.receipt(deal, wan(300))
    refund = pipeline.receipt(deal, wan(-100), refund_of=first)
    assert (refund.amount, refund.amount_yuan) == (wan(-100), wan(-100))
    assert "refund_of" in faults(pipeline.receipt, deal, wan(-100))
    assert "refund_of" in faults(pipeline.receipt, other, wan(-100), refund_of=first)
    assert "refund_of" in faults(pipeline.receipt, deal, wan(-1), refund_of=refund)
    assert "amount" in faults(pipeline.receipt, deal, wan(100), refund_of=first)
    assert "amount" in faults(pipeline.receipt, deal, 0)
    for amount, of in ((wan(-1), None), (wan(1), first), (0, None), (0, first)):
        with pytest.raises(IntegrityError), transaction.atomic():
            Receipt.objects.filter(pk=refund.pk).update(amount=amount, refund_of=of)


def test_refunds_together_are_never_more_than_what_came(pipeline, deal):
    first = pipeline.receipt(deal, wan(300))
    assert "amount" in faults(pipeline.receipt, deal, wan(-301), refund_of=first)
    back = pipeline.receipt(deal, wan(-200), refund_of=first)
    assert "amount" in faults(pipeline.receipt, deal, wan(-101), refund_of=first)
    pipeline.receipt(deal, wan(-100), refund_of=first)
    assert "amount" in faults(pipeline.receipt, deal, -1, refund_of=first)
    pipeline.refuse(back)
    pipeline.receipt(deal, wan(-150), refund_of=first)


def test_what_was_refused_is_not_refunded(pipeline, deal):
    gone = pipeline.refuse(pipeline.receipt(deal, wan(300)))
    assert "refund_of" in faults(pipeline.receipt, deal, wan(-1), refund_of=gone)


def test_recognised_refunds_are_never_more_than_was_recognised(pipeline, deal):
    first = pipeline.receipt(deal, wan(300))
    back = pipeline.receipt(deal, wan(-200), refund_of=first)
    said = faults(pipeline.recognise, back)
    assert first.number in said["amount"][0]
    pipeline.recognise(first, wan(120))
    assert "amount" in faults(pipeline.recognise, back)
    pipeline.recognise(back, wan(-100))
    more = pipeline.receipt(deal, wan(-50), refund_of=first)
    assert "amount" in faults(pipeline.recognise, more)
    pipeline.recognise(more, wan(-20))
    assert funds.received(deal) == 0


@pytest.mark.parametrize("amount", [wan(301), wan(-1), 0], ids=str)
def test_recognised_is_at_most_what_came(pipeline, deal, amount):
    receipt = pipeline.receipt(deal, wan(300))
    assert set(faults(pipeline.recognise, receipt, amount)) == {"amount"}
    pipeline.recognise(receipt, wan(299))
    assert funds.received(deal) == wan(299)


@pytest.mark.parametrize(
    ("period", "works"),
    [
        (date(2026, 1, 31), False),
        (date(2026, 2, 1), True),
        (date(2026, 3, 15), True),
        (date(2026, 4, 1), False),
    ],
)
def test_it_counts_in_one_month_between_its_coming_and_now(pipeline, deal, period, works):
    receipt = pipeline.receipt(deal, wan(1), received_on=date(2026, 2, 20))
    if works:
        assert pipeline.recognise(receipt, period=period).period == period.replace(day=1)
    else:
        assert set(faults(pipeline.recognise, receipt, period=period)) == {"period"}


def test_foreign_money_keeps_currency_rate_and_date(pipeline, deal):
    receipt = fresh(pipeline.receipt(deal, "1000000.01", **DOLLARS))
    assert (receipt.amount, receipt.currency) == (Decimal("1000000.01"), "USD")
    assert (receipt.rate, receipt.rate_on) == (DOLLARS["rate"], DOLLARS["rate_on"])
    assert receipt.amount_yuan == Decimal("7123400.07")
    pipeline.recognise(receipt)
    assert funds.received(deal) == Decimal("7123400.07")


def test_the_history_says_what_came_in_its_own_currency(pipeline, deal):
    pipeline.receipt(deal, 1000, **DOLLARS)
    pipeline.receipt(deal, wan(2))
    first, second = history(deal.events.all())[:2]
    assert "2万元" in first["body"]
    assert "1,000 USD" in second["body"]
    assert "元" not in second["body"]


@pytest.mark.parametrize(
    ("gone", "field"),
    [
        ({"rate": None}, "rate"),
        ({"rate": Decimal(0)}, "rate"),
        ({"rate_on": None}, "rate_on"),
        ({"statutory_no": " "}, "statutory_no"),
    ],
    ids=str,
)
def test_foreign_money_demands_them(pipeline, deal, gone, field):
    assert set(faults(pipeline.receipt, deal, 100, **DOLLARS | gone)) == {field}
    row = pipeline.receipt(deal, 100, **DOLLARS)
    if field != "statutory_no":
        with pytest.raises(IntegrityError), transaction.atomic():
            Receipt.objects.filter(pk=row.pk).update(**gone)


def test_a_refund_is_in_the_currency_of_what_came(pipeline, deal):
    first = pipeline.receipt(deal, 1000, **DOLLARS)
    assert set(faults(pipeline.receipt, deal, -100, refund_of=first)) == {"currency"}
    back = pipeline.receipt(deal, -100, refund_of=first, **DOLLARS | {"statutory_no": "WZ-2"})
    assert back.amount_yuan == Decimal("-712.34")


def test_money_does_not_come_tomorrow(pipeline, deal):
    said = faults(pipeline.receipt, deal, wan(1), received_on=date(2026, 3, 13))
    assert set(said) == {"received_on"}


def test_the_database_holds_the_second_person(pipeline, deal):
    receipt = pipeline.money(deal, wan(1))
    for broken in (
        {"recognised_by": receipt.entered_by},
        {"recognised_by": None},
        {"recognised": None},
        {"period": None},
        {"period": date(2026, 3, 2)},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Receipt.objects.filter(pk=receipt.pk).update(**broken)


TYPED = {
    "received_on": "2026-03-10",
    "kind": "domestic",
    "sub_kind": "capital",
    "payer": "示例付款方",
    "currency": "CNY",
    "evidence": "bank",
    "evidence_no": "PZ-1",
}


def typed(user, deal, **data):
    return ReceiptForm(subject=deal, user=user, data=TYPED | data)


@pytest.mark.parametrize(
    ("text", "yuan"),
    [
        ("300", wan(300)),
        ("300万元", wan(300)),
        ("0.03亿元", wan(300)),
        ("3,000,000元", wan(300)),
        ("1,234.56", Decimal("12345600")),
        ("3000万", wan(3000)),
    ],
)
def test_amounts_are_read_as_officials_type_them(promoter, deal, frozen, text, yuan):
    form = typed(promoter, deal, amount=text)
    assert form.is_valid(), form.errors
    form.take()
    assert Receipt.objects.get().amount == yuan


@pytest.mark.parametrize("text", ["约300万", "待定", "", "三百", "0.0000001"])
def test_an_amount_that_is_none_is_said_at_its_field(promoter, deal, frozen, text):
    form = typed(promoter, deal, amount=text)
    assert not form.is_valid()
    assert set(form.errors) == {"amount"}


def test_dollars_in_the_form_are_their_own_units(promoter, deal, frozen):
    data = {"currency": "USD", "amount": "120万", "rate": "7.1", "rate_on": "2026-03-09"}
    form = typed(promoter, deal, **data)
    assert form.is_valid(), form.errors
    form.take()
    row = Receipt.objects.get()
    assert (row.amount, row.amount_yuan) == (1_200_000, 8_520_000)


def test_the_form_puts_refusals_at_their_fields(pipeline, promoter, deal, frozen):
    first = pipeline.receipt(deal, wan(1), evidence_no="PZ-1")
    form = typed(promoter, deal, amount="5")
    assert form.is_valid()
    form.refuse(_error(form))
    assert first.number in form.errors["evidence_no"][0]


def _error(form):
    with pytest.raises(Exception, match="PZ|凭证") as caught:
        form.take()
    return caught.value


def test_the_forms_of_recognition(pipeline, second, deal, frozen):
    frozen.move_to(at(2026, 3, 12))
    receipt = pipeline.receipt(deal, "123456.78")
    form = RecogniseForm(subject=deal, user=second, key=receipt.number)
    offered = {name: field.prepare_value(field.initial) for name, field in form.fields.items()}
    assert offered["period"] == "2026-03"
    form = RecogniseForm(subject=deal, user=second, key=receipt.number, data=offered)
    assert form.is_valid(), form.errors
    form.take()
    assert fresh(receipt).recognised == Decimal("123456.78")
    wrong = RecogniseForm(
        subject=deal,
        user=second,
        key=pipeline.receipt(deal, wan(1)).number,
        data={"amount": "1", "period": "三月"},
    )
    assert set(wrong.errors) == {"period"}


def test_the_form_of_refusal_needs_a_reason(pipeline, second, deal):
    number = pipeline.receipt(deal, wan(1)).number
    assert "reason" in RefuseForm(subject=deal, user=second, key=number, data={}).errors

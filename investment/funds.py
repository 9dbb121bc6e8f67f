"""Receipts: entered with evidence, recognised by a second person, refunded by a negative row."""

from datetime import timedelta
from decimal import Decimal

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from directory.models import Sequence
from directory.names import normalise
from investment import telling
from investment.models import Deal, Receipt
from investment.services import record, require
from projects import figures
from projects.errors import Conflict

TWIN_DAYS = timedelta(days=3)


@transaction.atomic
def enter(*, user, values, now=None, sample=False):
    """A receipt to be recognised; returns it. The same evidence, or the same payer and amount
    within three days, is refused and the first one named.
    """
    now = now or timezone.now()
    require(user, "receipt")
    deal = Deal.objects.select_for_update(of=("self",)).get(pk=values["deal"].pk)
    today = timezone.localdate(now)
    receipt = Receipt(entered_by=user, is_sample=sample, **values)
    receipt.evidence_no = receipt.evidence_no.strip()
    _check(receipt, today)
    receipt.amount_yuan = in_yuan(receipt)
    year = today.year
    receipt.number = f"DZ-{year}-{Sequence.take('receipt', year):04d}"
    receipt.full_clean(exclude=["entered_by"])
    receipt.save()
    record(
        deal,
        "receipt",
        user,
        now,
        receipt=receipt.number,
        amount=receipt.amount,
        currency=receipt.currency,
    )
    telling.tell(
        "receipt_pending",
        deal,
        [telling.promoters()],
        occasion=receipt.number,
        now=now,
        exclude=user,
        receipt=receipt.number,
    )
    telling.take_back("receipt_due", deal, now)
    return receipt


def in_yuan(receipt):
    """The amount in yuan: by its own rate, half up to the fen."""
    if receipt.currency == "CNY":
        return receipt.amount
    return figures.half_up(receipt.amount * receipt.rate, 2)


def _check(receipt, today):
    errors = {}
    if receipt.received_on > today:
        errors["received_on"] = [_("到账日期不能晚于今天。")]
    if receipt.amount == 0:
        errors["amount"] = [_("金额不能为0。")]
    if receipt.amount < 0 or receipt.refund_of_id:
        _check_refund(receipt, errors)
    _check_foreign(receipt, errors)
    if first := Receipt.objects.of_evidence(receipt.evidence_no):
        said = _("这份凭证已登记为 %(number)s，不能重复登记。")
        errors["evidence_no"] = [said % {"number": first.number}]
    elif first := _twin(receipt):
        words = {"number": first.number, "day": first.received_on.isoformat()}
        said = _("同一付款方、同一金额在3天内已登记：%(number)s（%(day)s），请核对。")
        errors["amount"] = [*errors.get("amount", []), said % words]
    if errors:
        raise ValidationError(errors)


def _check_foreign(receipt, errors):
    if receipt.currency != "CNY":
        if not receipt.rate or receipt.rate <= 0:
            errors["rate"] = [_("外币请填写汇率。")]
        if receipt.rate_on is None:
            errors["rate_on"] = [_("外币请填写汇率日期。")]
    if receipt.kind == "foreign" and not receipt.statutory_no.strip():
        errors["statutory_no"] = [_("外资须填写法定记录号（商务系统、外汇等）。")]


def _check_refund(receipt, errors):
    first = receipt.refund_of
    if first is None:
        errors["refund_of"] = [_("退款请选择冲减的到位记录。")]
    elif first.deal_id != receipt.deal_id:
        errors["refund_of"] = [_("冲减的到位记录不属于这个协议。")]
    elif first.amount < 0 or first.status == "refused":
        errors["refund_of"] = [_("只能冲减有效的到位记录。")]
    elif first.currency != receipt.currency:
        errors["currency"] = [_("退款的币种应与原到位记录一致。")]
    elif receipt.amount > 0:
        errors["amount"] = [_("退款请填写负数。")]
    elif -receipt.amount > first.amount - _refunded(first.refunds.standing(), "amount"):
        errors["amount"] = [_("退款合计不能超过原到位金额。")]


def _refunded(refunds, name):
    """What was given back already, as a positive sum."""
    return -sum(refunds.values_list(name, flat=True), Decimal(0))


def _twin(receipt):
    near = Receipt.objects.of_amount(
        receipt.amount, receipt.currency, receipt.received_on, TWIN_DAYS
    )
    payer = normalise(receipt.payer)
    return next((row for row in near if normalise(row.payer) == payer), None)


@transaction.atomic
def recognise(*, receipt, user, amount=None, period=None, now=None):
    """A second person counts it: `amount` yuan (all by default) in the month `period` (the month
    of receipt by default). Returns the Receipt.
    """
    now = now or timezone.now()
    deal, receipt = _pending(receipt, user)
    amount = receipt.amount_yuan if amount is None else amount
    period = (period or receipt.received_on).replace(day=1)
    _check_recognition(receipt, amount, period, timezone.localdate(now))
    receipt.status, receipt.recognised = "recognised", amount
    receipt.recognised_by, receipt.recognised_on = user, timezone.localdate(now)
    receipt.period = period
    receipt.save()
    record(deal, "recognise", user, now, receipt=receipt.number, amount=amount)
    telling.take_back("receipt_pending", deal, now, receipt.number)
    return receipt


def _check_recognition(receipt, amount, period, today):
    errors = {}
    if abs(amount) > abs(receipt.amount_yuan) or amount * receipt.amount_yuan < 0:
        errors["amount"] = [_("认定额不能超过折合人民币金额。")]
    elif amount == 0:
        errors["amount"] = [_("认定额不能为0；不计入的请选择不予认定。")]
    elif receipt.refund_of_id:
        _check_recognised_refund(receipt.refund_of, amount, errors)
    if not receipt.received_on.replace(day=1) <= period <= today:
        errors["period"] = [_("计入月份不能早于到账月份，也不能晚于本月。")]
    if errors:
        raise ValidationError(errors)


def _check_recognised_refund(first, amount, errors):
    if first.status != "recognised":
        said = _("请先认定被冲减的 %(number)s。")
        errors["amount"] = [said % {"number": first.number}]
    elif -amount > first.recognised - _refunded(first.refunds.recognised(), "recognised"):
        errors["amount"] = [_("认定的退款合计不能超过原认定额。")]


@transaction.atomic
def refuse(*, receipt, user, reason, now=None):
    now = now or timezone.now()
    deal, receipt = _pending(receipt, user)
    if not reason.strip():
        raise ValidationError({"reason": [_("请填写不予认定的理由。")]})
    receipt.status, receipt.refused_reason = "refused", reason.strip()
    receipt.save()
    record(deal, "refuse", user, now, receipt=receipt.number, reason=reason.strip())
    telling.take_back("receipt_pending", deal, now, receipt.number)
    return receipt


def _pending(receipt, user):
    require(user, "recognise")
    deal = Deal.objects.select_for_update(of=("self",)).get(pk=receipt.deal_id)
    receipt = Receipt.objects.select_for_update(of=("self",)).get(pk=receipt.pk)
    if receipt.status != "pending":
        raise Conflict(_("这笔到位资金已处理。"), "status")
    if receipt.entered_by_id == user.pk:
        raise PermissionDenied(_("登记人不能认定自己登记的到位资金。"))
    return deal, receipt


def received(deal):
    """Recognised yuan of a deal, refunds taken off."""
    rows = deal.receipts.recognised().values_list("recognised", flat=True)
    return sum(rows, Decimal(0))

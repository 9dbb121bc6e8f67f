"""Receipts: entered and recognised."""

from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from investment import choices, funds
from investment.models import Receipt
from projects.forms import fields as build
from projects.forms.fields import DeedForm, RowField
from projects.forms.reporting import month_of


class ReceiptForm(DeedForm):
    """Money that came in for the deal."""

    label = gettext_lazy("登记到位资金")
    effect = gettext_lazy("登记后由另一人认定，认定后计入到位资金。")
    told = (gettext_lazy("招商人员"),)

    received_on = build.day(gettext_lazy("到账日期"), required=True, future=False)
    kind = build.choice(choices.RECEIPT_KIND, label=gettext_lazy("内资、外资"), initial="domestic")
    sub_kind = build.choice(choices.RECEIPT_SUB_KIND, label=gettext_lazy("资金性质"))
    payer = build.text(gettext_lazy("付款方"), max_length=120)
    source_region = build.choice(choices.ORIGIN, label=gettext_lazy("资金来源地"), required=False)
    currency = build.choice(choices.CURRENCY, label=gettext_lazy("币种"), initial="CNY")
    amount = build.amount(
        gettext_lazy("金额"),
        required=True,
        negative=True,
        unit="wan",
        help_text=gettext_lazy("人民币不写单位的按万元计；外币写作“120万”，按原币计。退款为负数。"),
    )
    rate = build.number(gettext_lazy("汇率"), places=6)
    rate_on = build.day(gettext_lazy("汇率日期"), future=False)
    evidence = build.choice(choices.EVIDENCE, label=gettext_lazy("凭证类型"))
    evidence_no = build.text(gettext_lazy("凭证号"), max_length=80)
    statutory_no = build.text(gettext_lazy("外资法定记录号"), required=False, max_length=80)
    refund_of = RowField(
        Receipt.objects.none(),
        to_field_name="number",
        label=gettext_lazy("冲减的到位记录"),
        required=False,
    )
    back = "receipts"

    def prepare(self):
        self.fields["refund_of"].queryset = self.subject.receipts.filter(amount__gt=0)
        self.fields["payer"].initial = self.subject.company_name or self.subject.investor_name
        self.fields["received_on"].initial = self.today

    def take(self):
        values = self.values(*[name for name in self.fields if name != "version"])
        receipt = funds.enter(user=self.user, values=values | {"deal": self.subject})
        return _("到位资金%(number)s已登记，待认定。") % {"number": receipt.number}


class PendingForm(DeedForm):
    """A deed on a receipt that waits; the subject is its deal, the key its number."""

    back = "receipts"

    def prepare(self):
        rows = self.subject.receipts.filter(number=self.key, status="pending")
        self.receipt = rows.first()
        if self.receipt is None:
            raise Http404


class RecogniseForm(PendingForm):
    effect = gettext_lazy("认定后计入到位资金。")
    amount = build.amount(gettext_lazy("认定额（万元）"), required=True, negative=True)
    period = build.text(
        gettext_lazy("计入月份"), max_length=7, help_text=gettext_lazy("形如 2026-03。")
    )

    def prepare(self):
        super().prepare()
        self.label = _("认定%(number)s") % {"number": self.receipt.number}
        self.fields["amount"].initial = self.receipt.amount_yuan
        self.fields["period"].initial = f"{self.receipt.received_on:%Y-%m}"

    def clean_period(self):
        try:
            return month_of(self.cleaned_data["period"])
        except Http404:
            self.add_error("period", _("请写成 2026-03 的形式。"))

    def take(self):
        funds.recognise(
            receipt=self.receipt,
            user=self.user,
            amount=self.cleaned_data["amount"].yuan,
            period=self.cleaned_data["period"],
        )
        return _("到位资金%(number)s已认定。") % {"number": self.receipt.number}


class RefuseForm(PendingForm):
    effect = gettext_lazy("不予认定的不计入到位资金，理由留存。")
    reason = build.text(gettext_lazy("理由"), max_length=300, rows=2)
    is_danger = True

    def prepare(self):
        super().prepare()
        self.label = _("不予认定%(number)s") % {"number": self.receipt.number}

    def take(self):
        funds.refuse(receipt=self.receipt, user=self.user, reason=self.cleaned_data["reason"])
        return _("已记录不予认定。")

"""Lists of promotion work: filter, totals, rows and export, one table a kind."""

from django import forms
from django.core.paginator import Paginator
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from investment import choices, workflow
from investment.models import Deal, Prospect, Receipt, TechTransfer, Trip

PER_PAGE = 25


def _any(options):
    return [("", gettext_lazy("全部")), *options]


class ListFilter(forms.Form):
    """All optional; a value that cannot stand is said at its field and does not narrow."""

    q = forms.CharField(label=gettext_lazy("关键词"), required=False, max_length=100)
    year = forms.IntegerField(
        label=gettext_lazy("年度"), required=False, min_value=1990, max_value=2100
    )

    # Board or list; it does not narrow.
    view = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, selects=(), **kwargs):
        super().__init__(*args, **kwargs)
        for name, label, options in selects:
            self.fields[name] = forms.ChoiceField(
                label=label, choices=_any(options), required=False
            )
        self.is_valid()

    def chosen(self):
        return {
            name: value for name, value in self.cleaned_data.items() if value and name != "view"
        }

    def shown(self, name, value):
        field = self.fields[name]
        return dict(field.choices)[value] if hasattr(field, "choices") else value


YES = [("1", gettext_lazy("是"))]
# kind → (model, [(filter, label, options)])
LISTS = {
    "trip": (Trip, [("activity", gettext_lazy("活动类型"), choices.ACTIVITY)]),
    "prospect": (
        Prospect,
        [
            ("stage", gettext_lazy("阶段"), workflow.CHOICES),
            ("channel", gettext_lazy("渠道"), choices.CHANNEL),
            ("origin", gettext_lazy("来源地"), choices.ORIGIN),
            ("late", gettext_lazy("下一步已逾期"), YES),
        ],
    ),
    "deal": (
        Deal,
        [
            ("type", gettext_lazy("协议类型"), choices.DEAL_TYPE),
            ("status", gettext_lazy("状态"), choices.DEAL_STATUS),
            ("origin", gettext_lazy("来源地"), choices.ORIGIN),
            ("counted", gettext_lazy("计入签约"), YES),
        ],
    ),
    "receipt": (
        Receipt,
        [
            ("status", gettext_lazy("状态"), choices.RECEIPT_STATUS),
            ("kind", gettext_lazy("内资、外资"), choices.RECEIPT_KIND),
        ],
    ),
    "transfer": (
        TechTransfer,
        [
            ("stage", gettext_lazy("阶段"), choices.TRANSFER_STAGE),
            ("form", gettext_lazy("方式"), choices.TRANSFER_FORM),
        ],
    ),
}


class RecordList:
    """What a list page and its export show to one reader."""

    def __init__(self, kind, user, params, now=None):
        self.kind, self.user, self.params = kind, user, params
        self.today = timezone.localdate(now)
        model, selects = LISTS[kind]
        self.form = ListFilter(params, selects=selects)
        criteria = self.form.chosen()
        if kind == "prospect":
            criteria["today"] = self.today
        self.queryset = model.objects.visible_to(user).matching(**criteria)

    def rows(self):
        found = self.queryset.for_list()
        return found.with_money() if self.kind == "deal" else found

    def context(self):
        totals = (
            self.queryset.totals(self.today) if self.kind == "prospect" else self.queryset.totals()
        )
        self.page = Paginator(self.rows(), PER_PAGE).get_page(self.params.get("page"))
        return {
            "filter": self.form,
            "page": self.page,
            "totals": totals,
            "chips": self.chips(),
            "list_url": reverse(f"investment:{self.kind}s"),
            "today": self.today,
        }

    def chips(self):
        found = []
        for name, value in self.form.chosen().items():
            query = self.params.copy()
            query.pop("page", None)
            query.pop(name, None)
            found.append(
                {
                    "label": self.form.fields[name].label,
                    "value": self.form.shown(name, value),
                    "url": f"{reverse(f'investment:{self.kind}s')}?{query.urlencode()}",
                }
            )
        return found

    def columns(self):
        """Of deals, what came in and whence is for who sees it on the page."""
        columns = COLUMNS[self.kind]()
        if self.kind != "deal" or set(self.user.roles) & workflow.UNSIGNED:
            return columns
        inside = (_("到位资金（元）"), _("来自线索"))
        return [column for column in columns if column[0] not in inside]


def _label(get):
    return lambda row: get(row).label if get(row) else ""


def _trips():
    return [
        (_("编号"), lambda t: t.number),
        (_("活动类型"), lambda t: t.get_activity_display()),
        (_("主题"), lambda t: t.theme),
        (_("开始日期"), lambda t: t.start_on),
        (_("结束日期"), lambda t: t.end_on),
        (_("城市"), lambda t: [place.city for place in t.places.all()]),
        (_("带队领导"), _label(lambda t: t.leader)),
        (_("招商组成员"), lambda t: t.team),
        (_("产业方向"), _label(lambda t: t.industry)),
        (_("拜访企业（家）"), lambda t: t.visit_count),
        (_("形成线索（条）"), lambda t: t.prospect_count),
        (_("促成签约（个）"), lambda t: t.deal_count),
        (_("经费（元）"), lambda t: t.cost),
    ]


def _prospects():
    return [
        (_("编号"), lambda p: p.number),
        (_("企业名称"), lambda p: p.company),
        (_("意向项目"), lambda p: p.title),
        (_("阶段"), lambda p: p.get_stage_display()),
        (_("渠道"), lambda p: p.get_channel_display()),
        (_("来源地"), lambda p: p.get_origin_display()),
        (_("意向投资（元）"), lambda p: p.intended_investment),
        (_("意向投资原文"), lambda p: p.intended_investment_text),
        (_("跟进人"), _label(lambda p: p.owner)),
        (_("下一步"), lambda p: p.next_action),
        (_("下一步日期"), lambda p: p.next_on),
        (_("收到线索日期"), lambda p: p.received_on),
        (_("最近进展日期"), lambda p: p.touched_on),
        (_("流失原因"), lambda p: p.get_lost_reason_display()),
        (_("来自招商活动"), lambda p: p.from_trip.number if p.from_trip else ""),
    ]


def _deals():
    return [
        (_("编号"), lambda d: d.number),
        (_("合同号"), lambda d: d.contract_no),
        (_("项目名称"), lambda d: d.name),
        (_("协议类型"), lambda d: d.get_type_display()),
        (_("是否计入"), lambda d: _("是") if d.is_counted else _("否")),
        (_("投资方"), lambda d: d.investor_name),
        (_("签约日期"), lambda d: d.signed_on or d.signed_text),
        (_("协议投资额（元）"), lambda d: d.agreement_amount),
        (_("协议投资额原文"), lambda d: d.agreement_amount_text),
        (_("到位资金（元）"), lambda d: d.received),
        (_("来源地"), lambda d: d.get_origin_display()),
        (_("状态"), lambda d: d.get_status_display()),
        (_("来自线索"), lambda d: d.from_prospect.number if d.from_prospect else ""),
        (_("重点项目"), lambda d: d.project.number if d.project else ""),
    ]


def _receipts():
    return [
        (_("编号"), lambda r: r.number),
        (_("签约项目"), lambda r: r.deal.name),
        (_("到账日期"), lambda r: r.received_on),
        (_("内资、外资"), lambda r: r.get_kind_display()),
        (_("资金性质"), lambda r: r.get_sub_kind_display()),
        (_("付款方"), lambda r: r.payer),
        (_("金额（原币）"), lambda r: r.amount),
        (_("币种"), lambda r: r.currency),
        (_("汇率"), lambda r: r.rate),
        (_("汇率日期"), lambda r: r.rate_on),
        (_("折合人民币（元）"), lambda r: r.amount_yuan),
        (_("凭证类型"), lambda r: r.get_evidence_display()),
        (_("凭证号"), lambda r: r.evidence_no),
        (_("状态"), lambda r: r.get_status_display()),
        (_("认定额（元）"), lambda r: r.recognised),
        (_("计入月份"), lambda r: f"{r.period:%Y-%m}" if r.period else ""),
    ]


def _transfers():
    return [
        (_("编号"), lambda t: t.number),
        (_("成果名称"), lambda t: t.title),
        (_("供方"), lambda t: t.provider.name),
        (_("供方城市"), lambda t: t.provider.city),
        (_("受方"), lambda t: t.receiver_name),
        (_("方式"), lambda t: t.get_form_display()),
        (_("阶段"), lambda t: t.get_stage_display()),
        (_("技术合同登记号"), lambda t: t.contract_no),
        (_("合同额（元）"), lambda t: t.contract_amount),
        (_("技术交易额（元）"), lambda t: t.tech_amount),
        (_("签约日期"), lambda t: t.signed_on),
        (_("关联项目"), lambda t: t.project.number if t.project else ""),
    ]


COLUMNS = {
    "trip": _trips,
    "prospect": _prospects,
    "deal": _deals,
    "receipt": _receipts,
    "transfer": _transfers,
}

"""Deals, commitments and becoming a key project."""

from django import forms
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from directory.models import Industry
from investment import choices, signing
from investment.models import ChainNode, Deal, ExclusionRule, Prospect, Trip
from ledgers.money import Amount
from projects import choices as project_choices
from projects.forms import fields as build
from projects.forms.fields import DeedForm, RowField

FACTS = """contract_no name type event investor_name investor_group origin industry node content
    place fixed_assets currency foreign_amount rate rate_on due_register due_start due_finish
    due_operation output tax jobs land_mu land_mode land_contract_on registered_on company_name
    company_uscc from_trip status termination_reason prior_deal distinct_reason exclusion
    source_doc""".split()
INHERITED = """investor_name origin industry node land_mu from_trip""".split()


class DealForm(DeedForm):
    """The key of a new one may be a prospect's number, or that of an earlier agreement which was
    not formal: the one it came from.
    """

    label = gettext_lazy("登记签约")
    effect = gettext_lazy("保存签约项目；只有正式协议计入签约数和协议投资额。")

    name = build.text(gettext_lazy("项目名称"), max_length=120)
    type = build.choice(choices.DEAL_TYPE, label=gettext_lazy("协议类型"))
    contract_no = build.text(gettext_lazy("合同号"), required=False, max_length=60)
    signed_on = build.day(gettext_lazy("签约日期"), unknown=True, future=False)
    event = build.text(gettext_lazy("签约活动"), required=False, max_length=120)
    investor_name = build.text(gettext_lazy("投资方"), required=False, max_length=120)
    investor_group = build.text(gettext_lazy("所属集团"), required=False, max_length=120)
    origin = build.choice(choices.ORIGIN, label=gettext_lazy("来源地"), required=False)
    agreement_amount = build.amount(gettext_lazy("协议投资额（万元）"), unknown=True)
    fixed_assets = build.amount(gettext_lazy("其中固定资产投资（万元）"))
    currency = build.choice(choices.CURRENCY, label=gettext_lazy("币种"), initial="CNY")
    foreign_amount = build.number(gettext_lazy("合同外资（原币）"))
    rate = build.number(gettext_lazy("汇率"), places=6)
    rate_on = build.day(gettext_lazy("汇率日期"), future=False)
    industry = RowField(
        Industry.objects.all(), to_field_name="code", label=gettext_lazy("所属产业"), required=False
    )
    node = RowField(
        ChainNode.objects.select_related("chain"), label=gettext_lazy("产业链节点"), required=False
    )
    place = build.text(gettext_lazy("建设地点"), required=False, max_length=120)
    content = build.text(gettext_lazy("建设内容"), required=False, max_length=3000, rows=3)
    land_mu = build.number(gettext_lazy("用地（亩）"))
    land_mode = build.choice(choices.LAND_MODE, label=gettext_lazy("用地方式"), required=False)
    due_register = build.day(gettext_lazy("约定注册"))
    due_start = build.day(gettext_lazy("约定开工"))
    due_finish = build.day(gettext_lazy("约定竣工"))
    due_operation = build.day(gettext_lazy("约定投产"))
    output = build.amount(gettext_lazy("约定年产值（万元）"))
    tax = build.amount(gettext_lazy("约定年税收（万元）"))
    jobs = forms.IntegerField(label=gettext_lazy("约定就业（人）"), required=False, min_value=0)
    registered_on = build.day(gettext_lazy("公司注册日期"), future=False)
    company_name = build.text(gettext_lazy("项目公司"), required=False, max_length=120)
    company_uscc = build.text(
        gettext_lazy("项目公司统一社会信用代码"), required=False, max_length=18
    )
    land_contract_on = build.day(gettext_lazy("用地或厂房合同日期"), future=False)
    status = build.choice(choices.DEAL_STATUS, label=gettext_lazy("状态"), initial="valid")
    termination_reason = build.text(gettext_lazy("终止、解除原因"), required=False, max_length=300)
    prior_deal = RowField(
        Deal.objects.none(),
        to_field_name="number",
        label=gettext_lazy("前次签约"),
        required=False,
        help_text=gettext_lazy("同一项目再次签约的，选择前次协议，只计一次。"),
    )
    distinct_reason = build.text(gettext_lazy("不属重复签约的理由"), required=False, max_length=300)
    exclusion = RowField(
        ExclusionRule.objects.filter(is_active=True),
        to_field_name="code",
        label=gettext_lazy("不计入情形"),
        required=False,
    )
    source_doc = build.text(gettext_lazy("依据"), required=False)
    from_trip = RowField(
        Trip.objects.none(),
        to_field_name="number",
        label=gettext_lazy("来自招商活动"),
        required=False,
    )

    SECTIONS = [
        (
            gettext_lazy("协议"),
            "name type contract_no signed_on event investor_name investor_group origin from_trip",
        ),
        (
            gettext_lazy("投资"),
            "agreement_amount fixed_assets currency foreign_amount rate rate_on",
        ),
        (gettext_lazy("建设"), "industry node place content land_mu land_mode"),
        (
            gettext_lazy("约定"),
            "due_register due_start due_finish due_operation output tax jobs",
        ),
        (
            gettext_lazy("履约"),
            "status termination_reason registered_on company_name company_uscc land_contract_on",
        ),
        (gettext_lazy("计数"), "prior_deal distinct_reason exclusion source_doc"),
    ]

    def sections(self):
        return [(head, [self[name] for name in names.split()]) for head, names in self.SECTIONS]

    def prepare(self):
        deals = Deal.objects.visible_to(self.user)
        self.fields["prior_deal"].queryset = deals
        self.fields["from_trip"].queryset = Trip.objects.visible_to(self.user)
        self.prospect = None
        deal = self.subject
        if deal is not None:
            self.label = _("修改签约项目")
            self.fields["prior_deal"].queryset = deals.exclude(pk=deal.pk)
            self._fill(deal, FACTS)
            self.fields["agreement_amount"].initial = Amount(
                deal.agreement_amount, deal.agreement_amount_text
            )
            self.fields["signed_on"].initial = deal.signed_on or deal.signed_text
            return
        if self.key.startswith(Deal.SERIES[0]):
            self._from_deal(deals)
        elif self.key:
            self._from_prospect()

    def _fill(self, source, names):
        for name in names:
            value = getattr(source, name)
            field = self.fields[name]
            if value is not None and getattr(field, "to_field_name", None):
                value = getattr(value, field.to_field_name)
            field.initial = value

    def _from_deal(self, deals):
        """The formal agreement after a letter of intent or a framework agreement."""
        early = deals.exclude(type="formal").filter(number=self.key).first()
        if early is None:
            raise Http404
        names = set(FACTS) - {"contract_no", "type", "status", "prior_deal", "distinct_reason"}
        self._fill(early, names)
        self.fields["type"].initial = "formal"
        self.fields["prior_deal"].initial = early.number
        amount = Amount(early.agreement_amount, early.agreement_amount_text)
        self.fields["agreement_amount"].initial = amount

    def _from_prospect(self):
        found = Prospect.objects.visible_to(self.user).filter(number=self.key)
        self.prospect = found.select_related("from_trip").first()
        if self.prospect is None or hasattr(self.prospect, "deal"):
            raise Http404
        row = self.prospect
        row.investor_name = row.company
        self._fill(row, INHERITED)
        self.fields["name"].initial = row.title
        self.fields["agreement_amount"].initial = Amount(
            row.intended_investment, row.intended_investment_text
        )

    def take(self):
        values = self.values(*FACTS)
        agreed, signed = self.cleaned_data["agreement_amount"], self.cleaned_data["signed_on"]
        values |= {
            "agreement_amount": agreed.yuan,
            "agreement_amount_text": agreed.text,
            "signed_on": signed.day,
            "signed_text": "" if signed.day else signed.text,
        }
        if self.prospect is not None:
            values["from_prospect"] = self.prospect
        self.subject = signing.save_deal(
            user=self.user,
            deal=self.subject,
            version=self.cleaned_data["version"],
            values=values,
        )
        return _("签约项目%(number)s已保存。") % {"number": self.subject.number}


class CommitmentForm(DeedForm):
    """The key is `new` or a commitment's number."""

    effect = gettext_lazy("保存承诺事项，到期前提醒。")
    by = build.choice(choices.PROMISED_BY, label=gettext_lazy("承诺方"))
    item = build.choice(choices.COMMITMENT, label=gettext_lazy("事项"))
    text = build.text(gettext_lazy("具体内容"), required=False)
    due_on = build.day(gettext_lazy("期限"), required=True)
    amount = build.number(gettext_lazy("约定量"))
    unit = build.text(pgettext_lazy("字段", "单位"), required=False, max_length=20)
    actual = build.number(gettext_lazy("兑现量"))
    met_on = build.day(gettext_lazy("兑现日期"), future=False)
    waived_reason = build.text(gettext_lazy("免除理由"), required=False)
    remedy = build.text(gettext_lazy("处置"), required=False, max_length=300)
    fair_review = build.text(
        gettext_lazy("公平竞争审查文号"),
        required=False,
        max_length=80,
        help_text=gettext_lazy("政府承诺政策兑现的必填。"),
    )
    back = "commitments"

    def prepare(self):
        self.commitment = None
        self.label = _("登记承诺事项")
        if self.key == "new":
            return
        rows = self.subject.commitments.all()
        self.commitment = next((row for row in rows if str(row.pk) == self.key), None)
        if self.commitment is None:
            raise Http404
        self.label = _("更新承诺事项")
        for name in self.fields:
            if name != "version":
                self.fields[name].initial = getattr(self.commitment, name)

    def take(self):
        signing.save_commitment(
            deal=self.subject,
            user=self.user,
            version=self.cleaned_data["version"],
            commitment=self.commitment,
            values=self.values(),
        )
        return _("承诺事项已保存。")


class LandForm(DeedForm):
    label = gettext_lazy("转为重点项目")
    effect = gettext_lazy("按协议内容建立重点项目（签约阶段），保留来源关系。")
    told = (gettext_lazy("项目管理部门"),)
    level = build.choice(project_choices.LEVEL, label=gettext_lazy("级别"), initial="district")
    nature = build.choice(
        project_choices.NATURE, label=pgettext_lazy("项目", "性质"), initial="filing"
    )
    category = build.choice(
        project_choices.CATEGORY, label=gettext_lazy("类别"), initial="industry"
    )

    def prepare(self):
        if self.subject.project_id or self.subject.type != "formal" or self.subject.is_dead:
            raise Http404

    def take(self):
        project = signing.land(
            deal=self.subject, user=self.user, **self.values("level", "nature", "category")
        )
        return _("已转为重点项目%(number)s。") % {"number": project.number}

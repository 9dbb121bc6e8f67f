"""Nodes of the chains, their targets, and technology transfers."""

from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from directory.models import Enterprise
from investment import choices, matching
from investment.models import Chain, ChainNode, Institute
from projects.forms.fields import DeedForm, RowField, RowsField, amount, choice, day, text
from projects.models import KeyProject


class NodeForm(DeedForm):
    """The key is `new` or a node's number."""

    effect = gettext_lazy("保存产业链节点；目标企业只对招商人员、区领导和审计人员显示。")
    chain = RowField(Chain.objects.all(), to_field_name="code", label=gettext_lazy("产业链"))
    level = choice(choices.NODE_LEVEL, label=gettext_lazy("环节"))
    name = text(pgettext_lazy("产业链", "节点"), max_length=60)
    state = choice(choices.NODE_STATE, label=gettext_lazy("强弱"))
    enterprises = RowsField(
        Enterprise.objects.all(), label=gettext_lazy("本地企业"), required=False
    )
    targets = text(
        gettext_lazy("目标企业"),
        required=False,
        max_length=1000,
        rows=3,
        help_text=gettext_lazy("一行一家。"),
    )
    gap_note = text(gettext_lazy("缺口说明"), required=False, max_length=300)

    def prepare(self):
        self.node, self.label = None, _("登记节点")
        if self.key == "new":
            return
        if not self.key.isdecimal():
            raise Http404
        self.node = ChainNode.objects.select_related("chain").filter(pk=self.key).first()
        if self.node is None:
            raise Http404
        self.label = self.node.label
        for name in ("level", "name", "state", "gap_note"):
            self.fields[name].initial = getattr(self.node, name)
        self.fields["chain"].initial = self.node.chain.code
        self.fields["enterprises"].initial = list(self.node.enterprises.all())
        self.fields["targets"].initial = "\n".join(row.company for row in self.node.targets.all())

    def take(self):
        names = ("chain", "level", "name", "state", "gap_note")
        matching.save_node(
            user=self.user,
            node=self.node,
            values=self.values(*names),
            enterprises=self.cleaned_data["enterprises"],
            targets=[line.strip() for line in self.cleaned_data["targets"].splitlines()],
        )
        return _("节点已保存。")


class TransferForm(DeedForm):
    label = gettext_lazy("登记成果转化")
    effect = gettext_lazy("保存科技成果转化。")
    title = text(gettext_lazy("成果名称"), max_length=120)
    provider = RowField(
        Institute.objects.all(),
        label=gettext_lazy("供方"),
        required=False,
        help_text=gettext_lazy("没有登记过的供方，请在下面填写。"),
    )
    new_provider = text(gettext_lazy("新供方名称"), required=False, max_length=120)
    provider_kind = choice(choices.INSTITUTE_KIND, label=gettext_lazy("供方类别"), required=False)
    provider_city = text(gettext_lazy("供方城市"), required=False, max_length=40)
    receiver_name = text(gettext_lazy("受方"), max_length=120)
    form = choice(choices.TRANSFER_FORM, label=gettext_lazy("方式"))
    stage = choice(choices.TRANSFER_STAGE, label=gettext_lazy("阶段"))
    contract_no = text(gettext_lazy("技术合同登记号"), required=False, max_length=60)
    contract_amount = amount(gettext_lazy("合同额（万元）"))
    tech_amount = amount(gettext_lazy("技术交易额（万元）"))
    signed_on = day(gettext_lazy("签约日期"), future=False)
    registered_on = day(gettext_lazy("登记日期"), future=False)
    project = RowField(
        KeyProject.objects.none(),
        to_field_name="number",
        label=gettext_lazy("关联项目"),
        required=False,
    )
    note = text(gettext_lazy("说明"), required=False, max_length=300)

    def prepare(self):
        self.fields["project"].queryset = KeyProject.objects.visible_to(self.user)
        if self.subject is None:
            return
        self.label = _("修改成果转化")
        for name in self.fields:
            if hasattr(self.subject, name) and name not in ("version", "provider", "project"):
                self.fields[name].initial = getattr(self.subject, name)
        self.fields["provider"].initial = self.subject.provider_id
        project = self.subject.project
        self.fields["project"].initial = project.number if project else None

    def clean(self):
        data = super().clean()
        if not data.get("provider"):
            for name in ("new_provider", "provider_kind", "provider_city"):
                if not data.get(name):
                    self.add_error(name, _("请选择已有供方，或填写齐新供方的各项信息。"))
        return data

    def take(self):
        data = self.cleaned_data
        provider = data["provider"] or matching.institute(
            data["new_provider"], data["provider_kind"], data["provider_city"]
        )
        names = """title receiver_name form stage contract_no contract_amount tech_amount
            signed_on registered_on project note""".split()
        self.subject = matching.save_transfer(
            user=self.user,
            transfer=self.subject,
            version=data["version"],
            values=self.values(*names) | {"provider": provider},
        )
        return _("成果转化%(number)s已保存。") % {"number": self.subject.number}

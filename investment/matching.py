"""Chains and technology transfers: plain records, kept like the others."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from investment.models import ChainNode, ChainTarget, Institute, TechTransfer
from investment.services import known, lock, number, put, record, require


@transaction.atomic
def save_node(*, user, values, enterprises=(), targets=(), node=None):
    """Enters or corrects a node; `targets` are names of companies. Returns the ChainNode."""
    require(user, "chain")
    node = node or ChainNode()
    put(node, values)
    node.full_clean()
    node.save()
    node.enterprises.set(enterprises)
    wanted = [name for name in dict.fromkeys(targets) if name]
    node.targets.exclude(company__in=wanted).delete()
    have = set(node.targets.values_list("company", flat=True))
    fresh = [ChainTarget(node=node, company=name) for name in wanted if name not in have]
    ChainTarget.objects.bulk_create(fresh)
    return node


def institute(name, kind, city):
    """The provider of this name, made where there is none."""
    return Institute.objects.get_or_create(name=name, defaults={"kind": kind, "city": city})[0]


@transaction.atomic
def save_transfer(*, user, values, transfer=None, version=None, now=None, sample=False):
    """Enters or corrects a transfer; returns the TechTransfer."""
    now = now or timezone.now()
    if transfer is None:
        require(user, "transfer")
        transfer = TechTransfer(number=number(TechTransfer, now), entered_by=user, is_sample=sample)
    else:
        transfer = lock(transfer, user, "transfer", version)
    changed = put(transfer, values)
    transfer.receiver = known(transfer.receiver_name)
    if None not in (transfer.tech_amount, transfer.contract_amount):
        if transfer.tech_amount > transfer.contract_amount:
            raise ValidationError({"tech_amount": [_("技术交易额不能超过合同额。")]})
    transfer.full_clean(exclude=["entered_by"])
    is_new = transfer.pk is None
    if is_new:
        transfer.save()
    action = "create" if is_new else "edit"
    record(transfer, action, user, now, changed=[] if is_new else sorted(changed))
    return transfer

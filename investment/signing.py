"""Deals: registered, held against earlier signings, with commitments, becoming key projects."""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from investment import choices, telling, twins, workflow
from investment.models import Commitment, Deal, PipelineRule, Prospect
from investment.services import known, lock, number, put, record, require, take_back_all
from ledgers.dates import Day
from projects import services as project_services
from projects.errors import Conflict

MONTH = timedelta(days=31)
# What a second signing is told by: a change of anything else asks no question anew.
TELLING = {
    "name",
    "investor_name",
    "investor_group",
    "agreement_amount",
    "signed_on",
    "prior_deal",
    "distinct_reason",
}


@transaction.atomic
def save_deal(*, user, values, deal=None, version=None, now=None, sample=False):
    """Registers a deal, or corrects it; from a prospect it carries the lineage on. Returns it."""
    now = now or timezone.now()
    is_new = deal is None
    if is_new:
        require(user, "deal")
        deal = Deal(number=number(Deal, now), entered_by=user, is_sample=sample)
    else:
        deal = lock(deal, user, "deal", version)
        _check_status(deal, values)
    changed = put(deal, values)
    if "prior_deal" in changed:
        deal.prior_deal = _formal_first(deal)
    deal.investor = known(deal.investor_name)
    if is_new or "node" in changed:
        deal.chain_tag = choices.TAG_OF_STATE[deal.node.state] if deal.node_id else ""
    _check_deal(deal, timezone.localdate(now), asks=is_new or bool(TELLING & changed.keys()))
    deal.full_clean(exclude=["entered_by"])
    if is_new:
        deal.save()
        _close_prospect(deal, user, now)
    record(
        deal,
        "create" if is_new else "edit",
        user,
        now,
        changed=sorted(changed) if not is_new else [],
        amount=deal.agreement_amount if is_new or "agreement_amount" in changed else None,
    )
    if is_new:
        _tell_of_signing(deal, user, now)
    else:
        _take_back(deal, changed, now)
    return deal


def _take_back(deal, changed, now):
    """Mails that wait and speak of what this correction has done or moved."""
    over = deal.status in choices.FINAL or not deal.is_counted
    if over or changed.keys() & {"registered_on", "due_register", "signed_on"}:
        telling.take_back("register_due", deal, now)
    if over or "registered_on" in changed:
        telling.take_back("receipt_due", deal, now)


def _check_status(deal, values):
    """A deal is not closed while promises are open; an ended one says why."""
    status = values.get("status", deal.status)
    if status == deal.status or status not in choices.FINAL:
        return
    if deal.commitments.open().exists():
        said = _("还有未兑现的承诺事项，请先登记兑现或免除，再改变状态。")
        raise ValidationError({"status": [said]})


def _check_deal(deal, today, *, asks):
    errors = {}
    if deal.is_dead and not deal.termination_reason.strip():
        errors["termination_reason"] = [_("终止、解除的，请填写原因。")]
    for name in ("signed_on", "registered_on", "land_contract_on"):
        if (day := getattr(deal, name)) and day > today:
            errors[name] = [_("实际日期不能晚于今天。")]
    errors |= _amount_errors(deal)
    if asks and (said := _prior_error(deal)):
        errors["prior_deal"] = [said]
    if errors:
        raise ValidationError(errors)


def _prior_error(deal):
    """What is wrong with the prior deal that is named, or with naming none; else None."""
    if deal.prior_deal_id is None:
        if (twin := twin_of(deal)) is None:
            return None
        words = {"number": twin.number, "name": twin.name}
        said = _("疑似重复签约：%(number)s %(name)s。请选择前次签约，或说明不属重复签约的理由。")
        return said % words
    former = list(formers(deal))
    if deal in former:
        return _("前次签约不能是本协议，也不能是以本协议为前次的协议。")
    days = (deal.prior_deal.signed_on, deal.signed_on)
    if None not in days and days[0] > days[1]:
        return _("前次签约的日期不能晚于本协议。")
    return None


def _formal_first(deal):
    """The prior deal, or the formal one before it: over a framework in between it counts once."""
    return next((each for each in formers(deal) if each.type == "formal"), deal.prior_deal)


def formers(deal):
    """The prior deal, the one before it and so on; ends where it comes back to a known one."""
    seen, former = set(), deal.prior_deal
    while former is not None and former.pk not in seen:
        yield former
        seen.add(former.pk)
        former = former.prior_deal


def _amount_errors(deal):
    errors = {}
    if deal.foreign_amount is not None and deal.currency == "CNY":
        errors["currency"] = [_("填写了合同外资的，请选择外币币种。")]
    elif deal.foreign_amount is not None:
        if not deal.rate:
            errors["rate"] = [_("外币合同请填写汇率。")]
        if not deal.rate_on:
            errors["rate_on"] = [_("请填写汇率日期。")]
    known = None not in (deal.agreement_amount, deal.fixed_assets)
    if known and deal.fixed_assets > deal.agreement_amount:
        errors["fixed_assets"] = [_("固定资产投资不能超过协议投资额。")]
    return errors


def twin_of(deal):
    """An earlier or later signing that looks like this one, unless it is named or explained."""
    if deal.signed_on is None or deal.prior_deal_id or deal.distinct_reason.strip():
        return None
    rule = PipelineRule.objects.valid_at(deal.signed_on)
    span = MONTH * (rule.twin_months + 1)
    near = Deal.objects.signed_around(deal.signed_on, span).exclude(pk=deal.pk)
    mine = twins.signing_of(deal)
    bounds = {"percent": rule.twin_percent, "months": rule.twin_months}
    for other in near.exclude(prior_deal=deal.pk or 0):
        if twins.is_twin(mine, twins.signing_of(other), **bounds):
            return other
    return None


def _close_prospect(deal, user, now):
    """The prospect it came from is signed with it, whatever its stage."""
    if deal.from_prospect_id is None:
        return
    prospect = Prospect.objects.select_for_update().get(pk=deal.from_prospect_id)
    source, prospect.stage = prospect.stage, workflow.SIGNED
    prospect.stage_before, prospect.lost_reason, prospect.lost_text = "", "", ""
    prospect.touched_on = timezone.localdate(now)
    record(
        prospect, "sign", user, now, from_stage=source, to_stage=workflow.SIGNED, deal=deal.number
    )
    take_back_all(prospect, now)


def _tell_of_signing(deal, user, now):
    telling.tell(
        "signed",
        deal,
        [telling.leaders(), telling.planners()],
        occasion="",
        now=now,
        exclude=user,
        type=deal.type,
    )


@transaction.atomic
def save_commitment(*, deal, user, values, commitment=None, version=None, now=None):
    """Enters a promise of either side, or what came of it; returns the Commitment."""
    now = now or timezone.now()
    locked = lock(deal, user, "commitment", version)
    commitment = commitment or Commitment(deal=locked)
    changed = put(commitment, values)
    errors = {}
    if commitment.is_open and locked.status in choices.FINAL:
        errors["met_on"] = [_("协议已办结，不能再有未兑现的承诺事项。")]
    if commitment.by == "government" and commitment.item == "policy":
        if not commitment.fair_review.strip():
            errors["fair_review"] = [_("政策兑现类承诺须填写公平竞争审查文号。")]
    if commitment.met_on and commitment.met_on > timezone.localdate(now):
        errors["met_on"] = [_("实际日期不能晚于今天。")]
    if commitment.met_on and commitment.waived_reason:
        errors["waived_reason"] = [_("已兑现的承诺不能再免除。")]
    if errors:
        raise ValidationError(errors)
    commitment.full_clean(exclude=["deal"])
    commitment.save()
    record(
        locked,
        "commitment",
        user,
        now,
        item=commitment.item,
        by=commitment.by,
        due_on=commitment.due_on,
        met_on=commitment.met_on,
        waived_reason=commitment.waived_reason,
    )
    if not commitment.is_open or "due_on" in changed:
        for kind in ("commitment_due", "commitment_late"):
            telling.take_back(kind, locked, now, f"{commitment.pk}:")
    return commitment


@transaction.atomic
def land(*, deal, user, level="district", nature="filing", category="industry", now=None):
    """Makes the deal a key project at 签约 with all that is known; returns the KeyProject."""
    now = now or timezone.now()
    locked = lock(deal, user, "land")
    if locked.project_id:
        raise Conflict(_("这个协议已转为重点项目。"), "landed")
    if locked.type != "formal":
        raise Conflict(_("只有正式协议可以转为重点项目。"), "type")
    if locked.is_dead:
        raise Conflict(_("协议已终止或解除，不能转为重点项目。"), "dead")
    project = project_services.create(
        user=user,
        right="land",
        now=now,
        is_sample=locked.is_sample,
        values=_inherited(locked) | {"level": level, "nature": nature, "category": category},
        days=_agreed_days(locked),
    )
    locked.project = project
    record(locked, "land", user, now, project=project.number)
    telling.tell(
        "landed",
        locked,
        [telling.planners()],
        occasion="",
        now=now,
        exclude=user,
        project=project.number,
    )
    return project


def _inherited(deal):
    """What the key project takes over from its deal; the rest the project office fills in."""
    return {
        "name": deal.name,
        "stage": "signed",
        "industry": deal.industry,
        "owner_name": deal.company_name or deal.investor_name,
        "investor_origin": deal.origin,
        "total_investment": deal.agreement_amount,
        "total_investment_text": deal.agreement_amount_text,
        "fixed_assets": deal.fixed_assets,
        "land_mu": deal.land_mu,
        "place": deal.place,
        "content": deal.content,
        "source_doc": deal.contract_no,
    }


def _agreed_days(deal):
    """[(milestone, planned Day, actual Day)] of the key project's plan."""
    return [
        ("signing", Day(None, ""), Day(deal.signed_on, deal.signed_text)),
        ("registration", Day(deal.due_register, ""), Day(deal.registered_on, "")),
        ("start", Day(deal.due_start, ""), Day(None, "")),
        ("finish", Day(deal.due_finish, ""), Day(None, "")),
        ("operation", Day(deal.due_operation, ""), Day(None, "")),
    ]

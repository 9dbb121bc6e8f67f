"""Turns records of promotion work into what the templates take."""

from django.template.defaultfilters import floatformat
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from investment import choices, funds, reminders, workflow
from investment.models import Deal, PipelineRule, Prospect
from investment.services import may
from investment.timeline import history
from ledgers.money import show_both
from projects import figures
from projects.models import KeyProject
from worktime.services import current_calendar

TONES = {
    "lead": "waiting",
    "judging": "waiting",
    "talks": "active",
    "inspection": "active",
    "signing": "strong",
    "signed": "done",
}
DEAL_TONES = {"valid": "active", "performing": "strong", "changed": "active", "finished": "done"}
STATE_TONES = {
    "open": "waiting",
    "overdue": "alert",
    "partly": "active",
    "met": "done",
    "waived": "ended",
}
RECEIPT_TONES = {"pending": "waiting", "recognised": "done", "refused": "ended"}
NODE_TONES = {"strong": "done", "weak": "waiting", "missing": "alert"}


# page → (its address, its label, who finds it)
PAGES = {
    "overview": ("investment:overview", gettext_lazy("概览"), workflow.SIGNED_READERS),
    "trip": ("investment:trips", gettext_lazy("招商活动"), workflow.UNSIGNED),
    "prospect": ("investment:prospects", gettext_lazy("线索和在谈"), workflow.UNSIGNED),
    "deal": ("investment:deals", gettext_lazy("签约项目"), workflow.DEAL_LISTS),
    "receipt": ("investment:receipts", gettext_lazy("到位资金"), workflow.UNSIGNED),
    "chain": ("investment:chains", gettext_lazy("产业链"), workflow.MAP_READERS),
    "transfer": ("investment:transfers", gettext_lazy("成果转化"), workflow.TRANSFER_LISTS),
}


def tabs(user, here):
    """The pages this reader finds, as components/_tabs.html takes them."""
    held = set(user.roles)
    return [
        {"label": label, "url": reverse(address), "current": name == here}
        for name, (address, label, readers) in PAGES.items()
        if held & readers
    ]


def is_inside(user):
    """Whether the reader works with what is signed; an enterprise reads its own deals only."""
    return bool(set(user.roles) & workflow.SIGNED_READERS)


def sees_unsigned(user):
    return bool(set(user.roles) & workflow.UNSIGNED)


def stage_badge(prospect):
    return {"text": prospect.get_stage_display(), "tone": TONES.get(prospect.stage, "ended")}


def deal_badge(deal):
    return {"text": deal.get_status_display(), "tone": DEAL_TONES.get(deal.status, "ended")}


def amount_text(amount, text):
    """Both units, or the words it was given in."""
    if amount is not None:
        return show_both(amount)
    return _("未定（原文：%(text)s）") % {"text": text} if text else ""


def trip(row, user, today):
    return {
        "trip": row,
        "places": _("、").join(place.city for place in row.places.all()),
        "visits": [
            {
                "visit": visit,
                "prospect": getattr(visit, "prospect", None),
                "url": reverse("investment:prospect_from", args=[f"visit-{visit.pk}"]),
            }
            for visit in row.visits.select_related("prospect").all()
        ],
        "prospects": Prospect.objects.visible_to(user).filter(from_trip=row),
        "deals": Deal.objects.visible_to(user).filter(from_trip=row),
        "may": may(user, "trip"),
        "events": history(row.events.select_related("actor")),
    }


def prospect(row, user, today):
    rule, calendar = PipelineRule.objects.valid_at(today), current_calendar()
    running = reminders.dues(row, rule, calendar) if row.is_open else {}
    return {
        "prospect": row,
        "badge": stage_badge(row),
        "amount": amount_text(row.intended_investment, row.intended_investment_text),
        "way": [
            {
                "label": workflow.LABELS[stage],
                "state": _way_state(row, stage),
                "note": "",
            }
            for stage in workflow.BOARD
        ],
        "clocks": [
            {
                "label": label,
                "due": running.get(name),
                "met": getattr(row, field) if field else None,
                "late": name in running and running[name] < today,
            }
            for name, (field, label) in workflow.CLOCKS.items()
        ],
        "moves": [
            {
                "label": _("转入“%(stage)s”") % {"stage": workflow.LABELS[stage]},
                "url": reverse("investment:prospect_move", args=[row.number, stage]),
                "danger": stage == workflow.LOST,
            }
            for stage in workflow.LABELS
            if workflow.may_move(row.stage, stage, row.stage_before)
        ],
        "deal": getattr(row, "deal", None),
        "is_late": bool(row.is_open and row.next_on and row.next_on < today),
        "may": may(user, "prospect"),
        "may_sign": may(user, "deal") and row.is_open,
        "events": history(row.events.select_related("actor")),
    }


def _way_state(row, stage):
    stands = row.stage if row.stage in workflow.BOARD else row.stage_before
    if stands not in workflow.BOARD:
        return "todo"
    place, here = workflow.BOARD.index(stage), workflow.BOARD.index(stands)
    return "done" if place < here else "current" if place == here else "todo"


def deal(row, user, today):
    received = funds.received(row)
    project = None
    if row.project_id:
        visible = KeyProject.objects.visible_to(user).with_light(user)
        project = visible.with_figures(user, today.year).filter(pk=row.project_id).first()
    sees_money, inside = sees_unsigned(user), is_inside(user)
    return {
        "deal": row,
        "badge": deal_badge(row),
        "amount": amount_text(row.agreement_amount, row.agreement_amount_text),
        "money": money(row, received, project) if sees_money or (inside and project) else None,
        "commitments": [commitment(item, row, user, today) for item in row.commitments.all()],
        "receipts": [receipt(item, user) for item in row.receipts.select_related("recognised_by")]
        if sees_money
        else [],
        "sees_money": sees_money,
        "inside": inside,
        "project": project,
        "lineage": lineage(row, user, project),
        "facts": deal_facts(row) + (deal_notes(row) if inside else []),
        "promises": deal_promises(row),
        "may": {name: may(user, name) for name in workflow.DEEDS},
        "may_formalise": may(user, "deal") and row.type != "formal" and not row.is_dead,
        "may_land": may(user, "land")
        and row.type == "formal"
        and not row.project_id
        and not row.is_dead,
        "events": history(deal_events(row, sees_money)) if inside else [],
    }


def deal_events(row, sees_money):
    """Who does not see receipts does not read of them in the history either."""
    events = row.events.select_related("actor")
    return events if sees_money else events.exclude(action__in=["receipt", "recognise", "refuse"])


def deal_facts(row):
    """[(label, value)] of what is known."""
    found = [
        (_("协议投资额"), amount_text(row.agreement_amount, row.agreement_amount_text)),
        (_("其中固定资产投资"), row.fixed_assets is not None and show_both(row.fixed_assets)),
        (_("合同外资"), foreign(row)),
        (_("合同号"), row.contract_no),
        (_("签约活动"), row.event),
        (_("投资方"), row.investor_name),
        (_("所属集团"), row.investor_group),
        (_("来源地"), row.get_origin_display()),
        (_("所属产业"), row.industry and row.industry.label),
        (_("产业链节点"), row.node and row.node.label),
        (_("对产业链的作用"), row.get_chain_tag_display()),
        (_("建设地点"), row.place),
        (_("建设内容"), row.content),
        (_("用地"), row.land_mu and _("%(mu)s 亩") % {"mu": floatformat(row.land_mu, "-2g")}),
        (_("用地方式"), row.get_land_mode_display()),
        (_("项目公司"), row.company_name),
        (_("公司注册日期"), row.registered_on),
        (_("用地或厂房合同日期"), row.land_contract_on),
        (_("终止、解除原因"), row.termination_reason),
    ]
    return [(label, value) for label, value in found if value]


def deal_notes(row):
    """[(label, value)] of how it counts: not for the enterprise itself."""
    found = [
        (_("前次签约"), row.prior_deal and f"{row.prior_deal.number} {row.prior_deal.name}"),
        (_("不属重复签约的理由"), row.distinct_reason),
        (_("不计入情形"), row.exclusion and row.exclusion.label),
        (_("依据"), row.source_doc),
    ]
    return [(label, value) for label, value in found if value]


def foreign(row):
    """The contract's foreign money with its rate and the rate's day."""
    if row.foreign_amount is None:
        return ""
    words = {
        "amount": floatformat(row.foreign_amount, "-2g"),
        "currency": row.get_currency_display(),
        "rate": floatformat(row.rate, "-6") if row.rate else "—",
        "day": row.rate_on or "—",
    }
    return _("%(amount)s %(currency)s（汇率 %(rate)s，%(day)s）") % words


def deal_promises(row):
    """[(label, value)] of what the agreement promises, known ones only."""
    found = [
        (_("约定注册"), row.due_register),
        (_("约定开工"), row.due_start),
        (_("约定竣工"), row.due_finish),
        (_("约定投产"), row.due_operation),
        (_("约定年产值"), row.output is not None and show_both(row.output)),
        (_("约定年税收"), row.tax is not None and show_both(row.tax)),
        (_("约定就业"), row.jobs and _("%(jobs)s 人") % {"jobs": row.jobs}),
    ]
    return [(label, value) for label, value in found if value]


def money(row, received, project):
    """The four figures that are never added: agreed, received, statistics, invested."""
    stat = project.reports.in_force().order_by("-month").first() if project else None
    total = None
    if project is not None and project.is_inside:
        total = project.reported_total
    return [
        {
            "label": _("协议投资额"),
            "value": row.agreement_amount,
            "definition": _("协议写明的投资。"),
        },
        {
            "label": _("到位资金"),
            "value": received,
            "definition": _("经第二人认定的到位资金，扣除退款；到位率按协议投资额计算。"),
            "rate": figures.show_percent(figures.share(received, row.agreement_amount)),
        },
        {
            "label": _("统计口径本年累计"),
            "value": stat.stat_ytd if stat and project.is_inside else None,
            "definition": _("统计部门的数字，来自重点项目最近一期月报。"),
        },
        {
            "label": _("完成投资"),
            "value": total,
            "definition": _("重点项目月报核实的累计完成投资。"),
        },
    ]


def commitment(item, row, user, today):
    state = item.state(today)
    return {
        "item": item,
        "badge": {"text": dict(choices.COMMITMENT_STATE)[state], "tone": STATE_TONES[state]},
        "url": reverse("investment:deal_commitment", args=[row.number, item.pk])
        if may(user, "commitment")
        else "",
    }


def receipt(item, user):
    waits = item.status == "pending" and item.entered_by_id != user.pk and may(user, "recognise")
    number = item.deal.number
    return {
        "receipt": item,
        "badge": {"text": item.get_status_display(), "tone": RECEIPT_TONES[item.status]},
        "recognise_url": reverse("investment:deal_recognise", args=[number, item.number])
        if waits
        else "",
        "refuse_url": reverse("investment:deal_refuse", args=[number, item.number])
        if waits
        else "",
    }


def lineage(row, user, project):
    """[(label, name, address)]: trip → prospect → deal → key project; the address is None for the
    deal itself, "" where the reader does not see the page.
    """
    found = []
    prospect_row = row.traced_to
    trip_row = row.from_trip or (prospect_row.from_trip if prospect_row else None)
    unsigned = sees_unsigned(user)
    if trip_row and unsigned:
        url = reverse("investment:trip", args=[trip_row.number])
        found.append((pgettext("来源", "招商活动"), trip_row.theme, url))
    if prospect_row and unsigned:
        url = reverse("investment:prospect", args=[prospect_row.number])
        found.append((_("线索"), prospect_row.title, url))
    if row.prior_deal_id:
        url = reverse("investment:deal", args=[row.prior_deal.number])
        found.append((row.prior_deal.get_type_display(), row.prior_deal.name, url))
    found.append((_("签约"), row.name, None))
    if row.project_id and project is None:
        # Not public yet: the number alone.
        found.append((pgettext("来源", "重点项目"), row.project.number, ""))
    if project:
        found.append(
            (
                pgettext("来源", "重点项目"),
                project.name,
                reverse("projects:detail", args=[project.number]),
            )
        )
    return found


def transfer(row, user, today):
    return {
        "transfer": row,
        "may": may(user, "transfer"),
        "project": KeyProject.objects.visible_to(user).filter(pk=row.project_id).first(),
        "events": history(row.events.select_related("actor")),
    }

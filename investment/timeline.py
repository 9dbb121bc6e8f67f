"""The history of a record in words, as components/_timeline.html takes it."""

from datetime import date
from decimal import Decimal

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from investment import choices, workflow
from investment.models import Deal, Prospect, TechTransfer, Trip
from ledgers.money import show_both

LABELS = {
    "create": gettext_lazy("登记"),
    "edit": gettext_lazy("修改"),
    "visit": gettext_lazy("登记拜访"),
    "follow_up": gettext_lazy("更新进展"),
    "move": gettext_lazy("转入阶段"),
    "sign": gettext_lazy("转为签约项目"),
    "commitment": gettext_lazy("更新承诺事项"),
    "land": gettext_lazy("转为重点项目"),
    "receipt": gettext_lazy("登记到位资金"),
    "recognise": gettext_lazy("认定到位资金"),
    "refuse": gettext_lazy("不予认定"),
}


# The words of a value that is not settled are a second column of the same fact.
AS_GIVEN = {
    "agreement_amount_text": "agreement_amount",
    "intended_investment_text": "intended_investment",
    "signed_text": "signed_on",
}


def history(events):
    """Newest first."""
    return [_item(event) for event in reversed(list(events))]


def _item(event):
    words = {"who": event.actor_label or _("系统"), "what": LABELS[event.action]}
    title = _("%(who)s%(what)s") % words
    if event.from_stage and event.to_stage:
        move = {
            "source": workflow.LABELS[event.from_stage],
            "target": workflow.LABELS[event.to_stage],
        }
        title += _("：%(source)s → %(target)s") % move
    lines = (SAYINGS[name](value) for name, value in _shown(event.data) if name in SAYINGS)
    tone = "step" if event.to_stage else "good" if event.action in ("recognise", "land") else ""
    return {"at": event.at, "title": title, "body": "\n".join(lines), "tone": tone}


def _shown(data):
    """Foreign money is shown in its currency, never as yuan."""
    currency = data.get("currency", "CNY")
    for name, value in data.items():
        if name == "amount" and currency != "CNY":
            yield "foreign", f"{Decimal(value):,} {currency}"
        else:
            yield name, value


def _said(label, names=None):
    def say(value):
        shown = (names or {}).get(value, value)
        return _("%(label)s：%(value)s") % {"label": label, "value": shown}

    return say


def _day(label):
    def say(value):
        text = formats.date_format(date.fromisoformat(value), _("Y年n月j日"))
        return _("%(label)s：%(value)s") % {"label": label, "value": text}

    return say


def _changed(names):
    labels = {
        field.name: str(field.verbose_name)
        for model in (Trip, Prospect, TechTransfer, Deal)
        for field in model._meta.fields
    } | {"places": _("城市")}
    shown = _("、").join(
        dict.fromkeys(labels.get(AS_GIVEN.get(name, name), name) for name in names)
    )
    return _("%(label)s：%(value)s") % {"label": _("改动"), "value": shown}


def _met(names):
    shown = _("、").join(str(workflow.CLOCKS[name][1]) for name in names)
    return _("%(label)s：%(value)s") % {"label": _("完成的时限"), "value": shown}


def _money(value):
    return _("%(label)s：%(value)s") % {"label": _("金额"), "value": show_both(Decimal(value))}


SAYINGS = {
    "changed": _changed,
    "company": _said(gettext_lazy("企业")),
    "text": _said(gettext_lazy("情况")),
    "met": _met,
    "next_on": _day(gettext_lazy("下一步日期")),
    "lost_reason": _said(gettext_lazy("流失原因"), dict(choices.LOST_REASON)),
    "deal": _said(gettext_lazy("签约项目")),
    "amount": _money,
    "foreign": _said(gettext_lazy("金额")),
    "item": _said(gettext_lazy("事项"), dict(choices.COMMITMENT)),
    "by": _said(gettext_lazy("承诺方"), dict(choices.PROMISED_BY)),
    "due_on": _day(gettext_lazy("期限")),
    "met_on": _day(gettext_lazy("兑现日期")),
    "waived_reason": _said(gettext_lazy("免除理由")),
    "project": _said(gettext_lazy("重点项目")),
    "receipt": _said(gettext_lazy("到位资金")),
    "reason": _said(gettext_lazy("理由")),
}

"""What messages of promotion work exist and what they say; rendered in the reader's language."""

from datetime import date

from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from investment import choices
from investment.models import Deal, Prospect
from notifications import kinds

PROSPECT, DEAL, RECEIPTS = "investment:prospect", "investment:deal", "investment:receipts"
# kind → (label, subject, sentence, page)
TEXTS = {
    "respond_due": (
        gettext_lazy("线索待响应"),
        gettext_lazy("线索待首次响应：%(name)s"),
        gettext_lazy("线索%(number)s“%(name)s”应于%(due)s前首次响应。"),
        PROSPECT,
    ),
    "judge_due": (
        gettext_lazy("线索待研判"),
        gettext_lazy("线索待研判：%(name)s"),
        gettext_lazy("线索%(number)s“%(name)s”应于%(due)s前完成研判。"),
        PROSPECT,
    ),
    "reply_due": (
        gettext_lazy("线索待答复"),
        gettext_lazy("线索待答复企业：%(name)s"),
        gettext_lazy("线索%(number)s“%(name)s”应于%(due)s前答复企业。"),
        PROSPECT,
    ),
    "update_due": (
        gettext_lazy("线索待更新"),
        gettext_lazy("线索待更新进展：%(name)s"),
        gettext_lazy("线索%(number)s“%(name)s”应于%(due)s前更新进展。"),
        PROSPECT,
    ),
    "next_due": (
        gettext_lazy("下一步到期"),
        gettext_lazy("下一步到期：%(name)s"),
        gettext_lazy("线索%(number)s“%(name)s”的下一步“%(action)s”定于%(due)s。"),
        PROSPECT,
    ),
    "silent": (
        gettext_lazy("线索久无进展"),
        gettext_lazy("线索久无进展：%(name)s"),
        gettext_lazy("线索%(number)s“%(name)s”自%(since)s以来没有进展，请继续跟进，或转入搁置。"),
        PROSPECT,
    ),
    "signed": (
        gettext_lazy("新签约"),
        gettext_lazy("新签约：%(name)s"),
        gettext_lazy("%(number)s“%(name)s”已签%(type)s。"),
        DEAL,
    ),
    "landed": (
        gettext_lazy("协议转为重点项目"),
        gettext_lazy("协议转为重点项目：%(name)s"),
        gettext_lazy("%(number)s“%(name)s”已转为重点项目%(project)s，请完善项目信息。"),
        DEAL,
    ),
    "commitment_due": (
        gettext_lazy("承诺将到期"),
        gettext_lazy("承诺将到期：%(name)s"),
        gettext_lazy("%(number)s“%(name)s”：%(by)s承诺的“%(item)s”将于%(due)s到期。"),
        DEAL,
    ),
    "commitment_late": (
        gettext_lazy("承诺逾期"),
        gettext_lazy("承诺逾期：%(name)s"),
        gettext_lazy("%(number)s“%(name)s”：%(by)s承诺的“%(item)s”应于%(due)s兑现，已经逾期。"),
        DEAL,
    ),
    "register_due": (
        gettext_lazy("公司待注册"),
        gettext_lazy("公司待注册：%(name)s"),
        gettext_lazy("%(number)s“%(name)s”应于%(due)s前注册项目公司，至今未登记。"),
        DEAL,
    ),
    "receipt_due": (
        gettext_lazy("首笔资金待到位"),
        gettext_lazy("首笔资金待到位：%(name)s"),
        gettext_lazy("%(number)s“%(name)s”应于%(due)s前有首笔资金到位，至今未登记。"),
        DEAL,
    ),
    "receipt_pending": (
        gettext_lazy("到位资金待认定"),
        gettext_lazy("到位资金待认定：%(name)s"),
        gettext_lazy("%(number)s“%(name)s”的到位资金%(receipt)s待认定，登记人本人不能认定。"),
        RECEIPTS,
    ),
}


def render(kind):
    def rendered(data):
        _label, subject, body, page = TEXTS[kind]
        words = {
            name: WORDS[name](value) if name in WORDS else value for name, value in data.items()
        }
        address = reverse(page) if page == RECEIPTS else reverse(page, args=[data["number"]])
        return kinds.Rendered(subject % words, body % words, address)

    return rendered


def day(value):
    return formats.date_format(date.fromisoformat(value), _("Y年n月j日"))


def _label(options):
    return lambda value: str(dict(options).get(value, value))


WORDS = {
    "due": day,
    "since": day,
    "item": _label(choices.COMMITMENT),
    "by": _label(choices.PROMISED_BY),
    "type": _label(choices.DEAL_TYPE),
}


def still_sees(page):
    """Rights as they are when the message goes out, by the one rule of visibility."""
    model = Prospect if page == PROSPECT else Deal

    def asked(user, data):
        return model.objects.visible_to(user).filter(number=data["number"]).exists()

    return asked


def register():
    for code, (label, *_rest, page) in TEXTS.items():
        kind = kinds.Kind(
            code=f"investment.{code}", label=label, render=render(code), still=still_sees(page)
        )
        if not kinds.is_registered(kind.code):
            kinds.register(kind)

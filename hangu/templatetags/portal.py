"""How money and due times are written for people, in the reader's language."""

from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from django import template
from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.translation import get_language, gettext

register = template.Library()

CENT = Decimal("0.01")
WAN = Decimal(10_000)
YI = Decimal(100_000_000)
MILLION = Decimal(1_000_000)
BILLION = Decimal(1_000_000_000)
SCALES = {"yuan": Decimal(1), "wan": WAN, "yi": YI, "million": MILLION, "billion": BILLION}


@register.filter
def money(amount):
    """Decimal yuan with its unit: 136.91亿元, 3,250万元, 800元; unknown is said, never zero."""
    if amount is None or amount == "":
        return gettext("未填报")
    amount = Decimal(amount)
    if (get_language() or "").startswith("zh"):
        return _chinese_money(amount)
    return _english_money(amount)


@register.filter
def money_in(amount, unit):
    """Decimal yuan in one unit (yuan, wan, yi, million, billion), two decimals, for a column."""
    if amount is None or amount == "":
        return "—"
    return f"{_rounded(Decimal(amount) / SCALES[unit]):,}"


@register.filter
def local_due(value):
    """A datetime or date in local time: 3月12日 17:30; with its year when not the present one."""
    if not value:
        return ""
    timed = isinstance(value, datetime)
    if timed:
        value = timezone.localtime(value)
    this_year = value.year == timezone.localdate().year
    if timed:
        pattern = gettext("n月j日 H:i") if this_year else gettext("Y年n月j日 H:i")
    else:
        pattern = gettext("n月j日") if this_year else gettext("Y年n月j日")
    return format_date(value, pattern)


@register.filter
def magnitude(number):
    """The number without its sign: -2 working days left are two days overdue."""
    return abs(int(number))


def _chinese_money(amount):
    in_wan = _rounded(amount / WAN)
    # Judged after rounding: 99,999,999 yuan is 1亿元 and not 10,000万元.
    if abs(in_wan) >= WAN:
        return gettext("{amount}亿元").format(amount=_trimmed(amount / YI))
    if abs(amount) >= WAN:
        return gettext("{amount}万元").format(amount=_trimmed(amount / WAN))
    return gettext("{amount}元").format(amount=_trimmed(amount))


def _english_money(amount):
    if abs(_rounded(amount / MILLION)) >= 1000:
        return f"CNY {_trimmed(amount / BILLION, Decimal('0.001'))} billion"
    if abs(amount) >= MILLION:
        return f"CNY {_trimmed(amount / MILLION)} million"
    return f"CNY {_trimmed(amount)}"


def _rounded(number, step=CENT):
    return number.quantize(step, rounding=ROUND_HALF_UP)


def _trimmed(number, step=CENT):
    text = f"{_rounded(number, step):,}"
    return text.rstrip("0").rstrip(".") if "." in text else text

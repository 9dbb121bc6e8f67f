"""Whether two signings are one: pure rules. A second signing of the same thing is counted once."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from directory.names import normalise

# Words that say nothing about which project it is.
COMMON = ("项目", "建设", "工程", "生产线", "基地", "有限公司", "示例")  # data
ALIKE = 0.6


@dataclass(frozen=True)
class Signing:
    """`investors`: names of the investor and its group; amount in yuan or None."""

    investors: frozenset
    name: str
    amount: Decimal | None
    signed_on: date


def pairs(text):
    """Pairs of neighbouring characters of what distinguishes a name."""
    text = normalise(text)
    for word in COMMON:
        text = text.replace(normalise(word), "")
    return {text[n : n + 2] for n in range(len(text) - 1)} or {text}


def likeness(one, other):
    """0 to 1: twice the shared pairs over all pairs (Dice)."""
    first, second = pairs(one), pairs(other)
    return 2 * len(first & second) / (len(first) + len(second))


def near(amount, other, percent):
    """Whether two amounts differ by at most `percent` of the larger; unknown ones may be equal."""
    if amount is None or other is None:
        return True
    larger = max(amount, other)
    return abs(amount - other) * 100 <= larger * percent


def within(one, other, months):
    """Whether the later day is at most so many months after the earlier one, to the day."""
    early, late = sorted((one, other))
    apart = (late.year - early.year) * 12 + late.month - early.month
    return (apart, late.day) <= (months, early.day)


def is_twin(one, other, *, percent, months):
    """Same investor or group, a like name, an amount within `percent`, within `months`."""
    return (
        bool(one.investors & other.investors)
        and likeness(one.name, other.name) >= ALIKE
        and near(one.amount, other.amount, percent)
        and within(one.signed_on, other.signed_on, months)
    )


def signing_of(deal):
    names = {normalise(name) for name in (deal.investor_name, deal.investor_group) if name}
    return Signing(frozenset(names), deal.name, deal.agreement_amount, deal.signed_on)

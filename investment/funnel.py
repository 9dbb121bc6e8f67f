"""The figures of promotion work, all from rows by queries; arithmetic is projects/figures.py.

Definitions (docs/definitions.md): rates of deals are over *signed*, so a deal that performs and one
that has started are both measured by what was signed. A mean stands never without median and share.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from investment import choices, workflow
from investment.models import Deal, Prospect, Receipt, TechTransfer, Trip
from projects import figures


@dataclass(frozen=True)
class Rate:
    """A rate as it is printed: value None is shown as "—"."""

    code: str
    label: str
    numerator: object
    denominator: object
    definition: str

    @property
    def value(self):
        return figures.share(self.numerator, self.denominator)

    @property
    def shown(self):
        return figures.show_percent(self.value)


DEFINITIONS = {
    "performing": (
        _("履约率"),
        _("已注册公司，并且有首笔认定到位资金或用地（厂房）合同的协议数 ÷ 签约的正式协议数"),
    ),
    "started": (_("开工率"), _("对应重点项目已有实际开工日期的协议数 ÷ 签约的正式协议数")),
    "operating": (_("投产率"), _("对应重点项目已有实际投产日期的协议数 ÷ 签约的正式协议数")),
    "received": (_("资金到位率"), _("已认定的到位资金 ÷ 同一批协议的协议投资额")),
}


def rate(code, numerator, denominator):
    """One of the four published rates from its two figures."""
    label, definition = DEFINITIONS[code]
    return Rate(code, label, numerator, denominator, definition)


def rates(signed, performing, started, operating, received, amount):
    """The four rates of a set of deals; counts and yuan."""
    return [
        rate("performing", performing, signed),
        rate("started", started, signed),
        rate("operating", operating, signed),
        rate("received", received, amount),
    ]


def is_performing(deal):
    """履约: registered, and either money recognised or land (plant) under contract. Dead is not."""
    if deal.is_dead or deal.registered_on is None:
        return False
    return deal.first_receipt_on is not None or deal.land_contract_on is not None


def deal_figures(deals):
    """{count, amount, unknown, rates, median, largest, received} of counted deals (a queryset)."""
    rows = list(deals.with_money().with_progress())
    amounts = [deal.agreement_amount for deal in rows if deal.agreement_amount is not None]
    amount = sum(amounts, Decimal(0))
    # The same deals above and below the line: what has no known amount is in neither.
    received = sum((d.received for d in rows if d.agreement_amount is not None), Decimal(0))
    return {
        "count": len(rows),
        "amount": amount,
        "unknown": len(rows) - len(amounts),
        "mean": figures.half_up(Fraction(amount) / len(amounts), 2) if amounts else None,
        "median": figures.median(amounts) if amounts else None,
        "largest": figures.largest_share(amounts) if amounts else None,
        "received": received,
        "rates": rates(
            len(rows),
            sum(map(is_performing, rows)),
            sum(deal.started_on is not None for deal in rows),
            sum(deal.operating_on is not None for deal in rows),
            received,
            amount,
        ),
    }


def year_figures(user, year):
    """What the district publishes of a year: trips, prospects, formal deals, transfers."""
    trips = Trip.objects.visible_to(user).outbound().of_year(year)
    prospects = Prospect.objects.visible_to(user).of_year(year)
    deals = Deal.objects.visible_to(user).counted().of_year(year)
    linked = deals.traced().filter(lead_on__year=year).count()
    prospect_count = prospects.count()
    return {
        "trips": trips.count(),
        "prospects": prospect_count,
        "deals": deal_figures(deals),
        "transfers": TechTransfer.objects.visible_to(user).of_year(year).count(),
        "receipts": Receipt.objects.visible_to(user).recognised().of_period(year).totals(),
        "conversion": conversion(deals.count(), linked, prospect_count),
    }


def conversion(signed, linked, prospects):
    """(rate, is_traced): signed ÷ prospects is a conversion only where every deal is traced to its
    prospect; otherwise it is two numbers of the same period.
    """
    return figures.share(signed, prospects), linked == signed


def cohorts(user):
    """One row a signing year: how far its deals have come, and the median days between steps."""
    rows = defaultdict(list)
    for deal in Deal.objects.visible_to(user).counted().with_money().with_progress():
        if deal.signed_on:
            rows[deal.signed_on.year].append(deal)
    return [
        {
            "year": year,
            "signed": len(deals),
            "registered": sum(deal.registered_on is not None for deal in deals),
            "started": sum(deal.started_on is not None for deal in deals),
            "operating": sum(deal.operating_on is not None for deal in deals),
            "to_register": _days(deals, "signed_on", "registered_on"),
            "to_start": _days(deals, "signed_on", "started_on"),
            "to_operation": _days(deals, "started_on", "operating_on"),
        }
        for year, deals in sorted(rows.items(), reverse=True)
    ]


def _days(deals, first, last):
    """Median days between two of a deal's dates, or None."""
    spans = [
        (getattr(deal, last) - getattr(deal, first)).days
        for deal in deals
        if getattr(deal, first) and getattr(deal, last)
    ]
    return figures.median(spans) if spans else None


def channels(user, year=None):
    """One row a channel: prospects, of those signed, the amount of their counted deals."""
    prospects = Prospect.objects.visible_to(user)
    deals = Deal.objects.visible_to(user).counted().traced().exclude(lead=None)
    if year:
        prospects = prospects.of_year(year)
        deals = deals.filter(lead_on__year=year)
    found = Counter(prospects.values_list("channel", flat=True))
    signed, amounts = Counter(), defaultdict(Decimal)
    for channel, amount in deals.values_list("channel", "agreement_amount"):
        signed[channel] += 1
        amounts[channel] += amount or 0
    return [
        {
            "code": code,
            "label": label,
            "is_four": code in choices.FOUR_CHANNELS,
            "prospects": found[code],
            "signed": signed[code],
            "rate": figures.show_percent(figures.share(signed[code], found[code])),
            "amount": amounts[code],
        }
        for code, label in choices.CHANNEL
    ]


def stage_counts(user, year=None):
    """[(label, number)] of prospects by stage."""
    prospects = Prospect.objects.visible_to(user)
    if year:
        prospects = prospects.of_year(year)
    found = Counter(prospects.values_list("stage", flat=True))
    return [(code, label, found[code]) for code, label in workflow.LABELS.items()]


def years(user):
    """Years with trips, prospects or deals, the latest first."""
    found = set(Trip.objects.visible_to(user).values_list("start_on__year", flat=True))
    found |= set(Prospect.objects.visible_to(user).values_list("received_on__year", flat=True))
    found |= set(Deal.objects.visible_to(user).values_list("signed_on__year", flat=True))
    return sorted(found - {None}, reverse=True)

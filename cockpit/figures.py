"""The district's year in figures, as of a day: what it publishes, the same for every reader.

The rows behind a figure are for whom `visible_to` shows them.
"""

from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Count, Max, Q, Sum
from django.utils import timezone

from cockpit import dates, rates
from cockpit.models import RankingRule, Target
from investment.models import Deal, Prospect, TechTransfer, Trip
from issues import statistics
from projects.models import KeyProject, LightSnapshot, RoadWork, Sponsorship

# Levels that make a key project one of the province's or the city's.
UPPER = ("province", "city")


def overview(year, as_of):
    """For `GET cockpit/`: {"year", "as_of", "trips", …, "targets", "lights", "issues", "rates"}.

    Counts are of what is dated in the year and on or before the day of `as_of` (a moment); money is
    yuan as text, kilometres text, lights those of the last judged day.
    """
    start, end = dates.around(dates.YEAR, date(year, 1, 1))
    # The end of a day is the beginning of the next one, which is not counted.
    last = min(end, timezone.localdate(as_of - timedelta(microseconds=1)))
    deals = Deal.objects.counted().filter(signed_on__range=(start, last))
    agreed = deals.aggregate(sum=Sum("agreement_amount"))["sum"] or Decimal(0)
    key = KeyProject.objects.filter(level__in=UPPER, listed_on__lte=last)
    sponsored = Sponsorship.objects.filter(Q(until=None) | Q(until__gt=last), since__lte=last)
    roads = RoadWork.objects.aggregate(count=Count("pk"), km=Sum("length_km"))
    return {
        "year": year,
        "as_of": timezone.localtime(as_of),
        "trips": Trip.objects.outbound().filter(start_on__range=(start, last)).count(),
        "prospects": Prospect.objects.filter(received_on__range=(start, last)).count(),
        "deals": deals.count(),
        "agreement_amount": f"{agreed:.2f}",
        "currency": "CNY",
        "key_projects": key.count(),
        "sponsored_projects": key.filter(pk__in=sponsored.values("project")).count(),
        "roads": roads["count"],
        "road_km": f"{(roads['km'] or Decimal(0)).normalize():f}",
        "transfers": TechTransfer.objects.filter(signed_on__range=(start, last)).count(),
        "targets": [target.as_figure() for target in Target.objects.of_year(year)],
        "lights": _lights(key, last),
        "issues": _issues(start, end, as_of),
        "rates": _rates(start, end, as_of),
    }


def _lights(projects, last):
    """{colour: number} of the last day judged by then."""
    rows = LightSnapshot.objects.filter(role="official", project__in=projects, day__lte=last)
    newest = rows.aggregate(day=Max("day"))["day"]
    counted = rows.filter(day=newest).values_list("colour").annotate(number=Count("pk"))
    return dict(counted.order_by("colour"))


def _issues(start, end, as_of):
    begin, finish = dates.moments(start, end)
    flow = statistics.flow(begin, finish, as_of)
    return {
        "received": flow["received"],
        "dispatched": flow["assign"],
        "resolved": flow["resolve"],
        "closed": flow["close"],
        "overdue_open": statistics.overdue_at(min(as_of, finish)).count(),
    }


def _rates(start, end, as_of):
    rule = RankingRule.objects.valid_at(as_of)
    whole = rates.table(start, end, as_of, rule)["all"]["rates"]
    return {
        code: {
            "value": None if found["value"] is None else round(float(found["value"]), 4),
            "numerator": float(found["numerator"]),
            "denominator": found["denominator"],
            "excluded": found["excluded"],
            "definition": str(rates.DEFINITIONS[code]),
        }
        for code, found in whole.items()
    }

"""The public figures and promises, read from rows. Definitions: docs/definitions.md."""

from dataclasses import dataclass
from datetime import datetime
from math import ceil

from django.db.models import Count, F, Q
from django.utils import timezone
from django.utils.translation import ngettext

from issues import choices
from issues.models import Issue, Policy, Rating

ENDED_EARLY = ("declined", "merged", "withdrawn")
PROMISED = ("sign", "contact", "promise")


@dataclass(frozen=True)
class Share:
    """A rate that never hides what it rests on; `percent` is None when nothing can be divided."""

    numerator: int
    denominator: int

    @property
    def percent(self):
        if not self.denominator:
            return None
        return round(100 * self.numerator / self.denominator, 1)


@dataclass(frozen=True)
class PublicFigures:
    year: int
    received: int
    resolved: int
    on_time: Share
    satisfied: Share


def public_figures(now):
    """This year's figures of the district as a whole, in two queries.

    On time: of the issues whose promised time fell between 1 January and now, those answered by
    then; what was declined, merged or withdrawn was never promised an answer and is left out.
    Satisfied: of this year's ratings by enterprises, "satisfied" and "basically satisfied".
    """
    year = timezone.localdate(now).year
    start = datetime(year, 1, 1, tzinfo=timezone.get_current_timezone())
    due = Q(due_at__gte=start, due_at__lt=now) & ~Q(status__in=ENDED_EARLY)
    counted = Issue.objects.aggregate(
        received=Count("pk", filter=Q(received_at__gte=start)),
        resolved=Count("pk", filter=Q(resolved_at__gte=start)),
        due=Count("pk", filter=due),
        on_time=Count("pk", filter=due & Q(resolved_at__lte=F("due_at"))),
    )
    rated = Rating.objects.filter(rated_at__gte=start).aggregate(
        answered=Count("pk", filter=~Q(rating="not_rated")),
        satisfied=Count("pk", filter=Q(rating__in=("satisfied", "basically_satisfied"))),
    )
    return PublicFigures(
        year=year,
        received=counted["received"],
        resolved=counted["resolved"],
        on_time=Share(counted["on_time"], counted["due"]),
        satisfied=Share(rated["satisfied"], rated["answered"]),
    )


def promises(now):
    """[(label of the class, [time to sign, to contact, to resolve] in words)] of the policy in
    force.
    """
    policy = Policy.objects.valid_at(now)
    return [
        (label, [amount(policy.limit(clock, time_class)) for clock in PROMISED])
        for time_class, label in choices.TIME_CLASS
    ]


def amount(limit):
    """A Limit in words, e.g. 5 个工作日; a dash where the policy sets none."""
    if limit is None:
        return "—"
    count = ceil(limit.number)
    words = {
        "working_days": ngettext("%(number)s 个工作日", "%(number)s 个工作日", count),
        "working_hours": ngettext("%(number)s 个工作小时", "%(number)s 个工作小时", count),
        "clock_hours": ngettext("%(number)s 小时", "%(number)s 小时", count),
    }
    return words[limit.unit] % {"number": f"{limit.number.normalize():f}"}

"""Figures read from rows: the public ones, the promises, and what became of every department's
cases. Definitions: docs/definitions.md.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from django.db.models import Count, F, Q
from django.utils import timezone
from django.utils.translation import ngettext

from issues import choices
from issues.models import Commitment, Issue, IssueEvent, Notice, Policy, Rating

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


# clock → outcome → number of cases, for one department.
JUDGED = ("on_time", "late", "overdue_open")
EXCLUDED = ("returned", "handed_over", "void")
MEASURED = ("unit", "contact", "sign")


def cases(start, end, as_of):
    """{department pk: {clock: Counter of outcomes}} of the promises due in [start, end), as they
    stood at `as_of`; both ends may be None. One query.

    on_time and late are verdicts frozen when given; overdue_open has none and is past its time;
    pending is not due yet; returned, handed_over and void are left out of every rate. A deadline
    that was replaced counts under the new one only. `put_off` counts those of the unit clock that
    ended on time by an approved extension.
    """
    found = defaultdict(lambda: defaultdict(Counter))
    rows = Commitment.objects.judged_at(as_of).exclude(outcome="replaced")
    for clock in MEASURED:
        counted = (
            rows.cohort(clock, start, end)
            .values("department", "outcome", "put_off_by")
            .annotate(number=Count("pk"))
            .order_by()
        )
        for row in counted:
            counts = found[row["department"]][clock]
            counts[row["outcome"]] += row["number"]
            if row["outcome"] == "on_time" and row["put_off_by"] == "extension":
                counts["put_off"] += row["number"]
    return found


def without_deadline(start, end, as_of):
    """{department pk: number} of dispatched issues that never had a deadline, received in
    [start, end) and by `as_of`: a class of its own, never on time.
    """
    rows = Issue.objects.without_deadline().received_between(start, end).known_at(as_of)
    counted = rows.values("lead_department").annotate(number=Count("pk")).order_by()
    return {row["lead_department"]: row["number"] for row in counted}


def answers(start, end, as_of):
    """{department pk: Counter} of what enterprises said of work due in [start, end): each rating's
    name, answered, solved, not_rated.
    """
    rows = Rating.objects.filter(rated_at__lte=as_of)
    if start is not None:
        rows = rows.filter(due_at__gte=start)
    if end is not None:
        rows = rows.filter(due_at__lt=end)
    found = defaultdict(Counter)
    counted = rows.values("department", "rating", "solved").annotate(number=Count("pk")).order_by()
    for row in counted:
        counts = found[row["department"]]
        counts[row["rating"]] += row["number"]
        if row["rating"] != "not_rated":
            counts["answered"] += row["number"]
            counts["solved"] += row["number"] if row["solved"] else 0
    return found


FLOW = ("assign", "resolve", "close", "decline", "reopen", "urge", "request_extension")


def flow(start, end, as_of):
    """{"received", *FLOW}: how many issues came, and how often each step was taken, in
    [start, end) and by `as_of`. Foreign work orders are not the district's own flow.
    """
    own = Issue.objects.filter(source="").known_at(as_of)
    counts = dict.fromkeys(FLOW, 0) | {"received": own.received_between(start, end).count()}
    events = IssueEvent.objects.filter(
        action__in=FLOW, at__gte=start, at__lt=end, at__lte=as_of, issue__source=""
    )
    for row in events.values("action").annotate(number=Count("pk")).order_by():
        counts[row["action"]] = row["number"]
    return counts


def overdue_at(as_of):
    """The department clocks that had run out by `as_of` and still ran then, the oldest first."""
    rows = Commitment.objects.judged_at(as_of).filter(clock="unit", outcome="overdue_open")
    rows = rows.exclude(issue__source__gt="").select_related("issue", "department")
    return rows.order_by("due_at", "pk")


def topics(start, end, as_of):
    """[(category pk or None, number)] of the issues received in [start, end), the most first."""
    rows = Issue.objects.filter(source="").known_at(as_of).received_between(start, end)
    counted = rows.values_list("category").annotate(number=Count("pk"))
    return list(counted.order_by("-number", "category__order", "category"))


def notices(start, end, as_of):
    """{"issued": {colour: number}, "answered", "overdue", "withdrawn"}: of the notices issued in
    [start, end), what had become of them by `as_of`.
    """
    rows = Notice.objects.filter(issued_at__gte=start, issued_at__lt=end, issued_at__lte=as_of)
    issued = rows.values_list("colour").annotate(number=Count("pk")).order_by()
    answered = Q(answered_at__lte=as_of)
    withdrawn = Q(withdrawn_at__lte=as_of)
    late = Q(answer_due_at__lt=as_of)
    counted = rows.aggregate(
        answered=Count("pk", filter=answered),
        withdrawn=Count("pk", filter=withdrawn),
        overdue=Count(
            "pk",
            filter=late
            & (Q(answered_at=None) | Q(answered_at__gt=as_of))
            & (Q(withdrawn_at=None) | Q(withdrawn_at__gt=as_of)),
        ),
    )
    return counted | {"issued": dict(issued)}


def named(start, end, as_of):
    """The red notices issued in [start, end) by `as_of`, not withdrawn: named in the circular."""
    rows = Notice.objects.filter(issued_at__gte=start, issued_at__lt=end, issued_at__lte=as_of)
    rows = rows.filter(colour="red", withdrawn_at=None)
    return rows.select_related("issue", "department").order_by("issued_at", "pk")


def behind(name, start, end, as_of, department=None):
    """The rows behind one rate of cases(): promises with `outcome`, or ratings for the two rates
    that enterprises answer.
    """
    if name in CLOCK_OF:
        rows = Commitment.objects.judged_at(as_of).cohort(CLOCK_OF[name], start, end)
        rows = rows.exclude(outcome="replaced").exclude(department=None)
    else:
        rows = Rating.objects.filter(rated_at__lte=as_of, due_at__gte=start, due_at__lt=end)
    if department is not None:
        rows = rows.filter(department=department)
    return rows.select_related("issue", "department").order_by("due_at", "pk")


CLOCK_OF = {"response": "contact", "sign": "sign", "on_time": "unit"}


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

"""Every filter, annotation and visibility rule over projects and their rows."""

from datetime import timedelta

from django.db import models
from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    Max,
    OuterRef,
    Prefetch,
    Q,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Cast, TruncMonth
from django.utils import timezone

from projects import stages
from projects.viewer import Viewer

MONEY = models.DecimalField(max_digits=17, decimal_places=2)
SEVERITY = ("red", "yellow", "white", "grey", "green", "")


class ProjectQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The one rule of who sees which project; see docs/architecture.md, "Who sees what"."""
        return self.filter(Viewer(user).visible())

    def known_to(self, user, key):
        """What a caller may name: a person what he sees, a key of nobody what is public."""
        if user is not None:
            return self.visible_to(user)
        return self.filter(is_public=True) if key is not None else self.none()

    def inside_for(self, user):
        """Those the reader sees with their internal side."""
        return self.filter(Viewer(user).inside())

    def reserve(self):
        return self.filter(stage=stages.PLANNING)

    def listed(self):
        """Key projects proper: not in the reserve any more."""
        return self.exclude(stage=stages.PLANNING)

    def roads(self):
        return self.filter(road__isnull=False)

    def owing_reports(self):
        return self.filter(stage__in=stages.REPORTING)

    def owing_in(self, month):
        """Those that owe a report of the month, or have one."""
        owes = self.model.objects.owed_in(month).values("pk")
        has = self._rows("reports").filter(month=month).values("project")
        return self.filter(Q(pk__in=owes) | Q(pk__in=has))

    def owed_in(self, month):
        """Those that owe a report of the month by their stage log."""
        began = (
            self._rows("events")
            .filter(project=OuterRef("pk"), to_stage__in=stages.REPORTING)
            .exclude(from_stage__in=stages.REPORTING)
        )
        return self.filter(stage__in=stages.REPORTING).filter(
            Exists(began.filter(at__date__lt=_after(month)))
        )

    def owing_report_of(self, month):
        """Those whose report of a month has not been handed in."""
        return self.exclude(pk__in=self._rows("reports").sent().of_month(month).values("project"))

    def owing_since(self):
        """(pk, moment) at which each came into a reporting stage from one that owes none."""
        log = (
            self._rows("events")
            .filter(project=OuterRef("pk"), to_stage__in=stages.REPORTING)
            .exclude(from_stage__in=stages.REPORTING)
            .order_by("-at")
        )
        return (
            self.annotate(owed=Subquery(log.values("at")[:1]))
            .filter(owed__isnull=False)
            .values_list("pk", "owed")
        )

    def sponsored_by(self, user):
        rows = self._rows("sponsorships").filter(until=None, leader=user)
        return self.filter(pk__in=rows.values("project"))

    def existing(self):
        """Those that were there at the moment of with_stage_at."""
        return self.filter(shown_stage__isnull=False)

    def numbered(self, numbers):
        return self.filter(pk__in=numbers)

    def search(self, words, user):
        """Rows that hold every word; internal columns are searched only where the reader sees
        them.
        """
        found, inside = self, Viewer(user).inside()
        for word in words.split()[:6]:
            public = (
                Q(number__icontains=word)
                | Q(code__icontains=word)
                | Q(name__icontains=word)
                | Q(owner_name__icontains=word)
                | Q(place__icontains=word)
                | Q(content__icontains=word)
                | Q(lead_department__name__icontains=word)
            )
            sponsored = self._rows("sponsorships").filter(
                project=OuterRef("pk"), until=None, leader__name__icontains=word
            )
            found = found.filter(public | (Q(Exists(sponsored)) & inside))
        return found

    def matching(self, user, *, q="", light="", stage="", sponsor=None, **equal):
        """The list's filter; what is empty does not narrow. What is internal narrows to the rows
        the reader sees from the inside, so that a filter never tells what a page does not.
        """
        found = self.search(q, user) if q else self
        found = found.filter(**{name: value for name, value in equal.items() if value})
        if stage:
            found = found.filter(shown_stage=stage)
        if light:
            found = found.inside_for(user).filter(shown_light=light)
        if sponsor:
            found = found.inside_for(user).sponsored_by(sponsor)
        return found

    def for_list(self):
        return self.select_related("industry", "park", "lead_department", "road")

    def with_sponsor(self):
        """`to_attr` lists: the current sponsorships, with their leaders."""
        rows = self._rows("sponsorships").filter(until=None).select_related("leader")
        return self.prefetch_related(Prefetch("sponsorships", rows, to_attr="current_sponsors"))

    def with_key_dates(self):
        """The milestones 开工, 竣工 and 投产 as `key_milestones`."""
        rows = self._rows("milestones").filter(code__in=["start", "finish", "operation"])
        return self.prefetch_related(Prefetch("milestones", rows, to_attr="key_milestones"))

    def with_light(self, user, as_of=None):
        """Annotates `is_inside`, and `shown_light`, `shown_reason` and `shown_facts` as shown on a
        day; None is today's copy.
        """
        rows = self._rows("lights").filter(project=OuterRef("pk"), role="official")
        if as_of is not None:
            rows = rows.filter(day__lte=as_of)
        newest = rows.order_by("-day")
        colour = F("light") if as_of is None else Subquery(newest.values("colour")[:1])
        return self.annotate(
            is_inside=_inside(user, Value(True), models.BooleanField(), False),
            shown_light=_inside(user, colour, models.CharField(), ""),
            shown_reason=_inside(
                user, Subquery(newest.values("reason")[:1]), models.CharField(), ""
            ),
            shown_facts=_inside(user, Subquery(newest.values("inputs")[:1]), models.JSONField()),
        )

    def with_figures(self, user, year, moment=None):
        """Annotates `annual_plan`, `invested_ytd`, `reported_total` (yuan) and `last_month`, from
        the versions in force at `moment`; closed months only. Empty where the reader may not see
        them, and where a month's amount is unknown; `has_unknown` says that one of any year is.
        """
        running = timezone.localdate(moment).replace(day=1)
        reports = (
            self._rows("reports").in_force(moment).filter(project=OuterRef("pk"), month__lt=running)
        )
        this_year = reports.filter(month__year=year)
        plans = self._rows("plans").in_force(year, moment).filter(project=OuterRef("pk"))
        return self.annotate(
            annual_plan=_inside(user, Subquery(plans.values("annual_plan")[:1]), MONEY),
            invested_ytd=_inside(user, _summed(this_year), MONEY),
            reported_total=_inside(user, _summed(reports), MONEY),
            has_unknown=_inside(
                user, Exists(reports.filter(month_invested=None)), models.BooleanField(), False
            ),
            last_month=_inside(
                user,
                Subquery(
                    this_year.order_by()
                    .values("project")
                    .annotate(last=Max("month"))
                    .values("last")
                ),
                models.DateField(),
            ),
        )

    def with_open_issues(self, user):
        """`open_issues` that the reader sees; the rows are the closed loop's."""
        issues = self._rows("issues").visible_to(user).unfinished().filter(project=OuterRef("pk"))
        counted = issues.order_by().values("project").annotate(n=Count("pk")).values("n")
        return self.annotate(open_issues=Subquery(counted))

    def with_deal(self, user):
        """`seen_deal`: the number of the deal it came from, where the reader sees deals."""
        deals = self.model._meta.get_field("from_deal").related_model.objects.visible_to(user)
        number = deals.filter(project=OuterRef("pk")).values("number")[:1]
        return self.annotate(seen_deal=Subquery(number))

    def for_api(self, user, year, now):
        """Everything ProjectSerializer shows, in a fixed number of queries."""
        found = self.for_list().with_sponsor().with_key_dates().with_light(user)
        return found.with_figures(user, year, now).with_open_issues(user).with_deal(user)

    def for_oc4ids(self, user):
        """What may be published, with everything projects/oc4ids.py shows: public works and roads,
        and of other projects those that are signed.
        """
        works = Q(nature="government") | Q(road__isnull=False)
        talked_about = [stages.PLANNING, stages.NEGOTIATING]
        shown = self.visible_to(user).filter(is_public=True)
        shown = shown.filter(works | ~Q(stage__in=talked_about)).order_by("number")
        reports = self._rows("reports").in_force().order_by("month")
        return (
            shown.for_list()
            .select_related("owner")
            .with_sponsor()
            .with_light(user)
            .prefetch_related(
                "milestones", "plans", Prefetch("reports", reports, to_attr="counted_reports")
            )
        )

    def with_stage_at(self, moment):
        """`shown_stage`: the stage it had at `moment`, from the stage log."""
        log = (
            self._rows("events")
            .filter(project=OuterRef("pk"), at__lte=moment)
            .exclude(to_stage="")
            .order_by("-at", "-version")
        )
        return self.annotate(shown_stage=Subquery(log.values("to_stage")[:1]))

    def in_order_of_stages(self, descending=False):
        cases = [When(shown_stage=stage, then=Value(n)) for n, stage in enumerate(stages.LABELS)]
        rank = Case(*cases, default=Value(len(cases)))
        return self.alias(rank=rank).order_by("-rank" if descending else "rank", "number")

    def by_severity(self):
        cases = [When(shown_light=colour, then=Value(n)) for n, colour in enumerate(SEVERITY)]
        return self.alias(severity=Case(*cases, default=Value(len(SEVERITY)))).order_by(
            "severity", "-number"
        )

    def totals(self):
        """{"count", "investment", "unknown", "plan", "ytd"}: rows, known total investment, rows
        without one, and the annotated plan and investment of the year; the latter is unknown where
        it is of one row that has reported.
        """
        found = self.aggregate(
            count=Count("pk"),
            investment=Sum("total_investment"),
            unknown=Count("pk", filter=Q(total_investment=None)),
            plan=Sum("annual_plan"),
            ytd=Sum("invested_ytd"),
            unsummed=Count("pk", filter=Q(invested_ytd=None, last_month__isnull=False)),
        )
        return found | {"ytd": None} if found.pop("unsummed") else found

    def lights_of(self):
        """{colour: number} of an annotated list."""
        rows = self.order_by().values_list("shown_light").annotate(n=Count("pk"))
        return {colour: number for colour, number in rows if colour}

    def for_page(self):
        """Everything the project page shows, in a fixed number of queries."""
        documents = self._rows("documents").select_related("added_by")
        return self.for_list().prefetch_related(
            Prefetch("milestones", self._rows("milestones").select_related("department")),
            Prefetch(
                "date_changes",
                self._rows("date_changes").select_related(
                    "milestone", "step__item", "applicant", "decided_by"
                ),
            ),
            Prefetch(
                "approvals",
                self._rows("approvals")
                .select_related("item", "authority")
                .prefetch_related("stops"),
            ),
            Prefetch("reports", self._rows("reports").select_related("reported_by")),
            Prefetch(
                "sponsorships",
                self._rows("sponsorships")
                .select_related("leader", "lead_department", "officer")
                .prefetch_related("members"),
            ),
            Prefetch("visits", self._rows("visits").select_related("leader")),
            Prefetch("documents", documents),
            "plans",
            Prefetch("maturity", self._rows("maturity").select_related("item")),
            Prefetch("plot_uses", self._rows("plot_uses").select_related("plot__park")),
        )

    # 三未 lists

    def approved_not_started(self):
        """立项未开工: filed, as a milestone or as an approval, and not started."""
        filed = self._rows("approvals").filter(item__code="filing", decided_on__isnull=False)
        beyond = (*stages.STARTED_OR_LATER, stages.PAUSED, stages.TERMINATED)
        return (
            self.exclude(stage__in=beyond)
            .filter(Q(pk__in=self._met("filing")) | Q(pk__in=filed.values("project")))
            .exclude(pk__in=self._met("start"))
        )

    def started_not_built(self):
        """开工未建设: started, and no counted month since shows money."""
        began = self._rows("milestones").filter(project=OuterRef("project"), code="start")
        began = began.annotate(month=TruncMonth("actual_on")).values("month")[:1]
        spent = (
            self._rows("reports")
            .filter(project=OuterRef("pk"), counts=True, month_invested__gt=0)
            .alias(began=Subquery(began))
            .filter(Q(began=None) | Q(month__gte=F("began")))
        )
        return self.filter(stage__in=[stages.STARTED, stages.BUILDING]).filter(~Exists(spent))

    def built_not_finished(self, today):
        """建设未竣工: the current finishing day has passed without a finish."""
        late = self._rows("milestones").waiting().filter(code="finish", current_on__lt=today)
        return self.filter(stage__in=[stages.STARTED, stages.BUILDING]).filter(
            pk__in=late.values("project")
        )

    def _met(self, code):
        """Projects whose milestone is met, be it on a day known in words only."""
        rows = self._rows("milestones").filter(code=code)
        return rows.exclude(actual_on=None, actual_text="").values("project")

    def _rows(self, name):
        return getattr(self.model, name).rel.related_model.objects.all()


def _after(month):
    """The first day of the month after."""
    return (month + timedelta(days=32)).replace(day=1)


def _summed(rows):
    """Their sum; unknown when one of them is."""
    total = (
        rows.order_by()
        .values("project")
        .annotate(total=Sum("month_invested"), all=Count("pk"), known=Count("month_invested"))
        .filter(all=F("known"))
    )
    return Subquery(total.values("total"), output_field=MONEY)


def _inside(user, expression, output, default=None):
    """The expression on rows the reader sees from the inside, else `default`."""
    viewer = Viewer(user)
    if viewer.reads_all:
        return models.ExpressionWrapper(expression, output_field=output)
    if not viewer.is_departmental:
        # PostgreSQL sums no NULL without a type.
        return Cast(Value(default), output) if default is None else Value(default, output)
    return Case(When(viewer.inside(), then=expression), default=Value(default), output_field=output)

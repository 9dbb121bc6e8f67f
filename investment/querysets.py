"""QuerySets of promotion work: who sees which rows, and what counts."""

from functools import reduce
from operator import or_

from django.db import models
from django.db.models import Count, F, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Cast, Coalesce

from accounts import roles
from investment import choices, workflow

# What counts among the signed: formal, not a second signing of a formal one, not excluded.
COUNTS = Q(type="formal", exclusion=None) & (
    Q(prior_deal=None) | Q(prior_deal__type__in=["intention", "framework"])
)
MONEY = models.DecimalField(max_digits=17, decimal_places=2)


class Visible(models.QuerySet):
    """`readers`: the roles that see every row; others see what `own` says."""

    readers = frozenset()
    # Fields that a search reads.
    searched = ()

    def visible_to(self, user):
        held = roles.roles_of(user)
        if held & self.readers:
            return self
        if getattr(user, "api_key", None) is not None:
            return self.of_system(user)
        return self.filter(self.own(user, held))

    def own(self, user, held):
        return Q(pk__in=[])

    def of_system(self, user):
        """What a REST key of nobody sees: nothing that is not signed."""
        return self.none()

    def for_api(self, user):
        """Everything the API's rows show, in a fixed number of queries."""
        return self.for_list()

    def seen(self, name, user):
        """Subquery: the number of the record that the foreign key `name` points at, where the
        reader sees it.
        """
        rows = self.model._meta.get_field(name).related_model.objects.visible_to(user)
        return Subquery(rows.filter(pk=OuterRef(name)).values("number")[:1])

    def search(self, words):
        """Rows in which every word occurs; the first six are looked for."""
        found = self
        for word in words.split()[:6]:
            found = found.filter(self.holding(word))
        return found

    def holding(self, word):
        """Where a word may stand."""
        return reduce(or_, (Q(**{f"{name}__icontains": word}) for name in self.searched))

    def matching(self, *, q="", year=None, **equal):
        """Narrowed by a list's filter; what is empty does not narrow."""
        found = self.search(q) if q else self
        if year:
            found = found.of_year(year)
        return found.filter(**{name: value for name, value in equal.items() if value})


class TripQuerySet(Visible):
    readers = workflow.UNSIGNED
    searched = ("number", "theme", "team")

    def holding(self, word):
        return (
            super().holding(word)
            | Q(pk__in=self._rows("places").filter(city__icontains=word).values("trip"))
            | Q(pk__in=self._rows("visits").filter(company__icontains=word).values("trip"))
        )

    def outbound(self):
        return self.filter(activity="outbound")

    def of_year(self, year):
        return self.filter(start_on__year=year)

    def for_list(self):
        """With what came of each: visits, prospects, counted deals."""
        return (
            self.select_related("leader", "industry")
            .prefetch_related("places")
            .annotate(
                visit_count=_counted(self._rows("visits"), "trip"),
                prospect_count=_counted(self._rows("prospects"), "from_trip"),
                deal_count=_counted(self._rows("deals").counted(), "from_trip"),
            )
        )

    def totals(self):
        return self.aggregate(count=Count("pk"), cost=Sum("cost"))

    def _rows(self, name):
        return getattr(self.model, name).rel.related_model.objects.all()


def _counted(rows, name):
    """A correlated number of rows, 0 when there is none."""
    found = rows.filter(**{name: OuterRef("pk")}).order_by().values(name)
    return Coalesce(Subquery(found.annotate(n=Count("pk")).values("n")), Value(0))


class ProspectQuerySet(Visible):
    readers = workflow.UNSIGNED
    searched = ("number", "title", "company", "owner__name")

    def matching(self, *, late=None, today=None, **criteria):
        found = super().matching(**criteria)
        return found.open().filter(next_on__lt=today) if late else found

    def open(self):
        return self.filter(stage__in=workflow.OPEN)

    def of_year(self, year):
        return self.filter(received_on__year=year)

    def for_list(self):
        return self.select_related("owner", "industry", "from_trip", "node__chain", "deal")

    def totals(self, today):
        return self.aggregate(
            count=Count("pk"),
            open=Count("pk", filter=Q(stage__in=workflow.OPEN)),
            late=Count("pk", filter=Q(stage__in=workflow.OPEN, next_on__lt=today)),
            investment=Sum("intended_investment"),
            unknown=Count("pk", filter=Q(intended_investment=None)),
        )


class DealQuerySet(Visible):
    readers = workflow.SIGNED_READERS
    searched = ("number", "contract_no", "name", "investor_name", "investor_group")

    def matching(self, *, counted=None, **criteria):
        found = super().matching(**criteria)
        return found.counted() if counted else found

    def own(self, user, held):
        if roles.ENTERPRISE in held and user.enterprise_id:
            return Q(investor=user.enterprise_id)
        return super().own(user, held)

    def of_system(self, user):
        if "investment:read" in user.api_scopes:
            return self.filter(type="formal")
        return self.none()

    def counted(self):
        """Those that count: formal, not a second signing of a formal one, not excluded."""
        return self.filter(COUNTS)

    def of_year(self, year):
        return self.filter(signed_on__year=year)

    def running(self):
        return self.exclude(status__in=choices.FINAL)

    def traced(self):
        """`lead` and `channel` and `lead_on`: of the prospect the deal came from, or of the one its
        letter of intent or framework agreement came from.
        """
        return self.annotate(
            **{
                name: Coalesce(f"from_prospect{field}", f"prior_deal__from_prospect{field}")
                for name, field in (
                    ("lead", ""),
                    ("channel", "__channel"),
                    ("lead_on", "__received_on"),
                )
            }
        )

    def with_money(self):
        """`received`: recognised receipts in yuan, refunds taken off."""
        receipts = self.model.receipts.rel.related_model.objects.recognised()
        total = receipts.filter(deal=OuterRef("pk")).order_by().values("deal")
        return self.annotate(
            received=Coalesce(
                Subquery(total.annotate(s=Sum("recognised")).values("s"), output_field=MONEY),
                Value(0, output_field=MONEY),
            )
        )

    def with_progress(self):
        """`started_on` and `operating_on`: actual days of the key project it became."""
        milestones = (
            self.model.project.field.related_model.milestones.rel.related_model.objects.filter(
                project=OuterRef("project")
            )
        )
        return self.annotate(
            started_on=Subquery(milestones.filter(code="start").values("actual_on")[:1]),
            operating_on=Subquery(milestones.filter(code="operation").values("actual_on")[:1]),
            first_receipt_on=Subquery(
                self.model.receipts.rel.related_model.objects.recognised()
                .filter(deal=OuterRef("pk"), recognised__gt=0)
                .order_by("received_on")
                .values("received_on")[:1]
            ),
        )

    def for_list(self):
        return self.select_related(
            "industry",
            "project",
            "from_prospect",
            "from_trip",
            "prior_deal__from_prospect",
            "exclusion",
        )

    def for_api(self, user):
        """With `seen_received`: money is what those see who see the unsigned."""
        found = self.select_related("industry", "prior_deal").with_money()
        inside = bool(roles.roles_of(user) & workflow.UNSIGNED)
        received = F("received") if inside else Value(None)
        return found.annotate(
            seen_received=Cast(received, MONEY),
            seen_prospect=self.seen("from_prospect", user),
            seen_trip=self.seen("from_trip", user),
            seen_project=self.seen("project", user),
        )

    def totals(self):
        return self.aggregate(
            count=Count("pk"),
            amount=Sum("agreement_amount"),
            unknown=Count("pk", filter=Q(agreement_amount=None)),
            counted=Count("pk", filter=COUNTS),
            counted_amount=Sum("agreement_amount", filter=COUNTS),
        )

    def signed_around(self, day, span):
        """Earlier or later signings within a timedelta, the first one first."""
        return self.filter(signed_on__range=(day - span, day + span)).order_by("signed_on", "pk")


class CommitmentQuerySet(models.QuerySet):
    def open(self):
        return self.filter(met_on=None, waived_reason="")

    def due_by(self, day):
        return self.open().filter(due_on__lte=day).exclude(deal__status__in=choices.FINAL)

    def visible_to(self, user):
        deals = self.model.deal.field.related_model.objects.visible_to(user)
        return self.filter(deal__in=deals)


class ReceiptQuerySet(Visible):
    readers = workflow.UNSIGNED
    searched = ("number", "payer", "evidence_no", "deal__name")

    def of_year(self, year):
        """Those that came in the year; `of_period` are those counted in it."""
        return self.filter(received_on__year=year)

    def recognised(self):
        return self.filter(status="recognised")

    def pending(self):
        return self.filter(status="pending")

    def of_period(self, year):
        return self.filter(period__year=year)

    def standing(self):
        return self.exclude(status="refused")

    def of_evidence(self, number):
        return self.standing().filter(evidence_no=number).first()

    def of_amount(self, amount, currency, around, days):
        """Those of the same amount within some days of a date, the first entered first."""
        span = (around - days, around + days)
        found = self.standing().filter(amount=amount, currency=currency, received_on__range=span)
        return found.order_by("pk")

    def for_list(self):
        return self.select_related("deal", "recognised_by", "entered_by", "refund_of")

    def totals(self):
        return self.aggregate(
            count=Count("pk"),
            amount=Sum("amount_yuan"),
            recognised=Sum("recognised", filter=Q(status="recognised")),
            pending=Count("pk", filter=Q(status="pending")),
        )


class ChainTargetQuerySet(Visible):
    readers = workflow.UNSIGNED


class TransferQuerySet(Visible):
    readers = workflow.MAP_READERS
    searched = ("number", "title", "provider__name", "receiver_name")

    def of_year(self, year):
        return self.filter(signed_on__year=year)

    def of_system(self, user):
        return self if "investment:read" in user.api_scopes else self.none()

    def own(self, user, held):
        if roles.ENTERPRISE in held and user.enterprise_id:
            return Q(receiver=user.enterprise_id)
        return super().own(user, held)

    def for_list(self):
        return self.select_related("provider", "project", "receiver")

    def for_api(self, user):
        found = self.select_related("provider")
        return found.annotate(seen_project=self.seen("project", user))

    def totals(self):
        return self.aggregate(
            count=Count("pk"), contract=Sum("contract_amount"), tech=Sum("tech_amount")
        )


class RuleQuerySet(models.QuerySet):
    def valid_at(self, day):
        """The rule in force; the oldest one before any begins."""
        return self.filter(valid_from__lte=day).first() or self.last()


class EventQuerySet(models.QuerySet):
    def after(self, version):
        """Those after a version; none when it is not known."""
        return self.filter(version__gt=version) if version is not None else self.none()

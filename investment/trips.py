"""外出招商: trips, where they went and whom they visited."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from directory.models import Enterprise, Industry
from investment import choices
from investment.querysets import TripQuerySet
from investment.records import Record, yuan


class Trip(Record):
    SERIES = ("WC", "trip")

    activity = models.CharField(
        _("活动类型"), max_length=10, choices=choices.ACTIVITY, default="outbound"
    )
    leader = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="trips",
        verbose_name=_("带队领导"),
    )
    team = models.CharField(_("招商组成员"), max_length=200, blank=True)
    start_on = models.DateField(_("开始日期"))
    end_on = models.DateField(_("结束日期"))
    theme = models.CharField(_("主题"), max_length=120)
    industry = models.ForeignKey(
        Industry,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("产业方向"),
    )
    cost = yuan(_("经费"))
    summary = models.TextField(_("成果"), max_length=3000, blank=True)
    # The same form sent twice from a bad line is one trip.
    token = models.CharField(max_length=36, unique=True, null=True, blank=True)

    objects = TripQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("招商活动")
        ordering = ["-start_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(end_on__gte=F("start_on")), name="trip_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=Q(cost=None) | Q(cost__gte=0), name="trip_cost_not_negative"
            ),
        ]
        indexes = [
            models.Index(fields=["activity", "-start_on"], name="trip_activity"),
            models.Index(fields=["updated_at", "id"], name="trip_updated"),
        ]

    def __str__(self):
        return f"{self.number} {self.theme}"

    @property
    def name(self):
        return self.theme


class TripPlace(models.Model):
    trip = models.ForeignKey(Trip, models.CASCADE, related_name="places")
    city = models.CharField(_("城市"), max_length=40)

    class Meta:
        verbose_name = verbose_name_plural = _("目的地")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["trip", "city"], name="trip_place_once")]

    def __str__(self):
        return self.city


class TripVisit(models.Model):
    """A company called on. Its name is for those who see what is unsigned."""

    trip = models.ForeignKey(Trip, models.CASCADE, related_name="visits")
    company = models.CharField(_("拜访企业"), max_length=120)
    enterprise = models.ForeignKey(
        Enterprise, models.PROTECT, null=True, blank=True, related_name="+"
    )
    kind = models.CharField(
        _("拜访类型"), max_length=6, choices=choices.VISIT_KIND, default="first"
    )
    met = models.CharField(_("会见人员"), max_length=120, blank=True)
    notes = models.TextField(_("洽谈要点"), max_length=2000, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("拜访")
        ordering = ["pk"]

    def __str__(self):
        return self.company

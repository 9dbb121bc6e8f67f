"""Calendars as rows: the State Council's notices by year, working hours by season, and the trace
of their changes.
"""

import uuid

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from worktime.calendars import Season
from worktime.querysets import CalendarChangeQuerySet, CalendarDayQuerySet

MONTH = [MinValueValidator(1), MaxValueValidator(12)]
DAY_OF_MONTH = [MinValueValidator(1), MaxValueValidator(31)]
SEASON = ("from_month", "from_day", "to_month", "to_day")


class CalendarYear(models.Model):
    """A year whose notice has been announced and imported; a year without a row is provisional."""

    year = models.PositiveSmallIntegerField(_("年份"), unique=True)
    papers = models.JSONField(_("通知网址"), default=list, blank=True)
    version = models.PositiveIntegerField(_("版本"), default=1)
    imported_at = models.DateTimeField(_("导入时间"), default=timezone.now)
    imported_by = models.CharField(_("导入人"), max_length=150, null=True, blank=True)  # noqa: DJ001 null: by set-up

    class Meta:
        verbose_name = verbose_name_plural = _("节假日安排年度")
        ordering = ["-year"]
        constraints = [
            models.CheckConstraint(
                condition=Q(year__gte=1949, year__lte=2200), name="calendaryear_year_plausible"
            ),
            models.CheckConstraint(
                condition=Q(version__gte=1), name="calendaryear_version_positive"
            ),
        ]

    def __str__(self):
        return str(self.year)


class CalendarDay(models.Model):
    """A day ruled by a notice; its date may lie in the December before the notice's year."""

    year = models.ForeignKey(
        CalendarYear, models.CASCADE, related_name="days", verbose_name=_("年份")
    )
    date = models.DateField(_("日期"), unique=True)
    is_workday = models.BooleanField(_("上班"))
    name = models.CharField(_("名称"), max_length=40)

    objects = CalendarDayQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("节假日与调休日")
        ordering = ["date"]
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="calendarday_named")]

    def __str__(self):
        return f"{self.date:%Y-%m-%d} {self.name}"


class WorkHours(models.Model):
    """The working hours of a season, or of the whole year where no season is given. The highest
    priority wins.
    """

    name = models.CharField(_("名称"), max_length=40)
    priority = models.SmallIntegerField(_("优先级"), default=0, help_text=_("数值大的优先。"))
    weekdays = models.CharField(
        _("工作日"),
        max_length=7,
        default="12345",
        validators=[
            RegexValidator(
                r"^(?=.)1?2?3?4?5?6?7?$", _("请按顺序填写 1–7，1 为星期一，例如 12345。")
            )
        ],
        help_text=_("1 为星期一，7 为星期日。"),
    )
    from_month = models.PositiveSmallIntegerField(
        _("起始月"), null=True, blank=True, validators=MONTH
    )
    from_day = models.PositiveSmallIntegerField(
        _("起始日"), null=True, blank=True, validators=DAY_OF_MONTH
    )
    to_month = models.PositiveSmallIntegerField(
        _("截止月"), null=True, blank=True, validators=MONTH
    )
    to_day = models.PositiveSmallIntegerField(
        _("截止日"), null=True, blank=True, validators=DAY_OF_MONTH
    )
    am_start = models.TimeField(_("上午上班"))
    am_end = models.TimeField(_("上午下班"))
    pm_start = models.TimeField(_("下午上班"), null=True, blank=True)
    pm_end = models.TimeField(_("下午下班"), null=True, blank=True)
    valid_from = models.DateField(_("启用日期"))

    class Meta:
        verbose_name = verbose_name_plural = _("作息时间")
        ordering = ["-priority", "-valid_from"]
        constraints = [
            models.CheckConstraint(
                condition=Q(am_start__lt=F("am_end")),
                name="workhours_morning_ordered",
                violation_error_message=_("上午下班时间须晚于上午上班时间。"),
            ),
            models.CheckConstraint(
                condition=Q(pm_start__isnull=True, pm_end__isnull=True)
                | Q(
                    pm_start__isnull=False,
                    pm_end__isnull=False,
                    pm_start__gte=F("am_end"),
                    pm_end__gt=F("pm_start"),
                ),
                name="workhours_afternoon_ordered",
                violation_error_message=_(
                    "下午时段须在上午下班之后，且下班晚于上班；仅有一个时段时下午两项均留空。"
                ),
            ),
            models.CheckConstraint(
                condition=Q(**{f"{part}__isnull": True for part in SEASON})
                | Q(
                    **{f"{part}__isnull": False for part in SEASON},
                    from_month__range=(1, 12),
                    to_month__range=(1, 12),
                    from_day__range=(1, 31),
                    to_day__range=(1, 31),
                ),
                name="workhours_season_whole",
                violation_error_message=_("季节起止的月、日须全部填写，或全部留空表示全年。"),
            ),
            models.CheckConstraint(condition=~Q(weekdays=""), name="workhours_has_weekdays"),
            models.UniqueConstraint(
                fields=["priority", "valid_from"],
                condition=Q(from_month=None),
                name="workhours_one_per_year_round",
                violation_error_message=_("已有优先级和启用日期相同的全年作息时间。"),
            ),
            models.UniqueConstraint(
                fields=["priority", "valid_from", "from_month", "from_day"],
                name="workhours_one_per_season",
                violation_error_message=_("已有优先级、启用日期和季节起始相同的作息时间。"),
            ),
        ]

    def __str__(self):
        return self.name

    def season(self):
        """These hours as the clock reads them."""
        periods = tuple(
            (begin.hour * 60 + begin.minute, end.hour * 60 + end.minute)
            for begin, end in ((self.am_start, self.am_end), (self.pm_start, self.pm_end))
            if begin is not None
        )
        weekly = tuple(periods if number in self.weekdays else () for number in "1234567")
        if self.from_month is None:
            return Season(weekly, valid_from=self.valid_from)
        return Season(
            weekly, (self.from_month, self.from_day), (self.to_month, self.to_day), self.valid_from
        )


class CalendarChange(models.Model):
    """Trace of a change: a notice imported (`year` set) or working hours edited (`year` empty)."""

    at = models.DateTimeField(_("时间"), db_default=Now())
    year = models.PositiveSmallIntegerField(_("年份"), null=True, blank=True)
    version_before = models.PositiveIntegerField(_("原版本"), default=0)
    version_after = models.PositiveIntegerField(_("新版本"), default=0)
    diff = models.JSONField(_("变更内容"), default=dict)
    by = models.CharField(_("操作人"), max_length=150, blank=True)
    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    objects = CalendarChangeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("日历变更记录")
        ordering = ["-pk"]

    def __str__(self):
        what = self.year or _("作息时间")
        return f"{what} · {self.version_before} → {self.version_after}"

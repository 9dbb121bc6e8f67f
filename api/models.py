"""What the API itself keeps: the log of changes that `updated_since` reads, and counted calls."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from api.querysets import CallsQuerySet, ChangeQuerySet


class Change(models.Model):
    """One change of a row that the API serves, written by database triggers (api/sync.py), so that
    bulk writes, commands and raw SQL are in it too.

    `at` is the row's own time of change where the write set it, `logged` the database's, `stamp`
    the time under which clients find it, given when the change is committed and first asked for.
    `gone`: whoever is in `scope` lost the row, known to him as `name`; it was deleted or handed to
    somebody else.
    """

    kind = models.CharField(max_length=20)
    row = models.BigIntegerField()
    at = models.DateTimeField(null=True)
    logged = models.DateTimeField()
    stamp = models.DateTimeField(null=True)
    gone = models.BooleanField(default=False)
    name = models.CharField(max_length=40, blank=True)
    scope = models.JSONField(null=True)

    objects = ChangeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("变更日志")
        indexes = [
            models.Index(fields=["kind", "stamp", "row"], name="change_window"),
            models.Index(fields=["kind", "row"], name="change_of_row"),
            models.Index(fields=["stamp"], name="change_stamp"),
            models.Index(fields=["id"], condition=Q(stamp=None), name="change_unpublished"),
        ]

    def __str__(self):
        return f"{self.kind} {self.row}"


class Horizon(models.Model):
    """One row: every stamp given so far is before `until`, every later one is not."""

    until = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = _("变更日志水位")

    def __str__(self):
        return f"{self.until:%Y-%m-%d %H:%M:%S}"


class Calls(models.Model):
    """How often one caller called in one minute. `who`: "key:<name>", or "refused:<address>" for
    calls without a valid key.
    """

    who = models.CharField(_("调用方"), max_length=80)
    minute = models.DateTimeField(_("时间（分钟）"))
    number = models.PositiveIntegerField(_("次数"), default=0)

    objects = CallsQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("接口调用记录")
        ordering = ["-minute", "who"]
        constraints = [models.UniqueConstraint(fields=["who", "minute"], name="calls_once")]

    def __str__(self):
        return f"{self.who} {self.minute:%Y-%m-%d %H:%M}"

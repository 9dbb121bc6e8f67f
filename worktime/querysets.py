from django.db import models
from django.db.models import Count, Window


class CalendarDayQuerySet(models.QuerySet):
    def of(self, year):
        return self.filter(year__year=year)

    def ruled_by_others(self, year, dates):
        return self.filter(date__in=dates).exclude(year__year=year)


class CalendarChangeQuerySet(models.QuerySet):
    def mark(self):
        """What differs after every committed change, in one small query; None before the first.

        The count sees a change that commits after a later one, the token one that takes a rolled-
        back number again.
        """
        changes = self.order_by("-pk").annotate(total=Window(Count("*")))
        return changes.values_list("pk", "token", "total").first()

"""The days of the sample's projects: written relative to the anchor, read as dates and moments."""

import calendar as gregorian
import re
from datetime import date, datetime, time, timedelta
from functools import cached_property

from django.utils import timezone

from hangu.sample.timeline import Days
from projects.reporting import due_on, first_of, last_month, locks_on, next_month
from worktime import clock

DAY = timedelta(days=1)
# The district's published year: the ledger begins with it.
BEGIN = date(2023, 1, 1)
MONTHS = 36
WRITTEN = re.compile(r"(?P<unit>[ymdw])(?P<number>[+-]\d+)(?::(?P<rest>[\d-]+))?")


class Almanac(Days):
    """`month` is the last one whose report was due before the anchor; the first month of reports is
    the January that leaves MONTHS or more before it, or what `first` says.
    """

    def __init__(self, calendar, anchor, first=None):
        super().__init__(calendar, anchor)
        self.today = timezone.localdate(anchor, calendar.tz)
        self.month = last_month(first_of(self.today))
        while due_on(self.month, calendar) >= self.today:
            self.month = last_month(self.month)
        self.first = first or max(BEGIN, self.back(MONTHS - 1).replace(month=1))
        # The ledger is opened: what was before is how the projects are entered.
        self.begin = self.worked(self.first.replace(day=16))
        self.mornings = {}

    def back(self, number):
        """The month `number` months before the last one that was due."""
        return shifted(self.month, -number)

    @cached_property
    def months(self):
        """Every month with reports, the oldest first."""
        found = [self.first]
        while found[-1] < self.month:
            found.append(next_month(found[-1]))
        return found

    def read(self, text):
        """The date a text states, relative to the anchor or not; None for an empty one."""
        if not text:
            return None
        if (found := WRITTEN.fullmatch(text)) is None:
            return date.fromisoformat(text)
        number, rest = int(found["number"]), found["rest"]
        if found["unit"] == "y":
            return date.fromisoformat(f"{self.today.year + number}-{rest}")
        if found["unit"] == "m":
            month = shifted(first_of(self.today), number)
            length = gregorian.monthrange(month.year, month.month)[1]
            return month.replace(day=min(int(rest), length))
        return self.date(-number) if found["unit"] == "w" else self.today + number * DAY

    def worked(self, day):
        """The day itself or the last working day before it: deeds are done on working days."""
        return clock.shift_workdays(self.calendar, day + DAY, -1)

    def at(self, day, minutes):
        """`minutes` of working time after the opening of the last working day up to `day`."""
        opening = clock.opening(self.calendar, self.worked(day))
        moment = clock.due_after_minutes(self.calendar, opening, minutes)
        # Noon and closing time are not working time any more.
        return clock.next_working_moment(self.calendar, moment)

    def nth(self, month, number, minutes):
        """On the `number`-th working day after a month."""
        first = clock.shift_workdays(self.calendar, next_month(month), 0)
        day = clock.shift_workdays(self.calendar, first, number - 1) if number > 1 else first
        return self.at(day, minutes)

    def closing_of(self, month):
        """The morning after the reports of a month were due: lights are judged."""
        return self._mornings(month)[0]

    def locking_of(self, month):
        """The night after the last day for reports of a month."""
        return self._mornings(month)[1]

    def _mornings(self, month):
        if month not in self.mornings:
            due, last = due_on(month, self.calendar), locks_on(month, self.calendar)
            self.mornings[month] = [
                datetime.combine(day + DAY, time(hour), self.calendar.tz)
                for day, hour in ((due, 6), (last, 1))
            ]
        return self.mornings[month]

    def words(self, text):
        """A text that speaks of next year, for a day that is not known."""
        return text.format(next=self.today.year + 1, later=self.today.year + 2)


def shifted(month, number):
    """The first day of the month `number` months later."""
    count = month.year * 12 + month.month - 1 + number
    return date(count // 12, count % 12 + 1, 1)

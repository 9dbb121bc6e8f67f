"""What the sample's projects spend month by month: a northern year, the same at every run.

Amounts are whole 万元 inside and Decimal yuan outside.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from hangu.sample.sketches import WAN, chance
from ledgers.money import read_amount
from projects import figures, stages
from projects.reporting import first_of, next_month

# Hundredths of a year's work by month: frost, spring festival, the good months of autumn.
SEASON = (5, 4, 8, 9, 10, 10, 9, 9, 11, 11, 8, 6)
STEP = 10


def yuan(wan):
    return Decimal(wan) * WAN


def run(first, last):
    """Months from one to another."""
    months = [first]
    while months[-1] < last:
        months.append(next_month(months[-1]))
    return months


def spread(total, first, last):
    """{month: 万元} of an amount over the months, by season; sums to the total."""
    months = run(first, last)
    whole, done, found = sum(SEASON[month.month - 1] for month in months), 0, {}
    weight = 0
    for month in months:
        weight += SEASON[month.month - 1]
        found[month] = total * weight // whole - done
        done += found[month]
    return found


@dataclass
class Curve:
    """`base`: what the work costs by month, to its end; `spent`: what was spent so far, from the
    start, in 万元; `physical`: percent done; `stat`: what statistics count of a year.
    """

    sketch: object
    almanac: object
    scripts: dict
    base: dict = field(default_factory=dict)
    spent: dict = field(default_factory=dict)

    def __post_init__(self):
        sketch, start = self.sketch, self.sketch.met.get("start")
        self.total = int(sketch.total / WAN) if sketch.total is not None else 0
        given = sketch.row.get("spent")
        self.goal = int(read_amount(given).yuan / WAN) if given else self.total
        if start and self.goal and sketch.finish_on:
            end = self.almanac.read(sketch.row.get("spent_by", "")) or sketch.finish_on
            self.base = spread(self.goal, first_of(start), first_of(max(start, end)))
        self._spend()

    def _spend(self):
        until = self._until()
        for month, amount in self.base.items():
            if month <= until:
                sway = chance(self.sketch.key, month) % 61 - 30
                self.spent[month] = amount * (1000 + sway) // 1000
        self._pace()
        for month, script in self.scripts.items():
            if "amount" in script:
                self.spent[month] = script["amount"]

    def _until(self):
        """The last month that anything is spent in."""
        paused = self.sketch.first_on(stages.PAUSED)
        return first_of(min(paused or self.almanac.today, self.almanac.today))

    def _pace(self):
        """The year of the last month goes so that it stands `points` ahead of its time."""
        points = self.sketch.row.get("points")
        last = self.almanac.month
        own = [month for month in self.spent if month.year == last.year and month <= last]
        whole = sum(self.spent[month] for month in own)
        if points is None or not whole:
            return
        elapsed = figures.time_progress(last.month)
        wanted = max(elapsed + Fraction(points, 100), elapsed / 4)
        pace = wanted * self._natural(last.year) / whole
        for month in own:
            self.spent[month] = int(self.spent[month] * pace)

    def _natural(self, year):
        return sum(amount for month, amount in self.base.items() if month.year == year)

    def of(self, month):
        return self.spent.get(month, 0)

    def ytd(self, month):
        return sum(
            amount for m, amount in self.spent.items() if m.year == month.year and m <= month
        )

    def until(self, month):
        """Everything spent up to and with a month."""
        return sum(amount for m, amount in self.spent.items() if m <= month)

    def carried(self):
        """What was spent before the first month of reports."""
        return sum(amount for month, amount in self.spent.items() if month < self.almanac.first)

    def annual(self, year):
        """A year's plan, or None in a year without work."""
        natural = self._natural(year)
        if not natural:
            return None
        last = self.almanac.month
        if year > last.year or (year == last.year and "complete" not in self.sketch.row):
            return max(STEP, natural // STEP * STEP)
        if year == last.year:
            done = self.ytd(last) * 100 // self.sketch.row["complete"]
        else:
            lead = chance(self.sketch.key, year) % 14 - 5
            done = sum(a for m, a in self.spent.items() if m.year == year) * 100 // (100 + lead)
        return max(STEP, done // STEP * STEP)

    def cumulative(self, year, annual):
        """Twelve planned amounts in yuan as text, the last one the year's."""
        natural, done, found = self._natural(year), 0, []
        for number in range(1, 13):
            done += self.base.get(self.almanac.first.replace(year=year, month=number), 0)
            found.append(annual if number == 12 else annual * done // natural)
        return [str(yuan(amount)) for amount in found]

    def physical(self, month):
        """Percent of the work, one decimal; a script may set it back."""
        start = self.sketch.met.get("start")
        if not self.goal or not start or first_of(start) > month:
            return Decimal("0.0")
        share = Decimal(self.until(month) * 1000 // self.goal) / 10
        share = min(share, Decimal(100) if self._is_finished(month) else Decimal(99))
        script = self.scripts.get(month, {})
        if "physical" in script:
            before = max(m for m in self.spent if m < month)
            return self.physical(before) + Decimal(script["physical"])
        return Decimal(100) if self._is_finished(month) else share

    def _is_finished(self, month):
        finish = self.sketch.met.get("finish")
        return finish is not None and first_of(finish) <= month

    def stat(self, month, entered):
        """Yuan of the year by statistics, which publish no January, or None."""
        script = self.scripts.get(month, {})
        if "stat" in script:
            return yuan(int(self.ytd(month) * Decimal(script["stat"])))
        if entered is None or first_of(entered) > month or month.month == 1:
            return None
        part = 94 + chance(self.sketch.key, "stat") % 6
        return yuan(self.ytd(month) * part // 100)


def by_project(rows, almanac):
    """{project: {month: script}} of the [[reports]] of scenes.toml."""
    found = defaultdict(dict)
    for row in rows:
        found[row["project"]][almanac.back(row["back"])] = row
    return found

"""What a working calendar is: immutable, without database; read by the clock."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, tzinfo
from types import MappingProxyType

# Minutes after local midnight, 0 to 1440 ("24:00").
Period = tuple[int, int]
Periods = tuple[Period, ...]
Weekly = tuple[Periods, Periods, Periods, Periods, Periods, Periods, Periods]

WORKDAY, MAKEUP, WEEKEND, HOLIDAY = "workday", "makeup", "weekend", "holiday"


class ClockError(ValueError):
    """The calendar or the question makes no sense: naive time, negative limit, open pause, no
    working time.
    """


def minute_of_day(text: str) -> int:
    """Minutes after midnight of "HH:MM"; "24:00" is the end of the day. Raises ClockError."""
    found = re.fullmatch(r"(\d{2}):(\d{2})", text) if isinstance(text, str) else None
    minute = int(found[1]) * 60 + int(found[2]) if found and int(found[2]) < 60 else -1
    if not 0 <= minute <= 1440:
        raise ClockError(f"not a time of day: {text!r}")
    return minute


def _checked(periods) -> Periods:
    periods = tuple((begin, end) for begin, end in periods)
    bounds = [0, *(minute for period in periods for minute in period), 1440]
    if bounds != sorted(bounds) or any(begin == end for begin, end in periods):
        raise ClockError(f"periods must be in order and may not overlap: {periods}")
    return periods


@dataclass(frozen=True)
class Season:
    """Weekly hours (Monday first) that recur every year from `first` to `last` (month, day), both
    included.

    `first` after `last` runs over New Year. `valid_from` is the first day on which the season
    exists at all.
    """

    weekly: Weekly
    first: tuple[int, int] = (1, 1)
    last: tuple[int, int] = (12, 31)
    valid_from: date = date.min

    def covers(self, day: date) -> bool:
        at, first, last = (day.month, day.day), self.first, self.last
        inside = first <= at <= last if first <= last else at >= first or at <= last
        return inside and day >= self.valid_from


@dataclass(frozen=True)
class DayPlan:
    kind: str
    periods: Periods
    name: str = ""


def nothing_statutory(year: int) -> Mapping[date, tuple[str, bool]]:
    return {}


@dataclass(frozen=True)
class WorkCalendar:
    """What is worked when. Nothing in it changes after it is built.

    shifts: days worked against the rule, with their periods; None stands for the hours of an
    ordinary working day in that season. They win over holidays. seasons: the first that covers a
    day wins, `weekly` is what remains. announced: years with a State Council notice (None: all);
    in others `statutory(year)` -> {date: (name, is_workday)} stands in and whatever rests on it is
    provisional.
    """

    tz: tzinfo
    weekly: Weekly
    holidays: frozenset[date] = frozenset()
    shifts: Mapping[date, Periods | None] = field(default_factory=dict)
    seasons: tuple[Season, ...] = ()
    announced: frozenset[int] | None = None
    version: str = ""
    names: Mapping[date, str] = field(default_factory=dict)
    statutory: Callable[[int], Mapping[date, tuple[str, bool]]] = nothing_statutory

    def __post_init__(self):
        for weekly in (self.weekly, *(season.weekly for season in self.seasons)):
            if len(weekly) != 7:
                raise ClockError("a week has seven days")
            for periods in weekly:
                _checked(periods)
        shifts = {
            day: given if given is None else _checked(given) for day, given in self.shifts.items()
        }
        object.__setattr__(self, "holidays", frozenset(self.holidays))
        object.__setattr__(self, "shifts", MappingProxyType(shifts))
        object.__setattr__(self, "names", MappingProxyType(dict(self.names)))

    def is_announced(self, year: int) -> bool:
        return self.announced is None or year in self.announced

    def plan(self, day: date) -> DayPlan:
        """Whether `day` is worked, when, and what it is called."""
        week = next((season.weekly for season in self.seasons if season.covers(day)), self.weekly)
        usual, name = week[day.weekday()], self.names.get(day, "")
        if day in self.shifts:
            return _shift(self.shifts[day], usual, week, name)
        if day in self.holidays:
            return DayPlan(HOLIDAY, (), name)
        if not self.is_announced(day.year) and (found := self.statutory(day.year).get(day)):
            return (
                _shift(None, usual, week, found[0]) if found[1] else DayPlan(HOLIDAY, (), found[0])
            )
        return DayPlan(WORKDAY if usual else WEEKEND, usual, name)


def _shift(given: Periods | None, usual: Periods, week: Weekly, name: str) -> DayPlan:
    if given is None:
        given = usual or next((periods for periods in week if periods), ())
    kind = HOLIDAY if not given else WORKDAY if usual else MAKEUP
    return DayPlan(kind, given, name)

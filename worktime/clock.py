"""The working-time clock: pure functions over an immutable calendar; no database, no now().

Moments go in as aware datetimes of any zone and come out in the calendar's zone. Arithmetic is
done in UTC and wall times are converted day by day, so that a day of 23 or 25 hours is counted as
it was. Pauses are pairs (start, end); they may overlap, repeat, be unsorted or begin before the
clock, and each moment of them is counted once. A due time that falls on closing time stays there.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction

from worktime.calendars import ClockError, Periods, WorkCalendar

Span = tuple[datetime, datetime]
Pauses = Iterable[tuple[datetime, datetime | None]]

RECEIPT = "receipt"
DAY = timedelta(days=1)
# No limit and no closure is as long as these (days); a calendar without working time must end in
# an error, not in a loop.
LONGEST_CLOSURE, LONGEST_SEARCH = 400, 40_000


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ClockError(f"a time without zone: {moment}")
    return moment.astimezone(UTC)


def _moment(calendar: WorkCalendar, day: date, minute: int) -> datetime:
    # The wall time first, its zone after: minutes added to an aware time would ignore a change of
    # clocks.
    wall = datetime.combine(day, time.min) + timedelta(minutes=minute)
    return wall.replace(tzinfo=calendar.tz).astimezone(UTC)


def _local_day(calendar: WorkCalendar, moment: datetime) -> date:
    return _utc(moment).astimezone(calendar.tz).date()


def _day_spans(calendar: WorkCalendar, day: date) -> list[Span]:
    plan = calendar.plan(day)
    return [
        (_moment(calendar, day, begin), _moment(calendar, day, end)) for begin, end in plan.periods
    ]


def _spans(calendar: WorkCalendar, since: datetime) -> Iterator[Span]:
    """Working spans from `since` (UTC) on, cut to it; one that ends exactly there is kept with no
    length.
    """
    # A day that ends at 24:00 reaches the next one, so the search begins a day early.
    first, closed = _local_day(calendar, since) - DAY, 0
    for number in range(LONGEST_SEARCH):
        spans = _day_spans(calendar, first + number * DAY)
        closed = 0 if spans else closed + 1
        if closed > LONGEST_CLOSURE:
            break
        for begin, end in spans:
            if end >= since:
                yield max(begin, since), end
    raise ClockError("the calendar has no working time")


def _merged(pauses: Pauses, until: datetime | None = None) -> list[Span]:
    """Pauses in UTC, sorted and united; an open one lasts until `until`, without it is refused."""
    spans = []
    for begin, end in pauses:
        if end is None and until is None:
            raise ClockError("a pause that has not ended has no due time")
        begin, end = _utc(begin), max(_utc(begin), until) if end is None else _utc(end)
        if end < begin:
            raise ClockError("a pause ends before it begins")
        spans.append((begin, end))
    merged: list[Span] = []
    for begin, end in sorted(span for span in spans if span[0] < span[1]):
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((begin, end))
    return merged


def _free(spans: Iterable[Span], pauses: list[Span]) -> Iterator[Span]:
    """`spans` without `pauses`; a piece of no length stays, so that a due time can rest on a
    boundary.
    """
    for begin, end in spans:
        for pause_begin, pause_end in pauses:
            if pause_end <= begin:
                continue
            if pause_begin >= end or begin > end:
                break
            if pause_begin >= begin:
                yield begin, pause_begin
            begin = pause_end
        if begin <= end:
            yield begin, end


def _cut(spans: Iterable[Span], begin: datetime, end: datetime) -> Iterator[Span]:
    for span_begin, span_end in spans:
        if span_begin >= end:
            return
        if span_end > begin:
            yield max(span_begin, begin), min(span_end, end)


def _length(spans: Iterable[Span]) -> timedelta:
    return sum((end - begin for begin, end in spans), timedelta())


def _worked(
    calendar: WorkCalendar, begin: datetime, end: datetime, pauses: list[Span]
) -> timedelta:
    if end <= begin:
        return timedelta()
    return _length(_free(_cut(_spans(calendar, begin), begin, end), pauses))


def _after(
    calendar: WorkCalendar, start: datetime, work: timedelta, pauses: list[Span]
) -> datetime:
    for begin, end in _free(_spans(calendar, start), pauses):
        if work <= end - begin:
            return (begin + work).astimezone(calendar.tz)
        work -= end - begin
    raise AssertionError("working spans do not end")


def due_after_minutes(
    calendar: WorkCalendar, start: datetime, minutes: int, pauses: Pauses = ()
) -> datetime:
    """The moment at which `minutes` working minutes have passed since `start`.

    0 minutes give `start` itself within working time and on closing time, else the next opening:
    so a due time is its own due time after 0 minutes, and due(a + b) is due(due(a), b). Raises
    ClockError.
    """
    if minutes < 0:
        raise ClockError("a limit may not be negative")
    return _after(calendar, _utc(start), timedelta(minutes=minutes), _merged(pauses))


def due_after_days(
    calendar: WorkCalendar, start: datetime, days: int | Fraction, pauses: Pauses = ()
) -> datetime:
    """Closing time of the `days`-th working day after the local day of `start`, which does not
    count.

    `days` is a multiple of 1/2 (int, Decimal, Fraction). Half a day ends with the first period of
    the next working day (halfway through where the day has only one). 0 days are the first closing
    time not before `start`. Working time paused between the day of receipt and the due time is
    added after it. Raises ClockError.
    """
    count = Fraction(days)
    if count < 0 or (count * 2).denominator != 1:
        raise ClockError("working days come in halves and may not be negative")
    received, pauses = _local_day(calendar, start), _merged(pauses)
    whole, half = divmod(count, 1)
    day = shift_workdays(calendar, received, int(whole)) if whole else received
    if half:
        due = _half_day(calendar, shift_workdays(calendar, day, 1))
    elif whole:
        due = _utc(closing(calendar, day))
    else:
        day = shift_workdays(calendar, received, 0)
        due = _utc(closing(calendar, day))
        due = (
            due if due >= _utc(start) else _utc(closing(calendar, shift_workdays(calendar, day, 1)))
        )
    if not pauses:
        return due.astimezone(calendar.tz)
    # The clock of whole days rests on the day of receipt: a pause on that day stops nothing.
    since = _moment(calendar, received + DAY, 0) if count else _utc(start)
    paused = _worked(calendar, since, due, []) - _worked(calendar, since, due, pauses)
    return _after(calendar, due, paused, pauses) if paused else due.astimezone(calendar.tz)


def _half_day(calendar: WorkCalendar, day: date) -> datetime:
    first, *more = _day_spans(calendar, day)
    return first[1] if more else first[0] + (first[1] - first[0]) / 2


def elapsed(calendar: WorkCalendar, start: datetime, end: datetime, pauses: Pauses = ()) -> int:
    """Whole working minutes from `start` to `end`, rounded down once over the total; 0 when `end`
    is not after `start`.

    A pause whose end is None lasts until `end`.
    """
    end = _utc(end)
    return _worked(calendar, _utc(start), end, _merged(pauses, until=end)) // timedelta(minutes=1)


def is_workday(calendar: WorkCalendar, day: date) -> bool:
    return bool(calendar.plan(day).periods)


def shift_workdays(calendar: WorkCalendar, day: date, n: int) -> date:
    """The n-th working day after (before, if negative) `day`; 0 gives `day` itself or the next
    working day.
    """
    step, left, idle = (-DAY if n < 0 else DAY), abs(n), 0
    if n == 0:
        day, left = day - DAY, 1
    while left:
        day += step
        worked = is_workday(calendar, day)
        left, idle = left - worked, 0 if worked else idle + 1
        if idle > LONGEST_CLOSURE:
            raise ClockError("the calendar has no working time")
    return day


def opening(calendar: WorkCalendar, day: date) -> datetime:
    """When `day` opens. Raises ClockError on a rest day."""
    return _moment(calendar, day, _periods(calendar, day)[0][0]).astimezone(calendar.tz)


def closing(calendar: WorkCalendar, day: date) -> datetime:
    """When `day` closes. Raises ClockError on a rest day."""
    return _moment(calendar, day, _periods(calendar, day)[-1][1]).astimezone(calendar.tz)


def _periods(calendar: WorkCalendar, day: date) -> Periods:
    if periods := calendar.plan(day).periods:
        return periods
    raise ClockError(f"{day} is not a working day")


def next_working_moment(calendar: WorkCalendar, at: datetime) -> datetime:
    """`at` itself within working time, else the next opening; closing time is already outside."""
    return next(begin for begin, end in _spans(calendar, _utc(at)) if begin < end).astimezone(
        calendar.tz
    )


def workdays_left(calendar: WorkCalendar, now: datetime, due: datetime) -> int:
    """Working days after today up to and with the due day: 0 on the due day, 1 the working day
    before.

    After the due time it is negative and counts begun working days: -1 from the due time on and
    through the next working day, -2 on the one after.
    """
    today, due_day = _local_day(calendar, now), _local_day(calendar, due)
    if _utc(now) <= _utc(due):
        return workdays_between(calendar, today, due_day)
    return -max(1, workdays_between(calendar, due_day, today))


def workdays_between(calendar: WorkCalendar, after: date, until: date) -> int:
    """Working days after `after` up to and with `until`; 0 when that is not later."""
    return sum(
        is_workday(calendar, after + number * DAY) for number in range(1, (until - after).days + 1)
    )


def is_provisional(calendar: WorkCalendar, start: datetime, due: datetime) -> bool:
    """Whether the span touches a local year whose notice is not out yet."""
    first, last = _local_day(calendar, start).year, _local_day(calendar, due).year
    return not all(calendar.is_announced(year) for year in range(first, last + 1))


@dataclass(frozen=True)
class DayStep:
    """One day of a derivation. minutes: worked and not paused; running: days counted so far, this
    one included.
    """

    date: date
    kind: str  # receipt, workday, makeup, weekend, holiday
    name: str
    counted: bool
    minutes: int
    paused: int
    running: int
    provisional: bool


def derive(
    calendar: WorkCalendar, start: datetime, due: datetime, pauses: Pauses = ()
) -> list[DayStep]:
    """How `due` follows from `start`, day by day; the minutes add up to elapsed(start, due,
    pauses).

    A day counts when it is worked, is not the day of receipt and is not paused as a whole.
    """
    begin, end = _utc(start), _utc(due)
    pauses = _merged(pauses, until=end)
    received, last = _local_day(calendar, start), _local_day(calendar, due)
    steps, total, paused_total, running = [], timedelta(), timedelta(), 0
    for number in range((last - received).days + 1):
        day = received + number * DAY
        plan, open_today = calendar.plan(day), list(_cut(_day_spans(calendar, day), begin, end))
        worked = _length(_free(open_today, pauses))
        paused = _length(open_today) - worked
        counted = day != received and bool(plan.periods) and not (paused and not worked)
        running += counted
        # Cumulative rounding: the days' minutes must add up to the rounded total.
        minutes = _minutes(total + worked) - _minutes(total)
        stopped = _minutes(paused_total + paused) - _minutes(paused_total)
        total, paused_total = total + worked, paused_total + paused
        kind, waits = plan.kind if number else RECEIPT, not calendar.is_announced(day.year)
        steps.append(DayStep(day, kind, plan.name, counted, minutes, stopped, running, waits))
    return steps


def _minutes(length: timedelta) -> int:
    return length // timedelta(minutes=1)

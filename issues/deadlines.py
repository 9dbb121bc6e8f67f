"""When a promise falls due and when its ladder speaks. Pure: the calendar and the moments come
in, nothing is read.
"""

from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from worktime import clock

CLOCK_HOURS, WORKING_HOURS, WORKING_DAYS = "clock_hours", "working_hours", "working_days"


def due_time(calendar, *, started_at, number=None, unit="", fixed_on=None, pauses=()):
    """The due moment of a limit (`number` of `unit` after `started_at`) or of an approved date
    (its closing time).

    A date that is a rest day is due at closing of the next working day. `pauses` are (start, end)
    pairs of
    moments; working units lose the working minutes in them, clock hours the minutes on the wall
    clock.
    """
    if fixed_on is not None:
        return clock.closing(calendar, clock.shift_workdays(calendar, fixed_on, 0))
    if unit == CLOCK_HOURS:
        return started_at + timedelta(hours=float(number)) + paused_time(pauses)
    if unit == WORKING_HOURS:
        return clock.due_after_minutes(calendar, started_at, int(number * 60), pauses)
    return clock.due_after_days(calendar, started_at, Decimal(number), pauses)


def paused_time(pauses):
    """Length of the union of pauses, so that overlapping ones count once."""
    total, reached = timedelta(0), datetime.min.replace(tzinfo=UTC)
    for start, end in sorted(pauses):
        start = max(start, reached)
        if end > start:
            total, reached = total + (end - start), end
    return total


def shortened(number, unit, share):
    """`number` times `share`; working days are kept to halves, which end at noon of the last
    day.
    """
    reduced = Decimal(number) * Decimal(share)
    if unit == WORKING_DAYS:
        reduced = max((reduced * 2).quantize(Decimal(1), ROUND_HALF_UP) / 2, Decimal("0.5"))
    return reduced


def fire_time(calendar, due_at, offset, unit):
    """The moment of a rung: working days count from the due day and speak at opening time, hours
    from the due time.
    """
    if unit == CLOCK_HOURS:
        return due_at + timedelta(hours=offset)
    day = clock.shift_workdays(calendar, due_at.astimezone(calendar.tz).date(), 0)
    return clock.opening(calendar, clock.shift_workdays(calendar, day, offset) if offset else day)


def ladder(calendar, *, due_at, rungs, escalation, now):
    """[(rung, voice, fire_at)] of a due time, lowest rung first.

    `rungs` are rows with offset and unit, sorted. `voice` is the rung whose audience and colour
    speaks:
    `escalation` rungs higher, at most the highest. What was to warn before a moment already past
    is left out.
    """
    rungs = list(rungs)
    planned = []
    for position, rung in enumerate(rungs):
        voice = rungs[min(position + escalation, len(rungs) - 1)]
        fire_at = fire_time(calendar, due_at, rung.offset, rung.unit)
        if fire_at > now or rung.offset > 0:
            planned.append((rung, voice, fire_at))
    return planned

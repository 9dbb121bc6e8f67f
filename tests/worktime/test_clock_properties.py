from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.worktime.conftest import OFFICE, at, calendar_of
from worktime import clock

CALENDAR = calendar_of(2025, 2026)
JANUARY = at("2026-01-01 00:00")
minutes = st.integers(0, 3000)
moments = st.integers(0, 300 * 24 * 60 * 60).map(lambda second: JANUARY + timedelta(seconds=second))
days = st.integers(0, 330).map(lambda number: date(2026, 1, 1) + timedelta(days=number))
pauses = st.lists(
    st.tuples(moments, st.integers(0, 5000)).map(
        lambda pause: (pause[0], pause[0] + timedelta(minutes=pause[1]))
    ),
    max_size=5,
)


def near(start, spans):
    """The same pauses moved to where the clock runs, or they would seldom meet it."""
    return [
        (
            start + (begin - JANUARY) / 50 - timedelta(days=1),
            start + (begin - JANUARY) / 50 + (end - begin),
        )
        for begin, end in spans
    ]


@given(moments, minutes, minutes, pauses)
def test_limits_add_up(start, first, second, spans):
    spans = near(start, spans)
    halfway = clock.due_after_minutes(CALENDAR, start, first, spans)
    together = clock.due_after_minutes(CALENDAR, start, first + second, spans)
    assert clock.due_after_minutes(CALENDAR, halfway, second, spans) == together


@given(moments, minutes, pauses)
def test_elapsed_is_the_inverse(start, limit, spans):
    spans = near(start, spans)
    due = clock.due_after_minutes(CALENDAR, start, limit, spans)
    assert clock.elapsed(CALENDAR, start, due, spans) == limit


@given(moments, minutes, st.integers(0, 20), days)
def test_one_more_holiday_never_brings_a_due_time_forward(start, limit, count, day):
    shifts = {worked: hours for worked, hours in CALENDAR.shifts.items() if worked != day}
    more = replace(CALENDAR, holidays=CALENDAR.holidays | {day}, shifts=shifts)
    assert clock.due_after_minutes(more, start, limit) >= clock.due_after_minutes(
        CALENDAR, start, limit
    )
    assert clock.due_after_days(more, start, count) >= clock.due_after_days(CALENDAR, start, count)


@given(moments, minutes, st.integers(0, 20), days)
def test_one_more_makeup_day_never_puts_a_due_time_off(start, limit, count, day):
    more = replace(CALENDAR, shifts={**CALENDAR.shifts, day: OFFICE})
    assert clock.due_after_minutes(more, start, limit) <= clock.due_after_minutes(
        CALENDAR, start, limit
    )
    assert clock.due_after_days(more, start, count) <= clock.due_after_days(CALENDAR, start, count)


def united(spans):
    """Another way to unite: a pause runs where the number of running pauses is not 0."""
    edges = sorted([(begin, 0, 1) for begin, _ in spans] + [(end, 1, -1) for _, end in spans])
    result, running = [], 0
    for moment, _, step in edges:
        if running == 0:
            result.append([moment, moment])
        running += step
        result[-1][1] = moment
    return [tuple(span) for span in result]


@given(moments, minutes, st.integers(0, 8), pauses, st.randoms())
def test_each_paused_moment_counts_once(start, limit, count, spans, random):
    spans = near(start, spans)
    doubled = spans + spans
    random.shuffle(doubled)
    once = united(spans)
    for due, amount in ((clock.due_after_minutes, limit), (clock.due_after_days, count)):
        assert due(CALENDAR, start, amount, doubled) == due(CALENDAR, start, amount, once)


@given(moments, st.integers(1, 20), pauses)
def test_a_pause_never_brings_a_due_time_forward(start, count, spans):
    plain = clock.due_after_days(CALENDAR, start, count)
    paused = clock.due_after_days(CALENDAR, start, count, near(start, spans))
    assert paused >= plain


@given(moments, st.integers(0, 40), pauses)
def test_the_derivation_adds_up(start, count, spans):
    spans = near(start, spans)
    due = clock.due_after_days(CALENDAR, start, count, spans)
    steps = clock.derive(CALENDAR, start, due, spans)
    assert sum(step.minutes for step in steps) == clock.elapsed(CALENDAR, start, due, spans)
    assert sum(step.counted for step in steps) == steps[-1].running >= count - 1


@given(days, st.integers(1, 30))
def test_shifting_forth_and_back_returns_to_a_working_day(day, n):
    worked = clock.shift_workdays(CALENDAR, day, 0)
    there = clock.shift_workdays(CALENDAR, worked, n)
    assert clock.shift_workdays(CALENDAR, there, -n) == worked

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from time import perf_counter
from zoneinfo import ZoneInfo

import pytest

from tests.worktime.conftest import OFFICE, WEEKDAYS, at, calendar_of
from worktime import clock
from worktime.calendars import ClockError, Season, WorkCalendar, minute_of_day

THURSDAY = at("2026-02-12 09:00")


def test_seven_working_days_over_spring_festival_count_both_makeup_saturdays(cn2026):
    assert clock.due_after_days(cn2026, THURSDAY, 7) == at("2026-02-28 17:30")


@pytest.mark.parametrize(
    ("days", "due"),
    [
        (0, "2026-02-12 17:30"),
        (Decimal("0.5"), "2026-02-13 12:00"),
        (1, "2026-02-13 17:30"),
        (Decimal("1.5"), "2026-02-14 12:00"),
        (2, "2026-02-14 17:30"),
        (3, "2026-02-24 17:30"),
    ],
)
def test_days_and_half_days(cn2026, days, due):
    assert clock.due_after_days(cn2026, THURSDAY, days) == at(due)


def test_zero_days_after_closing_are_the_next_closing(cn2026):
    assert clock.due_after_days(cn2026, at("2026-02-12 18:00"), 0) == at("2026-02-13 17:30")


def test_receipt_on_a_rest_day_counts_from_the_next_working_day(cn2026):
    assert clock.due_after_days(cn2026, at("2026-02-20 10:00"), 1) == at("2026-02-24 17:30")


@pytest.mark.parametrize("days", [-1, Decimal("0.3")])
def test_other_fractions_and_negative_days_are_refused(cn2026, days):
    with pytest.raises(ClockError):
        clock.due_after_days(cn2026, THURSDAY, days)


def test_paused_working_time_is_added_after_whole_days(cn2026):
    # Ninety working minutes of the pause, the lunch break is none.
    pauses = [(at("2026-03-10 11:00"), at("2026-03-10 14:30"))]
    assert clock.due_after_days(cn2026, at("2026-03-09 09:00"), 2, pauses) == at("2026-03-12 10:00")


def test_a_pause_over_the_due_time_leaves_what_was_left_at_its_start(cn2026):
    pauses = [(at("2026-03-10 16:30"), at("2026-03-11 10:00"))]
    assert clock.due_after_days(cn2026, at("2026-03-09 09:00"), 1, pauses) == at("2026-03-11 11:00")


def test_a_pause_on_the_day_of_receipt_stops_no_day(cn2026):
    pauses = [(at("2026-03-09 10:00"), at("2026-03-09 16:00"))]
    assert clock.due_after_days(cn2026, at("2026-03-09 09:00"), 1, pauses) == at("2026-03-10 17:30")


@pytest.mark.parametrize(
    ("start", "due"),
    [
        ("2026-03-09 09:00", "2026-03-09 09:00"),
        ("2026-03-09 17:30", "2026-03-09 17:30"),
        ("2026-03-09 12:30", "2026-03-09 14:00"),
        ("2026-03-09 18:00", "2026-03-10 08:30"),
    ],
)
def test_zero_minutes(cn2026, start, due):
    assert clock.due_after_minutes(cn2026, at(start), 0) == at(due)


def test_a_due_time_on_closing_time_stays_there(cn2026):
    assert clock.due_after_minutes(cn2026, at("2026-03-09 08:30"), 210) == at("2026-03-09 12:00")
    assert clock.due_after_minutes(cn2026, at("2026-03-09 08:30"), 420) == at("2026-03-09 17:30")
    assert clock.due_after_minutes(cn2026, at("2026-03-09 08:30"), 421) == at("2026-03-10 08:31")


def test_the_answer_is_in_the_zone_of_the_calendar(cn2026):
    due = clock.due_after_minutes(cn2026, datetime(2026, 3, 9, 1, tzinfo=UTC), 5)
    assert due.isoformat() == "2026-03-09T09:05:00+08:00"


def test_an_open_pause_has_no_due_time_but_an_elapsed_one(cn2026):
    pauses = [(at("2026-03-09 10:00"), None)]
    with pytest.raises(ClockError):
        clock.due_after_minutes(cn2026, at("2026-03-09 09:00"), 60, pauses)
    assert clock.elapsed(cn2026, at("2026-03-09 09:00"), at("2026-03-20 09:00"), pauses) == 60


def test_elapsed_rounds_down_once_over_the_total(cn2026):
    start, end = at("2026-03-09 11:59:30"), at("2026-03-09 14:00:30")
    assert clock.elapsed(cn2026, start, end) == 1
    assert clock.elapsed(cn2026, start, end - timedelta(seconds=1)) == 0
    assert clock.elapsed(cn2026, end, start) == 0


def test_questions_that_make_no_sense_are_refused(cn2026):
    closed = WorkCalendar(tz=UTC, weekly=((),) * 7)
    for question in (
        lambda: clock.due_after_minutes(cn2026, THURSDAY, -1),
        lambda: clock.due_after_minutes(cn2026, THURSDAY.replace(tzinfo=None), 1),
        lambda: clock.due_after_minutes(closed, THURSDAY, 1),
        lambda: clock.shift_workdays(closed, THURSDAY.date(), 1),
        lambda: clock.elapsed(
            cn2026, THURSDAY, THURSDAY + timedelta(1), [(at("2026-03-02"), at("2026-03-01"))]
        ),
        lambda: clock.closing(cn2026, date(2026, 2, 17)),
        lambda: WorkCalendar(tz=UTC, weekly=(((720, 510),),) * 7),
        lambda: WorkCalendar(tz=UTC, weekly=(((510, 720), (700, 800)),) * 7),
        lambda: minute_of_day("24:01"),
    ):
        with pytest.raises(ClockError):
            question()


def test_days_with_a_change_of_clocks_are_counted_as_long_as_they_were():
    weekly = (((0, 1440),),) * 7
    new_york = WorkCalendar(tz=ZoneInfo("America/New_York"), weekly=weekly)
    eve = datetime(2024, 3, 10, 0, tzinfo=new_york.tz)  # clocks go forward at two
    assert clock.elapsed(new_york, eve, datetime(2024, 3, 11, 0, tzinfo=new_york.tz)) == 23 * 60
    assert clock.due_after_minutes(new_york, eve, 180).isoformat() == "2024-03-10T04:00:00-04:00"
    autumn = datetime(2024, 11, 3, 0, tzinfo=new_york.tz)
    assert clock.elapsed(new_york, autumn, datetime(2024, 11, 4, tzinfo=new_york.tz)) == 25 * 60


SUMMER = (((510, 720), (870, 1080)),) * 5 + ((), ())  # afternoons 14:30-18:00


def test_hours_differ_by_season_and_a_makeup_day_has_its_seasons_hours():
    calendar = calendar_of(2026, seasons=(Season(SUMMER, (5, 1), (9, 30)),))
    assert clock.closing(calendar, date(2026, 4, 30)) == at("2026-04-30 17:30")
    assert clock.closing(calendar, date(2026, 5, 9)) == at("2026-05-09 18:00")  # a Saturday
    assert clock.closing(calendar, date(2026, 9, 30)) == at("2026-09-30 18:00")
    assert clock.closing(calendar, date(2026, 10, 10)) == at("2026-10-10 17:30")


def test_a_season_may_run_over_new_year_and_begin_in_a_given_year():
    winter = Season(SUMMER, (11, 1), (2, 28), valid_from=date(2026, 11, 1))
    calendar = calendar_of(2026, seasons=(winter,))
    assert clock.closing(calendar, date(2026, 1, 6)).hour == 17
    assert clock.closing(calendar, date(2026, 12, 1)).hour == 18
    assert clock.closing(calendar, date(2027, 2, 26)).hour == 18
    assert clock.closing(calendar, date(2027, 3, 1)).hour == 17


@pytest.mark.parametrize(
    ("day", "n", "result"),
    [
        ("2026-02-24", -2, "2026-02-13"),
        ("2026-02-13", 2, "2026-02-24"),
        ("2026-02-14", 0, "2026-02-14"),
        ("2026-02-15", 0, "2026-02-24"),
        ("2026-02-20", -1, "2026-02-14"),
    ],
)
def test_shift_workdays(cn2026, day, n, result):
    assert clock.shift_workdays(cn2026, date.fromisoformat(day), n) == date.fromisoformat(result)


def test_next_working_moment_is_open(cn2026):
    assert clock.next_working_moment(cn2026, at("2026-03-09 12:00")) == at("2026-03-09 14:00")
    assert clock.next_working_moment(cn2026, at("2026-03-09 11:59")) == at("2026-03-09 11:59")
    assert clock.next_working_moment(cn2026, at("2026-02-14 17:30")) == at("2026-02-24 08:30")
    assert clock.opening(cn2026, date(2026, 2, 14)) == at("2026-02-14 08:30")


@pytest.mark.parametrize(
    ("now", "left"),
    [
        ("2026-02-12 09:00", 3),
        ("2026-02-14 20:00", 1),
        ("2026-02-24 08:00", 0),
        ("2026-02-24 17:30", 0),
        ("2026-02-24 17:31", -1),
        ("2026-02-25 09:00", -1),
        ("2026-02-26 09:00", -2),
    ],
)
def test_workdays_left(cn2026, now, left):
    assert clock.workdays_left(cn2026, at(now), at("2026-02-24 17:30")) == left


def test_a_span_into_a_year_without_notice_is_provisional(cn2026):
    assert not clock.is_provisional(cn2026, at("2026-12-30 09:00"), at("2026-12-31 17:30"))
    assert clock.is_provisional(cn2026, at("2026-12-30 09:00"), at("2027-01-04 17:30"))
    assert not clock.is_provisional(calendar_of(2026, announced=None), THURSDAY, at("2031-01-01"))


def test_statutory_days_stand_in_only_where_no_notice_is():
    asked = []

    def statutory(year):
        asked.append(year)
        return {date(year, 1, 1): ("元旦", False), date(year, 1, 2): ("调休", True)}

    calendar = calendar_of(2026, statutory=statutory)
    assert clock.due_after_days(calendar, at("2026-12-31 09:00"), 1) == at("2027-01-02 17:30")
    assert set(asked) == {2027}
    assert calendar.plan(date(2027, 1, 1)).name == "元旦"


def test_derivation_names_each_day_and_adds_up(cn2026):
    start, due = at("2026-02-12 16:59:30"), at("2026-02-28 17:30")
    pauses = [(at("2026-02-25 00:00"), at("2026-02-26 09:00"))]
    steps = clock.derive(cn2026, start, due, pauses)
    assert [step.kind for step in steps] == (
        ["receipt", "workday", "makeup"] + ["holiday"] * 9 + ["workday"] * 4 + ["makeup"]
    )
    assert sum(step.minutes for step in steps) == clock.elapsed(cn2026, start, due, pauses)
    assert [step.running for step in steps][-5:] == [3, 3, 4, 5, 6]
    assert steps[13].paused == 420
    assert steps[14].paused == 30
    assert steps[3].name == "春节"
    assert not steps[3].counted
    assert not any(step.provisional for step in steps)


def test_derivation_marks_the_days_that_may_still_move(cn2026):
    steps = clock.derive(cn2026, at("2026-12-31 09:00"), at("2027-01-04 17:30"))
    assert [step.provisional for step in steps] == [False, True, True, True, True]
    assert [step.kind for step in steps][2:4] == ["weekend", "weekend"]


def test_a_calendar_cannot_be_changed(cn2026):
    with pytest.raises(TypeError):
        cn2026.shifts[date(2026, 1, 1)] = OFFICE
    with pytest.raises(AttributeError):
        cn2026.weekly = WEEKDAYS


def test_fifteen_working_days_take_less_than_a_millisecond(cn2026):
    pauses = [(at("2026-02-25 00:00"), at("2026-02-26 09:00"))]

    def timed(work):
        begin = perf_counter()
        work()
        return perf_counter() - begin

    # The best of several: the machine may be busy, the work may not be slow.
    for work in (
        lambda: clock.due_after_days(cn2026, THURSDAY, 15),
        lambda: clock.due_after_minutes(cn2026, THURSDAY, 15 * 420),
    ):
        assert min(timed(work) for _ in range(20)) < 0.001
    assert (
        min(timed(lambda: clock.due_after_days(cn2026, THURSDAY, 15, pauses)) for _ in range(20))
        < 0.002
    )

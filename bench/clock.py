"""The working-time clock: pure functions, so many calls a run, said per call."""

from bench.report import measured
from worktime import clock as worktime
from worktime.services import current_calendar

CALLS, RUNS = 200, 7


def run(report, district, size):
    calendar, start = current_calendar(), district.now
    due = worktime.due_after_days(calendar, start, 15)
    calls = {
        "due_after_days(15)": lambda: worktime.due_after_days(calendar, start, 15),
        "due_after_minutes(6300)": lambda: worktime.due_after_minutes(calendar, start, 6300),
        "elapsed over 15 days": lambda: worktime.elapsed(calendar, start, due),
        "workdays_left of 15": lambda: worktime.workdays_left(calendar, start, due),
        "derive over 15 days": lambda: worktime.derive(calendar, start, due),
        "current_calendar()": current_calendar,
    }
    for name, call in calls.items():
        samples = measured(lambda call=call: [call() for _call in range(CALLS)], RUNS)
        report.figure(f"clock {name}", samples.each(CALLS), "us")

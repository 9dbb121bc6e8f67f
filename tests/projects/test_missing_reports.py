"""Silence is seen: every month that was owed and not sent is counted, shown and reminded of."""

from datetime import date
from decimal import Decimal

from notifications.models import Message
from projects import reminders, reporting, snapshots
from tests.projects.test_reminders import (
    DEPARTMENT,
    building,
    mails,
    send_report,
    to_report,
    told,
)
from tests.projects.works import at, wan

JANUARY, FEBRUARY, MARCH = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)


def missing(project, today):
    return reporting.missing_months([project.pk], today).get(project.pk, [])


def test_months_are_missing_from_when_reports_are_owed(works):
    project = works.project("signed", now=at(2026, 1, 5), content="内容。")
    works.planned(project, start=date(2026, 6, 1))
    assert missing(project, date(2026, 3, 7)) == []
    works.move(project, "preparing", now=at(2026, 1, 31))
    assert missing(project, date(2026, 2, 6)) == []
    assert missing(project, date(2026, 2, 7)) == [JANUARY]
    assert missing(project, date(2026, 3, 6)) == [JANUARY]
    assert missing(project, date(2026, 3, 7)) == [JANUARY, FEBRUARY]
    # What was sent since does not hide what was not.
    works.draft(project, FEBRUARY, Decimal(0), send=True, now=at(2026, 3, 7))
    assert missing(project, date(2026, 4, 8)) == [JANUARY]
    assert missing(project, date(2026, 4, 9)) == [JANUARY, MARCH]
    works.draft(project, JANUARY, Decimal(0), send=True, now=at(2026, 4, 9))
    assert missing(project, date(2026, 4, 9)) == [MARCH]


def test_twelve_months_are_looked_back_on(works):
    """Owing since June 2024: at most the last twelve that were due, whatever is sent of them."""
    project = works.project("building", now=at(2024, 6, 3))
    year = [date(2025, number, 1) for number in range(2, 13)]
    assert missing(project, date(2026, 2, 6)) == [JANUARY.replace(year=2025), *year]
    assert missing(project, date(2026, 2, 7)) == [*year, JANUARY]
    works.draft(project, year[5], Decimal(0), send=True, now=at(2026, 2, 7))
    left = [month for month in year if month != year[5]]
    assert missing(project, date(2026, 2, 7)) == [*left, JANUARY]
    assert missing(project, date(2026, 3, 7)) == [*left[1:], JANUARY, FEBRUARY]


def test_what_is_known_of_the_last_month_is_not_asked_again(works, django_assert_num_queries):
    project = building(works)
    with django_assert_num_queries(2):
        found = reporting.missing_months([project.pk], date(2026, 3, 7), FEBRUARY)
    assert found == {project.pk: [JANUARY, FEBRUARY]}


def test_a_pause_owes_nothing_and_after_it_counting_begins_anew(works):
    project = building(works)
    works.pause(project, now=at(2026, 2, 20))
    works.move(project, "building", reason="复工。", now=at(2026, 3, 3))
    assert missing(project, date(2026, 4, 8)) == []
    assert missing(project, date(2026, 4, 9)) == [MARCH]


def test_moving_on_within_the_stages_that_report_owes_on(works):
    project = works.project("started", now=at(2026, 1, 5))
    works.report(project, JANUARY, wan(1), now=at(2026, 2, 3))
    works.planned(project, finish=date(2026, 12, 1))
    works.move(project, "building", now=at(2026, 3, 2))
    assert missing(project, date(2026, 3, 7)) == [FEBRUARY]


def test_the_light_counts_every_missing_month_and_names_the_first(works):
    """January, then January and March with February sent between them."""
    project = building(works)
    snapshots.take(at(2026, 2, 7))
    send_report(works, project, at(2026, 3, 3))
    snapshots.take(at(2026, 3, 7))
    snapshots.take(at(2026, 4, 9))
    found = {
        row.day: (row.colour, row.inputs["missing"], row.reason)
        for row in project.lights.filter(role="official")
    }
    one = "2026年1月月报到期未报（规则：缺报≥1个月），亮黄灯。"
    assert found == {
        date(2026, 2, 7): ("yellow", 1, one),
        date(2026, 3, 7): ("yellow", 1, one),
        date(2026, 4, 9): ("red", 2, "2026年1月等2个月月报到期未报（规则：缺报≥2个月），亮红灯。"),
    }


# Reminders


def late_months():
    rows = Message.objects.filter(kind="projects.report_late", recipient__username="handler")
    return [row.data["month"] for row in rows.order_by("pk")]


def test_every_missing_month_is_said_once_and_taken_back_by_itself(works):
    """January and February are missing; March is due on 8 April."""
    project = building(works)
    reminders.sweep(at(2026, 2, 7))
    assert late_months() == ["2026-01-01"]
    for _again in range(2):
        reminders.sweep(at(2026, 3, 7))
    assert late_months() == ["2026-01-01", "2026-02-01"]
    send_report(works, project, at(2026, 3, 9))
    assert mails("report_late") == ["cancelled"] * 2 + ["queued"] * 2
    reminders.sweep(at(2026, 4, 8))
    assert late_months() == ["2026-01-01", "2026-02-01"]
    reminders.sweep(at(2026, 4, 9))
    assert late_months() == ["2026-01-01", "2026-02-01", "2026-03-01"]
    rows = Message.objects.filter(kind="projects.report_late").order_by("pk")
    assert {row.data["month"]: row.data["due"] for row in rows} == {
        "2026-01-01": "2026-02-06",
        "2026-02-01": "2026-03-06",
        "2026-03-01": "2026-04-08",
    }


def test_after_a_long_silence_twelve_months_are_said(works):
    works.project("building", now=at(2024, 6, 3))
    reminders.sweep(at(2026, 3, 6))
    assert len(late_months()) == 12
    assert (min(late_months()), max(late_months())) == ("2025-02-01", "2026-01-01")
    assert told("report_due") == DEPARTMENT  # February's, on its last day


def test_a_report_is_called_due_within_its_window_only(works):
    """February's is due on Friday 6 March; two working days before is Wednesday."""
    to_report(works)
    reminders.sweep(at(2026, 3, 3, 23))
    reminders.sweep(at(2026, 3, 7, 0))
    assert told("report_due") == []
    reminders.sweep(at(2026, 3, 6, 23))
    assert told("report_due") == DEPARTMENT

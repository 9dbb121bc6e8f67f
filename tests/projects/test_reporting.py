"""Monthly reports: filled, sent, verified by another, locked; corrected by versions."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from projects import reporting
from projects.errors import Conflict
from projects.models import KeyProject, ProgressReport, ReportingRule
from tests.projects.works import at, fresh, pdf, wan

JANUARY, FEBRUARY, MARCH = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)


@pytest.fixture
def building(works):
    return works.project("building", now=at(2026, 1, 5), total_investment=wan(10_000))


def refused(error, call):
    with pytest.raises(error) as caught, transaction.atomic():
        call()
    return caught.value


def fields(call):
    return sorted(refused(ValidationError, call).message_dict)


def figures(project, moment=None, user=None):
    row = KeyProject.objects.with_figures(user, 2026, moment).get(pk=project.pk)
    return row.invested_ytd


def test_a_report_goes_from_draft_to_locked(works, building, handler, planner):
    row = works.draft(building, FEBRUARY, wan(100))
    assert (row.status, row.counts, row.reported_by) == ("draft", False, None)
    row = works.draft(building, FEBRUARY, wan(120), now=at(2026, 3, 5), send=True)
    assert (row.status, row.version, row.late_days) == ("submitted", 1, 0)
    assert (row.reported_by, row.reported_at) == (handler, at(2026, 3, 5))
    assert not row.counts
    row = works.verify(row, now=at(2026, 3, 6))
    assert (row.status, row.counts, row.verified_by) == ("verified", True, planner)
    assert reporting.lock_due_months(at(2026, 3, 11, 23)) == 0
    assert reporting.lock_due_months(at(2026, 3, 12, 0)) == 1
    assert reporting.lock_due_months(at(2026, 3, 12, 0)) == 0
    row = fresh(row)
    assert (row.status, row.locked_at) == ("locked", at(2026, 3, 12, 0))
    actions = building.events.values_list("action", flat=True)
    assert list(actions) == ["create", "report", "verify"]  # a draft is nobody's business yet


def test_a_month_is_reported_once(works, building):
    works.report(building, FEBRUARY, wan(100))
    for _again in range(2):
        assert refused(Conflict, lambda: works.draft(building, FEBRUARY, wan(1))).code == "second"
        reporting.lock_month(FEBRUARY)
    sent = works.draft(building, JANUARY, wan(1), send=True)
    assert refused(Conflict, lambda: works.draft(building, JANUARY, wan(2))).code == "submitted"
    assert ProgressReport.objects.count() == 2
    assert fresh(sent).month_invested == wan(1)


def test_what_a_month_must_be(works, building):
    assert fields(lambda: works.draft(building, date(2026, 4, 1), wan(1))) == ["month"]
    works.draft(building, MARCH, wan(1))  # the running month may be begun
    for stage in ("planning", "signed", "finished"):
        other = works.project(stage)
        assert refused(Conflict, lambda: works.draft(other, FEBRUARY, 0)).code == "stage"  # noqa: B023


@pytest.mark.parametrize("left", ["paused", "finished"])
def test_what_a_project_still_owed_is_reported_after_it_left(works, building, left):
    """It left in February: January and February may be filled in, March may not."""
    moment = {"now": at(2026, 2, 20)}
    if left == "paused":
        works.pause(building, **moment)
    else:
        works.move(building, left, override=True, reason="补录。", **moment)
    for month in (JANUARY, FEBRUARY):
        works.report(building, month, wan(10))
    assert refused(Conflict, lambda: works.draft(building, MARCH, wan(1))).code == "stage"
    assert fields(lambda: works.draft(building, date(2026, 4, 1), wan(1))) == ["month"]


def test_the_month_of_leaving_is_the_districts(works, building):
    """Half past midnight on 1 March is 28 February in Greenwich."""
    works.pause(building, now=at(2026, 3, 1, 0).replace(minute=30))
    assert works.draft(building, MARCH, wan(1)).status == "draft"


def test_an_amount_below_zero_stands_in_corrections_alone(works, building):
    assert fields(lambda: works.draft(building, JANUARY, wan(-1))) == ["month_invested"]
    works.report(building, JANUARY, wan(10))
    row = works.correct(building, JANUARY, wan(-1))
    assert row.oddities == ["negative"]
    works.verify(row)
    row.pk, row.version, row.counts, row.correction_reason = None, 9, False, ""
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"physical_percent": Decimal("100.1")}, "physical_percent"),
        ({"physical_percent": Decimal("-0.1")}, "physical_percent"),
        ({"stat_ytd": wan(-1)}, "stat_ytd"),
    ],
)
def test_figures_that_cannot_stand_are_refused_at_their_field(works, building, values, field):
    assert fields(lambda: works.draft(building, FEBRUARY, wan(1), **values)) == [field]
    assert not building.reports.exists()


def test_a_report_without_an_amount_is_kept_and_not_sent(works, building):
    works.draft(building, FEBRUARY, None)
    assert fields(lambda: works.draft(building, FEBRUARY, None, send=True)) == ["month_invested"]
    row = works.draft(building, FEBRUARY, None, month_invested_text="约300万元", send=True)
    assert (row.month_invested, row.month_invested_text) == (None, "约300万元")
    works.verify(row)
    assert figures(building, user=works.people["planner"]) is None
    assert works.draft(building, MARCH, Decimal(0), send=True).month_invested == 0


def test_who_reports_does_not_verify(works, building):
    row = works.draft(building, FEBRUARY, wan(1), by="planner", send=True)
    refused(PermissionDenied, lambda: works.verify(row))
    refused(PermissionDenied, lambda: works.verify(row, by="head"))
    works.verify(row, by="second_planner")
    with pytest.raises(IntegrityError), transaction.atomic():
        ProgressReport.objects.filter(pk=row.pk).update(verified_by=row.reported_by)


def test_only_what_was_sent_is_verified_and_only_once(works, building):
    draft = works.draft(building, FEBRUARY, wan(1))
    assert refused(Conflict, lambda: works.verify(draft)).code == "status"
    sent = works.draft(building, FEBRUARY, wan(1), send=True)
    works.verify(sent)
    for call in (works.verify, works.send_back):
        assert refused(Conflict, lambda call=call: call(sent)).code == "status"


def test_a_returned_report_keeps_every_figure(works, building):
    values = {
        "physical_percent": Decimal("30.0"),
        "stat_ytd": wan(90),
        "workers": 40,
        "image_progress": "基础完成。",
        "next_plan": "主体施工。",
    }
    row = works.draft(building, FEBRUARY, wan(100), send=True, files=[pdf("现场.pdf")], **values)
    assert fields(lambda: works.send_back(row, reason=" ")) == ["reason"]
    works.send_back(row, reason="统计数不符。")
    row = fresh(row)
    assert (row.status, row.return_reason) == ("returned", "统计数不符。")
    assert row.month_invested == wan(100)
    assert {name: getattr(row, name) for name in values} == values
    assert row.documents.get().name == "现场.pdf"
    kept = works.draft(building, FEBRUARY, wan(110))
    assert (kept.pk, kept.status, kept.workers) == (row.pk, "returned", 40)
    again = works.draft(building, FEBRUARY, wan(110), send=True)
    assert (again.pk, again.version, again.status, again.return_reason) == (
        row.pk,
        1,
        "submitted",
        "",
    )


def test_a_correction_counts_from_its_verification_on(works, building, planner):
    works.report(building, JANUARY, wan(100), now=at(2026, 2, 3))
    works.report(building, FEBRUARY, wan(50), now=at(2026, 3, 3))
    reporting.lock_due_months(at(2026, 3, 20))
    row = works.correct(building, JANUARY, wan(70), now=at(2026, 3, 20))
    assert (row.version, row.correction_reason, row.counts) == (2, "多报一笔。", False)
    assert figures(building, user=planner) == wan(150)
    works.verify(row, now=at(2026, 3, 21))
    assert figures(building, user=planner) == wan(120)
    assert figures(building, at(2026, 3, 21, 9), planner) == wan(150)
    assert figures(building, at(2026, 2, 4), planner) == wan(100)
    old = building.reports.get(month=JANUARY, version=1)
    assert (old.counts, old.superseded_at) == (False, at(2026, 3, 21))
    assert old.month_invested == wan(100)
    new = building.reports.get(month=JANUARY, version=2)
    assert (new.status, new.counts) == ("locked", True)  # the month was locked and stays so


def test_a_correction_begins_with_the_figures_that_count(works, building):
    works.report(building, JANUARY, wan(100), workers=33, image_progress="基础。")
    begin = {"by": "handler", "month": JANUARY, "reason": "多报。"}

    def correct(**given):
        return works.deed(reporting.begin_correction, building, **begin | given)

    assert fields(lambda: correct(reason=" ")) == ["reason"]
    assert refused(Conflict, lambda: correct(month=FEBRUARY)).code == "none"
    row = correct()
    assert (row.month_invested, row.workers, row.image_progress) == (wan(100), 33, "基础。")
    assert refused(Conflict, correct).code == "open"
    works.verify(works.draft(building, JANUARY, wan(90), send=True))
    assert correct().version == 3


def test_a_correction_is_not_a_late_report(works, building):
    works.report(building, JANUARY, wan(100), now=at(2026, 2, 3))
    works.report(building, FEBRUARY, wan(100), now=at(2026, 3, 9))
    late = {m: works.correct(building, m, wan(90), now=at(2026, 9, 1)) for m in (JANUARY, FEBRUARY)}
    assert {month: row.late_days for month, row in late.items()} == {JANUARY: 0, FEBRUARY: 1}


DUE = [
    (date(2024, 1, 1), date(2024, 2, 6), date(2024, 2, 9)),  # before the festival, Sunday 4 works
    (date(2025, 1, 1), date(2025, 2, 10), date(2025, 2, 13)),  # festival to 4 February
    (date(2025, 9, 1), date(2025, 10, 14), date(2025, 10, 17)),
    (date(2025, 12, 1), date(2026, 1, 8), date(2026, 1, 13)),  # Sunday 4 January works
    (JANUARY, date(2026, 2, 6), date(2026, 2, 11)),
    (FEBRUARY, date(2026, 3, 6), date(2026, 3, 11)),
    (date(2026, 4, 1), date(2026, 5, 11), date(2026, 5, 14)),  # Labour Day, Saturday 9 works
    (date(2026, 9, 1), date(2026, 10, 13), date(2026, 10, 16)),  # National Day, Saturday 10 works
]


@pytest.mark.django_db
@pytest.mark.parametrize(("month", "due", "locks"), DUE)
def test_reports_are_due_on_the_fifth_working_day_and_lock_after_the_eighth(month, due, locks):
    assert (reporting.due_on(month), reporting.locks_on(month)) == (due, locks)
    assert reporting.late_days(month, due) == 0
    assert reporting.late_days(month, locks) == 3


@pytest.mark.django_db
def test_lateness_counts_working_days():
    """Feb 2026 is due on Friday 6 March; September on Tuesday 13 October."""
    days = [(3, 6), (3, 7), (3, 9), (3, 13), (3, 16)]
    found = [reporting.late_days(FEBRUARY, date(2026, *day)) for day in days]
    # On the rest days right after it is late already, by a day and not by none.
    assert found == [0, 1, 1, 5, 6]
    assert reporting.late_days(date(2026, 4, 1), date(2026, 5, 12)) == 1
    assert reporting.late_days(date(2026, 9, 1), date(2026, 10, 14)) == 1
    assert reporting.late_days(date(2026, 1, 1), date(2026, 2, 14)) == 6  # Saturday 14 works


@pytest.mark.django_db
def test_the_rule_of_the_month_decides():
    ReportingRule.objects.create(valid_from=date(2026, 5, 1), due_workdays=1, lock_workdays=2)
    assert reporting.due_on(date(2026, 3, 1)) == date(2026, 4, 8)
    assert reporting.due_on(date(2026, 4, 1)) == date(2026, 5, 6)
    assert reporting.locks_on(date(2026, 4, 1)) == date(2026, 5, 7)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("today", "month"),
    [
        (date(2026, 1, 13), date(2025, 12, 1)),
        (date(2026, 1, 14), JANUARY),
        (date(2026, 3, 1), FEBRUARY),
        (date(2026, 3, 11), FEBRUARY),
        (date(2026, 3, 12), MARCH),
        (date(2026, 10, 16), date(2026, 9, 1)),
        (date(2026, 10, 17), date(2026, 10, 1)),
    ],
)
def test_the_month_to_report_today(today, month):
    assert reporting.month_of_today(today) == month


def test_months_wrap_over_the_year():
    assert reporting.next_month(date(2025, 12, 1)) == JANUARY
    assert reporting.last_month(JANUARY) == date(2025, 12, 1)
    month = JANUARY
    for _ in range(36):
        assert reporting.last_month(reporting.next_month(month)) == month
        month = reporting.next_month(month)
    assert month == date(2029, 1, 1)


@pytest.mark.parametrize(
    "values",
    [
        {"counts": True},
        {"month": date(2026, 2, 2)},
        {"physical_percent": 101},
        {"month_invested": -1},
    ],
)
def test_the_database_refuses_what_the_service_would(works, building, values):
    row = works.draft(building, FEBRUARY, wan(1))
    with pytest.raises(IntegrityError), transaction.atomic():
        ProgressReport.objects.filter(pk=row.pk).update(**values)


def test_the_database_keeps_one_open_and_one_counting_version(works, building):
    works.report(building, JANUARY, wan(1))
    works.correct(building, JANUARY, wan(2))
    first, second = building.reports.order_by("version")
    for row, version in ((first, 3), (second, 3), (second, 2)):
        row = fresh(row)
        row.pk, row.version = None, version
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save(force_insert=True)

from datetime import date, time

import pytest
import time_machine
from django.contrib import admin
from django.core.checks import Tags, run_checks
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from tests.worktime.conftest import at, notice
from worktime import checks, clock, registry, services
from worktime.calendars import ClockError
from worktime.models import CalendarChange, CalendarDay, CalendarYear, WorkHours

pytestmark = pytest.mark.django_db


def summer(**changes):
    given = {
        "name": "夏季作息",
        "priority": 10,
        "from_month": 6,
        "from_day": 1,
        "to_month": 8,
        "to_day": 31,
        "am_start": time(8, 30),
        "am_end": time(12, 0),
        "pm_start": time(14, 30),
        "pm_end": time(18, 0),
        "valid_from": date(2026, 1, 1),
    }
    return WorkHours(**(given | changes))


def test_the_calendar_costs_one_query_until_something_changes(django_assert_num_queries):
    services.current_calendar()
    with django_assert_num_queries(1):
        first = services.current_calendar()
    services.import_calendar(notice(), "a")
    assert services.current_calendar() is not first
    assert services.current_calendar().is_announced(2027)


def test_a_change_by_another_process_is_seen():
    kept = services.current_calendar()
    # What another process leaves in the database, without this one's services being called.
    CalendarYear.objects.create(year=2027)
    CalendarChange.objects.create(year=2027)
    assert services.current_calendar() is not kept
    assert services.current_calendar().is_announced(2027)


def test_a_change_rolled_back_leaves_no_stale_calendar():
    with transaction.atomic():
        services.import_calendar(notice(), "a")
        assert services.current_calendar().is_announced(2027)
        transaction.set_rollback(True)
    assert not services.current_calendar().is_announced(2027)
    services.save_hours(summer(), "a")
    assert not services.current_calendar().is_announced(2027)
    assert clock.closing(services.current_calendar(), date(2026, 7, 1)).hour == 18


def test_summer_hours_as_a_row_move_due_times_and_tell_the_registry():
    calls = []
    registry.on_calendar_change(lambda *call: calls.append(call))
    callback = registry._callbacks[-1]
    try:
        hours = summer()
        services.save_hours(hours, "王主任")
        calendar = services.current_calendar()
        assert clock.due_after_days(calendar, at("2026-05-29 09:00"), 1) == at("2026-06-01 18:00")
        assert clock.due_after_days(calendar, at("2025-05-30 09:00"), 2) == at("2025-06-04 17:30")
        services.delete_hours(hours, "王主任")
    finally:
        registry.forget(callback)
    calendar = services.current_calendar()
    assert clock.due_after_days(calendar, at("2026-05-29 09:00"), 1) == at("2026-06-01 17:30")
    assert [call[0].diff["after"] is None for call in calls] == [False, True]
    assert calls[0][0].diff["after"]["pm_end"] == "18:00:00"


def test_without_hours_the_clock_refuses_to_guess():
    with pytest.raises(ClockError):
        services.delete_hours(WorkHours.objects.get(), "a")
    assert WorkHours.objects.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"am_end": time(8, 0)},
        {"pm_start": time(11, 0)},
        {"pm_end": None},
        {"pm_end": time(14, 30)},
        {"to_day": None},
        {"from_month": 13},
        {"weekdays": ""},
    ],
)
def test_the_database_refuses_hours_out_of_order(wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        summer(**wrong).save()
    with pytest.raises(ValidationError):
        services.save_hours(summer(**wrong), "a")


def test_two_rows_may_not_claim_the_same_season():
    summer().save()
    with pytest.raises(IntegrityError), transaction.atomic():
        summer(name="另一个").save()
    whole_year = {"from_month": None, "from_day": None, "to_month": None, "to_day": None}
    with pytest.raises(IntegrityError), transaction.atomic():
        summer(**whole_year, priority=0, valid_from=date(2000, 1, 1)).save()


def test_the_database_refuses_a_day_twice_and_a_year_twice():
    year = CalendarYear.objects.get(year=2026)
    with pytest.raises(IntegrityError), transaction.atomic():
        CalendarDay.objects.create(year=year, date=date(2026, 1, 1), name="元旦", is_workday=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        CalendarYear.objects.create(year=2026)


def test_a_year_without_rows_has_its_statutory_days():
    calendar = services.current_calendar()
    assert calendar.plan(date(2027, 2, 8)).name == "春节"
    assert not clock.is_workday(calendar, date(2027, 10, 1))
    assert clock.is_workday(calendar, date(2027, 10, 8))


@pytest.mark.parametrize(
    ("today", "missing"),
    [("2026-10-31", None), ("2026-11-01", 2027), ("2026-12-31", 2027), ("2025-12-01", None)],
)
def test_next_year_is_asked_for_from_november(today, missing):
    assert checks.missing_next_year(date.fromisoformat(today)) == missing


def test_the_system_check_warns_until_the_notice_is_imported():
    def warned():
        found = run_checks(tags=[Tags.database], databases=["default"])
        return [message.id for message in found if message.id == "worktime.W001"]

    with time_machine.travel(at("2026-11-02 09:00"), tick=False):
        assert warned() == ["worktime.W001"]
        services.import_calendar(notice(), "a")
        assert warned() == []


def test_notices_change_by_import_alone(rf, admin_user):
    request = rf.get("/")
    request.user = admin_user
    for model in (CalendarYear, CalendarDay, CalendarChange):
        options = admin.site.get_model_admin(model)
        assert not options.has_change_permission(request)
        assert not options.has_add_permission(request)
        assert options.has_view_permission(request)


def test_hours_saved_in_the_admin_leave_a_trace(rf, admin_user):
    request = rf.post("/")
    request.user = admin_user
    options = admin.site.get_model_admin(WorkHours)
    assert not options.has_delete_permission(request, WorkHours.objects.get())
    hours = summer()
    options.save_model(request, hours, form=None, change=False)
    assert CalendarChange.objects.first().by == admin_user.username
    assert options.has_delete_permission(request, hours)
    options.delete_model(request, hours)
    assert CalendarChange.objects.first().diff["after"] is None

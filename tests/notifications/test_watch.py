"""Administrators hear that next year's calendar is missing, once a week, from 1 November."""

from datetime import datetime, timedelta

import pytest

from notifications import watch
from notifications.models import Message
from worktime.services import import_calendar

NOTICE = {
    "year": 2027,
    "papers": [],
    "days": [{"name": "元旦", "date": "2027-01-01", "isOffDay": True}],
}


def at(month, day):
    return datetime.fromisoformat(f"2026-{month:02}-{day:02}T09:00:00+08:00")


@pytest.fixture(autouse=True)
def known():
    watch.register()


def test_once_a_week_from_november_to_administrators_alone(administrator, handler, coordinator):
    assert watch.warn_of_missing_calendar(at(10, 31)) == 0
    assert watch.warn_of_missing_calendar(at(11, 2)) == 1
    assert watch.warn_of_missing_calendar(at(11, 2) + timedelta(hours=6)) == 0
    assert watch.warn_of_missing_calendar(at(11, 9)) == 1
    assert set(Message.objects.values_list("recipient__username", flat=True)) == {"administrator"}
    assert "2027" in Message.objects.first().rendered.subject


def test_silent_once_the_notice_is_imported(administrator):
    import_calendar(NOTICE, by="test")
    assert watch.warn_of_missing_calendar(at(12, 1)) == 0

"""A State Council notice moves exactly what rested on the old calendar, with trace and message."""

from datetime import datetime

import pytest
import time_machine

from issues import calendar_changes, reminders
from notifications.models import Message
from tests.factories import SHANGHAI
from worktime import services as worktime

NOTICE = {
    "year": 2027,
    "papers": ["https://example.test/notice"],
    "days": [
        {"name": "元旦", "date": "2027-01-01", "isOffDay": True},
        {"name": "元旦", "date": "2027-01-02", "isOffDay": True},
        {"name": "元旦", "date": "2027-01-03", "isOffDay": True},
        {"name": "元旦", "date": "2027-01-04", "isOffDay": True},
        {"name": "元旦", "date": "2027-01-09", "isOffDay": False},
    ],
}


@pytest.fixture
def provisional(loop):
    """Assigned on Wednesday 30 December 2026: five working days reach into a year not announced."""
    loop.now = datetime(2026, 12, 30, 9, 0, tzinfo=SHANGHAI)
    return loop.issue_in("in_progress")


@pytest.fixture
def settled(loop):
    """Assigned early in December: nothing of it touches 2027."""
    loop.now = datetime(2026, 12, 7, 9, 0, tzinfo=SHANGHAI)
    return loop.issue_in("in_progress")


def test_a_promise_into_an_unannounced_year_says_that_it_is_provisional(provisional, settled):
    assert set(provisional.commitments.values_list("clock", "provisional")) >= {
        ("promise", True),
        ("unit", True),
        ("sign", False),
    }
    assert not settled.commitments.filter(provisional=True).exists()


def test_the_import_moves_it_leaves_a_trace_and_tells(provisional, settled, handler):
    before = provisional.unit_due_at
    named = {row.pk for row, _due in calendar_changes.moved_by(worktime.preview_calendar(NOTICE))}
    promise = provisional.commitments.get(clock="promise", version=2)
    assert named == {promise.pk, provisional.commitments.get(clock="unit").pk}

    worktime.import_calendar(NOTICE, by="test")

    provisional.refresh_from_db()
    assert provisional.unit_due_at > before
    event = provisional.events.last()
    assert (event.action, event.actor_kind, event.to_status) == (
        "recalculate",
        "system",
        "in_progress",
    )
    assert {clock for clock, _old, _new in event.data["moved"]} == {"promise", "unit"}
    assert [old for clock, old, _new in event.data["moved"] if clock == "unit"] == [
        before.isoformat()
    ]
    unit = provisional.commitments.filter(clock="unit").last()
    assert (unit.version, unit.provisional, unit.due_at) == (2, False, provisional.unit_due_at)
    assert Message.objects.filter(kind="issues.recalculate", recipient=handler).count() == 1
    assert set(provisional.reminders.pending().values_list("commitment_version", flat=True)) == {2}
    assert not settled.events.filter(action="recalculate").exists()


def test_what_keeps_its_time_only_loses_the_mark(provisional):
    worktime.import_calendar(NOTICE | {"days": NOTICE["days"][:1]}, by="test")
    unit = provisional.commitments.filter(clock="unit").last()
    assert (unit.version, unit.provisional) == (1, False)
    assert not provisional.events.filter(action="recalculate").exists()


def test_importing_the_same_notice_again_changes_nothing(provisional):
    worktime.import_calendar(NOTICE, by="test")
    version = provisional.events.last().version
    assert worktime.import_calendar(NOTICE, by="test") is None
    assert provisional.events.last().version == version


def test_a_clock_that_stands_still_is_left_for_the_ruling(provisional, loop):
    issue = loop.do(provisional, "return")
    worktime.import_calendar(NOTICE, by="test")
    issue.refresh_from_db()
    assert issue.unit_due_at is None
    assert not issue.reminders.pending().exists()
    issue = loop.do(issue, "rule_return")
    assert issue.unit_due_at > provisional.unit_due_at


def test_lateness_already_reprimanded_is_not_reprimanded_again(loop):
    loop.now = datetime(2026, 12, 28, 9, 0, tzinfo=SHANGHAI)
    issue = loop.issue_in("in_progress")
    reminders.sweep(datetime(2027, 1, 14, 9, 0, tzinfo=SHANGHAI))
    assert issue.notices.count() == 1
    with time_machine.travel(datetime(2027, 1, 14, 10, 0, tzinfo=SHANGHAI), tick=False):
        worktime.import_calendar(NOTICE, by="test")
    assert issue.events.filter(action="recalculate").exists()
    reminders.sweep(datetime(2027, 1, 14, 11, 0, tzinfo=SHANGHAI))
    colours = list(issue.notices.values_list("colour", flat=True))
    assert len(colours) == len(set(colours))

"""The ladder: planned with the deadline, fired once, the highest only, silent when all is done."""

from datetime import date, datetime, timedelta
from threading import Barrier, Event, Thread

import pytest
from django.core.management import call_command
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from issues import reminders
from issues.models import Category, PlannedReminder
from notifications.models import Delivery, Message
from tests.factories import SHANGHAI


def at(day, hour=9, minute=0):
    return datetime(2026, 3, day, hour, minute, tzinfo=SHANGHAI)


def told(issue):
    """[(recipient, rung)] of the reminders of an issue, in order."""
    rows = Message.objects.filter(kind="issues.reminder", data__issue=issue.number).order_by("pk")
    return [(row.recipient.username, row.data["rung"]) for row in rows.select_related("recipient")]


def test_the_whole_ladder_is_planned_at_opening_times(loop):
    issue = loop.issue_in("assigned")  # due Thursday 19 March 17:30
    planned = dict(issue.reminders.pending().values_list("rung__code", "fire_at"))
    assert planned == {
        "T-2": at(17, 8, 30),
        "T-1": at(18, 8, 30),
        "T0": at(19, 8, 30),
        "T+1": at(20, 8, 30),
        "T+3": at(24, 8, 30),
        "T+5": at(26, 8, 30),
    }


def test_each_rung_speaks_once_to_whom_it_names(loop, principal):
    issue = loop.issue_in("in_progress")
    for day in (17, 17, 18, 19, 20, 20, 23, 24, 26, 26, 27):
        reminders.sweep(at(day))
    assert told(issue) == [
        ("handler", "T-2"),
        ("handler", "T-1"),
        ("head", "T-1"),
        ("handler", "T0"),
        ("head", "T0"),
        ("head", "T+1"),
        ("head", "T+3"),
        ("leader", "T+3"),
        ("head", "T+5"),
        ("leader", "T+5"),
        ("principal", "T+5"),
    ]
    assert list(issue.notices.values_list("colour", flat=True)) == ["yellow", "orange", "red"]
    assert [notice.number for notice in issue.notices.all()] == [
        "〔2026〕001号",
        "〔2026〕002号",
        "〔2026〕003号",
    ]


def test_after_ten_days_without_a_sweep_only_the_highest_speaks(loop, principal):
    issue = loop.issue_in("in_progress")
    reminders.sweep(at(17))
    first = reminders.sweep(at(29))
    assert first == {"fired": 1, "superseded": 4, "messages": 3, "notices": 1}
    assert reminders.sweep(at(29)) == {"fired": 0, "superseded": 0, "messages": 0, "notices": 0}
    assert told(issue)[1:] == [("head", "T+5"), ("leader", "T+5"), ("principal", "T+5")]
    states = dict(issue.reminders.values_list("rung__code", "state"))
    assert states == {
        "T-2": "fired",
        "T-1": "superseded",
        "T0": "superseded",
        "T+1": "superseded",
        "T+3": "superseded",
        "T+5": "fired",
    }


def test_unsigned_issues_remind_every_officer_of_the_department(loop, person, departments):
    person("second", "handler", department=departments["zj"])
    issue = loop.issue_in("assigned")
    reminders.sweep(at(17))
    assert sorted(told(issue)) == [("handler", "T-2"), ("second", "T-2")]


def test_only_who_signed_is_reminded_afterwards(loop, person, departments):
    person("second", "handler", department=departments["zj"])
    issue = loop.issue_in("in_progress")
    reminders.sweep(at(17))
    assert told(issue) == [("handler", "T-2")]


def test_a_head_who_signed_is_reminded_as_the_handler(loop):
    issue = loop.do(loop.issue_in("assigned"), "sign", by="head")
    reminders.sweep(at(17))
    assert told(issue) == [("head", "T-2")]


def test_when_who_signed_has_left_every_officer_is_reminded(loop, person, departments, handler):
    person("second", "handler", department=departments["zj"])
    issue = loop.issue_in("in_progress")
    handler.is_active = False
    handler.save()
    reminders.sweep(at(17))
    assert told(issue) == [("second", "T-2")]


def test_a_changed_deadline_cancels_and_plans_anew_and_coming_back_reminds_again(loop):
    issue = loop.issue_in("in_progress")
    reminders.sweep(at(17))
    loop.now = at(17, 10)
    issue = loop.do(issue, "request_extension", new_due_on=date(2026, 3, 26))
    issue = loop.do(issue, "decide_extension")
    assert set(issue.reminders.filter(commitment_version=1).values_list("state", flat=True)) == {
        "fired",
        "cancelled",
    }
    reminders.sweep(at(20))
    assert told(issue) == [("handler", "T-2")]
    reminders.sweep(at(24))
    assert told(issue) == [("handler", "T-2"), ("handler", "T-2")]


@pytest.mark.parametrize("status", ["resolved", "closed", "withdrawn"])
def test_nothing_speaks_after_the_cause_is_gone(loop, status):
    issue = loop.issue_in(status)
    assert not issue.reminders.pending().exists()
    reminders.sweep(at(29))
    assert told(issue) == []


def test_mails_still_queued_are_taken_back_when_the_deadline_goes(loop):
    issue = loop.issue_in("in_progress")
    reminders.sweep(at(17))
    message = Message.objects.get(kind="issues.reminder")
    assert message.deliveries.get().state == "queued"
    loop.now = at(17, 11)
    loop.do(issue, "resolve")
    assert message.deliveries.get().state == "cancelled"


def test_one_notice_that_fails_does_not_silence_the_others(loop, monkeypatch):
    issues = [loop.issue_in("in_progress") for _ in range(3)]
    real = reminders.perform

    def breaks(*, issue, **kwargs):
        if issue.pk == issues[0].pk:
            raise ZeroDivisionError
        return real(issue=issue, **kwargs)

    monkeypatch.setattr(reminders, "perform", breaks)
    with pytest.raises(ExceptionGroup) as failed:
        reminders.sweep(at(29))
    assert len(failed.value.exceptions) == 1
    assert [issue.notices.count() for issue in issues] == [0, 1, 1]
    monkeypatch.setattr(reminders, "perform", real)
    assert reminders.sweep(at(29))["notices"] == 1


def test_a_raised_ladder_warns_higher_up_but_calls_nothing_overdue_that_is_not(loop):
    issue = loop.do(loop.issue_in("resolved"), "rate", rating="dissatisfied")
    reminders.sweep(at(17))  # the due day: T0 speaks with the voice of T+1
    assert not issue.notices.exists()
    message = Message.objects.filter(kind="issues.reminder").last()
    assert (message.recipient.username, message.data["rung"]) == ("head", "T+1")
    assert "逾期" not in message.rendered.body
    assert "超过" not in message.rendered.body
    reminders.sweep(at(18))
    assert issue.notices.get().colour == "orange"


def test_urgent_issues_speak_by_the_hour(loop):
    issue = loop.do(loop.submit(), "assign", priority="urgent")
    due = issue.unit_due_at
    reminders.sweep(due - timedelta(hours=4))
    assert {rung for _name, rung in told(issue)} == {"U-4h"}
    reminders.sweep(due)
    assert told(issue)[-1] == ("head", "U0")
    assert Message.objects.filter(kind="issues.reminder").last().urgent


def test_a_deadline_too_near_plans_no_warning_that_is_already_past(loop):
    issue = loop.do(loop.submit(), "assign", category=Category.objects.get(code="policy"))
    assert [row.rung.code for row in issue.reminders.pending()] == [
        "T-1",
        "T0",
        "T+1",
        "T+3",
        "T+5",
    ]


def test_sql_does_not_grow_with_what_is_due(loop):
    def statements(count):
        for _ in range(count):
            loop.issue_in("in_progress")
        with CaptureQueriesContext(connection) as captured:
            result = reminders.sweep(at(17))
        PlannedReminder.objects.update(state="cancelled")
        loop.now = at(12, 10)
        return len(captured), result["messages"]

    (few, three), (many, twelve) = statements(3), statements(12)
    assert (three, twelve) == (3, 12)
    assert few == many <= 30


def test_the_command_counts_and_a_dry_run_stores_nothing(loop, capsys):
    issue = loop.issue_in("in_progress")
    call_command("sweep_deadlines", "--now", "2026-03-17T09:00:00+08:00", "--dry-run")
    assert capsys.readouterr().out == f"{issue.number} T-2 2026-03-17 08:30\n"
    assert not Message.objects.filter(kind="issues.reminder").exists()
    call_command("sweep_deadlines", "--now", "2026-03-17T09:00:00+08:00")
    assert capsys.readouterr().out == "fired=1 messages=1 notices=0 superseded=0\n"


@pytest.mark.django_db(transaction=True)
def test_sweeps_at_the_same_moment_speak_once(loop):
    issues = [loop.issue_in("in_progress") for _ in range(6)]
    gate, totals = Barrier(4), []

    def run():
        try:
            gate.wait(timeout=10)
            totals.append(reminders.sweep(at(29)))
        finally:
            connections.close_all()

    threads = [Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(totals) == 4
    assert sum(total["fired"] for total in totals) == 6
    assert sum(total["notices"] for total in totals) == 6
    for issue in issues:
        assert told(issue) == [("head", "T+5"), ("leader", "T+5")]
        assert issue.notices.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_step_during_a_sweep_leaves_no_mail_behind(loop, monkeypatch):
    issue = loop.issue_in("in_progress")
    reached, go_on = Event(), Event()
    real = reminders._post

    def slow(ids, now):
        sent = real(ids, now)
        reached.set()
        go_on.wait(10)
        return sent

    monkeypatch.setattr(reminders, "_post", slow)

    def run(function):
        try:
            function()
        finally:
            connections.close_all()

    sweeping = Thread(target=run, args=[lambda: reminders.sweep(at(17))])
    sweeping.start()
    assert reached.wait(20)
    loop.now = at(17, 10)
    stepping = Thread(target=run, args=[lambda: loop.do(issue, "resolve")])
    stepping.start()
    go_on.set()
    sweeping.join()
    stepping.join()
    issue.refresh_from_db()
    assert issue.status == "resolved"
    mails = Delivery.objects.filter(message__kind="issues.reminder")
    assert list(mails.values_list("state", flat=True)) == ["cancelled"]

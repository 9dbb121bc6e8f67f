"""Whether a promise was kept is decided when the step is taken, and never again."""

from datetime import date, datetime, timedelta

import pytest

from directory.models import Department
from issues.models import Issue
from tests.factories import SHANGHAI


def at(day, hour=10):
    return datetime(2026, 3, day, hour, 0, tzinfo=SHANGHAI)


def verdicts(issue, clock="unit"):
    return [
        (row.version, row.verdict)
        for row in issue.commitments.filter(clock=clock).order_by("version")
    ]


def test_in_time_and_late_are_frozen_at_the_step(loop):
    first, second = loop.issue_in("in_progress"), loop.issue_in("in_progress")
    first = loop.do(first, "resolve")
    loop.now = second.unit_due_at + timedelta(minutes=1)
    second = loop.do(second, "resolve")
    assert verdicts(first) == [(1, "on_time")]
    assert verdicts(second) == [(1, "late")]
    row = second.commitments.get(clock="unit")
    assert row.ended_at == row.met_at == second.resolved_at
    assert row.department == Department.objects.get(code="zj")


def test_the_very_due_moment_is_in_time(loop):
    issue = loop.issue_in("in_progress")
    loop.now = issue.unit_due_at - timedelta(minutes=10)  # the next step is ten minutes later
    issue = loop.do(issue, "resolve")
    assert issue.resolved_at == issue.commitments.get(clock="unit").due_at
    assert verdicts(issue) == [(1, "on_time")]


def test_an_extension_asked_in_time_replaces_the_deadline(loop):
    issue = loop.do(loop.do(loop.issue_in("in_progress"), "request_extension"), "decide_extension")
    assert verdicts(issue) == [(1, "replaced"), (2, "")]
    assert issue.commitments.get(clock="unit", version=2).put_off_by == "extension"


def test_a_tracking_date_asked_for_after_the_due_time_leaves_the_lateness(loop):
    issue = loop.issue_in("in_progress")
    loop.now = issue.unit_due_at + timedelta(hours=1)
    issue = loop.do(issue, "request_tracking")
    issue = loop.do(issue, "decide_tracking")
    assert verdicts(issue) == [(1, "late"), (2, "")]


def test_a_tracking_report_in_time_rolls_and_a_missed_one_is_late(loop):
    issue = loop.issue_in("tracking")
    issue = loop.do(issue, "report_tracking")
    assert verdicts(issue)[-2:] == [(2, "replaced"), (3, "")]
    loop.now = issue.unit_due_at + timedelta(hours=1)
    issue = loop.do(issue, "report_tracking", next_report_on=date(2026, 4, 30))
    assert verdicts(issue)[-2:] == [(3, "late"), (4, "")]


def test_an_upheld_return_is_nobodys_promise_and_a_denied_one_goes_on(loop):
    issue = loop.do(loop.issue_in("in_progress"), "return")
    zr = Department.objects.get(code="zr")
    upheld = loop.do(issue, "rule_return", decision="uphold", lead_department=zr)
    assert verdicts(upheld) == [(1, "returned"), (2, "")]
    assert upheld.commitments.get(clock="unit", version=2).department == zr
    denied = loop.do(loop.do(loop.issue_in("in_progress"), "return"), "rule_return")
    assert [verdict for _version, verdict in verdicts(denied)] == ["replaced", ""]


@pytest.mark.parametrize(("days", "verdict"), [(0, "handed_over"), (12, "late")])
def test_a_change_of_hands_takes_no_lateness_away(loop, days, verdict):
    issue = loop.issue_in("in_progress")
    loop.now += timedelta(days=days)
    issue = loop.do(issue, "reassign")
    assert verdicts(issue) == [(1, verdict), (2, "")]


@pytest.mark.parametrize("action", ["merge", "withdraw"])
def test_what_ends_early_is_judged_in_no_clock(loop, action):
    issue = loop.do(loop.issue_in("in_progress"), action)
    rows = issue.commitments.exclude(verdict="replaced")
    assert set(rows.exclude(clock="sign").values_list("verdict", flat=True)) == {"void"}


def test_answering_the_enterprise_is_the_first_contact_where_none_was_noted(loop):
    issue = loop.do(loop.issue_in("in_progress"), "resolve")
    assert verdicts(issue, "contact") == [(1, "on_time")]


def test_half_the_limit_after_a_dissatisfied_rating_is_a_promise_of_its_own(loop):
    issue = loop.do(loop.issue_in("resolved"), "rate", rating="dissatisfied", reason="没有解决。")
    assert verdicts(issue) == [(1, "on_time"), (2, "")]
    second = issue.commitments.get(clock="unit", version=2)
    assert (second.round, second.number) == (
        2,
        issue.commitments.get(version=1, clock="unit").number / 2,
    )


def test_the_rows_as_they_stood_at_a_moment(loop):
    issue = loop.issue_in("in_progress")
    due = issue.unit_due_at
    loop.now = due + timedelta(days=3)
    loop.do(issue, "resolve")

    def outcome(moment):
        rows = issue.commitments.judged_at(moment).filter(clock="unit")
        return [row.outcome for row in rows]

    assert outcome(due - timedelta(hours=1)) == ["pending"]
    assert outcome(due + timedelta(hours=1)) == ["overdue_open"]
    assert outcome(due + timedelta(days=4)) == ["late"]
    assert outcome(issue.received_at - timedelta(hours=1)) == []


@pytest.mark.parametrize(
    ("given", "outcome", "solved"),
    [
        ({"rating": "satisfied"}, "solved", True),
        ({"rating": "satisfied"}, "explained", False),
        ({"rating": "satisfied", "solved": "no"}, "solved", False),
        ({"rating": "basically_satisfied", "solved": "yes"}, "explained", True),
        ({"rating": "dissatisfied"}, "solved", False),
    ],
)
def test_solved_is_what_the_enterprise_says(loop, given, outcome, solved):
    issue = loop.do(loop.issue_in("in_progress"), "resolve", outcome=outcome)
    due = issue.commitments.get(clock="unit").due_at
    issue = loop.do(issue, "rate", reason="如题。", **given)
    row = issue.ratings.get()
    assert (row.solved, row.department.code, row.due_at) == (solved, "zj", due)


def test_who_never_answers_neither_solved_nor_satisfied(loop):
    issue = loop.issue_in("resolved")
    for day in range(1, 4):
        loop.now = at(15 + day)
        issue = loop.do(issue, "visit", result="no_answer", rating="")
    assert Issue.objects.get(pk=issue.pk).status == "confirmed"
    assert (issue.ratings.get().rating, issue.ratings.get().solved) == ("not_rated", None)

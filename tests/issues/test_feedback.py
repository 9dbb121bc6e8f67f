"""Stages 5 and 6: rating, visits, closing, reopening, each by whom it may and once."""

from datetime import datetime, timedelta

import pytest

from issues.errors import Conflict, Forbidden, Invalid
from issues.models import Issue
from tests.factories import SHANGHAI


def at(day, hour=10, minute=0, month=3):
    return datetime(2026, month, day, hour, minute, tzinfo=SHANGHAI)


def test_dissatisfied_once_halves_the_limit_and_climbs_a_rung(loop):
    issue = loop.do(loop.issue_in("resolved"), "rate", rating="dissatisfied", reason="仍停电。")
    assert (issue.status, issue.round, issue.escalation) == ("in_progress", 2, 1)
    # Half of five working days: two, and the morning of the third.
    assert issue.unit_due_at == at(17, 12, 0)
    voices = dict(issue.reminders.pending().values_list("rung__code", "voice__code"))
    assert voices["T0"] == "T+1"
    assert voices["T+5"] == "T+5"
    assert not issue.notices.exists()


def test_dissatisfied_twice_is_a_yellow_notice(loop):
    issue = loop.do(loop.issue_in("resolved"), "rate", rating="dissatisfied")
    issue = loop.do(loop.do(issue, "resolve"), "rate", rating="dissatisfied")
    notice = issue.notices.get()
    assert (notice.colour, notice.issued_by, notice.number) == ("yellow", None, "〔2026〕001号")
    assert Issue.objects.get(pk=issue.pk).version == issue.version
    assert issue.events.last().action == "issue_notice"


def test_three_visits_on_three_days_are_not_rated_and_never_satisfied(loop):
    issue = loop.issue_in("resolved")
    for day in (13, 16, 17):
        loop.now = at(day)
        issue = loop.do(issue, "visit", result="no_answer", rating="")
        if day == 13:
            with pytest.raises(Conflict) as refused:
                loop.do(issue, "visit", result="no_answer", rating="")
            assert refused.value.code == "not_tried_today"
    assert issue.status == "confirmed"
    assert issue.ratings.get().rating == "not_rated"


def test_an_answered_visit_needs_the_rating(loop):
    with pytest.raises(Invalid) as refused:
        loop.do(loop.issue_in("resolved"), "visit", rating="")
    assert "rating" in refused.value.errors


def test_the_handling_department_does_not_visit(loop, coordinator, departments):
    issue = loop.issue_in("resolved")
    coordinator.department = departments["zj"]
    coordinator.save()
    with pytest.raises(Forbidden):
        loop.do(issue, "visit")


def test_who_resolved_does_not_close(loop, handler):
    issue = loop.issue_in("confirmed")
    handler.groups.add(*loop.people["coordinator"].groups.all())
    both = type(handler).objects.get(pk=handler.pk)
    with pytest.raises(Forbidden) as refused:
        loop.do(issue, "close", by=both)
    assert refused.value.code == "not_resolver"


def test_the_enterprise_reopens_within_thirty_days_the_office_any_time(loop):
    issue, old = loop.issue_in("closed"), loop.issue_in("closed")
    loop.now = issue.closed_at + timedelta(days=30, minutes=-20)
    issue = loop.do(issue, "reopen")
    assert (issue.status, issue.round, issue.outcome) == ("in_progress", 2, "")
    loop.now += timedelta(days=1)
    with pytest.raises(Conflict) as refused:
        loop.do(old, "reopen")
    assert refused.value.code == "reopen_window_open"
    assert loop.do(old, "reopen", by="coordinator").status == "in_progress"


def test_an_answered_visit_ends_the_rating_window(loop):
    issue = loop.do(loop.issue_in("resolved"), "visit")
    assert issue.commitments.get(clock="rating").met_at


@pytest.mark.parametrize(
    ("phone", "shown"),
    [("13800001234", "138****1234"), ("6712000", "*****00"), ("67120000", "******00")],
)
def test_masks_do_not_give_short_numbers_away(phone, shown):
    assert Issue(contact_phone=phone).masked_phone == shown


def test_an_unanswered_call_carries_no_rating(loop):
    with pytest.raises(Invalid) as refused:
        loop.do(loop.issue_in("resolved"), "visit", result="no_answer", rating="satisfied")
    assert "rating" in refused.value.errors


def test_a_satisfied_rating_takes_the_ladder_down_again(loop):
    issue = loop.do(loop.issue_in("resolved"), "rate", rating="dissatisfied")
    issue = loop.do(loop.do(issue, "resolve"), "rate", rating="dissatisfied")
    assert issue.escalation == 1
    issue = loop.do(loop.do(issue, "resolve"), "rate", rating="satisfied")
    assert issue.escalation == 0

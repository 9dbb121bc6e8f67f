"""Who is told of a step, once, and with the deadline that binds him."""

from datetime import datetime

import pytest

from issues import commitments, services
from issues.actors import Actor
from issues.models import Issue
from notifications.models import Delivery, Message
from tests.factories import SHANGHAI


def at(day, hour=10, month=3):
    return datetime(2026, month, day, hour, tzinfo=SHANGHAI)


def told(action):
    """{username or address: due time} of the latest step of this action."""
    rows = Message.objects.filter(kind=f"issues.{action}").select_related("recipient")
    return {
        row.recipient.username if row.recipient else row.address: row.data["due_at"] for row in rows
    }


def test_each_hears_of_the_deadline_that_binds_him(loop, departments):
    issue = loop.do(loop.submit(), "assign", co_departments=[departments["zr"]])
    co = issue.co_handlings.get().due_at
    found = {name: datetime.fromisoformat(due) for name, due in told("assign").items()}
    assert found == {
        "handler": issue.unit_due_at,
        "head": issue.unit_due_at,
        "outsider": co,
        "enterprise": issue.due_at,
    }
    loop.now = at(16)
    issue = loop.do(issue, "reassign", lead_department=departments["dc"])
    assert datetime.fromisoformat(told("reassign")["enterprise"]) == issue.due_at
    assert issue.unit_due_at > issue.due_at


def test_one_person_gets_one_mail_even_when_he_left_his_own_address(loop, enterprise):
    issue = loop.submit(contact_email=enterprise.email)
    loop.do(issue, "assign")
    mails = Delivery.objects.filter(message__kind="issues.assign")
    assert mails.filter(message__recipient=enterprise).count() == 1
    assert not mails.filter(message__address=enterprise.email).exists()


def test_another_address_is_told_as_well(loop):
    loop.do(loop.submit(contact_email="boss@example.test"), "assign")
    assert {"enterprise", "boss@example.test"} <= set(told("assign"))


def test_the_notice_after_two_dissatisfied_ratings_reaches_the_head(loop):
    issue = loop.do(loop.issue_in("resolved"), "rate", rating="dissatisfied")
    loop.do(loop.do(issue, "resolve"), "rate", rating="dissatisfied")
    assert {"head", "handler"} <= set(told("issue_notice"))


def test_whoever_was_merged_hears_of_the_joined_issue_under_his_own_number(loop):
    target = loop.issue_in("in_progress", title="甲公司的事")
    other = loop.submit(
        by="anonymous", enterprise="示例乙公司", title="乙公司的事", contact_email="b@example.test"
    )
    loop.do(other, "merge", into=target.number)
    loop.do(target, "resolve")
    (message,) = Message.objects.filter(address="b@example.test", kind="issues.update")
    assert message.data["issue"] == other.number
    assert "甲公司" not in f"{message.rendered.subject}{message.rendered.body}"


@pytest.mark.parametrize("status", ["in_progress", "tracking"])
def test_nobody_hears_of_his_own_step(loop, status):
    issue = loop.issue_in(status)
    Message.objects.all().delete()
    loop.do(issue, "update")
    assert "handler" not in told("update")
    assert "enterprise" in told("update")


def test_a_recalculation_tells_only_whose_own_clock_moved(loop, monkeypatch):
    issue = loop.do(loop.issue_in("assigned"), "reassign")
    moved = [("sign", issue.sign_due_at, issue.sign_due_at)]
    monkeypatch.setattr(commitments, "recalculate", lambda issue, event: moved)
    services.perform(issue=issue, action="recalculate", actor=Actor.system(), now=loop.now)
    assert told("recalculate") == {}
    moved.append(("promise", issue.due_at, issue.due_at))
    issue = Issue.objects.get(pk=issue.pk)
    services.perform(issue=issue, action="recalculate", actor=Actor.system(), now=loop.now)
    assert set(told("recalculate")) == {"enterprise"}


def test_a_submission_is_confirmed_with_its_code(loop):
    issue = loop.submit(by="anonymous", contact_email="boss@example.test")
    message = Message.objects.get(address="boss@example.test")
    assert issue.tracking_code in message.rendered.body
    assert "已收到" in message.rendered.subject
    assert "交办" in Message.objects.get(recipient__username="coordinator").rendered.subject


def test_only_the_enterprise_is_asked_to_rate(loop):
    loop.issue_in("resolved", contact_email="boss@example.test")
    rows = Message.objects.filter(kind="issues.resolve").select_related("recipient")
    asked = {
        row.recipient_id and row.recipient.username
        for row in rows
        if "请评价" in row.rendered.subject
    }
    assert asked == {None, "enterprise"}
    assert "coordinator" in told("resolve")

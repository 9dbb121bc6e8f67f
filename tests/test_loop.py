"""The loop told as a story: one request, from the form to its closing, on a clock that we move.

问题收集 → 精准交办 → 限时办结 → 督导通报 → 结果反馈 → 问题销号
"""

from datetime import date, datetime

import pytest
from django.contrib.auth.models import AnonymousUser

from issues import reminders, services
from issues.actors import Actor
from issues.messages import issue_of_rating_token, rating_token
from issues.models import Category
from notifications.dispatch import deliver
from notifications.models import Attempt, Message
from tests.factories import SHANGHAI


def at(day, hour, minute=0):
    return datetime(2026, 4, day, hour, minute, tzinfo=SHANGHAI)


class Story:
    """One issue and the people around it; every step moves the clock to the time it is told."""

    def __init__(self, clock, post, **people):
        self.clock, self.post, self.issue = clock, post, None
        self.people = people

    def take(self, action, who, when, **data):
        self.clock.move_to(when)
        if who == "enterprise":
            actor = Actor.of(AnonymousUser(), proven=[self.issue.pk])
        else:
            actor = Actor.of(self.people[who])
        self.issue = services.perform(issue=self.issue, action=action, actor=actor, **data)
        return self.issue

    def sweep(self, when):
        self.clock.move_to(when)
        reminders.sweep()

    def deliver(self, when):
        self.clock.move_to(when)
        return deliver(process="test")

    @property
    def reminded(self):
        rows = Message.objects.filter(kind="issues.reminder", data__issue=self.issue.number)
        return [(row.recipient.username, row.data["rung"]) for row in rows.order_by("pk")]

    def letters(self, address, word):
        """Texts of the mails that reached an address with the word in their subject."""
        mine = [mail for to, mail in self.post.mails if to == [address]]
        chosen = [mail for mail in mine if word in mail["Subject"]]
        return [mail.get_body(("plain",)).get_content() for mail in chosen]


@pytest.fixture
def story(frozen, smtp, departments, coordinator, handler, head, leader, firm):
    return Story(frozen, smtp, coordinator=coordinator, handler=handler, head=head, leader=leader)


def test_from_the_form_to_the_closing(story, departments):
    an_enterprise_asks_for_help_after_hours(story)
    the_office_assigns(story, departments)
    the_handler_signs_and_calls(story)
    two_days_before_due_he_is_reminded_and_asks_for_more_time(story)
    beat_is_down_for_a_week(story)
    the_enterprise_is_not_satisfied(story)
    the_second_result_is_accepted_and_closed(story)
    the_history_is_whole_and_nothing_was_said_twice(story)


def an_enterprise_asks_for_help_after_hours(story):
    story.clock.move_to(at(2, 18, 40))  # a Thursday
    story.issue, created = services.submit(
        actor=Actor.of(AnonymousUser()),
        kind="problem",
        title="厂区污水管网未接通",
        description="三月起生产废水只能外运，费用很高。",
        enterprise="示例蓝天玻璃有限公司",
        contact_name="示例联系人",
        contact_phone="13800001234",
        contact_email="firm@example.test",
    )
    assert created
    assert (story.issue.number, story.issue.status) == ("QH-2026-00001", "submitted")
    assert len(story.issue.tracking_code) == 16
    # Tomb-Sweeping Day rests 4 to 6 April: five working days are 3, 7, 8, 9 and 10 April.
    assert story.issue.due_at == at(10, 17, 30)
    told = Message.objects.values_list("recipient__username", "address")
    assert set(told) == {("coordinator", ""), (None, "firm@example.test")}


def the_office_assigns(story, departments):
    issue = story.take(
        "assign",
        "coordinator",
        at(3, 9),
        lead_department=departments["zj"],
        category=Category.objects.get(code="water"),
        priority="normal",
    )
    assert issue.sign_due_at == at(3, 15)
    # Two clocks: the promise runs since the request, the department's since its dispatch.
    assert (issue.due_at, issue.unit_due_at) == (at(10, 17, 30), at(13, 17, 30))


def the_handler_signs_and_calls(story):
    story.take("sign", "handler", at(3, 10))
    issue = story.take("contact", "handler", at(3, 10, 30), method="phone", note="约定下周到现场。")
    assert issue.commitments.get(clock="sign").met_at == at(3, 10)
    assert issue.commitments.get(clock="contact").met_at == at(3, 10, 30)


def two_days_before_due_he_is_reminded_and_asks_for_more_time(story):
    story.sweep(at(9, 8, 29))
    assert story.reminded == []
    story.sweep(at(9, 8, 31))
    assert story.reminded == [("handler", "T-2")]
    asked = {"reason_code": "coordination", "reason": "需与园区共同开挖。"}
    story.take("request_extension", "handler", at(9, 9), new_due_on=date(2026, 4, 20), **asked)
    issue = story.take("decide_extension", "coordinator", at(9, 11), decision="approve")
    assert issue.unit_due_at == issue.due_at == at(20, 17, 30)
    story.sweep(at(14, 9))  # the ladder of the old deadline is silent
    assert story.reminded == [("handler", "T-2")]


def beat_is_down_for_a_week(story):
    for _twice in range(2):
        story.sweep(at(21, 9))
    assert story.reminded[1:] == [("head", "T+1")]  # the highest rung only, and once
    notice = story.issue.notices.get()
    assert (notice.number, notice.colour) == ("〔2026〕001号", "yellow")
    assert notice.answer_due_at == at(23, 17, 30)
    story.issue.refresh_from_db()
    story.take("answer_notice", "head", at(21, 10), notice=notice, text="今日完工。")


def the_enterprise_is_not_satisfied(story):
    reply = {"outcome": "solved", "public_reply": "管网已接通，可排放。"}
    issue = story.take("resolve", "handler", at(21, 16), **reply)
    link = rating_token(issue)
    story.deliver(at(21, 16, 5))
    (letter,) = story.letters("firm@example.test", "请评价")
    assert f"https://portal.example.test/rate/{link}/" in letter.replace("=\n", "")
    issue = story.take("rate", "enterprise", at(22, 9), rating="dissatisfied", reason="有倒灌。")
    assert (issue.status, issue.round, issue.escalation) == ("in_progress", 2, 1)
    assert issue_of_rating_token(link) is None
    # Half of five working days from Wednesday: Thursday, Friday and Monday morning.
    assert issue.unit_due_at == at(27, 12)


def the_second_result_is_accepted_and_closed(story):
    reply = {"outcome": "solved", "public_reply": "已加装止回阀。"}
    issue = story.take("resolve", "head", at(24, 15), **reply)
    assert issue_of_rating_token(rating_token(issue)) == issue
    assert story.take("rate", "enterprise", at(24, 17), rating="satisfied").status == "confirmed"
    issue = story.take("close", "coordinator", at(27, 9))
    assert (issue.status, issue.stage, issue.closed_at) == ("closed", 6, at(27, 9))


def the_history_is_whole_and_nothing_was_said_twice(story):
    actions = [event.action for event in story.issue.events.all()]
    assert actions == (
        "submit assign sign contact request_extension decide_extension issue_notice answer_notice "
        "resolve rate resolve rate close"
    ).split()
    assert not story.issue.reminders.pending().exists()
    story.sweep(at(28, 9))
    assert len(story.reminded) == 2
    story.deliver(at(28, 10))
    assert story.deliver(at(28, 11))["sent"] == 0
    sent = Attempt.objects.filter(outcome="sent")
    assert sent.count() == sent.values("delivery").distinct().count() > 0
    steps = Message.objects.exclude(recipient=None).exclude(kind="issues.reminder")
    for message in steps.select_related("recipient"):
        assert story.issue.events.get(pk=message.data["event"]).actor != message.recipient

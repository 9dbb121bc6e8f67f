"""督办单 with its own clock: states, reminders, one sheet a matter, the list."""

from datetime import datetime, timedelta

import pytest
from django.urls import reverse

from issues import reminders, watch
from issues.errors import Invalid
from issues.models import Notice
from notifications.models import Message
from tests.factories import SHANGHAI


@pytest.fixture
def noticed(loop):
    return loop.do(loop.issue_in("in_progress"), "issue_notice")


def told(user):
    return set(
        Message.objects.filter(kind="issues.answer_due", recipient=user).values_list(
            "data__late", flat=True
        )
    )


def test_a_notice_waits_is_overdue_and_is_answered_late(loop, noticed):
    notice = noticed.notices.get()
    assert notice.state(loop.now) == "waiting"
    loop.now = notice.answer_due_at + timedelta(minutes=1)
    assert notice.state(loop.now) == "overdue"
    assert list(Notice.objects.in_state("overdue", loop.now)) == [notice]
    loop.do(noticed, "answer_notice")
    notice.refresh_from_db()
    assert notice.state(loop.now) == "answered_late"
    assert not watch.sweep(loop.now)["late"]


def test_a_withdrawn_notice_keeps_its_number_and_wants_no_answer(loop, noticed, head):
    issue = loop.do(noticed, "withdraw_notice")
    notice = issue.notices.get()
    assert (notice.state(loop.now), notice.number) == ("withdrawn", "〔2026〕001号")
    assert Message.objects.filter(kind="issues.withdraw_notice", recipient=head).exists()
    with pytest.raises(Exception, match="没有待答复的督办单"):
        loop.do(issue, "answer_notice", notice=notice)


def test_the_due_day_and_the_missed_one_are_each_said_once(loop, noticed, head, coordinator):
    notice = noticed.notices.get()
    assert watch.sweep(notice.answer_due_at - timedelta(days=1)) == {"due": 0, "late": 0}
    morning = notice.answer_due_at.astimezone(SHANGHAI).replace(hour=8, minute=30)
    assert watch.sweep(morning)["due"] == 1
    assert watch.sweep(morning + timedelta(hours=1))["due"] == 0
    assert told(head) == {False}
    late = notice.answer_due_at + timedelta(minutes=1)
    assert watch.sweep(late)["late"] == 2
    assert watch.sweep(late + timedelta(days=5)) == {"due": 0, "late": 0}
    assert told(head) == {False, True}
    assert told(coordinator) == {True}


def test_a_missed_instruction_is_told_to_the_leader_who_gave_it(loop, leader, head):
    loop.do(loop.issue_in("in_progress"), "instruct")
    watch.sweep(datetime(2026, 3, 21, 9, 0, tzinfo=SHANGHAI))
    assert told(leader) == {True}
    assert told(head) == {True}


def test_the_ladder_sends_no_second_sheet_while_a_higher_one_waits(loop):
    issue = loop.do(loop.issue_in("in_progress"), "instruct")
    loop.do(issue, "issue_notice", colour="orange")
    result = reminders.sweep(issue.unit_due_at + timedelta(days=2))
    assert (result["notices"], result["fired"]) == (0, 1)
    assert issue.notices.count() == 1
    assert Message.objects.filter(kind="issues.reminder").exists()


def test_an_answered_sheet_lets_a_higher_colour_through_at_once(loop, noticed):
    issue = loop.do(noticed, "answer_notice")
    issue = loop.do(issue, "issue_notice", colour="orange")
    with pytest.raises(Invalid):
        loop.do(issue, "issue_notice", colour="yellow")


def test_the_list_filters_counts_and_exports(client, loop, noticed, coordinator):
    loop.do(loop.issue_in("in_progress"), "issue_notice", colour="blue")
    client.force_login(coordinator)
    address = reverse("issues:notices")
    page = client.get(address)
    assert page.context["totals"]["count"] == 2
    assert [row["notice"].colour for row in page.context["rows"]] == ["blue", "yellow"]
    only = client.get(address, {"colour": "yellow"})
    assert [row["notice"].pk for row in only.context["rows"]] == [noticed.notices.get().pk]
    assert "没有符合条件的记录" in client.get(address, {"q": "不存在"}).content.decode()
    lines = b"".join(client.get(address, {"format": "csv"}).streaming_content).decode()
    assert lines.count("\n") == 3
    assert "〔2026〕001号" in lines


def test_a_department_sees_the_notices_of_its_issues_only(
    client, noticed, head, outsider, enterprise
):
    address = reverse("issues:notices")
    client.force_login(head)
    assert client.get(address).context["totals"]["count"] == 1
    client.force_login(outsider)
    assert client.get(address).context["totals"]["count"] == 0
    client.force_login(enterprise)
    assert client.get(address).status_code == 403


def test_the_list_costs_the_same_for_one_row_and_for_many(
    client, loop, noticed, coordinator, django_assert_max_num_queries
):
    for _turn in range(5):
        loop.do(loop.issue_in("in_progress"), "issue_notice")
    client.force_login(coordinator)
    with django_assert_max_num_queries(14):
        client.get(reverse("issues:notices"))

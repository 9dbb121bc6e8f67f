"""Sending: once, in the reader's language, with back-off, digests and an end."""

from datetime import timedelta

import pytest

from notifications import dispatch, kinds, services
from notifications.models import Attempt, Delivery, Message
from tests.notifications.conftest import RESTING, WORKING

pytestmark = pytest.mark.django_db


def deliver(now=WORKING, **given):
    return dispatch.deliver(now=now, process="test:1", **given)


def states():
    return sorted(Delivery.objects.values_list("state", flat=True))


def test_a_message_is_sent_once_and_the_attempt_recorded(member, post, smtp):
    user = member(name="示例 甲")
    post(user)
    assert deliver() == {"sent": 1, "failed": 0, "dead": 0}
    assert deliver() == {"sent": 0, "failed": 0, "dead": 0}
    [(recipients, mail)] = smtp.mails
    delivery = Delivery.objects.get()
    assert recipients == ["handler@example.test"]
    assert mail["To"].addresses[0].display_name == "示例 甲"
    assert mail["Subject"] == "zh-hans 道路破损"
    assert "zh-hans 正文" in mail.get_content()
    assert "https://portal.example.test/issues/HG-1/" in mail.get_content()
    assert mail["Message-ID"] == f"<delivery-{delivery.pk}@portal.example.test>"
    assert (delivery.state, delivery.sent_at, delivery.lease_token) == ("sent", WORKING, "")
    attempt = Attempt.objects.get()
    assert (attempt.number, attempt.outcome, attempt.process) == (1, "sent", "test:1")


def test_a_mail_is_written_in_the_readers_language(member, post, smtp):
    post(
        member("first", language="en"),
        member("second"),
        addresses=[("third@example.test", "en"), ("fourth@example.test", "")],
    )
    deliver()
    spoken = {to[0].split("@")[0]: mail["Subject"].split()[0] for to, mail in smtp.mails}
    assert spoken == {"first": "en", "second": "zh-hans", "third": "en", "fourth": "zh-hans"}


def test_reminders_of_the_weekend_arrive_on_monday_and_urgent_ones_at_once(member, post, smtp):
    user = member()
    post(user, key="waits", title="等待", now=RESTING)
    post(user, key="alarm", title="急件", kind="test.alarm", now=RESTING)
    assert deliver(now=RESTING)["sent"] == 1
    assert deliver(now=RESTING + timedelta(days=1))["sent"] == 0
    assert deliver(now=RESTING + timedelta(days=2))["sent"] == 1
    assert smtp.subjects == ["zh-hans 急件", "zh-hans 等待"]


def test_reminders_due_together_are_one_mail_per_person(member, post, smtp):
    user, other = member(), member("other")
    for number in range(3):
        matter = {"url": f"/issues/HG-{number}/"}
        post(user, key=f"issue-{number}:due", title=f"事项{number}", data=matter)
    post(user, key="issue-0:answer", title="回执", at_once=True)
    post(other)
    assert deliver() == {"sent": 5, "failed": 0, "dead": 0}
    assert sorted(smtp.subjects) == ["zh-hans 回执", "zh-hans 道路破损", "您有 3 件事项待办"]
    [text] = [mail.get_content() for _to, mail in smtp.mails if "3 件" in mail["Subject"]]
    assert "1. zh-hans 事项0" in text
    assert "3. zh-hans 事项2" in text
    for number in range(3):
        assert f"https://portal.example.test/issues/HG-{number}/" in text
    assert "https://portal.example.test/inbox/" in text
    assert Attempt.objects.filter(outcome="sent").count() == 5


def test_a_digest_is_not_split_by_the_batch_and_lists_fifty(member, post, smtp):
    user = member()
    for number in range(53):
        post(user, key=f"issue-{number}:due", data={"url": f"/issues/HG-{number}/"})
    assert deliver(limit=2)["sent"] == 53
    assert smtp.subjects == ["您有 53 件事项待办"]
    text = smtp.mails[0][1].get_content()
    assert "50. " in text
    assert "51. " not in text
    assert "其余 3 件" in text


def test_of_several_messages_on_one_matter_the_latest_speaks(member, post, smtp):
    user = member()
    for step in ("签收", "延期", "催办"):
        post(user, key=f"issue-1:{step}", title=step, data={"url": "/issues/HG-1/"})
    post(user, key="issue-2:due", title="别的事", data={"url": "/issues/HG-2/"})
    assert deliver()["sent"] == 4
    assert smtp.subjects == ["您有 2 件事项待办"]
    text = smtp.mails[0][1].get_content()
    assert "1. zh-hans 催办" in text
    assert "此前还有 2 条消息" in text
    assert "签收" not in text
    assert "2. zh-hans 别的事" in text


def test_a_refused_mail_backs_off_and_ends_as_dead(member, post, smtp):
    smtp.refuse["handler@example.test"] = "451 try later"
    post(member())
    now, pauses = WORKING, []
    for _number in range(7):
        assert deliver(now=now) == {"sent": 0, "failed": 1, "dead": 0}
        delivery = Delivery.objects.get()
        assert deliver(now=delivery.next_at - timedelta(seconds=1))["failed"] == 0
        pauses.append((delivery.next_at - now).total_seconds())
        now = delivery.next_at
    for pause, usual in zip(pauses, [30, 60, 120, 240, 480, 960, 1800], strict=True):
        assert usual * 0.8 <= pause <= usual * 1.2
    assert len(set(pauses)) == 7
    assert deliver(now=now) == {"sent": 0, "failed": 0, "dead": 1}
    assert deliver(now=now + timedelta(days=9)) == {"sent": 0, "failed": 0, "dead": 0}
    assert list(Attempt.objects.values_list("number", "outcome")) == [
        (number, "failed") for number in range(1, 9)
    ]
    error = Delivery.objects.get().last_error
    assert "451" in error
    assert "handler@example.test" not in error


def test_a_dead_delivery_can_be_tried_again(member, post, smtp):
    post(member())
    Delivery.objects.update(state="dead", attempts=8)
    assert services.retry(Delivery.objects.all(), WORKING) == 1
    assert deliver()["sent"] == 1
    assert services.retry(Delivery.objects.all(), WORKING) == 0


def test_one_refused_address_harms_nobody_else(member, post, smtp):
    smtp.refuse["b@example.test"] = "550 no such user"
    post(addresses=[(f"{name}@example.test", "") for name in "abc"])
    # "No such user" is final: seven more tries would only make us a nuisance.
    assert deliver() == {"sent": 2, "failed": 0, "dead": 1}
    assert [to for to, _mail in smtp.mails] == [["a@example.test"], ["c@example.test"]]


def test_a_message_that_cannot_be_rendered_harms_nobody_else(member, post, smtp):
    user = member()
    post(user, key="good")
    post(user, key="bad")
    Message.objects.filter(dedupe_key="bad").update(data={})
    assert deliver() == {"sent": 1, "failed": 1, "dead": 0}
    assert smtp.subjects == ["zh-hans 道路破损"]
    assert "KeyError" in Delivery.objects.get(message__dedupe_key="bad").last_error


def test_a_kind_that_is_gone_is_told_in_a_plain_sentence(member, post, smtp):
    post(member())
    kinds._kinds.clear()
    assert deliver()["sent"] == 1
    assert smtp.subjects == ["您有一条新消息"]


def test_while_the_server_is_down_one_try_is_counted_and_the_rest_waits(post, settings, smtp):
    settings.EMAIL_PORT = 1
    post(addresses=[(f"{name}@example.test", "") for name in "abcde"])
    assert deliver() == {"sent": 0, "failed": 1, "dead": 0}
    assert sorted(Delivery.objects.values_list("attempts", flat=True)) == [0, 0, 0, 0, 1]
    assert set(states()) == {"queued"}
    settings.EMAIL_PORT = smtp.port
    assert deliver(now=WORKING + timedelta(minutes=2))["sent"] == 5


def test_who_has_left_is_not_written_to(member, post, smtp):
    gone, moved = member("gone"), member("moved")
    post(gone, moved)
    gone.is_active, moved.email = False, ""
    gone.save()
    moved.save()
    assert deliver() == {"sent": 0, "failed": 0, "dead": 0}
    assert states() == ["cancelled", "cancelled"]
    assert smtp.mails == []


def test_line_breaks_open_no_new_header(member, post, smtp):
    post(
        member(name="示例\r\nBcc: evil@example.test"),
        title="破损\r\nBcc: evil@example.test\x0b\u2028结束",
    )
    assert deliver()["sent"] == 1
    [(recipients, mail)] = smtp.mails
    assert recipients == ["handler@example.test"]
    assert mail["Bcc"] is None
    assert mail["Subject"].strip() == "zh-hans 破损 Bcc: evil@example.test 结束"


def test_an_address_with_a_line_break_is_never_sent(member, post, smtp):
    post(member(email="a@example.test\r\nBcc: evil@example.test"))
    assert deliver()["failed"] == 1
    assert smtp.mails == []


def test_an_expired_lease_is_taken_back_and_counted(member, post, smtp):
    post(member())
    claimed = Delivery.objects.claim(now=WORKING, limit=5, lease=dispatch.LEASE, token="gone")
    assert [delivery.attempts for delivery in claimed] == [1]
    assert deliver(now=WORKING + dispatch.LEASE / 2)["sent"] == 0
    assert deliver(now=WORKING + dispatch.LEASE)["sent"] == 1
    assert list(Attempt.objects.values_list("number", "outcome")) == [(1, "lost"), (2, "sent")]


def test_a_row_that_kills_every_process_ends_as_dead(member, post, smtp):
    post(member())
    now = WORKING
    for _number in range(8):
        assert Delivery.objects.claim(now=now, limit=5, lease=dispatch.LEASE, token="gone")
        now += dispatch.LEASE
        totals = dispatch.deliver(now=now, limit=0)
    assert totals == {"sent": 0, "failed": 0, "dead": 1}
    assert states() == ["dead"]


def test_what_is_cancelled_after_the_claim_is_not_sent(post, smtp):
    def cancelling(data):
        services.cancel(dedupe_prefix="issue-2:", now=WORKING)
        return kinds.Rendered("撤回", "", "")

    kinds.register(kinds.Kind(code="test.cancelling", label="撤回", render=cancelling))
    post(addresses=[("a@example.test", "")], key="issue-1:a", kind="test.cancelling")
    post(addresses=[("b@example.test", "")], key="issue-2:b")
    assert deliver() == {"sent": 1, "failed": 0, "dead": 0}
    assert [to for to, _mail in smtp.mails] == [["a@example.test"]]
    assert states() == ["cancelled", "sent"]


def test_deliver_all_goes_on_until_nothing_is_due(post, smtp):
    post(addresses=[(f"u{number}@example.test", "") for number in range(120)])
    assert dispatch.deliver_all(now=WORKING) == {"sent": 120, "failed": 0, "dead": 0}
    assert len(smtp.mails) == 120

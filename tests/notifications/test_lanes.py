"""A lane in trouble closes, harms no other, and opens again; no robot is sent too much at once."""

from datetime import timedelta

import pytest

from notifications import dispatch, lanes, services
from notifications.models import Attempt, Delivery, Gateway, Lane, Message, Preference
from tests.notifications.conftest import WORKING
from tests.notifications.provider import Provider

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def deliver(now=WORKING, **given):
    return dispatch.deliver(now=now, process="test:1", **given)


@pytest.fixture
def provider(settings):
    with Provider() as provider:
        settings.CHANNEL_HOSTS = [provider.host]
        yield provider


@pytest.fixture
def robot(provider):
    return Gateway.objects.create(
        channel="wecom_robot", endpoint=provider.url, key="K", enabled=True, per_minute=600
    )


def wants(user, channel="wecom_robot", kind="test.reminder"):
    Preference.objects.create(user=user, kind=kind, channel=channel, wanted=True)
    return user


def test_in_no_minute_more_than_the_limit():
    given, now = [], WORKING
    for _n in range(2_000):
        if lanes.take("robot", 18, now) is None:
            given.append(now)
        now += timedelta(seconds=0.1)
    most = max(sum(at <= other < at + MINUTE for other in given) for at in given)
    assert most <= 18
    assert len(given) >= 50


def test_the_bucket_says_when_there_is_more():
    assert lanes.take("robot", 18, WORKING) is None
    assert lanes.take("robot", 18, WORKING) is None
    later = lanes.take("robot", 18, WORKING)
    assert WORKING < later <= WORKING + timedelta(seconds=4)
    assert lanes.take("robot", 18, later) is None


def test_what_exceeds_the_limit_waits_uncounted(member, post, smtp, robot, provider):
    Gateway.objects.update(per_minute=18)
    for n in range(5):
        post(wants(member(f"u{n}")), key=f"k{n}", at_once=True)
    deliver(only=["wecom_robot"])
    assert len(provider.asked) == 2
    waiting = Delivery.objects.filter(channel="wecom_robot", state="queued")
    assert set(waiting.values_list("attempts", flat=True)) == {0}
    now = WORKING
    for _n in range(12):
        now += timedelta(seconds=10)
        deliver(now=now, only=["wecom_robot"])
    assert len(provider.asked) == 5


def test_three_failures_close_a_lane_and_one_message_tries_it_first(
    member, post, smtp, robot, provider
):
    provider.answers["/"] = (500, "")
    for n in range(6):
        post(wants(member(f"u{n}")), key=f"k{n}", at_once=True)
    deliver(only=["wecom_robot"])
    assert len(provider.asked) == 3
    later = WORKING + lanes.CLOSED_FOR - timedelta(seconds=1)
    deliver(now=later, only=["wecom_robot"])
    assert len(provider.asked) == 3
    provider.answers["/"] = (200, {"errcode": 0})
    for minutes in (6, 12, 18):
        deliver(now=WORKING + minutes * MINUTE, only=["wecom_robot"])
    assert set(Delivery.objects.filter(channel="wecom_robot").values_list("state", flat=True)) == {
        "sent"
    }
    assert Lane.objects.get(name=robot.lane).failures == 0


def test_a_robot_that_is_down_delays_no_mail(member, post, smtp, robot, provider):
    provider.behave = "cut"
    for n in range(5):
        post(wants(member(f"u{n}")), key=f"k{n}", at_once=True)
    deliver()
    assert len(smtp.mails) == 5


def test_a_mail_server_down_for_half_an_hour_costs_no_mail(post, settings, smtp):
    settings.EMAIL_PORT = 1
    post(addresses=[(f"u{n}@example.test", "") for n in range(40)])
    now = WORKING
    for _n in range(180):
        deliver(now=now)
        now += timedelta(seconds=10)
    tried = list(Delivery.objects.values_list("attempts", flat=True))
    assert max(tried) <= 8
    assert set(Delivery.objects.values_list("state", flat=True)) == {"queued"}
    settings.EMAIL_PORT = smtp.port
    for _n in range(90):
        deliver(now=now)
        now += timedelta(seconds=10)
    assert sorted(to[0] for to, _mail in smtp.mails) == sorted(
        f"u{n}@example.test" for n in range(40)
    )
    assert Attempt.objects.filter(outcome="sent").count() == 40


def test_a_receiver_that_errs_for_half_an_hour_is_tried_ever_more_seldom(
    member, post, robot, provider, monkeypatch, smtp
):
    # Alone in its lane, so that the circuit breaker does not hide the row's own pauses.
    monkeypatch.setattr(lanes, "FAILURES", 1_000)
    provider.answers["/"] = (500, "")
    post(wants(member()), at_once=True)
    now = WORKING
    while now < WORKING + timedelta(hours=5):
        deliver(now=now, only=["wecom_robot"])
        now += timedelta(seconds=10)
    tries = list(Attempt.objects.order_by("id").values_list("started_at", flat=True))
    gaps = [(b - a).total_seconds() for a, b in zip(tries, tries[1:], strict=False)]
    assert len(tries) == 8
    assert min(gaps) >= 10
    assert all(later > earlier for earlier, later in zip(gaps, gaps[1:], strict=False))
    assert Delivery.objects.get(channel="wecom_robot").state == "dead"
    assert services.retry(Delivery.objects.all(), now) == 1
    provider.answers["/"] = (200, {"errcode": 0})
    deliver(now=now, only=["wecom_robot"])
    assert Delivery.objects.get(channel="wecom_robot").state == "sent"
    assert Message.objects.count() == 1


def test_what_was_first_tried_a_day_ago_is_given_up(post, smtp):
    smtp.refuse["a@example.test"] = "451 later"
    post(addresses=[("a@example.test", "")], at_once=True)
    deliver()
    later = WORKING + timedelta(hours=25)
    assert deliver(now=later) == {"sent": 0, "failed": 0, "dead": 1}


def test_one_poison_message_among_a_thousand_harms_no_other(post, smtp, monkeypatch):
    """It kills whichever process takes it in hand: eight of them die, the other 999 go out."""
    post(addresses=[(f"u{n}@example.test", "") for n in range(1_000)], at_once=True)
    poison = Message.objects.get(address="u500@example.test")
    send, deaths = dispatch.channels.Mailer.send, []

    class Killed(BaseException):
        pass

    def killing(mailer, mail):
        if mail.to == ["u500@example.test"]:
            deaths.append(mail)
            raise Killed
        return send(mailer, mail)

    monkeypatch.setattr(dispatch.channels.Mailer, "send", killing)
    now = WORKING
    for _n in range(40):
        try:
            dispatch.deliver_all(now=now, process="test:1")
        except Killed:
            pass
        now += dispatch.LEASE
    states = Delivery.objects.values_list("state", flat=True)
    assert Delivery.objects.get(message=poison).state == "dead"
    assert sorted(states).count("sent") == 999
    assert len(deaths) == 8
    assert len({mail["Message-ID"] for _to, mail in smtp.mails}) == len(smtp.mails) == 999

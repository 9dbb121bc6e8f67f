"""What a person hears, how, and who hears instead; asked again just before sending."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import F, Value
from django.urls import reverse

from accounts.models import User
from directory.models import Department
from notifications import dispatch, kinds, services, watch
from notifications.models import (
    Attempt,
    ChannelAccount,
    Delivery,
    Deputy,
    Gateway,
    Message,
    Preference,
    Suspension,
)
from tests.notifications.conftest import RESTING, WORKING, render
from tests.notifications.provider import Provider

pytestmark = pytest.mark.django_db
TODAY = WORKING.date()


def deliver(now=WORKING, **given):
    return dispatch.deliver(now=now, process="test:1", **given)


def by(user):
    """Channels a person's deliveries go through."""
    return sorted(
        Delivery.objects.filter(message__recipient=user).values_list("channel", flat=True)
    )


def sweep(kind="test.reminder", key="swept"):
    with transaction.atomic():
        return services.post_select(
            kind=kind,
            users=User.objects.all(),
            data={"title": F("name")},
            dedupe_key=Value(key),
            now=WORKING,
        )


@pytest.fixture
def provider(settings):
    with Provider() as provider:
        settings.CHANNEL_HOSTS = [provider.host]
        yield provider


@pytest.fixture
def ways(provider):
    """A gateway of each channel, switched on."""
    for channel in ("sms", "wecom", "wecom_robot", "webhook"):
        Gateway.objects.create(
            channel=channel, endpoint=provider.url, key="K", secret="S", enabled=True
        )


def say(how, user, post):
    """The same message by either way of posting."""
    return sweep() if how == "sweep" else post(user)


@pytest.mark.parametrize("how", ["post", "sweep"])
def test_mail_comes_unasked_and_the_rest_by_choice(how, member, post, ways):
    user = member(phone="13800001234")
    say(how, user, post)
    assert by(user) == ["email"]
    Delivery.objects.all().delete()
    Message.objects.all().delete()
    for channel, wanted in (("email", False), ("sms", True), ("wecom", True), ("webhook", True)):
        Preference.objects.create(user=user, kind="test.reminder", channel=channel, wanted=wanted)
    say(how, user, post)
    # No WeCom name is known, so nothing can go there.
    assert by(user) == ["sms", "webhook"]
    assert Message.objects.filter(recipient=user).count() == 1


def test_urgent_messages_come_by_every_personal_way_whatever_was_chosen(member, post, ways):
    user = member(phone="13800001234")
    ChannelAccount.objects.create(user=user, channel="wecom", value="zhang")
    for channel in ("email", "sms", "wecom"):
        Preference.objects.create(user=user, kind="test.alarm", channel=channel, wanted=False)
    post(user, kind="test.alarm")
    assert by(user) == ["email", "sms", "wecom"]


def test_a_gateway_switched_off_takes_nothing(member, post, ways):
    Gateway.objects.update(enabled=False)
    user = member(phone="13800001234")
    post(user, kind="test.alarm")
    assert by(user) == ["email"]


def test_each_channel_gets_its_words(member, post, ways, provider, smtp):
    user = member(phone="13800001234", language="en")
    provider.answers["/cgi-bin/gettoken"] = (200, {"errcode": 0, "access_token": "T"})
    ChannelAccount.objects.create(user=user, channel="wecom", value="zhang")
    Preference.objects.create(user=user, kind="test.alarm", channel="wecom_robot", wanted=True)
    post(user, kind="test.alarm", title="@all 停电")
    assert deliver()["sent"] == 4
    said = {asked["path"]: asked["body"] for asked in provider.asked}
    robot = said["/cgi-bin/webhook/send"]["text"]["content"]
    assert "停电" not in robot
    assert "急件" in robot
    assert "@" not in robot
    assert "＠all 停电" in said["/"]["content"]
    assert said["/cgi-bin/message/send"]["touser"] == "zhang"
    assert smtp.subjects == ["en @all 停电"]


def test_a_department_speaks_through_its_own_robot(member, post, ways, provider):
    department = Department.objects.create(code="d1", name="示例局")
    Gateway.objects.create(
        channel="webhook", department=department, endpoint=f"{provider.url}/own", enabled=True
    )
    inside, outside = member("inside", department=department), member("outside")
    for user in (inside, outside):
        Preference.objects.create(user=user, kind="test.reminder", channel="webhook", wanted=True)
    post(inside, outside, at_once=True)
    deliver(only=["webhook"])
    assert sorted(asked["path"] for asked in provider.asked) == ["/", "/own"]


@pytest.mark.parametrize("how", ["post", "sweep"])
def test_a_deputy_hears_in_place_of_who_is_away(how, member, post, smtp):
    away, deputy = member("away", name="示例甲"), member("deputy", name="示例乙")
    Deputy.objects.create(user=away, deputy=deputy, starts_on=TODAY, ends_on=TODAY)
    if how == "post":
        assert post(away) == 2
    else:
        User.objects.filter(pk=deputy.pk).update(username="z")
        with transaction.atomic():
            assert (
                services.post_select(
                    kind="test.reminder",
                    users=User.objects.filter(pk=away.pk),
                    data={"title": F("name")},
                    dedupe_key=Value("k"),
                    now=WORKING,
                )
                == 2
            )
    assert (by(away), by(deputy)) == ([], ["email"])
    assert Message.objects.get(recipient=deputy).on_behalf_of == away
    deliver()
    assert "您受委托代 示例甲 接收本消息" in smtp.mails[0][1].get_content()


def test_a_deputy_hears_on_those_days_only_and_never_of_his_own_act(member, post):
    away, deputy = member("away"), member("deputy")
    day = timedelta(days=1)
    Deputy.objects.create(user=away, deputy=deputy, starts_on=TODAY + day, ends_on=TODAY + day)
    assert post(away, key="before") == 1
    assert post(away, key="his own", now=WORKING + day, exclude=deputy) == 1
    assert post(away, key="then", now=WORKING + day) == 2
    assert post(away, key="after", now=WORKING + 2 * day) == 1
    # What is urgent follows who is away as well.
    post(away, key="alarm", kind="test.alarm", now=WORKING + day)
    assert Delivery.objects.filter(message__dedupe_key="alarm").count() == 2


def test_a_refusing_address_is_left_alone_for_a_week(member, post, smtp):
    user = member()
    smtp.refuse[user.email] = "550 no such user"
    post(user, key="a")
    assert deliver()["dead"] == 1
    smtp.refuse.clear()
    post(user, key="b")
    assert deliver() == {"sent": 0, "failed": 0, "dead": 0}
    assert Delivery.objects.get(message__dedupe_key="b").state == "cancelled"
    later = WORKING + dispatch.SUSPENDED_FOR
    post(user, key="c", now=later)
    assert deliver(now=later)["sent"] == 1
    assert services.retry(Delivery.objects.all(), later) == 1
    assert not Suspension.objects.exists()


def test_rights_are_asked_again_before_sending(member, post, smtp):
    seen = []

    def still(user, data):
        seen.append((user.username, data["title"]))
        return user.username != "moved"

    kinds.register(kinds.Kind(code="test.secret", label="密", render=render, still=still))
    post(member("stays"), member("moved"), kind="test.secret")
    assert deliver()["sent"] == 1
    assert [to for to, _mail in smtp.mails] == [["stays@example.test"]]
    assert Delivery.objects.get(message__recipient__username="moved").state == "cancelled"
    assert "may not see" in Attempt.objects.get(outcome="cancelled").error
    assert len(seen) == 2


def test_an_sms_that_may_have_arrived_is_not_sent_again_by_itself(member, post, ways, provider):
    user = member(phone="13800001234", email="")
    provider.behave = "cut"
    post(user, kind="test.alarm")
    deliver(only=["sms"])
    delivery = Delivery.objects.get()
    assert (delivery.state, Attempt.objects.get().outcome) == ("unknown", "ambiguous")
    deliver(now=WORKING + timedelta(days=2), only=["sms"])
    assert len(provider.asked) == 1
    Gateway.objects.filter(channel="sms").update(status_url=f"{provider.url}/status")
    provider.behave = ""
    provider.answers = {"/status": (200, {"code": 0, "status": "delivered"})}
    assert watch.look_after_deliveries(WORKING)["found"] == 1
    assert Delivery.objects.get().state == "sent"


def test_an_sms_in_the_hands_of_a_dead_process_waits_for_a_person(member, post, ways):
    post(member(phone="13800001234", email=""), kind="test.alarm")
    Delivery.objects.claim(now=WORKING, limit=5, lease=dispatch.LEASE, token="gone", channel="sms")
    dispatch.take_back_expired(WORKING + dispatch.LEASE)
    assert Delivery.objects.get().state == "unknown"


def test_quiet_hours_move_the_time_and_not_the_record(member, post, settings):
    settings.QUIET_HOURS = (RESTING.time().replace(hour=19), RESTING.time().replace(hour=7))
    post(member(), kind="test.alarm", now=RESTING)
    message, delivery = Message.objects.get(), Delivery.objects.get()
    assert message.created_at == RESTING
    assert delivery.next_at == (RESTING + timedelta(days=1)).replace(hour=7)


def test_the_night_and_the_morning_are_one_digest(member, post, smtp):
    user = member()
    opening = WORKING.replace(hour=8, minute=30)
    post(user, key="night", now=WORKING - timedelta(hours=12), data={"url": "/a/"})
    post(user, key="morning", now=opening + timedelta(minutes=5), data={"url": "/b/"})
    for minutes in range(0, 60, 5):
        deliver(now=opening + timedelta(minutes=minutes))
    assert smtp.subjects == ["您有 2 件事项待办"]
    assert len(set(Delivery.objects.values_list("digest_id", flat=True))) == 1


def test_a_thousand_due_reminders_of_one_official_are_one_digest(member, post, smtp):
    user = member()
    for n in range(1_000):
        post(user, key=f"k{n}", data={"url": f"/issues/{n}/"})
    assert deliver()["sent"] == 1_000
    assert len(smtp.mails) == 1
    assert Message.objects.count() == 1_000


def test_administrators_and_readers_hear_once_a_day_of_what_was_lost(member, post):
    administrator, reader = member("sy"), member("reader")
    administrator.groups.add(Group.objects.get(name="administrator"))
    watch.register()
    for n in range(3):
        post(reader, key=f"k{n}")
    Delivery.objects.update(state="dead", first_tried_at=WORKING)
    for _n in range(3):
        watch.look_after_deliveries(WORKING)
    told = sorted(
        Message.objects.exclude(kind="test.reminder").values_list("kind", "recipient__username")
    )
    assert told == [("notifications.lost", "reader"), ("notifications.undelivered", "sy")]


def test_the_page_keeps_what_is_ticked(member, client):
    user = member()
    client.force_login(user)
    page = client.get(reverse("preferences"))
    assert page.status_code == 200
    assert "test.reminder|email" in page.content.decode()
    assert "test.note|email" not in page.content.decode()
    client.post(reverse("preferences"), {"wanted": ["test.alarm|email"]})
    kept = Preference.objects.get()
    assert (kept.kind, kept.channel, kept.wanted) == ("test.reminder", "email", False)
    client.post(reverse("preferences"), {"wanted": ["test.alarm|email", "test.reminder|email"]})
    assert Preference.objects.get().wanted is True


def test_a_deputy_is_a_colleague_with_the_same_roles(member, client):
    department = Department.objects.create(code="d1", name="示例局")
    me, fit, other = (member(name, department=department) for name in ("me", "fit", "other"))
    for user in (me, fit):
        user.groups.add(Group.objects.get(name="handler"))
    client.force_login(User.objects.get(pk=me.pk))
    days = {"starts_on": date(2030, 3, 4), "ends_on": date(2030, 3, 8)}
    add = reverse("deputy-add")
    assert client.post(add, {"deputy": other.pk, **days}).status_code == 422
    assert client.post(add, {"deputy": me.pk, **days}).status_code == 422
    assert client.post(add, {"deputy": fit.pk, **days}).status_code == 302
    assert client.post(add, {"deputy": fit.pk, **days}).status_code == 422
    row = Deputy.objects.get()
    client.force_login(other)
    assert client.post(reverse("deputy-end", args=[row.pk])).status_code == 404
    client.force_login(me)
    assert client.post(reverse("deputy-end", args=[row.pk])).status_code == 302
    assert not Deputy.objects.exists()

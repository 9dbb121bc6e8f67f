"""Gateways set up, tried and kept secret; dead letters retried; everything held after a restore."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.urls import reverse

from hangu.schedule import BEAT, SIGN_OF_LIFE, timetable
from notifications import dispatch
from notifications.models import Delivery, Gateway
from tests.notifications.conftest import WORKING
from tests.notifications.provider import Provider

pytestmark = pytest.mark.django_db
ADD = "admin:notifications_gateway_add"


@pytest.fixture
def sign_in(client, member):
    def run(role):
        user = member(f"staff_{role}", is_staff=True)
        user.groups.add(user.groups.model.objects.get(name=role))
        client.force_login(type(user).objects.get(pk=user.pk))
        return client

    return run


@pytest.fixture
def provider(settings):
    with Provider() as provider:
        settings.CHANNEL_HOSTS = [provider.host]
        yield provider


def fields(provider, **changed):
    given = {
        "channel": "wecom_robot",
        "endpoint": provider.url,
        "key": "KEY-of-ours",
        "secret": "SECRET-of-ours",
        "per_minute": "18",
        "enabled": "on",
    }
    return given | changed


def test_secrets_are_written_and_never_shown(sign_in, provider):
    client = sign_in("administrator")
    assert client.post(reverse(ADD), fields(provider)).status_code == 302
    gateway = Gateway.objects.get()
    assert (gateway.key, gateway.secret) == ("KEY-of-ours", "SECRET-of-ours")
    change = reverse("admin:notifications_gateway_change", args=[gateway.pk])
    pages = [change, reverse("admin:notifications_gateway_changelist")]
    pages.append(reverse("admin:notifications_gateway_history", args=[gateway.pk]))
    for page in pages:
        assert "-of-ours" not in client.get(page).content.decode()
    # Empty keeps what is stored, a new one replaces it.
    client.post(change, fields(provider, key="", secret="NEW-of-ours", per_minute="12"))
    gateway.refresh_from_db()
    assert (gateway.key, gateway.secret, gateway.per_minute) == ("KEY-of-ours", "NEW-of-ours", 12)


@pytest.mark.parametrize(
    "url",
    ["http://169.254.169.254/", "http://127.0.0.1:6379", "file:///etc/passwd", "https://x.cn"],
)
def test_an_address_that_is_not_listed_is_not_kept(url, sign_in, provider):
    answer = sign_in("administrator").post(reverse(ADD), fields(provider, endpoint=url))
    assert answer.status_code == 200
    assert "CHANNEL_HOSTS" in answer.content.decode()
    assert not Gateway.objects.exists()


def test_a_channel_is_not_switched_on_without_what_it_needs(sign_in, provider):
    client = sign_in("administrator")
    assert client.post(reverse(ADD), fields(provider, key="")).status_code == 200
    assert not Gateway.objects.exists()
    half = fields(provider, key="", enabled="")
    assert client.post(reverse(ADD), half).status_code == 302


@pytest.mark.parametrize("role", ["security", "coordinator", "auditor"])
def test_nobody_else_sets_up_channels(role, sign_in, provider):
    assert sign_in(role).post(reverse(ADD), fields(provider)).status_code == 403


def test_the_test_message_is_sent_once_and_says_what_came_of_it(sign_in, provider):
    client = sign_in("administrator")
    client.post(reverse(ADD), fields(provider))
    address = reverse("admin:notifications_gateway_changelist")
    chosen = {"action": "send_test", "_selected_action": [Gateway.objects.get().pk]}
    assert "测试消息已被接收" in client.post(address, chosen, follow=True).content.decode()
    provider.answers["/"] = (200, {"errcode": 93000, "errmsg": "bad KEY-of-ours"})
    page = client.post(address, chosen, follow=True).content.decode()
    assert "93000" in page
    assert "-of-ours" not in page
    assert len(provider.asked) == 2


@pytest.mark.parametrize(
    ("role", "seen", "acted"),
    [
        ("administrator", 200, 302),
        ("coordinator", 200, 403),
        ("auditor", 200, 403),
        ("handler", 403, 403),
        ("leader", 403, 403),
        ("security", 403, 403),
    ],
)
def test_who_sees_and_who_retries_dead_letters(role, seen, acted, sign_in, member, post):
    post(member("reader"), title="绝密标题")
    Delivery.objects.update(state="dead", attempts=8, last_error="550 no such user")
    client = sign_in(role)
    page = client.get(reverse("operations-undelivered"))
    assert page.status_code == seen
    assert "绝密标题" not in page.content.decode()
    retry = reverse("operations-retry", args=[Delivery.objects.get().pk])
    assert client.get(retry).status_code == 405
    assert client.post(reverse("operations-retry-all")).status_code == acted
    Delivery.objects.update(state="dead")
    assert client.post(retry).status_code == acted
    assert Delivery.objects.get().state == ("queued" if acted == 302 else "dead")


def test_a_person_settles_what_is_of_unknown_fate(sign_in, member, post):
    post(member("reader"))
    Delivery.objects.update(state="unknown")
    row = Delivery.objects.get()
    client = sign_in("administrator")
    assert client.post(reverse("operations-arrived", args=[row.pk])).status_code == 302
    assert Delivery.objects.get().state == "sent"
    assert client.post(reverse("operations-arrived", args=[row.pk])).status_code == 404


def test_after_a_restore_nothing_goes_out_until_somebody_has_looked(
    member, post, smtp, settings, capsys
):
    post(member(), key="old", at_once=True)
    post(member("b"), key="new", at_once=True, now=WORKING + timedelta(hours=2))
    settings.REMINDERS_HOLD = True
    later = WORKING + timedelta(hours=3)
    assert dispatch.deliver_all(now=later) == {"sent": 0, "failed": 0, "dead": 0}
    assert smtp.mails == []
    restored = (WORKING + timedelta(hours=1)).isoformat()
    call_command("deliver_messages", list_before=WORKING + timedelta(hours=1))
    assert "1 waiting" in capsys.readouterr().out
    call_command("deliver_messages", "--cancel-before", restored)
    assert "1 cancelled" in capsys.readouterr().out
    settings.REMINDERS_HOLD = False
    assert dispatch.deliver_all(now=later)["sent"] == 1
    assert [to for to, _mail in smtp.mails] == [["b@example.test"]]


def test_while_held_beat_sends_signs_of_life_alone():
    assert set(timetable(hold=True)) == {SIGN_OF_LIFE}
    assert timetable(hold=False) == BEAT

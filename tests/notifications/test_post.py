"""Writing messages: once per occasion and recipient, in the transaction of what they tell about."""

import pytest
from django.db import IntegrityError, transaction
from django.db.models import CharField, F, Value
from django.db.models.functions import Cast, Concat

from accounts.models import User
from notifications import dispatch, kinds, services
from notifications.models import Delivery, Message
from tests.notifications.conftest import RESTING, WORKING
from worktime.services import current_calendar

pytestmark = pytest.mark.django_db
KEY = Concat(Value("issue-1:"), Cast("pk", CharField()))


def sweep(users, now=WORKING, **given):
    given = {"kind": "test.reminder", "data": {"title": F("name")}, "dedupe_key": KEY} | given
    with transaction.atomic():
        return services.post_select(users=users, now=now, **given)


def test_a_message_is_written_once_per_key_and_recipient(member, post):
    first, second = member("first"), member("second")
    assert post(first, first) == 1
    assert post(first, second) == 1
    assert post(first, second) == 0
    assert post(first, key="issue-1:overdue") == 1
    assert Message.objects.count() == Delivery.objects.count() == 3


def test_people_without_an_account_are_told_once_per_address(post):
    addresses = [("a@example.test", "en"), ("b@example.test", "zh-hans"), ("", "en")]
    assert post(addresses=addresses) == 2
    assert post(addresses=addresses[:1]) == 0
    assert Message.objects.get(address="a@example.test").language == "en"
    assert Delivery.objects.count() == 2


def test_who_acts_is_not_told_of_his_own_act(member, post):
    actor, other = member("actor"), member("other")
    assert post(actor, other, exclude=actor) == 1
    assert list(Message.objects.values_list("recipient__username", flat=True)) == ["other"]


def test_no_mail_for_a_kind_without_mail_or_a_person_without_address(member, post):
    assert post(member("first"), kind="test.note") == 1
    assert post(member("second", email="")) == 1
    assert sweep(User.objects.all(), kind="test.note") == 2
    assert sweep(User.objects.filter(email=""), dedupe_key=Value("other")) == 1
    assert Delivery.objects.count() == 0


def test_reminders_wait_for_working_hours_and_urgent_ones_do_not(member, post):
    user = member()
    post(user, key="waits", now=RESTING)
    post(user, key="asked-just-now", now=RESTING, at_once=True)
    post(user, key="urgent", now=RESTING, urgent=True)
    post(user, key="urgent-kind", now=RESTING, kind="test.alarm")
    sweep(User.objects.all(), now=RESTING, dedupe_key=Value("swept"))
    sweep(User.objects.all(), now=RESTING, dedupe_key=Value("swept-alarm"), kind="test.alarm")
    waits = {
        delivery.message.dedupe_key: delivery.next_at > RESTING
        for delivery in Delivery.objects.select_related("message")
    }
    assert waits == {
        "waits": True,
        "asked-just-now": False,
        "urgent": False,
        "urgent-kind": False,
        "swept": True,
        "swept-alarm": False,
    }
    opening = Delivery.objects.get(message__dedupe_key="waits").next_at
    assert opening.astimezone(RESTING.tzinfo).strftime("%a %H") in {"Mon 08", "Mon 09"}


def test_an_unknown_kind_is_refused(member, post):
    with pytest.raises(LookupError, match=r"test\.nothing"):
        post(member(), kind="test.nothing")


@pytest.mark.django_db(transaction=True)
def test_a_message_outside_a_transaction_is_refused(member):
    with pytest.raises(transaction.TransactionManagementError):
        services.post(kind="test.note", recipients=[member()], data={}, dedupe_key="x")
    with pytest.raises(transaction.TransactionManagementError):
        services.post_select(
            kind="test.note", users=User.objects.all(), data={}, dedupe_key=KEY, now=WORKING
        )


def test_a_sweep_writes_messages_and_deliveries_once(member):
    member("first", name="甲 '引号' %")
    member("second", name="乙", email="")
    assert sweep(User.objects.all()) == 2
    assert sweep(User.objects.all()) == 0
    message = Message.objects.get(recipient__username="first")
    assert message.data == {"title": "甲 '引号' %"}
    assert message.dedupe_key == f"issue-1:{message.recipient_id}"
    assert (message.created_at, message.read_at, message.urgent) == (WORKING, None, False)
    delivery = Delivery.objects.get()
    assert (delivery.message, delivery.state, delivery.attempts) == (message, "queued", 0)
    assert delivery.next_at == WORKING


def test_a_sweep_takes_a_joined_queryset(member, post):
    first, second = member("first"), member("second")
    post(first, key="a", title="甲")
    post(first, second, key="b", title="乙")
    users = User.objects.filter(inbox__kind="test.reminder")
    key = Concat(Value("again:"), "inbox__dedupe_key")
    data = {"title": F("inbox__data__title"), "at": F("inbox__created_at")}
    assert sweep(users, data=data, dedupe_key=key) == 3
    again = Message.objects.filter(recipient=first, dedupe_key="again:a").get()
    assert again.data["title"] == "甲"
    assert kinds.moment(again.data["at"]) == WORKING


@pytest.mark.parametrize("rows", [1, 60])
def test_the_statements_of_a_sweep_do_not_grow_with_its_rows(
    rows, member, django_assert_num_queries
):
    for number in range(rows):
        member(f"user{number}")
    current_calendar()
    # Newest number, messages, deputies, the calendar's mark, ways out, deliveries by mail.
    with django_assert_num_queries(6):
        created = services.post_select(
            kind="test.reminder",
            users=User.objects.all(),
            data={"title": F("name")},
            dedupe_key=KEY,
            now=WORKING,
        )
    assert created == Delivery.objects.count() == rows


def test_cancel_takes_back_what_is_not_sent(member, post):
    user = member()
    for key in ("issue-1:due:v1", "issue-1:late:v1", "issue-10:due:v1", "issue%1:x"):
        post(user, key=key)
    Delivery.objects.filter(message__dedupe_key="issue-1:late:v1").update(state="sent")
    assert services.cancel(dedupe_prefix="issue-1:", now=WORKING) == 1
    assert services.cancel(dedupe_prefix="issue%1", now=WORKING) == 1
    states = dict(Delivery.objects.values_list("message__dedupe_key", "state"))
    assert states == {
        "issue-1:due:v1": "cancelled",
        "issue-1:late:v1": "sent",
        "issue-10:due:v1": "queued",
        "issue%1:x": "cancelled",
    }
    assert Message.objects.visible_to(user).count() == 4


def test_a_mail_already_handed_over_is_recorded_as_sent_although_cancelled(post):
    post(addresses=[("a@example.test", "")])
    token = "t" * 32
    [claimed] = Delivery.objects.claim(now=WORKING, limit=5, lease=dispatch.LEASE, token=token)
    assert services.cancel(dedupe_prefix="issue-1:", now=WORKING) == 1
    assert Delivery.objects.under_lease("other").locked([claimed.pk]) == []
    ours = Delivery.objects.under_lease(token).locked([claimed.pk])
    Delivery.objects.put_back(ours, WORKING, 8, "451 try later")
    assert Delivery.objects.get().state == "cancelled"
    Delivery.objects.mark_sent(ours, WORKING)
    assert Delivery.objects.get().state == "sent"


def test_the_database_refuses_doubles_and_a_message_to_nobody(member):
    user = member()
    common = {"kind": "test.note", "dedupe_key": "k", "created_at": WORKING}
    Message.objects.create(recipient=user, **common)
    Message.objects.create(address="a@example.test", **common)
    for who in ({"recipient": user}, {"address": "a@example.test"}, {}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Message.objects.create(**who, **common)


def test_the_database_refuses_a_second_sent_attempt(member, post):
    post(member())
    tried = {"number": 1, "started_at": WORKING, "ended_at": WORKING, "outcome": "sent"}
    delivery = Delivery.objects.get()
    delivery.tries.create(**tried)
    with pytest.raises(IntegrityError), transaction.atomic():
        delivery.tries.create(**tried)

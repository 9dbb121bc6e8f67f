"""The inbox: one's own messages, in one's own language, changed by POST alone."""

import pytest
from django.urls import reverse
from django.utils import translation

from notifications import kinds
from notifications.context_processors import inbox as inbox_context
from notifications.models import Attempt, Delivery, Message

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(member, client):
    user = member("reader")
    client.force_login(user)
    return user


def test_an_inbox_holds_its_owners_messages_only(reader, member, post, client):
    post(reader, key="mine", title="我的")
    post(member("other"), key="theirs", title="别人的")
    page = client.get(reverse("inbox")).content.decode()
    assert "zh-hans 我的" in page
    assert "别人的" not in page


def test_another_persons_message_is_not_found(reader, member, post, client):
    post(member("other"))
    message = Message.objects.get()
    for name in ("inbox-open", "inbox-read"):
        assert client.post(reverse(name, args=[message.pk])).status_code == 404
    client.post(reverse("inbox-read-all"))
    message.refresh_from_db()
    assert message.read_at is None


def test_a_visitor_is_sent_to_sign_in(client):
    answer = client.get(reverse("inbox"))
    assert answer.status_code == 302
    assert answer.url.startswith(reverse("login"))


def test_no_get_changes_anything(reader, post, client):
    post(reader)
    message = Message.objects.get()
    assert client.get(reverse("inbox")).status_code == 200
    for address in (
        reverse("inbox-open", args=[message.pk]),
        reverse("inbox-read", args=[message.pk]),
        reverse("inbox-read-all"),
    ):
        assert client.get(address).status_code == 405
    message.refresh_from_db()
    assert message.read_at is None


def test_opening_marks_read_and_leads_there(reader, post, client):
    post(reader, data={"url": "/issues/HG-7/"})
    message = Message.objects.get()
    answer = client.post(reverse("inbox-open", args=[message.pk]))
    assert (answer.status_code, answer.url) == (302, "/issues/HG-7/")
    message.refresh_from_db()
    assert message.read_at is not None


@pytest.mark.parametrize("url", ["https://evil.test/", "//evil.test", "/\\evil.test", ""])
def test_a_message_leads_only_within_the_portal(url, reader, post, client):
    post(reader, data={"url": url})
    answer = client.post(reverse("inbox-open", args=[Message.objects.get().pk]))
    assert answer.url == reverse("inbox")


def test_marking_read_returns_to_the_same_list(reader, post, client):
    post(reader, key="a")
    post(reader, key="b", kind="test.alarm")
    first = Message.objects.get(dedupe_key="a")
    chosen = {"show": "all", "kind": "test.alarm"}
    answer = client.post(reverse("inbox-read", args=[first.pk]), chosen)
    assert answer.url == reverse("inbox") + "?show=all&kind=test.alarm"
    assert Message.objects.visible_to(reader).unread().count() == 1
    client.post(reverse("inbox-read-all"))
    assert Message.objects.visible_to(reader).unread().count() == 0


def test_the_list_is_filtered_by_state_and_kind(reader, post, client):
    post(reader, key="a", title="甲")
    post(reader, key="b", title="乙", kind="test.alarm")
    Message.objects.filter(dedupe_key="a").update(read_at=Message.objects.first().created_at)

    def subjects(**query):
        page = client.get(reverse("inbox"), query).context["page"]
        return [message.rendered.subject.split()[1] for message in page]

    assert subjects() == ["乙"]
    assert subjects(show="all") == ["乙", "甲"]
    assert subjects(show="all", kind="test.reminder") == ["甲"]
    assert subjects(kind="test.reminder") == []
    assert subjects(show="nonsense", kind="a\x00b", page="1" * 40) == ["乙"]


def test_long_lists_have_pages(reader, post, client):
    for number in range(25):
        post(reader, key=f"k{number}")
    page = client.get(reverse("inbox"), {"page": 2})
    assert len(page.context["page"]) == 5
    assert "page=1" in page.content.decode()


def test_an_empty_inbox_says_so(reader, client):
    assert "没有未读消息" in client.get(reverse("inbox")).content.decode()
    assert "还没有消息" in client.get(reverse("inbox"), {"show": "all"}).content.decode()


def test_a_message_is_read_in_the_readers_language(reader, post):
    post(reader)
    for language in ("en", "zh-hans"):
        with translation.override(language):
            assert Message.objects.get().rendered.subject == f"{language} 道路破损"


def test_a_kind_or_data_of_yesterday_does_not_close_the_inbox(reader, post, client):
    post(reader, key="a")
    post(reader, key="b")
    Message.objects.filter(dedupe_key="a").update(data={})
    Message.objects.filter(dedupe_key="b").update(kind="test.gone")
    page = client.get(reverse("inbox"))
    assert page.status_code == 200
    assert page.content.decode().count("您有一条新消息") >= 2


def test_text_from_people_is_shown_as_text(reader, post, client):
    post(reader, title="<script>alert(1)</script>")
    assert "<script>alert" not in client.get(reverse("inbox")).content.decode()


def test_the_unread_figure_is_one_capped_count(reader, post, rf, django_assert_num_queries):
    for number in range(3):
        post(reader, key=f"k{number}")
    request = rf.get("/")
    request.user = reader
    with django_assert_num_queries(0):
        unread = inbox_context(request)["inbox_unread"]
    with django_assert_num_queries(1) as asked:
        assert unread == 3
    assert "LIMIT 100" in asked.captured_queries[0]["sql"]


def test_visitors_have_no_unread_figure(client, rf):
    assert inbox_context(rf.get("/")) == {}


def test_the_web_process_writes_and_sends_nothing(reader, post, client, smtp):
    post(reader)
    client.get(reverse("inbox"))
    client.post(reverse("inbox-read-all"))
    assert smtp.mails == []
    assert Attempt.objects.count() == 0
    assert Delivery.objects.get().state == "queued"


def test_two_kinds_under_one_code_are_refused():
    with pytest.raises(kinds.ImproperlyConfigured):
        kinds.register(kinds.Kind(code="test.note", label="另一种", render=lambda data: None))

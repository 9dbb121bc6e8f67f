"""The request form without an account."""

from threading import Barrier, Thread

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse

from issues import throttling, tracking
from issues.models import Attachment, Issue
from issues.public_forms import TrackForm

pytestmark = pytest.mark.django_db
TYPED = {
    "kind": "problem",
    "title": "示例：厂区夜间停电",
    "description": "三号厂房每晚停电两小时。",
    "enterprise": "示例无名企业",
    "contact_name": "示例联系人",
    "contact_phone": "138 0000 1234",
    "consent": "on",
}


@pytest.fixture(autouse=True)
def _no_limits_from_before():
    cache.clear()
    yield
    cache.clear()


def token_of(client):
    return client.get("/submit/").context["form"]["client_token"].value()


def test_an_anonymous_enterprise_gets_number_and_code(client):
    response = client.post("/submit/", TYPED, follow=True)
    issue = Issue.objects.get()
    page = response.content.decode()
    assert response.status_code == 200
    assert f">{issue.tracking_code}</output>" in page
    assert "data-tracking-code" in page
    assert issue.number in page
    assert issue.enterprise is None
    assert issue.enterprise_name == "示例无名企业"


def test_the_agreed_wording_is_kept_with_the_submission(client):
    client.post("/submit/", TYPED)
    assert Issue.objects.get().events.get().data["consent"] == "2026-11"


def test_consent_is_required_and_nothing_is_stored(client):
    response = client.post("/submit/", TYPED | {"consent": ""})
    assert "consent" in response.context["form"].errors
    assert not Issue.objects.exists()


def test_what_was_typed_survives_an_error(client):
    response = client.post("/submit/", TYPED | {"contact_phone": "abc", "consent": ""})
    page = response.content.decode()
    for name in ("title", "description", "enterprise", "contact_name"):
        assert TYPED[name] in page
    assert 'value="abc"' in page
    assert "附件须重新选择" in page
    assert set(response.context["form"].errors) == {"contact_phone", "consent"}


@pytest.mark.parametrize(
    "phone", ["1------2", "12 34 56", "138-", "+1234567 " + "8" * 12, "电话13800001234"]
)
def test_what_nobody_can_dial_is_no_telephone(client, phone):
    response = client.post("/submit/", TYPED | {"contact_phone": phone})
    assert set(response.context["form"].errors) == {"contact_phone"}
    assert not Issue.objects.exists()


@pytest.mark.parametrize(
    "phone", ["67120000", "022-67120000", "+86 138 0000 1234", "022-67120000-801", "6712000"]
)
def test_telephones_as_people_write_them_are_taken_and_open_the_page(client, phone):
    client.post("/submit/", TYPED | {"contact_phone": phone})
    issue = Issue.objects.get()
    assert issue.contact_phone == phone
    digits = TrackForm({"code": issue.tracking_code, "digits": phone})
    assert digits.is_valid()
    assert tracking.find(**digits.cleaned_data) == issue


def test_the_same_form_sent_twice_is_one_issue(client):
    data = TYPED | {"client_token": token_of(client)}
    first = client.post("/submit/", data)
    again = client.post("/submit/", data)
    assert Issue.objects.count() == 1
    assert first["Location"] == again["Location"]


def test_other_words_sent_with_the_same_form_are_another_issue(client):
    data = TYPED | {"client_token": token_of(client)}
    client.post("/submit/", data)
    client.post("/submit/", data | {"title": "示例：另一件事"})
    assert Issue.objects.count() == 2


@pytest.mark.parametrize(
    "corrected",
    [
        {"enterprise": "示例更正企业"},
        {"contact_phone": "13900005678"},
        {"contact_name": "示例另一联系人"},
        {"contact_email": "right@example.test"},
        {"category": "power"},
        {"kind": "need"},
    ],
)
def test_a_correction_after_going_back_is_kept(client, corrected):
    data = TYPED | {"client_token": token_of(client)}
    client.post("/submit/", data)
    client.post("/submit/", data | corrected)
    first, second = Issue.objects.order_by("pk")
    shown = {
        "enterprise": second.enterprise_name,
        "category": getattr(second.category, "code", None),
    }
    for name, value in corrected.items():
        assert shown.get(name, getattr(second, name)) == value
    assert first.tracking_code != second.tracking_code


def test_a_file_added_or_replaced_after_going_back_is_kept(client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    data = TYPED | {"client_token": token_of(client)}
    for content in (None, b"%PDF-1.4 one", b"%PDF-1.4 two", b"%PDF-1.4 two"):
        given = [SimpleUploadedFile("现场.pdf", content)] if content else []
        client.post("/submit/", data | {"attachments": given})
    assert Issue.objects.count() == 3
    assert sorted(row.file.read() for row in Attachment.objects.all()) == [
        b"%PDF-1.4 one",
        b"%PDF-1.4 two",
    ]


def test_a_form_in_other_hands_leads_nobody_to_the_first_issue(client, enterprise):
    data = TYPED | {"client_token": token_of(client)}
    client.post("/submit/", data)
    first = Issue.objects.get()
    for stranger in (Client(), Client()):
        token_of(stranger)
        page = stranger.post("/submit/", data, follow=True).content.decode()
        assert first.tracking_code not in page
        assert first.number not in stranger.get("/track/").content.decode()
    client.force_login(enterprise)
    client.post("/submit/", data)
    assert Issue.objects.count() == 4


def test_after_leaving_a_form_sent_again_does_not_open_the_issue(client):
    data = TYPED | {"client_token": token_of(client)}
    client.post("/submit/", data)
    first = Issue.objects.get()
    client.post("/track/leave/")
    page = client.post("/submit/", data, follow=True).content.decode()
    assert first.tracking_code not in page
    assert first.number not in client.get("/track/").content.decode()


def test_a_token_of_ones_own_making_joins_nobodys_issue(client):
    client.post("/submit/", TYPED | {"client_token": "guessed"})
    client.post("/submit/", TYPED | {"client_token": "guessed"})
    assert Issue.objects.count() == 2


def test_files_are_kept_and_a_wrong_one_is_refused_at_its_field(client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    good = SimpleUploadedFile("现场.pdf", b"%PDF-1.4 sample")
    client.post("/submit/", TYPED | {"attachments": [good]})
    assert Attachment.objects.get().name == "现场.pdf"
    bad = SimpleUploadedFile("照片.png", b"no picture")
    response = client.post("/submit/", TYPED | {"attachments": [bad]})
    assert "attachments" in response.context["form"].errors
    assert Issue.objects.count() == 1


def test_the_answer_page_belongs_to_the_session_that_submitted(client):
    address = client.post("/submit/", TYPED)["Location"]
    assert client.get(address).status_code == 200
    client.cookies.clear()
    assert client.get(address).status_code == 404


@pytest.fixture
def five_an_hour(monkeypatch):
    monkeypatch.setattr(throttling, "SUBMISSIONS", throttling.Limit("submit", 5, 3600))


@pytest.mark.usefixtures("five_an_hour")
def test_too_many_from_one_address_are_told_so_and_lose_nothing(client):
    for number in range(5):
        client.post("/submit/", TYPED | {"title": f"示例第{number}件"})
    response = client.post("/submit/", TYPED)
    assert response.status_code == 429
    assert response["Retry-After"]
    assert TYPED["description"] in response.content.decode()
    assert Issue.objects.count() == 5
    other = client.post("/submit/", TYPED, REMOTE_ADDR="10.1.2.3")
    assert other.status_code == 302


@pytest.mark.usefixtures("five_an_hour")
def test_behind_the_proxy_addresses_are_those_the_proxy_saw(client, settings):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    for number in range(5):
        forged = {"HTTP_X_FORWARDED_FOR": f"10.9.9.{number}, 203.0.113.7"}
        client.post("/submit/", TYPED | {"title": f"示例第{number}件"}, **forged)
    last = client.post("/submit/", TYPED, HTTP_X_FORWARDED_FOR="10.9.9.99, 203.0.113.7")
    assert last.status_code == 429
    other = client.post("/submit/", TYPED, HTTP_X_FORWARDED_FOR="203.0.113.8")
    assert other.status_code == 302


def test_an_enterprise_signed_in_submits_as_itself(client, enterprise, firm):
    client.force_login(enterprise)
    assert firm.name in client.get("/submit/").content.decode()
    client.post("/submit/", TYPED | {"enterprise": "别家企业"})
    issue = Issue.objects.get()
    assert (issue.enterprise, issue.submitted_by) == (firm, enterprise)


def test_an_official_submits_for_an_enterprise(client, promoter, firm):
    client.force_login(promoter)
    page = client.post("/submit/", TYPED, follow=True).content.decode()
    assert "名录中暂无同名企业" in page
    client.post("/submit/", TYPED | {"enterprise": firm.name})
    assert Issue.objects.first().enterprise == firm


@pytest.mark.parametrize("role", ["auditor", "security", "administrator"])
def test_separated_duties_submit_nothing(client, person, role):
    client.force_login(person(role, role))
    assert client.get("/submit/").status_code == 403
    assert client.post("/submit/", TYPED).status_code == 403
    assert not Issue.objects.exists()


def test_the_directory_is_not_leaked_to_strangers(client, firm):
    assert firm.name not in client.get("/submit/").content.decode()


def test_counting_upwards_finds_no_enterprise(client, firm):
    page = client.post("/submit/", TYPED | {"enterprise": str(firm.pk)}, follow=True)
    assert Issue.objects.get().enterprise is None
    assert firm.name not in page.content.decode()


def test_a_post_without_the_forms_secret_is_refused(db):
    assert Client(enforce_csrf_checks=True).post("/submit/", TYPED).status_code == 403
    assert not Issue.objects.exists()


def test_the_mail_speaks_the_language_of_the_form(client):
    client.cookies["django_language"] = "en"
    client.post("/submit/", TYPED)
    assert Issue.objects.get().language == "en"


def test_home_shows_promises_and_an_empty_year(client):
    page = client.get(reverse("home")).content.decode()
    assert "15 个工作日" in page
    assert "今年还没有诉求" in page


def test_home_counts_from_the_rows(client, frozen, issue_in, loop):
    issue_in("confirmed")
    issue_in("submitted")
    frozen.shift(3600 * 24 * 30)
    page = client.get(reverse("home"))
    figures = page.context["figures"]
    assert (figures.received, figures.resolved) == (2, 1)
    assert (figures.on_time.numerator, figures.on_time.denominator) == (1, 2)
    assert (figures.satisfied.numerator, figures.satisfied.denominator) == (1, 1)
    assert "按时 1 件 / 到期 2 件" in page.content.decode()


def test_home_offers_officials_their_work_list(client, handler):
    assert "进入工作台" not in client.get("/").content.decode()
    client.force_login(handler)
    assert "进入工作台" in client.get("/").content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_double_click_that_arrives_at_once_is_one_issue(client):
    data = TYPED | {"client_token": token_of(client)}
    barrier, found = Barrier(4), []

    def send():
        # One browser, which has no session yet: each answer gives it one of its own.
        browser = Client()
        browser.cookies.update(client.cookies)
        try:
            barrier.wait()
            response = browser.post("/submit/", data, follow=True)
            assert Issue.objects.get().tracking_code in response.content.decode()
            found.append(response.redirect_chain[0][0])
        finally:
            connection.close()

    threads = [Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Issue.objects.count() == 1
    assert found == [f"/submit/{Issue.objects.get().number}/"] * 4

"""Signing in and out, locks after wrong passwords, one's own account and language."""

import pytest
from axes.models import AccessAttempt
from django.urls import get_resolver, resolve

from accounts.roles import ROLES
from accounts.views import choose_language
from tests.personas import PASSWORD

pytestmark = pytest.mark.django_db


def sign_in(client, username="handler", password=PASSWORD, **data):
    return client.post("/login/", {"username": username, "password": password} | data)


def test_signing_in_and_out(client, handler):
    assert sign_in(client).status_code == 302
    assert client.get("/account/").status_code == 200
    assert client.get("/logout/").status_code == 405
    assert client.get("/account/").status_code == 200
    client.post("/logout/")
    assert client.get("/account/")["Location"].startswith("/login/")


def test_a_wrong_password_keeps_the_name_and_says_so(client, handler):
    page = sign_in(client, password="wrong").content.decode()
    assert "用户名或密码不对" in page
    assert 'value="handler"' in page


def test_an_unknown_name_reads_like_a_wrong_password(client, handler):
    known = sign_in(client, password="wrong").context["form"].non_field_errors()
    assert sign_in(client, username="nobody").context["form"].non_field_errors() == known


@pytest.mark.parametrize(
    ("target", "goes_to"),
    [
        ("/inbox/", "/inbox/"),
        ("https://elsewhere.example/", "/issues/"),
        ("//elsewhere.example/", "/issues/"),
        ("javascript:alert(1)", "/issues/"),
    ],
)
def test_next_stays_within_the_portal(client, handler, target, goes_to):
    assert sign_in(client, next=target)["Location"] == goes_to


@pytest.mark.parametrize("role", list(ROLES))
def test_people_land_where_they_work(client, person, role):
    staff = role in ("administrator", "security")
    person("somebody", role, is_staff=staff)
    answer = sign_in(client, "somebody")
    assert answer["Location"] == ("/admin/" if staff else "/issues/")
    page = client.get(answer["Location"])
    assert page.status_code == 200
    assert staff or "工作台" in page.content.decode()
    assert sign_in(client, "somebody", next="/inbox/")["Location"] == "/inbox/"


@pytest.mark.parametrize("role", [None, *ROLES])
def test_pages_offer_what_the_role_can_do(client, person, role):
    staff = role in ("administrator", "security")
    if role:
        client.force_login(person("somebody", role, is_staff=staff))
    may_submit = client.get("/submit/").status_code == 200
    assert may_submit == (role not in ("auditor", "administrator", "security"))
    for address in ("/", "/inbox/" if role else "/track/"):
        page = client.get(address).content.decode()
        assert ('href="/submit/"' in page) == may_submit
        assert ('href="/issues/"' in page) == (role is not None and not staff)
        assert ("后台管理" in page) == staff


def test_five_wrong_passwords_lock_this_name_from_this_address(client, handler, head):
    for _try in range(4):
        assert sign_in(client, password="wrong").status_code == 200
    locked = sign_in(client, password="wrong")
    assert locked.status_code == 429
    assert "暂停登录" in locked.content.decode()
    assert sign_in(client).status_code == 429
    assert client.get("/account/").status_code == 302
    assert sign_in(client, username="head").status_code == 302


def test_behind_the_proxy_a_stranger_locks_nobody_but_himself(client, settings, handler):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    for number in range(5):
        forged = {"HTTP_X_FORWARDED_FOR": f"10.9.9.{number}, 203.0.113.7"}
        locked = client.post("/login/", {"username": "handler", "password": "wrong"}, **forged)
    assert locked.status_code == 429
    assert AccessAttempt.objects.get().ip_address == "203.0.113.7"
    own = {"HTTP_X_FORWARDED_FOR": "203.0.113.8"}
    right = {"username": "handler", "password": PASSWORD}
    assert client.post("/login/", right, **own).status_code == 302


def test_the_lock_ends_by_itself(client, frozen, handler):
    for _try in range(5):
        sign_in(client, password="wrong")
    frozen.shift(16 * 60)
    assert sign_in(client).status_code == 302


def test_security_lifts_a_lock(client, handler, security):
    for _try in range(5):
        sign_in(client, password="wrong")
    attempt = AccessAttempt.objects.get()
    client.force_login(security)
    client.post(f"/admin/axes/accessattempt/{attempt.pk}/delete/", {"post": "yes"})
    client.logout()
    assert sign_in(client).status_code == 302


def test_the_account_page_names_person_role_and_department(client, handler):
    client.force_login(handler)
    page = client.get("/account/").content.decode()
    assert handler.name in page
    assert "承办人" in page
    assert "住建局" in page


def test_the_chosen_language_is_kept_for_pages_and_messages(client, handler):
    client.force_login(handler)
    response = client.post("/account/", {"language": "en"})
    handler.refresh_from_db()
    assert handler.language == "en"
    assert response.cookies["django_language"].value == "en"
    assert client.post("/account/", {"language": "fr"}).status_code == 200
    handler.refresh_from_db()
    assert handler.language == "en"


def test_the_switch_in_the_head_is_for_everybody_and_follows_the_person(client, handler):
    anonymous = client.post("/i18n/setlang/", {"language": "en", "next": "/track/"})
    assert anonymous["Location"] == "/track/"
    assert 'lang="en"' in client.get("/track/").content.decode()
    client.force_login(handler)
    client.post("/i18n/setlang/", {"language": "en", "next": "https://elsewhere.example/"})
    handler.refresh_from_db()
    assert handler.language == "en"
    assert client.get("/i18n/setlang/").status_code == 405


def test_the_switch_has_one_address_in_the_portal():
    # A second one of the name would be reached or not by the order of two files.
    assert len(get_resolver().reverse_dict.getlist("set_language")) == 1
    assert resolve("/i18n/setlang/").func is choose_language


def test_signing_in_brings_ones_language(client, handler):
    handler.language = "en"
    handler.save()
    assert sign_in(client).cookies["django_language"].value == "en"


def test_a_language_just_chosen_outlives_signing_in(client, handler):
    client.post("/i18n/setlang/", {"language": "en"})
    sign_in(client)
    assert client.cookies["django_language"].value == "en"


def test_changing_the_password_needs_the_old_one_and_keeps_the_session(client, handler):
    client.force_login(handler)
    new = "another-long-passphrase"
    data = {"old_password": "wrong", "new_password1": new, "new_password2": new}
    assert "old_password" in client.post("/account/password/", data).context["form"].errors
    weak = data | {"old_password": PASSWORD, "new_password1": "12345", "new_password2": "12345"}
    assert "new_password2" in client.post("/account/password/", weak).context["form"].errors
    assert client.post("/account/password/", data | {"old_password": PASSWORD}).status_code == 302
    assert client.get("/account/").status_code == 200
    client.post("/logout/")
    assert sign_in(client).status_code == 200
    assert sign_in(client, password=new).status_code == 302

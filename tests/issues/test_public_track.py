"""Following an issue by its code and the last four telephone digits."""

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from issues import messages, tracking
from issues.models import Attachment, Issue, IssueEvent, Rating

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_limits_from_before():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def show(client):
    """show(issue): the client proves the issue's code and digits."""

    def post(issue, code=None, digits="1234", browser=client, **extra):
        data = {"code": code or issue.tracking_code, "digits": digits}
        return browser.post("/track/", data, **extra)

    return post


@pytest.fixture
def act(client):
    def post(issue, action, browser=client, **data):
        return browser.post(f"/track/{action}/", {"number": issue.number} | data)

    return post


def rows():
    return IssueEvent.objects.count(), list(Issue.objects.values_list("version", flat=True))


def without_secret(response):
    """The page without what differs in every form: the CSRF token."""
    token = response.context["csrf_token"]
    page = response.content.decode().replace(str(token), "")
    lines = [line for line in page.splitlines() if "csrfmiddlewaretoken" not in line]
    return "\n".join(lines)


def test_code_and_digits_open_the_page(show, issue_in, departments):
    issue = issue_in("in_progress")
    response = show(issue)
    page = response.content.decode()
    assert response.status_code == 200
    assert issue.number in page
    assert departments["zj"].name in page
    assert 'aria-current="step"' in page
    assert "no-store" in response["Cache-Control"]
    # Not no-referrer: browsers then send "Origin: null" and the page's own forms are refused.
    assert response["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("write", [str.lower, lambda code: f" {code[:4]}-{code[4:8]} {code[8:]} "])
def test_a_code_may_be_written_as_people_write(show, issue_in, write):
    issue = issue_in("submitted")
    assert issue.number in show(issue, code=write(issue.tracking_code)).content.decode()


def test_wrong_code_and_wrong_digits_answer_alike(show, issue_in):
    issue = issue_in("submitted")
    code = "A" * 16
    wrong_code = without_secret(show(issue, code=code)).replace(code, "")
    wrong_digits = without_secret(show(issue, digits="9999"))
    wrong_digits = wrong_digits.replace(issue.tracking_code, "").replace("9999", "1234")
    assert wrong_code == wrong_digits
    assert issue.number not in wrong_code
    assert "查询码或电话后四位不对" in wrong_code


def test_digits_alone_are_never_enough(show, issue_in):
    issue = issue_in("submitted")
    assert issue.number not in show(issue, code="-").content.decode()
    assert tracking.find("", "----") is None


def test_guessing_is_slowed_down_by_address(show, issue_in):
    issue = issue_in("submitted")
    for number in range(20):
        show(issue, code=f"AAAA{number:04d}")
    response = show(issue)
    assert response.status_code == 429
    assert issue.number not in response.content.decode()
    assert show(issue, REMOTE_ADDR="10.1.2.3").status_code == 200


def test_guessing_the_digits_of_one_code_is_slowed_down_from_everywhere(show, issue_in):
    issue = issue_in("submitted")
    for number in range(10):
        show(issue, digits=f"{number:04d}", REMOTE_ADDR=f"10.1.2.{number}")
    assert show(issue, REMOTE_ADDR="10.9.9.9").status_code == 429


def test_another_session_sees_and_does_nothing(show, act, issue_in):
    issue = issue_in("in_progress")
    show(issue)
    stranger = Client()
    page = stranger.get(f"/track/?number={issue.number}")
    assert page.context["progress"] is None
    assert issue.title not in page.content.decode()
    before = rows()
    assert act(issue, "urge", browser=stranger).status_code == 404
    assert rows() == before


def test_the_proof_ends_after_half_an_hour_and_on_leaving(show, client, frozen, issue_in):
    issue = issue_in("in_progress")
    show(issue)
    frozen.shift(29 * 60)
    assert issue.number in client.get("/track/").content.decode()
    frozen.shift(120)
    assert issue.number not in client.get("/track/").content.decode()
    show(issue)
    client.post("/track/leave/")
    assert issue.number not in client.get("/track/").content.decode()


def test_only_what_is_public_is_shown(show, issue_in, loop, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    issue = issue_in("in_progress")
    loop.do(issue, "update", text="内部研判意见", visibility="internal")
    loop.do(issue, "update", text="已约请供电公司", visibility="public")
    loop.do(issue, "request_extension", reason="内部理由：等会商")
    page = show(issue).content.decode()
    assert "已约请供电公司" in page
    assert "内部研判意见" not in page
    assert "等会商" not in page
    assert loop.people["handler"].name not in page
    assert "13800001234" not in page


def test_public_files_open_with_the_proof_alone(show, client, issue_in, loop, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    issue = issue_in("in_progress")
    for name, visibility in (("公开.pdf", "public"), ("内部.pdf", "internal")):
        upload = SimpleUploadedFile(name, b"%PDF-1.4 sample")
        loop.do(issue, "update", visibility=visibility, attachments=[upload])
    public, internal = Attachment.objects.order_by("pk")
    assert client.get(f"/track/files/{public.pk}/").status_code == 404
    page = show(issue).content.decode()
    assert f"/track/files/{public.pk}/" in page
    assert "内部.pdf" not in page
    response = client.get(f"/track/files/{public.pk}/")
    assert b"".join(response.streaming_content) == b"%PDF-1.4 sample"
    assert response["Content-Disposition"].startswith("attachment")
    assert client.get(f"/track/files/{internal.pk}/").status_code == 404


@pytest.mark.parametrize(
    ("status", "action", "data", "becomes"),
    [
        ("in_progress", "urge", {"text": "请尽快"}, "in_progress"),
        ("assigned", "withdraw", {"reason": "已自行解决"}, "withdrawn"),
        ("resolved", "rate", {"rating": "satisfied"}, "confirmed"),
        ("closed", "reopen", {"reason": "又停电了"}, "in_progress"),
    ],
)
def test_what_the_enterprise_may_do(show, act, frozen, issue_in, status, action, data, becomes):
    issue = issue_in(status)
    frozen.shift(7200)
    assert f'action="/track/{action}/"' in show(issue).content.decode()
    response = act(issue, action, **data)
    assert response.status_code == 302
    issue.refresh_from_db()
    assert issue.status == becomes
    assert issue.events.last().actor_kind == "enterprise"


def test_officials_steps_are_no_addresses_here(show, act, issue_in):
    issue = issue_in("resolved")
    show(issue)
    for action in ("close", "assign", "resolve", "nonsense"):
        assert act(issue, action).status_code == 404


def test_a_step_not_open_now_says_why_and_keeps_the_words(show, act, frozen, issue_in):
    issue = issue_in("in_progress")
    frozen.shift(7200)
    show(issue)
    act(issue, "urge", text="第一次")
    response = act(issue, "urge", text="第二次催办的话")
    page = response.content.decode()
    assert response.status_code == 409
    assert "今天已催办过" in page
    assert "第二次催办的话" in page
    assert IssueEvent.objects.filter(issue=issue, action="urge").count() == 1


def test_a_step_on_a_changed_issue_shows_the_change_and_may_be_sent_again(
    show, act, frozen, issue_in, loop
):
    issue = issue_in("in_progress")
    frozen.shift(7200)
    show(issue)
    loop.do(issue, "update", text="刚有新进展", visibility="public")
    response = act(issue, "withdraw", reason="我的撤回理由", version=issue.version)
    page = response.content.decode()
    assert response.status_code == 409
    assert "我的撤回理由" in page
    assert "刚有新进展" in page
    assert f'value="{issue.version + 1}"' in page
    assert act(issue, "withdraw", reason="仍撤回", version=issue.version + 1).status_code == 302


def test_a_missing_reason_is_said_at_its_field(show, act, issue_in):
    issue = issue_in("assigned")
    show(issue)
    page = act(issue, "withdraw").content.decode()
    assert f'id="{issue.number}-withdraw-reason_error"' in page
    assert Issue.objects.get(pk=issue.pk).status == "assigned"


def test_a_merged_issue_is_followed(show, issue_in, loop):
    issue = issue_in("merged")
    target = issue.merged_into
    for action in ("assign", "sign", "contact", "resolve"):
        target = loop.do(target, action)
    page = show(issue).content.decode()
    assert target.number in page
    assert target.public_reply in page
    # The other enterprise's own words stay with it.
    assert target.title not in page


def test_no_get_changes_anything(show, client, issue_in):
    issue = issue_in("resolved")
    show(issue)
    before = rows()
    token = messages.rating_token(issue)
    pages = ["/", "/submit/", "/track/", f"/rate/{token}/"]
    assert [client.get(page).status_code for page in pages] == [200, 200, 200, 200]
    for action in tracking.ACTIONS:
        assert client.get(f"/track/{action}/").status_code == 405
    assert client.get("/track/leave/").status_code == 405
    assert rows() == before
    assert not Rating.objects.exists()


def test_the_rating_link_rates_once(client, issue_in):
    issue = issue_in("resolved")
    address = f"/rate/{messages.rating_token(issue)}/"
    assert issue.public_reply in client.get(address).content.decode()
    data = {"rating": "basically_satisfied", "reason": "慢了些"}
    after = client.post(address, data, follow=True)
    assert "已经评价" in after.content.decode()
    client.post(address, {"rating": "dissatisfied"})
    row = Rating.objects.get()
    assert (row.rating, row.reason, row.source) == ("basically_satisfied", "慢了些", "link")


def test_a_rating_link_serves_whoever_holds_it(client, issue_in, handler):
    issue = issue_in("resolved")
    client.force_login(handler)
    client.post(f"/rate/{messages.rating_token(issue)}/", {"rating": "satisfied"})
    assert issue.events.last().actor_kind == "enterprise"


def test_a_rating_without_a_choice_is_asked_again(client, issue_in):
    issue = issue_in("resolved")
    address = f"/rate/{messages.rating_token(issue)}/"
    page = client.post(address, {"reason": "写好的理由"}).content.decode()
    assert "写好的理由" in page
    assert not Rating.objects.exists()


def test_old_and_forged_links_say_how_to_get_on(client, issue_in, loop):
    issue = issue_in("resolved")
    old = f"/rate/{messages.rating_token(issue)}/"
    loop.do(issue, "rate", rating="dissatisfied", reason="没有解决")
    assert "已经评价" in client.get(old).content.decode()
    forged = client.get("/rate/forged/")
    assert forged.status_code == 404
    assert "评价链接不完整" in forged.content.decode()
    never_rated = issue_in("resolved")
    link = f"/rate/{messages.rating_token(never_rated)}/"
    Issue.objects.filter(pk=never_rated.pk).update(round=2)
    assert client.get(link).status_code == 410

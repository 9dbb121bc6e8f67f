"""Taking a step on a page: its form, its refusals with everything typed kept, its message."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from issues.models import Attachment, Issue
from issues.workflow import STEPS

pytestmark = pytest.mark.django_db


@pytest.fixture
def at_desk(client, frozen, loop):
    """at_desk(user): a signed-in client at the loop's present moment."""

    def sit(user):
        frozen.move_to(loop.now)
        client.force_login(user)
        return client

    return sit


def url(issue, action):
    return f"/issues/{issue.number}/{action}/"


def test_a_step_is_taken_and_the_page_says_who_was_told(at_desk, issue_in, coordinator):
    issue = issue_in("submitted")
    desk = at_desk(coordinator)
    response = desk.post(
        url(issue, "assign"),
        {
            "lead_department": "zj",
            "category": "power",
            "priority": "normal",
            "co_departments": ["zr"],
            "version": issue.version,
        },
    )
    assert response.status_code == 302
    assert response["Location"] == f"/issues/{issue.number}/"
    changed = Issue.objects.get(pk=issue.pk)
    assert (changed.status, changed.lead_department.code) == ("assigned", "zj")
    page = desk.get(response["Location"]).content.decode()
    assert f"{issue.number}：交办已完成，已通知" in page
    assert "示例handler（住建局）" in page
    # Said once, not on every page after.
    assert "交办已完成" not in desk.get(response["Location"]).content.decode()


def test_the_enterprise_is_told_no_officers_name(at_desk, issue_in, enterprise, handler):
    issue = issue_in("in_progress")
    response = at_desk(enterprise).post(url(issue, "urge"), {"text": "请尽快"}, follow=True)
    page = response.content.decode()
    assert "催办已完成，已通知住建局" in page
    assert handler.name not in page


@pytest.mark.parametrize(
    ("status", "name", "action"),
    [
        ("submitted", "coordinator", "assign"),
        ("assigned", "handler", "sign"),
        ("in_progress", "handler", "request_extension"),
        ("resolved", "enterprise", "rate"),
        ("confirmed", "coordinator", "close"),
    ],
)
def test_the_form_says_what_will_happen_and_whom_it_tells(
    at_desk, loop, issue_in, status, name, action
):
    issue = issue_in(status)
    desk = at_desk(loop.people[name])
    page = desk.get(url(issue, action)).content.decode()
    part = desk.get(url(issue, action), headers={"HX-Request": "true"}).content.decode()
    for text in (page, part):
        assert str(STEPS[action].effect) in text
        assert f'name="version" value="{issue.version}"' in text
        assert 'method="post"' in text
    assert "<html" in page
    assert "<html" not in part


def test_a_step_that_ends_the_issue_warns(at_desk, issue_in, coordinator):
    page = at_desk(coordinator).get(url(issue_in("submitted"), "decline")).content.decode()
    assert "不予受理后本诉求即告结束，不能恢复办理。" in page
    assert 'class="btn btn-danger" type="submit"' in page


def test_wrong_fields_come_back_as_typed(at_desk, issue_in, handler):
    issue = issue_in("in_progress")
    typed = {
        "new_due_on": "2026-03-13",
        "reason_code": "coordination",
        "reason": "需要会商三家单位",
    }
    response = at_desk(handler).post(
        url(issue, "request_extension"), typed | {"version": issue.version}
    )
    page = response.content.decode()
    assert response.status_code == 400
    assert "需要会商三家单位" in page
    assert 'value="2026-03-13"' in page
    assert '<option value="coordination" selected>' in page
    assert "新的期限应晚于现在的期限" in page
    assert not issue.applications.exists()


def test_every_missing_field_is_named_at_once(at_desk, issue_in, handler):
    response = at_desk(handler).post(url(issue_in("in_progress"), "resolve"), {})
    assert response.status_code == 400
    assert set(response.context["form"].errors) == {"outcome", "public_reply"}


def test_a_newer_version_keeps_the_form_and_shows_what_changed(at_desk, loop, issue_in, handler):
    issue = issue_in("in_progress")
    seen = issue.version
    issue = loop.do(issue, "update", by="head", text="负责人补充的进展")
    desk = at_desk(handler)
    typed = {"outcome": "solved", "public_reply": "线路改造完成", "version": seen}
    response = desk.post(url(issue, "resolve"), typed)
    page = response.content.decode()
    assert response.status_code == 409
    assert "这条诉求在您打开后有了新的变化，请看过后再操作。" in page
    assert "负责人补充的进展" in page
    assert "线路改造完成" in page
    assert f'name="version" value="{issue.version}"' in page
    assert Issue.objects.get(pk=issue.pk).status == "in_progress"
    again = desk.post(url(issue, "resolve"), typed | {"version": issue.version})
    assert again.status_code == 302
    assert Issue.objects.get(pk=issue.pk).status == "resolved"


def test_a_newer_version_tells_the_enterprise_nothing_internal(at_desk, loop, issue_in, enterprise):
    issue = issue_in("in_progress")
    seen = issue.version
    loop.do(issue, "update", text="内部研判", visibility="internal")
    response = at_desk(enterprise).post(
        url(issue, "withdraw"), {"reason": "已自行解决", "version": seen}
    )
    assert response.status_code == 409
    assert "内部研判" not in response.content.decode()
    assert "已自行解决" in response.content.decode()


def test_a_status_that_moved_on_is_a_conflict_that_keeps_what_was_typed(
    at_desk, loop, issue_in, handler
):
    issue = issue_in("resolved")
    response = at_desk(handler).post(
        url(issue, "resolve"), {"outcome": "solved", "public_reply": "写了很久的答复"}
    )
    page = response.content.decode()
    assert response.status_code == 409
    assert "当前状态“待评价”下不能进行这一操作。" in page
    assert "写了很久的答复" in page
    assert "已解决" in page


def test_a_role_that_never_may_is_forbidden_with_the_reason(at_desk, issue_in, handler):
    issue = issue_in("submitted")
    issue.lead_department = handler.department
    issue.save(update_fields=["lead_department"])
    for response in (
        at_desk(handler).get(url(issue, "assign")),
        at_desk(handler).post(url(issue, "assign"), {"priority": "urgent"}),
    ):
        assert response.status_code == 403
        assert "您的角色不能进行这一操作。" in response.content.decode()


def test_the_person_is_refused_after_the_status(at_desk, loop, issue_in, outsider, departments):
    issue = loop.do(issue_in("submitted"), "assign", co_departments=[departments["zr"]])
    response = at_desk(outsider).post(url(issue, "sign"))
    assert response.status_code == 403
    assert "只有主办部门可以进行这一操作。" in response.content.decode()
    assert at_desk(outsider).post(url(issue, "resolve")).status_code == 409


def test_somebody_elses_issue_is_not_found_whatever_the_step(at_desk, issue_in, outsider):
    issue = issue_in("assigned")
    for action in STEPS:
        assert at_desk(outsider).get(url(issue, action)).status_code == 404
        assert at_desk(outsider).post(url(issue, action)).status_code == 404


def test_a_step_nobody_knows_is_not_found(at_desk, issue_in, coordinator):
    issue = issue_in("submitted")
    for action in ("explode", "submit"):
        assert at_desk(coordinator).get(url(issue, action)).status_code == 404


def test_a_step_that_went_stale_sends_htmx_to_its_page(at_desk, issue_in, handler):
    issue = issue_in("in_progress")
    response = at_desk(handler).get(url(issue, "sign"), headers={"HX-Request": "true"})
    assert response["HX-Redirect"] == url(issue, "sign")


def test_other_methods_are_refused(at_desk, issue_in, coordinator):
    issue = issue_in("submitted")
    assert at_desk(coordinator).delete(url(issue, "assign")).status_code == 405
    assert at_desk(coordinator).post(f"/issues/{issue.number}/").status_code == 405
    assert at_desk(coordinator).post("/issues/").status_code == 405


def test_a_post_without_its_token_is_refused(client, issue_in, handler, frozen, loop):
    issue = issue_in("assigned")
    client.handler.enforce_csrf_checks = True
    client.force_login(handler)
    assert client.post(url(issue, "sign")).status_code == 403
    assert Issue.objects.get(pk=issue.pk).status == "assigned"


def test_a_step_takes_its_files(at_desk, issue_in, handler):
    issue = issue_in("in_progress")
    files = [SimpleUploadedFile(f"现场{n}.txt", "记录".encode()) for n in (1, 2)]
    response = at_desk(handler).post(
        url(issue, "update"), {"text": "附记录", "visibility": "public", "attachments": files}
    )
    assert response.status_code == 302
    assert [row.name for row in Attachment.objects.all()] == ["现场1.txt", "现场2.txt"]


def test_a_wrong_file_is_refused_and_says_that_files_must_be_chosen_again(
    at_desk, issue_in, handler
):
    issue = issue_in("in_progress")
    upload = SimpleUploadedFile("报告.pdf", b"MZ not a pdf")
    response = at_desk(handler).post(
        url(issue, "update"), {"text": "附报告", "visibility": "public", "attachments": upload}
    )
    page = response.content.decode()
    assert response.status_code == 400
    assert "附报告" in page
    assert "报告.pdf" in page
    assert "附件不能保留，如有附件请重新选择。" in page
    assert not Attachment.objects.exists()

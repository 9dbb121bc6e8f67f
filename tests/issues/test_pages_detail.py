"""The issue page: who sees which of it, the steps offered, the clocks and the history."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from issues.models import Attachment, Issue, IssueEvent
from issues.presenters import stages
from issues.workflow import STEPS

pytestmark = pytest.mark.django_db
# An issue with everything on it: its rows come in prefetches, its clocks and words in one query
# each.
DETAIL_QUERIES = 26


@pytest.fixture
def visit(client, frozen, loop):
    """visit(user, issue): the issue page at the loop's present moment."""

    def get(user, issue):
        frozen.move_to(loop.now)
        client.force_login(user)
        return client.get(f"/issues/{issue.number}/")

    return get


def text(response):
    return response.content.decode()


def offered(response):
    steps = response.context["steps"]
    return {
        step["action"] for step in [steps["primary"], *steps["others"], *steps["danger"]] if step
    }


def test_a_stranger_is_sent_to_sign_in(client, issue_in):
    response = client.get(f"/issues/{issue_in('assigned').number}/")
    assert response.status_code == 302
    assert "next=/issues/QH-" in response["Location"]


def test_somebody_elses_issue_is_not_found(
    visit, issue_in, outsider, planner, security, administrator
):
    issue = issue_in("assigned")
    for user in (outsider, planner, security, administrator):
        assert visit(user, issue).status_code == 404


@pytest.mark.parametrize("name", ["coordinator", "handler", "head", "leader", "enterprise"])
def test_those_on_the_matter_see_it(visit, loop, issue_in, name):
    issue = issue_in("assigned")
    response = visit(loop.people[name], issue)
    assert response.status_code == 200
    assert issue.title in text(response)


def test_the_auditor_reads_and_is_offered_nothing(visit, issue_in, auditor):
    response = visit(auditor, issue_in("in_progress"))
    assert response.status_code == 200
    assert offered(response) == set()


@pytest.mark.parametrize(
    ("status", "name", "primary"),
    [
        ("submitted", "coordinator", "assign"),
        ("assigned", "handler", "sign"),
        ("in_progress", "handler", "contact"),
        ("resolved", "coordinator", "visit"),
        ("resolved", "enterprise", "rate"),
        ("confirmed", "coordinator", "close"),
        ("closed", "enterprise", "reopen"),
    ],
)
def test_one_step_stands_out(visit, loop, issue_in, status, name, primary):
    response = visit(loop.people[name], issue_in(status))
    assert response.context["steps"]["primary"]["action"] == primary
    assert text(response).count('hx-target="#step-slot"') == len(offered(response))


def test_the_steps_offered_are_those_of_the_table(visit, loop, issue_in, handler):
    response = visit(handler, issue_in("in_progress"))
    assert offered(response) == {"contact", "update", "request_extension", "resolve", "return"}
    assert offered(response) < set(STEPS)


def test_a_step_that_cannot_be_taken_now_says_why(visit, loop, issue_in, handler):
    issue = loop.do(issue_in("in_progress"), "return")
    response = visit(handler, issue)
    blocked = {
        str(step["label"]): str(step["why"]) for step in response.context["steps"]["blocked"]
    }
    assert blocked["办结"] == "退回申请正在裁定，请等待裁定结果。"


def test_the_contact_is_masked_for_who_does_not_handle_it(visit, issue_in, loop, leader, auditor):
    issue = issue_in("assigned")
    for user in (leader, auditor):
        page = text(visit(user, issue))
        assert issue.contact_phone not in page
        assert issue.masked_phone in page
    for name in ("coordinator", "handler", "enterprise"):
        assert issue.contact_phone in text(visit(loop.people[name], issue))


def test_the_enterprise_reads_no_internal_word(visit, loop, issue_in, enterprise, handler):
    issue = issue_in("in_progress")
    loop.do(issue, "update", text="内部研判意见", visibility="internal")
    loop.do(issue, "update", text="已到现场查看", visibility="public")
    loop.do(issue, "contact", note="联系备注仅内部")
    loop.do(issue, "request_extension", reason="内部延期理由")
    loop.do(issue, "issue_notice", text="督办内容")
    loop.do(issue, "instruct", text="批示内容")
    page = text(visit(enterprise, issue))
    assert "已到现场查看" in page
    hidden = ["内部研判意见", "联系备注仅内部", "内部延期理由", "督办内容", "批示内容"]
    for word in [*hidden, handler.name, handler.phone or "示例handler", "部门时限"]:
        assert word not in page
    official = text(visit(handler, issue))
    for word in hidden:
        assert word in official


def test_the_history_is_in_words_with_its_mark(visit, loop, issue_in, handler):
    issue = loop.do(issue_in("in_progress"), "update", visibility="internal")
    events = visit(handler, issue).context["events"]
    assert [event["action"] for event in events] == ["update", "sign", "assign", "submit"]
    assert [event["visibility"] for event in events] == ["internal", "public", "public", "public"]
    assert events[1]["title"] == "示例handler（住建局）签收"
    assert events[2]["body"].split("\n") == ["主办部门：住建局", "事项类别：供电", "紧急程度：一般"]
    assert len(events) == IssueEvent.objects.filter(issue=issue).count()


def test_the_history_shows_the_files_of_each_step(visit, loop, issue_in, enterprise):
    issue = issue_in("in_progress")
    for visibility in ("public", "internal"):
        upload = SimpleUploadedFile(f"{visibility}.txt", b"text")
        issue = loop.do(issue, "update", visibility=visibility, attachments=[upload])
    page = text(visit(loop.people["handler"], issue))
    for row in Attachment.objects.all():
        assert f'href="/issues/files/{row.pk}/"' in page
    page = text(visit(enterprise, issue))
    assert "public.txt" in page
    assert "internal.txt" not in page


def test_each_clock_shows_how_it_came_about(visit, issue_in, handler):
    response = visit(handler, issue_in("in_progress"))
    clocks = {str(item["name"]): item for item in response.context["clocks"]}
    assert list(clocks) == ["承诺时限", "部门时限", "签收时限", "联系时限"]
    assert clocks["签收时限"]["met_at"]
    steps = clocks["部门时限"]["steps"]
    assert [step["running"] for step in steps if step["counted"]] == [1, 2, 3, 4, 5]
    assert [step["kind"] for step in steps[:4]] == ["receipt", "workday", "weekend", "weekend"]
    page = text(response)
    assert "5 个工作日，自 3月12日 10:20 起算" in page
    assert "时限政策第 1 版" in page


def test_a_deadline_in_a_year_not_announced_says_so(visit, loop, issue_in, handler):
    issue = loop.do(issue_in("in_progress"), "request_tracking", next_report_on=date(2026, 4, 1))
    loop.do(issue, "decide_tracking")
    issue = loop.do(issue, "report_tracking", next_report_on=date(2027, 2, 26))
    page = text(visit(handler, issue))
    assert "暂按法定节假日测算，待国务院办公厅通知" in page


def test_the_head_names_the_clock(visit, loop, issue_in, handler, enterprise):
    def names(reader, issue):
        return [str(name) for name, _clock in visit(reader, issue).context["head_clocks"]]

    issue = issue_in("in_progress")
    later = issue.unit_due_at + timedelta(days=2)
    Issue.objects.update(due_at=later)
    assert names(handler, issue) == ["部门时限"]
    assert names(enterprise, issue) == ["承诺时限"]
    Issue.objects.update(due_at=issue.unit_due_at - timedelta(days=1))
    assert names(handler, issue) == ["部门时限", "承诺时限"]
    assert names(enterprise, issue) == ["承诺时限"]
    head = text(visit(handler, issue)).split("page-head__meta")[1].split("issue-stages")[0]
    assert head.index("部门时限") < head.index("承诺时限")
    Issue.objects.update(unit_due_at=None)
    assert names(handler, issue) == ["", "承诺时限"]


def test_a_pause_is_told(visit, loop, issue_in, handler):
    issue = loop.do(issue_in("in_progress"), "return")
    assert "退回裁定中，部门时限暂停" in text(visit(handler, issue))
    page = text(visit(handler, loop.do(issue, "rule_return")))
    assert "停计时段：" in page


@pytest.mark.parametrize(
    ("status", "states"),
    [
        ("submitted", "current todo todo beside todo todo"),
        ("in_progress", "done done current beside todo todo"),
        ("resolved", "done done done beside current todo"),
        ("closed", "done done done beside done done"),
        ("declined", "done todo todo beside todo todo"),
    ],
)
def test_the_stage_bar_follows_the_status(issue_in, status, states):
    assert " ".join(stage["state"] for stage in stages(issue_in(status))) == states


def test_the_office_is_told_that_a_name_is_not_in_the_directory(visit, loop, coordinator):
    known, unknown = loop.submit(), loop.submit(by="anonymous", enterprise="没有登记的企业")
    assert "名录中暂无" in text(visit(coordinator, unknown))
    assert "名录中暂无" not in text(visit(coordinator, known))


def test_merged_issues_point_to_each_other(visit, loop, issue_in, coordinator):
    merged = issue_in("merged")
    assert f"/issues/{merged.merged_into.number}/" in text(visit(coordinator, merged))
    assert "已并入本诉求" in text(visit(coordinator, merged.merged_into))


def busy_issue(loop):
    issue = loop.issue_in("in_progress")
    for action in ("contact", "update", "request_extension", "decide_extension", "issue_notice"):
        issue = loop.do(issue, action)
    for action in ("answer_notice", "instruct", "answer_instruction", "urge", "resolve"):
        issue = loop.do(issue, action)
    return loop.do(issue, "rate", rating="dissatisfied", reason="没有解决。")


def test_the_page_costs_the_same_however_long_the_history(
    visit, loop, client, handler, django_assert_max_num_queries
):
    issue = busy_issue(loop)
    visit(handler, issue)
    with django_assert_max_num_queries(DETAIL_QUERIES):
        page = text(client.get(f"/issues/{issue.number}/"))
    for _number in range(5):
        loop.do(issue, "update")
    with django_assert_max_num_queries(DETAIL_QUERIES):
        client.get(f"/issues/{issue.number}/")
    for word in ("申请与审批", "督办单", "领导批示", "企业评价", "没有解决。", "已落实。"):
        assert word in page


def test_reading_changes_nothing(visit, loop, handler, client):
    issue = busy_issue(loop)
    before = Issue.objects.values().get(pk=issue.pk), IssueEvent.objects.count()
    visit(handler, issue)
    for action in STEPS:
        client.get(f"/issues/{issue.number}/{action}/")
    assert (Issue.objects.values().get(pk=issue.pk), IssueEvent.objects.count()) == before

"""What a signed-in enterprise reads on the list, in its export and on the page of a merged issue:
its own side, by the promise made to it.
"""

import csv
import io
from datetime import timedelta

import pytest

from issues.models import Issue

pytestmark = pytest.mark.django_db


@pytest.fixture
def visit(client, frozen, loop):
    """visit(user, path, **query): the response at the loop's present moment."""

    def get(user, path="/issues/", **query):
        frozen.move_to(loop.now)
        client.force_login(user)
        return client.get(path, query)

    return get


def table(response):
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return {row["编号"]: row for row in csv.DictReader(io.StringIO(text))}


def waits(response):
    return {row["issue"].number: row["waits"][0] for row in response.context["rows"]}


@pytest.fixture
def inside(loop):
    """Issues that wait for something the enterprise is not told of."""
    steps = ["return", "request_extension", "request_tracking", "issue_notice", "instruct"]
    return [loop.do(loop.issue_in("in_progress"), action) for action in steps]


def test_the_list_says_only_what_waits_for_the_enterprise(visit, loop, inside, enterprise):
    resolved = loop.issue_in("resolved")
    expected = {issue.number: "" for issue in inside} | {resolved.number: "待您评价"}
    response = visit(enterprise, tab="all")
    assert waits(response) == expected
    assert "退回裁定中" not in response.content.decode()
    rows = table(visit(enterprise, tab="all", format="csv"))
    assert {number: row["待办事由"] for number, row in rows.items()} == expected
    assert all("部门时限" not in row and row["承诺时限"] for row in rows.values())


def test_the_office_reads_all_of_it(visit, loop, inside, coordinator):
    assert all(waits(visit(coordinator, tab="all")).values())
    rows = table(visit(coordinator, tab="all", format="csv"))
    assert [bool(row["部门时限"]) for row in rows.values()].count(False) == 1


def test_overdue_for_the_enterprise_is_the_promise(visit, loop, enterprise, handler):
    returned = loop.do(loop.issue_in("in_progress"), "return")
    loop.now += timedelta(days=10)
    fresh = loop.issue_in("in_progress")
    # The department's clock stands still, the promise does not.
    assert visit(handler, tab="all").context["totals"]["overdue"] == 0
    response = visit(enterprise, tab="all")
    assert response.context["totals"]["overdue"] == 1
    assert list(waits(response)) == [returned.number, fresh.number]
    assert list(waits(visit(handler, tab="all"))) == [fresh.number, returned.number]
    assert list(waits(visit(enterprise, tab="all", overdue="on"))) == [returned.number]
    rows = table(visit(enterprise, tab="all", format="csv"))
    assert [row["是否逾期"] for row in rows.values()] == ["是", "否"]


def test_how_many_notices_a_department_was_sent_is_not_told(visit, loop, enterprise, handler):
    issue = loop.do(loop.issue_in("in_progress"), "issue_notice")
    assert "督办单 1 份" in visit(handler, f"/issues/{issue.number}/").content.decode()
    assert "督办单" not in visit(enterprise, f"/issues/{issue.number}/").content.decode()


@pytest.fixture
def joined(loop):
    """(an issue of our enterprise, the resolved one of another it was merged into)"""
    other = loop.submit(
        by="anonymous",
        enterprise="另一家示例企业",
        title="别家的标题",
        description="别家的正文",
    )
    merged = loop.do(loop.issue_in("in_progress"), "merge", into=other.number)
    for action in ("assign", "sign", "contact", "resolve"):
        other = loop.do(other, action)
    return Issue.objects.get(pk=merged.pk), other


def test_the_page_of_a_merged_issue_follows_the_one_it_joined(visit, joined, enterprise):
    merged, other = joined
    response = visit(enterprise, f"/issues/{merged.number}/")
    page = response.content.decode()
    assert f"本诉求已与 {other.number} 合并办理" in page
    assert other.public_reply in page
    assert other.lead_department.label in page
    assert response.context["running"]["due"] == other.resolved_at
    assert [stage["state"] for stage in response.context["stages"]][4] == "current"
    assert merged.title in page
    for word in (other.title, other.description, other.enterprise_name, other.handler.label):
        assert word not in page


def test_officials_read_each_of_two_merged_issues_by_itself(visit, joined, coordinator):
    merged, other = joined
    page = visit(coordinator, f"/issues/{merged.number}/").content.decode()
    assert "合并办理" not in page
    assert other.public_reply not in page
    assert other.title in page


def test_taking_back_is_never_the_obvious_thing_to_do(visit, loop, enterprise):
    steps = visit(enterprise, f"/issues/{loop.submit().number}/").context["steps"]
    assert steps["primary"] is None
    assert [step["action"] for step in steps["danger"]] == ["withdraw"]
    page = visit(enterprise, f"/issues/{loop.submit().number}/").content.decode()
    assert "btn-danger" in page

"""The work list: what each role finds, how it is narrowed, counted and exported."""

import csv
import io
import re
import zipfile
from datetime import datetime, timedelta

import pytest

from issues.models import Issue
from issues.worklist import PER_PAGE
from tests.factories import SHANGHAI

pytestmark = pytest.mark.django_db
# Session, user, roles, calendar, tab count, totals, page, two selects, inbox: the same at any size.
LIST_QUERIES = 11


@pytest.fixture
def visit(client, frozen, loop):
    """visit(user, **query): the response at the loop's present moment."""

    def get(user, headers=None, **query):
        frozen.move_to(loop.now)
        client.force_login(user)
        return client.get("/issues/", query, headers=headers)

    return get


def numbers(response):
    return [row["issue"].number for row in response.context["rows"]]


def reasons(response):
    return {row["issue"].number: row["waits"] for row in response.context["rows"]}


def test_a_stranger_is_sent_to_sign_in(client):
    response = client.get("/issues/")
    assert response.status_code == 302
    assert response["Location"].endswith("?next=/issues/")


def test_the_office_finds_what_it_must_do(visit, loop, coordinator):
    new, resolved = loop.issue_in("submitted"), loop.issue_in("resolved")
    confirmed, working = loop.issue_in("confirmed"), loop.issue_in("in_progress")
    asked = loop.do(loop.issue_in("in_progress"), "request_extension")
    response = visit(coordinator)
    assert response.context["tab"] == "waiting"
    assert reasons(response) == {
        new.number: ("待您交办", True),
        asked.number: ("延期待您审批", True),
        resolved.number: ("待企业评价或回访", True),
        confirmed.number: ("待您销号", True),
    }
    assert working.number in numbers(visit(coordinator, tab="all"))


def test_a_department_finds_its_own_work_and_no_other(visit, loop, handler, outsider):
    assigned, working = loop.issue_in("assigned"), loop.issue_in("in_progress")
    done = loop.issue_in("resolved")
    assert reasons(visit(handler)) == {
        assigned.number: ("待签收", True),
        working.number: ("待联系企业", True),
    }
    assert done.number in numbers(visit(handler, tab="all"))
    assert numbers(visit(outsider, tab="all")) == []


def test_a_co_handling_department_owes_its_answer(visit, loop, outsider, departments):
    issue = loop.issue_in("submitted")
    loop.do(issue, "assign", co_departments=[departments["zr"]])
    assert reasons(visit(outsider)) == {issue.number: ("协办待答复", True)}
    loop.do(loop.do(issue, "sign"), "update", by="outsider")
    assert numbers(visit(outsider)) == []


def test_a_head_answers_notices_first(visit, loop, head, coordinator):
    issue = loop.do(loop.issue_in("in_progress"), "issue_notice")
    assert reasons(visit(head))[issue.number] == ("督办单待答复", True)
    assert reasons(visit(coordinator, tab="all"))[issue.number] == ("督办单待答复", False)


def test_a_leader_finds_the_second_extension(visit, loop, leader):
    issue = loop.do(loop.issue_in("in_progress"), "request_extension")
    issue = loop.do(issue, "decide_extension")
    later = (loop.now + timedelta(days=20)).date()
    issue = loop.do(issue, "request_extension", new_due_on=later)
    assert reasons(visit(leader)) == {issue.number: ("第二次延期待您审批", True)}


def test_an_enterprise_finds_its_own_and_rates(visit, loop, enterprise):
    resolved = loop.issue_in("resolved")
    other = loop.submit(by="anonymous", enterprise="另一家示例企业")
    assert reasons(visit(enterprise)) == {resolved.number: ("待您评价", True)}
    assert other.number not in numbers(visit(enterprise, tab="all"))


def test_who_never_acts_has_no_waiting_tab(visit, issue_in, auditor, planner, security):
    issue = issue_in("closed")
    response = visit(auditor)
    assert [str(tab["label"]) for tab in response.context["tabs"]] == ["全部", "已结束"]
    assert numbers(response) == numbers(visit(auditor, tab="ended")) == [issue.number]
    assert numbers(visit(planner)) == numbers(visit(security)) == []


def test_overdue_stands_first_and_says_so(visit, loop, handler):
    late = loop.issue_in("in_progress", title="先到期的")
    loop.now += timedelta(days=10)
    fresh = loop.issue_in("in_progress", title="后到期的")
    response = visit(handler)
    assert numbers(response) == [late.number, fresh.number]
    assert [row["clock"]["overdue"] for row in response.context["rows"]] == [True, False]
    assert "逾期 1 个工作日" in response.content.decode()


def test_totals_follow_the_filter(visit, loop, coordinator):
    for title in ("路灯不亮", "路面破损", "用水不稳"):
        loop.issue_in("in_progress", title=title)
    loop.now += timedelta(days=10)
    loop.issue_in("in_progress", title="路口堵车")
    totals = visit(coordinator, tab="all").context["totals"]
    assert totals == {"count": 4, "overdue": 3, "soon": 0}
    response = visit(coordinator, tab="all", q="路", overdue="on")
    assert response.context["totals"] == {"count": 2, "overdue": 2, "soon": 0}
    assert len(numbers(response)) == 2


def test_what_is_due_within_two_working_days_is_counted(visit, loop, handler):
    issue = loop.issue_in("in_progress")
    loop.now = issue.unit_due_at - timedelta(hours=20)
    assert visit(handler).context["totals"] == {"count": 1, "overdue": 0, "soon": 1}


def test_a_paused_department_clock_is_not_called_missing(visit, loop, handler):
    loop.do(loop.issue_in("assigned"), "return")
    assert "退回裁定中，部门时限暂停" in visit(handler).content.decode()


@pytest.mark.parametrize(
    "query",
    [
        {"status": "in_progress"},
        {"department": "zj"},
        {"category": "power"},
        {"kind": "need"},
        {"priority": "urgent"},
        {"received_from": "2026-03-14"},
        {"q": "特别的词"},
        {"q": "另一家 特别"},
    ],
)
def test_each_filter_narrows_to_the_one_it_means(visit, loop, coordinator, query):
    loop.submit()
    loop.now = datetime(2026, 3, 16, 9, 0, tzinfo=SHANGHAI)
    wanted = loop.submit(by="anonymous", kind="need", title="特别的词", enterprise="另一家示例企业")
    loop.do(loop.do(wanted, "assign", priority="urgent"), "sign")
    response = visit(coordinator, tab="all", **query)
    assert numbers(response) == [wanted.number]
    (chip,) = response.context["chips"]
    assert chip["url"] == "/issues/?tab=all"


def test_received_to_includes_its_day(visit, loop, coordinator):
    issue = loop.submit()
    assert numbers(visit(coordinator, tab="all", received_to="2026-03-12")) == [issue.number]
    assert numbers(visit(coordinator, tab="all", received_to="2026-03-11")) == []


def test_a_value_that_cannot_stand_is_said_and_does_not_narrow(visit, issue_in, coordinator):
    issue = issue_in("submitted")
    response = visit(coordinator, tab="all", status="nonsense", received_from="31 Feb", page="x")
    assert numbers(response) == [issue.number]
    assert set(response.context["filter"].errors) == {"status", "received_from"}


def test_an_empty_list_says_what_to_do(visit, handler, coordinator):
    assert "没有等待您办理的诉求" in visit(handler).content.decode()
    assert "请减少条件" in visit(coordinator, q="没有这样的词").content.decode()


def test_a_long_list_has_pages_that_keep_the_filter(visit, loop, coordinator):
    for _number in range(PER_PAGE + 1):
        loop.submit()
    response = visit(coordinator, tab="all", kind="problem")
    assert len(numbers(response)) == PER_PAGE
    assert "?tab=all&amp;kind=problem&amp;page=2" in response.content.decode()
    assert len(numbers(visit(coordinator, tab="all", kind="problem", page="2"))) == 1


def test_the_page_is_whole_with_and_without_htmx(visit, issue_in, coordinator):
    issue_in("submitted")
    plain = visit(coordinator).content.decode()
    part = visit(coordinator, headers={"HX-Request": "true"}).content.decode()
    for text in (plain, part):
        assert text.count('id="worklist"') == 1
        assert "<html" in text


def test_exports_hold_the_rows_of_the_list_in_its_order(visit, loop, coordinator):
    for title in ("=1+1", "路面破损", "路灯不亮"):
        loop.submit(title=title)
    loop.issue_in("closed")
    query = {"tab": "all", "status": "submitted"}
    shown = numbers(visit(coordinator, **query))
    text = b"".join(visit(coordinator, format="csv", **query).streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["编号"] for row in rows] == shown
    assert [row["待办事由"] for row in rows] == ["待您交办"] * 3
    assert "'=1+1" in {row["标题"] for row in rows}
    response = visit(coordinator, format="xlsx", **query)
    book = zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content)))
    sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert re.findall(r"QH-\d{4}-\d{5}", sheet) == shown
    assert response["Content-Disposition"].startswith("attachment")


def test_an_export_tells_no_contact(visit, issue_in, coordinator):
    issue = issue_in("submitted")
    response = visit(coordinator, format="csv", tab="all")
    text = b"".join(response.streaming_content).decode()
    assert issue.number in text
    assert issue.contact_phone not in text


def test_an_export_has_no_row_cap(visit, loop, coordinator):
    for _number in range(PER_PAGE + 3):
        loop.submit()
    response = visit(coordinator, format="csv", tab="all")
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    assert len(list(csv.DictReader(io.StringIO(text)))) == PER_PAGE + 3


@pytest.mark.parametrize("size", [5, 60])
def test_the_list_costs_the_same_at_any_size(
    visit, loop, client, coordinator, django_assert_num_queries, size
):
    for _number in range(size):
        loop.submit()
    visit(coordinator)
    with django_assert_num_queries(LIST_QUERIES):
        assert len(numbers(client.get("/issues/"))) == min(size, PER_PAGE)


def test_reading_the_list_changes_nothing(visit, issue_in, coordinator):
    issue_in("assigned")
    before = list(Issue.objects.values())
    visit(coordinator, tab="all", overdue="on")
    assert list(Issue.objects.values()) == before

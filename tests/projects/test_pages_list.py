"""The list and its sisters: what each reader finds, how it is narrowed, counted, exported."""

import csv
import io
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from projects import services, snapshots, stages
from projects.models import KeyProject, MaturityItem
from tests.projects.works import at, fresh, wan

pytestmark = pytest.mark.django_db
PAGES = ["", "reserve/", "roads/", "approvals/", "unfinished/", "mine/", "reports/"]
MARCH = date(2026, 3, 1)


@pytest.fixture
def visit(client, frozen, works):
    """visit(user, "roads/", stage="building"): the response at the present moment of works."""

    def get(user, path="", **query):
        frozen.move_to(works.now)
        client.force_login(user)
        return client.get(f"/projects/{path}", query)

    return get


@pytest.fixture
def built(works):
    """A municipal project under way: sponsored, planned, reported, judged red."""
    project = works.project(
        "building",
        name="示例玻璃产线",
        total_investment=wan(20_000),
        content="年产一万吨",
        contact_name="示例联系人",
        contact_phone="13800009999",
    )
    works.plan(project, 2026, wan(12_000))
    works.sponsor(project)
    for month, amount in ((1, 100), (2, 200)):
        works.report(project, date(2026, month, 1), wan(amount))
    works.now = at(2026, 5, 20)
    snapshots.take(works.now)
    return fresh(project)


def names(response):
    return [row["project"].name for row in response.context["rows"]]


def test_a_stranger_signs_in_and_an_enterprise_is_refused(client, visit, enterprise):
    assert client.get("/projects/").status_code == 302
    assert visit(enterprise).status_code == 403


def test_those_without_business_data_are_refused(visit, security, administrator):
    for user in (security, administrator):
        assert {visit(user, page).status_code for page in PAGES} == {403}


def test_every_page_answers_insiders_empty_and_filled(visit, built, planner, leader, auditor, head):
    for user in (planner, leader, auditor, head):
        answers = {page: visit(user, page).status_code for page in PAGES}
        assert set(answers.values()) == {200}, answers


def test_an_outsider_reads_public_facts_alone(visit, built, outsider, leader, promoter):
    for user in (outsider, promoter):
        page = visit(user).content.decode()
        assert "示例玻璃产线" in page
        for hidden in (leader.name, "亮红灯", "300万元", "1.2亿元"):
            assert hidden not in page, hidden


def test_internal_words_filters_and_orders_find_nothing_for_an_outsider(
    visit, built, outsider, planner, leader
):
    assert names(visit(planner, q=leader.name)) == ["示例玻璃产线"]
    assert names(visit(outsider, q=leader.name)) == []
    assert names(visit(planner, light="red")) == ["示例玻璃产线"]
    assert names(visit(outsider, light="red")) == []
    assert names(visit(outsider, light="green")) == []
    totals = visit(outsider).context["totals"]
    assert (totals["count"], totals["plan"], totals["ytd"]) == (1, None, None)


def test_what_is_not_public_is_not_counted_or_found(visit, works, built, outsider, planner):
    works.project("building", name="示例保密项目", is_public=False, lead_department=None)
    assert visit(outsider).context["totals"]["count"] == 1
    assert names(visit(outsider, q="保密")) == []
    assert visit(planner).context["totals"]["count"] == 2


def test_totals_follow_the_filter_and_name_what_is_unknown(visit, works, built, planner):
    works.project(
        "preparing", name="示例未定项目", total_investment_text="约3亿元", level="province"
    )
    everything = visit(planner).context["totals"]
    assert (everything["count"], everything["investment"], everything["unknown"]) == (
        2,
        wan(20_000),
        1,
    )
    assert everything["rate"] == "2.5%"
    province = visit(planner, level="province").context["totals"]
    assert (province["count"], province["investment"], province["rate"]) == (1, None, "—")
    assert "约3亿元" in visit(planner, level="province").content.decode()


def test_orders(visit, works, built, planner):
    works.project("preparing", name="示例较大项目", total_investment=wan(90_000))
    assert names(visit(planner, order="-investment")) == ["示例较大项目", "示例玻璃产线"]
    assert names(visit(planner, order="investment")) == ["示例玻璃产线", "示例较大项目"]
    # By default the worst light stands first.
    assert names(visit(planner))[0] == "示例玻璃产线"
    assert names(visit(planner, order="nonsense")) == names(visit(planner))


def test_the_stage_is_filtered_and_ordered_as_it_is_shown(visit, works, planner):
    works.now = at(2026, 3, 2)
    made = {stage: works.project(stage, name=stage) for stage in ("capacity", "signed", "building")}
    works.pause(made["building"], now=at(2026, 3, 10))
    works.move(made["signed"], "terminated", reason="退出。", now=at(2026, 3, 20))
    works.now = at(2026, 4, 1)

    def shown(**query):
        return names(visit(planner, **query))

    assert shown(stage="building") == shown(stage="signed") == []
    assert (shown(stage="paused"), shown(stage="terminated")) == (["building"], ["signed"])
    assert shown(order="stage") == ["capacity", "building", "signed"]
    assert shown(order="-stage") == ["signed", "building", "capacity"]
    # As of a day: what was shown then.
    assert shown(stage="building", as_of="2026-03-09") == ["building"]
    assert shown(stage="paused", as_of="2026-03-09") == []
    assert shown(stage="building", as_of="2026-03-10") == []
    assert shown(stage="terminated", as_of="2026-03-19") == []
    assert shown(stage="signed", as_of="2026-03-01") == []
    assert shown(order="stage", as_of="2026-03-09") == ["signed", "building", "capacity"]
    assert visit(planner, stage="paused").context["totals"]["count"] == 1


def test_stages_are_ordered_as_the_way_goes(visit, works, planner):
    order = [stage for stage in stages.WAY if stage != "planning"]
    for stage in sorted(order):
        works.project(stage, name=stage)
    twin = works.project("started", name="twin")
    shown = names(visit(planner, order="stage"))
    assert shown.index("twin") == shown.index("started") + 1  # by number among equals
    shown.remove(twin.name)
    assert shown == order
    assert names(visit(planner, order="-stage"))[0] == "capacity"


def test_the_lead_department_is_found_by_everybody(visit, built, outsider, promoter, planner):
    for user in (outsider, promoter, planner):
        assert names(visit(user, q="住建局")) == ["示例玻璃产线"]
        assert names(visit(user, q="自然资源局")) == []


def test_a_wrong_value_is_said_at_its_field_and_does_not_narrow(visit, built, planner):
    response = visit(planner, as_of="2031-01-01", stage="nowhere")
    assert set(response.context["filter"].errors) == {"as_of", "stage"}
    assert names(response) == ["示例玻璃产线"]


def test_as_of_a_past_day_shows_what_was_shown_then(visit, works, built, planner):
    row = visit(planner).context["rows"][0]
    assert (row["light"]["colour"], row["rate"]) == ("red", "2.5%")
    # A later correction changes today and not that day.
    works.now = at(2026, 6, 10)
    works.verify(works.correct(built, date(2026, 1, 1), wan(5000)))
    works.now = at(2026, 6, 11)
    snapshots.take(works.now)
    then = visit(planner, as_of="2026-05-20")
    assert then.context["rows"][0]["rate"] == "2.5%"
    assert then.context["rows"][0]["light"]["colour"] == "red"
    assert visit(planner).context["rows"][0]["rate"] == "43.3%"
    assert names(visit(planner, as_of="2025-12-31")) == []


def test_the_export_is_the_list(visit, works, built, planner, promoter):
    works.project("preparing", name="=示例公式项目", total_investment=wan(1))
    response = visit(planner, format="csv", order="-investment")
    lines = list(csv.reader(io.StringIO(b"".join(response).decode("utf-8-sig"))))
    heading = lines[0]
    column = heading.index("项目名称")
    assert [line[column] for line in lines[1:]] == ["示例玻璃产线", "'=示例公式项目"]
    assert lines[1][heading.index("总投资（元）")] == "200000000.00"
    assert lines[1][heading.index("灯色")] == "红灯"
    outside = b"".join(visit(promoter, format="csv")).decode("utf-8-sig").splitlines()[0]
    assert "灯色" not in outside
    assert "包联领导" not in outside


def queries(visit, *args, **query):
    visit(*args, **query)
    with CaptureQueriesContext(connection) as caught:
        response = visit(*args, **query)
    assert response.status_code == 200
    return len(caught)


# Session, user, roles and inbox, the filter's selects, totals, the page and what its rows show; on
# the list and on mine/ the calendar and the rule that say which year is judged.
BUDGET = {"": 23, "reserve/": 17, "roads/": 14, "approvals/": 17, "unfinished/": 18, "mine/": 21}


def fill(works, path, count):
    """Rows of the kind the page shows, each with everything a row can have."""
    for number in range(count):
        stage = "planning" if path == "reserve/" else "building"
        road = {"kind": "bottleneck", "length_km": 1} if path == "roads/" else None
        days = {"filing": (None, date(2026, 1, 1)), "start": (date(2026, 2, 1), None)}
        row = works.project(stage, road=road, days=days, name=f"示例第{number}个")
        works.sponsor(row)
        works.step(row, "site", submitted_on=works.today, original_target=works.today)


@pytest.mark.parametrize("path", BUDGET)
def test_queries_do_not_grow_with_the_rows(visit, works, built, leader, path):
    fill(works, path, 2)
    few = queries(visit, leader, path)
    fill(works, path, 8)
    assert queries(visit, leader, path) == few
    assert few <= BUDGET[path]


def test_the_roads_add_up(visit, works, planner):
    for length, opened in (("2.5", "0"), ("3.25", "3.25"), ("1.75", "1")):
        works.project(
            "building",
            name=f"示例{length}",
            road={"kind": "dead_end", "length_km": length, "opened_km": opened},
        )
    context = visit(planner, "roads/").context
    assert (str(context["length"]), str(context["opened"])) == ("7.5", "4.25")
    KeyProject.objects.get(name="示例2.5").road.delete()
    assert str(visit(planner, "roads/").context["length"]) == "5"


def test_the_reserve_shows_maturity_and_yield(visit, works, planner):
    idea = works.project(name="示例谋划", planned_year=2027)
    items = list(MaturityItem.objects.all())
    works.deed(services.mark_maturity, idea, met={items[0]: date(2026, 3, 1)})
    went = works.project(name="示例已转化")
    works.advance(went, "negotiating")
    works.advance(fresh(went), "signed")
    context = visit(planner, "reserve/").context
    assert [row["project"].name for row in context["rows"]] == ["示例谋划"]
    assert context["rows"][0]["maturity"] == "20%"
    (cohort,) = context["cohorts"]
    assert (cohort["year"], cohort["entered"], cohort["moved"], cohort["rate"]) == (
        2026,
        2,
        1,
        "50.0%",
    )


def test_the_three_unfinished_lists(visit, works, planner):
    works.project("preparing", name="示例立项", days={"filing": (None, date(2026, 1, 5))})
    works.project("started", name="示例开工", days={"start": (None, date(2026, 1, 5))})
    works.project(
        "building",
        name="示例在建",
        days={"start": (None, date(2025, 1, 5)), "finish": (date(2026, 2, 1), None)},
    )
    lists = {item["code"]: item["rows"] for item in visit(planner, "unfinished/").context["lists"]}
    found = {code: [row["project"].name for row in rows] for code, rows in lists.items()}
    assert found["approved"] == ["示例立项"]
    assert found["started"] == ["示例在建", "示例开工"]
    assert found["building"] == ["示例在建"]
    assert lists["building"][0]["days"] == 39
    spent = KeyProject.objects.get(name="示例开工")
    works.report(spent, date(2026, 2, 1), wan(10))
    lists = {item["code"]: item["rows"] for item in visit(planner, "unfinished/").context["lists"]}
    assert [row["project"].name for row in lists["started"]] == ["示例在建"]


def test_the_leaders_page_shows_what_waits_for_him(visit, works, built, leader, sponsor):
    works.planned(built, start=date(2026, 9, 1))
    works.ask(built, "start", new_on=date(2026, 10, 1))
    mine = visit(leader, "mine/").context
    assert names_of(mine["rows"]) == ["示例玻璃产线"]
    assert [item["change"].subject for item in mine["changes"]] == ["开工"]
    assert [(item["made"], item["due"]) for item in mine["visits"]] == [(0, 1)]
    works.visit(built)
    assert visit(leader, "mine/").context["visits"] == []
    other = visit(sponsor, "mine/").context
    assert (other["rows"], other["changes"], other["visits"]) == ([], [], [])
    assert visit(leader, "mine/").context["lights"] == [("red", 1)]


def names_of(rows):
    return [row["project"].name for row in rows]


def test_the_sheet_is_the_departments_own(visit, works, built, handler, outsider, planner):
    works.now = at(2026, 4, 3)
    sheet = visit(handler, "reports/", month="2026-03").context
    assert [row["project"].name for row in sheet["rows"]] == ["示例玻璃产线"]
    assert sheet["rows"][0]["status"] == "missing"
    assert sheet["rows"][0]["last"].month_invested == wan(200)
    assert visit(outsider, "reports/", month="2026-03").context["rows"] == []
    works.draft(built, MARCH, wan(150), send=True)
    sheet = visit(planner, "reports/", month="2026-03").context
    assert (sheet["totals"]["month"], sheet["totals"]["ytd"]) == (wan(150), wan(450))
    assert sheet["totals"]["missing"] == 0
    assert [label for label, _url in sheet["rows"][0]["item"]["links"]] == ["核实", "退回"]
    assert visit(planner, "reports/", month="2026-03", status="locked").context["rows"] == []
    assert visit(planner, "reports/", month="nonsense").status_code == 404


@pytest.mark.parametrize("path", ["reserve/", "roads/", "approvals/", "unfinished/", "reports/"])
def test_every_board_is_exported_as_it_is_shown(visit, works, built, planner, path):
    fill(works, path, 3)
    if path == "unfinished/":
        works.project("preparing", name="示例立项", days={"filing": (None, date(2026, 1, 5))})
    lines = list(csv.reader(io.StringIO(b"".join(visit(planner, path, format="csv")).decode())))
    context = visit(planner, path).context
    rows = context.get("all_rows") or context.get("rows")
    if rows is None:
        rows = [row for item in context["lists"] for row in item["rows"]]
    assert len(lines) - 1 == len(rows) > 0
    names = [(row.get("project") or row["step"].project).name for row in rows]
    assert [name for line, name in zip(lines[1:], names, strict=True) if name not in line] == []
    assert b"".join(visit(planner, path, format="xlsx"))[:2] == b"PK"

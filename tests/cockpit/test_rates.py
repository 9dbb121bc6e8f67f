"""三率: numerators and denominators from walked steps, ranking, drill-down, a published table."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from cockpit import boards, circulars, rates
from cockpit.models import RankingRule
from directory.models import Department
from issues.models import Category
from tests.factories import SHANGHAI

MARCH = (date(2026, 3, 1), date(2026, 3, 31))
LATER = datetime(2026, 4, 10, 12, 0, tzinfo=SHANGHAI)


@pytest.fixture
def rule(db):
    return RankingRule.objects.get(version=1)


@pytest.fixture
def march(loop):
    """Six of 住建局: four answered in time, one late, one not at all; ratings of four."""
    made = {}
    for name in ("satisfied", "basically", "dissatisfied", "silent"):
        made[name] = loop.issue_in("resolved")
    loop.do(made["satisfied"], "rate")
    loop.do(made["basically"], "rate", rating="basically_satisfied", reason="较慢。")
    loop.do(made["dissatisfied"], "rate", rating="dissatisfied", reason="没有解决。")
    made["late"], made["open"] = loop.issue_in("in_progress"), loop.issue_in("in_progress")
    for day in (16, 17, 18):
        loop.now = datetime(2026, 3, day, 9, 0, tzinfo=SHANGHAI)
        loop.do(made["silent"], "visit", result="no_answer", rating="")
    loop.now = made["late"].unit_due_at + timedelta(hours=2)
    loop.do(made["late"], "resolve")
    return made


def row_of(table, code="zj"):
    return next(row for row in table["departments"] if row["code"] == code)


def test_every_number_of_a_department(march, rule):
    row = row_of(rates.table(*MARCH, LATER, rule))
    # The dissatisfied one came back with half the limit, and that fell due in March unanswered.
    assert {name: row["cases"][name] for name in ("due", "on_time", "late", "overdue_open")} == {
        "due": 7,
        "on_time": 4,
        "late": 1,
        "overdue_open": 2,
    }
    assert row["rates"]["on_time"] == {
        "numerator": "4",
        "denominator": 7,
        "excluded": 0,
        "value": "0.571429",
    }
    assert row["rates"]["satisfied"]["numerator"] == "1.6"
    assert (row["rates"]["satisfied"]["denominator"], row["answers"]["not_rated"]) == (3, 1)
    assert row["rates"]["solved"]["numerator"] == "2"
    expected = 30 * Decimal(row["rates"]["response"]["value"])
    expected += 35 * Decimal(row["rates"]["solved"]["value"])
    expected += 35 * Decimal(row["rates"]["satisfied"]["value"])
    assert abs(Decimal(row["score"]) - expected) <= Decimal("0.005")
    assert row["rank"] == 1


def test_as_of_an_earlier_day_it_had_not_happened_yet(march, rule):
    then = march["open"].unit_due_at - timedelta(hours=1)
    cases = row_of(rates.table(*MARCH, then, rule))["cases"]
    assert (cases["late"], cases["overdue_open"] + cases["pending"]) == (0, 3)


def test_few_cases_are_listed_and_not_ranked(loop, rule):
    for _turn in range(4):
        loop.do(loop.issue_in("resolved"), "rate")
    row = row_of(rates.table(*MARCH, LATER, rule))
    assert (row["cases"]["due"], row["rank"], row["unranked"]) == (4, None, "few")
    loop.do(loop.issue_in("resolved"), "rate")
    row = row_of(rates.table(*MARCH, LATER, rule))
    assert (row["rank"], row["score"]) == (1, "100.00")


def test_an_upheld_return_is_left_out_and_said(loop, rule):
    issue = loop.do(loop.issue_in("assigned"), "return")
    zr = Department.objects.get(code="zr")
    loop.do(issue, "rule_return", decision="uphold", lead_department=zr)
    table = rates.table(*MARCH, LATER, rule)
    assert row_of(table)["rates"]["on_time"]["denominator"] == 0
    assert row_of(table)["rates"]["on_time"]["excluded"] == 1
    assert row_of(table, "zr")["cases"]["overdue_open"] == 1


def test_weights_and_deductions_are_the_rules_rows(march, rule):
    RankingRule.objects.create(
        version=2,
        name="示例",
        valid_from=datetime(2026, 4, 1, tzinfo=SHANGHAI),
        response_weight=20,
        solved_weight=40,
        satisfied_weight=40,
        basically_weight="1.00",
        rework_deduction="0.10",
    )
    newer = RankingRule.objects.valid_at(LATER)
    row = row_of(rates.table(*MARCH, LATER, newer))
    assert row["rates"]["satisfied"]["numerator"] == "2"
    share = {name: Decimal(row["rates"][name]["value"]) for name in rates.RATES}
    points = 20 * share["response"] + 40 * share["solved"] + 40 * share["satisfied"]
    points -= Decimal(row["deducted"]["rework"]) * 10
    assert abs(Decimal(row["score"]) - points) <= Decimal("0.005")
    assert RankingRule.objects.valid_at(datetime(2026, 3, 31, tzinfo=SHANGHAI)) == rule


def test_the_rows_behind_each_figure_are_as_many_as_it_says(march, rule, coordinator, frozen):
    frozen.move_to(LATER)
    table = rates.table(*MARCH, LATER, rule)
    row = row_of(table)
    checked = 0
    for name, found in row["rates"].items():
        for part in ("denominator", "excluded", "numerator"):
            query = {
                "rate": name,
                "part": part,
                "department": "zj",
                "from": "2026-03-01",
                "to": "2026-03-31",
                "as_of": LATER.isoformat(),
            }
            rows = boards.CaseList(coordinator, query).found()
            if part != "numerator" or name not in ("satisfied",):
                assert rows.count() == int(found[part]), (name, part)
                checked += 1
    assert checked == 14


def test_pages_by_role(client, march, coordinator, head, outsider, enterprise, frozen):
    frozen.move_to(LATER)
    address = reverse("cockpit:rates")
    query = {"kind": "month", "on": "2026-03-15"}
    client.force_login(enterprise)
    assert client.get(address).status_code == 403
    client.force_login(coordinator)
    page = client.get(address, query)
    assert page.context["whole"]["cases"]["due"] == 7
    assert "4" in page.content.decode()
    lines = b"".join(client.get(address, query | {"format": "csv"}).streaming_content).decode()
    assert "57.1%" in lines
    cases = page.context["rows"][0]["rates"][2]["url"]
    assert client.get(cases).context["count"] == 7
    client.force_login(head)
    assert client.get(cases).context["count"] == 7
    client.force_login(outsider)
    shown = client.get(address, query)
    assert shown.context["rows"][0]["rates"][2]["url"] == ""
    assert client.get(cases).context["count"] == 0


def test_a_kept_table_does_not_change_with_the_rows(client, march, loop, coordinator, frozen):
    frozen.move_to(LATER)
    client.force_login(coordinator)
    kept = client.post(reverse("cockpit:keep"), {"kind": "month", "on": "2026-03-15"})
    before = client.get(kept.url).context["whole"]["cases"]
    loop.now = LATER
    loop.do(march["open"], "resolve")
    frozen.move_to(LATER + timedelta(days=1))
    client.force_login(coordinator)
    after = client.get(kept.url)
    assert after.context["whole"]["cases"] == before
    query = {"kind": "month", "on": "2026-03-15"}
    live = client.get(reverse("cockpit:rates"), query).context["whole"]["cases"]
    assert (live["late"], live["overdue_open"]) == (2, 1)


def test_wrong_periods_are_said_and_change_nothing(client, coordinator):
    client.force_login(coordinator)
    page = client.get(
        reverse("cockpit:rates"),
        {"kind": "custom", "start_on": "2026-03-02", "end_on": "2026-03-01"},
    )
    assert (page.status_code, "止日不早于起日" in page.content.decode()) == (200, True)
    for bad in ({"kind": "x"}, {"on": "yesterday"}, {"as_of_on": "9999-12-31"}):
        assert client.get(reverse("cockpit:rates"), bad).status_code == 200


def test_the_table_costs_the_same_for_one_department_and_for_many(
    march, rule, django_assert_num_queries
):
    with django_assert_num_queries(6):
        rates.table(*MARCH, LATER, rule)


@given(st.lists(st.integers(0, 10_000), max_size=30))
def test_shares_add_up(counts):
    tenths = rates.shares(counts)
    assert sum(tenths) == (1000 if sum(counts) else 0)
    for count, part in zip(counts, tenths, strict=True):
        assert abs(part - (1000 * count / (sum(counts) or 1))) <= 1


def test_a_published_quarter_comes_out_of_walked_steps(loop, practice, rule, person, frozen):
    """铜川 2025 年一季度: 139 matters of 22 units, each received, signed, contacted, answered."""
    published = practice("unit_table_tongchuan_2025Q1")
    begin = datetime(2025, 2, 10, 9, 0, tzinfo=SHANGHAI)
    for position, line in enumerate(published):
        unit = Department.objects.create(code=f"tc{position}", name=line["unit"])
        officer = person(f"tc{position}", "handler", department=unit)
        for turn in range(int(line["received"])):
            loop.now = begin + timedelta(days=turn % 14)
            issue = loop.submit(title=f"{line['unit']}第{turn + 1}件")
            issue = loop.do(
                issue, "assign", lead_department=unit, category=Category.objects.get(code="other")
            )
            for action in ("sign", "contact", "resolve"):
                issue = loop.do(issue, action, by=officer)
            if turn >= int(line["replied_on_time"]):
                raise AssertionError("the published table has no late reply to walk")
    end = datetime(2025, 4, 1, tzinfo=SHANGHAI)
    table = rates.table(date(2025, 1, 1), date(2025, 3, 31), end, rule)
    found = {row["name"]: row for row in table["departments"]}
    for line in published:
        cases = found[line["unit"]]["cases"]
        assert (cases["due"], cases["on_time"]) == (
            int(line["received"]),
            int(line["replied_on_time"]),
        )
        assert found[line["unit"]]["rates"]["on_time"]["value"] == "1.000000"
    assert len(found) == len(published) == 22
    base = table["all"]["cases"]["due"]
    assert base == sum(int(line["received"]) for line in published) == 139
    tenths = rates.shares([row["cases"]["due"] for row in table["departments"]])
    assert sum(tenths) == 1000
    data = circulars.compose("monthly", date(2025, 2, 1), date(2025, 2, 28), end)
    assert data["topics"] == [
        {
            "code": "other",
            "name": "其他",
            "name_en": "Other",
            "count": 139,
            "tenths": 1000,
        }
    ]
    assert User.objects.filter(username__startswith="tc").count() == 22

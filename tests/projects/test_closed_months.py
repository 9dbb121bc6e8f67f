"""Which months count and of which year: closed ones, the old year until the new one's first report
is due; and a sum with an unknown month in it, which is unknown wherever it is shown.
"""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from projects import charts, presenters, reporting, snapshots
from projects.models import KeyProject, PlanYear, ProgressReport, ReportingRule
from projects.viewer import Viewer
from tests.projects.works import at, fresh, wan

JANUARY, FEBRUARY, MARCH = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)
BEGUN = at(2026, 1, 5)
DAY = timedelta(days=1)


@pytest.fixture
def building(works):
    project = works.project("building", now=BEGUN)
    works.plan(project, 2026, wan(1200), now=BEGUN)
    return project


@pytest.fixture
def page(client, frozen, works):
    """page(user, "reports/", month="2026-03"): the response's context at works.now."""

    def get(user, path="", **query):
        frozen.move_to(works.now)
        client.force_login(user)
        response = client.get(f"/projects/{path}", query)
        assert response.status_code == 200
        return response.context

    return get


def vague(works, project, month, now):
    return works.report(project, month, None, month_invested_text="约300万元", now=now)


def row(user, moment, year=2026):
    rows = KeyProject.objects.with_light(user).with_figures(user, year, moment)
    return rows.order_by("pk").first()


def inputs(project, day):
    found = snapshots.inputs_of([fresh(project)], day, at(day.year, day.month, day.day, 20))
    return found[project.pk]


# January's report is due on 6 February 2026, February's on 6 March, December's on 8 January.
LAST = [
    (date(2025, 12, 31), date(2025, 11, 1), 2025),
    (date(2026, 1, 1), date(2025, 11, 1), 2025),
    (date(2026, 1, 8), date(2025, 11, 1), 2025),
    (date(2026, 1, 9), date(2025, 12, 1), 2025),
    (date(2026, 2, 6), date(2025, 12, 1), 2025),
    (date(2026, 2, 7), JANUARY, 2026),
    (date(2026, 3, 6), JANUARY, 2026),
    (date(2026, 3, 7), FEBRUARY, 2026),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("day", "month", "year"), LAST)
def test_the_judged_year_is_of_the_last_month_that_was_due(day, month, year):
    assert reporting.last_due(day) == month
    assert reporting.figures_year(day) == year


@pytest.mark.django_db
def test_the_rule_in_force_says_when_the_year_turns():
    ReportingRule.objects.create(valid_from=date(2026, 2, 1), due_workdays=1, lock_workdays=2)
    assert reporting.figures_year(date(2026, 2, 2)) == 2025
    assert reporting.figures_year(date(2026, 2, 3)) == 2026


def test_the_old_year_is_judged_until_january_is_due(works):
    project = works.project("building", now=at(2025, 1, 6))
    works.plan(project, 2025, wan(1500), now=at(2025, 1, 6))
    works.plan(project, 2026, wan(600), now=at(2026, 1, 20))
    for number in range(1, 13):
        works.report(project, date(2025, number, 1), wan(100), now=at(2026, 1, 6))
    works.report(project, JANUARY, wan(50), now=at(2026, 2, 3))
    seen = {
        day: (found.months, found.done, found.plan)
        for day in (date(2026, 1, 1), date(2026, 2, 6), date(2026, 2, 7))
        for found in [inputs(project, day)]
    }
    assert seen == {
        date(2026, 1, 1): (12, wan(1200), wan(1500)),
        date(2026, 2, 6): (12, wan(1200), wan(1500)),
        date(2026, 2, 7): (1, wan(50), wan(600)),
    }


def test_pages_show_the_judged_year(works, building, page, planner, leader):
    works.sponsor(building, now=BEGUN)
    for moment, year in ((at(2026, 2, 6), 2025), (at(2026, 2, 7), 2026)):
        works.now = moment
        assert page(planner)["year"] == page(leader, "mine/")["year"] == year
        assert page(planner, f"{building.number}/")["plan_year"] == year
    assert page(planner, f"{building.number}/", year="2025")["plan_year"] == 2025
    assert page(planner, as_of="2026-02-06")["year"] == 2025


def test_the_running_month_counts_when_it_is_over(works, building, planner):
    works.report(building, FEBRUARY, wan(100), now=at(2026, 3, 3))
    works.report(building, MARCH, wan(70), now=at(2026, 3, 12))
    before, after = at(2026, 3, 31, 23), at(2026, 4, 1, 0)

    def shown(moment):
        found = row(planner, moment)
        return found.invested_ytd, found.reported_total, found.last_month

    assert shown(before) == (wan(100), wan(100), FEBRUARY)
    assert shown(after) == (wan(170), wan(170), MARCH)
    assert inputs(building, before.date()).months == 2
    assert inputs(building, before.date()).done == wan(100)
    found = inputs(building, after.date())
    assert (found.months, found.done) == (3, wan(170))


def test_the_day_of_a_moment_is_the_districts(works, building, planner, frozen):
    """Half past midnight on 1 March is 28 February in Greenwich; without a moment it is now."""
    works.report(building, FEBRUARY, wan(100), now=at(2026, 2, 26))
    midnight = at(2026, 3, 1, 0).replace(minute=30)
    assert row(planner, midnight - timedelta(hours=1)).invested_ytd is None
    assert row(planner, midnight).invested_ytd == wan(100)
    frozen.move_to(midnight - timedelta(hours=1))
    assert row(planner, None).invested_ytd is None
    frozen.move_to(midnight)
    assert row(planner, None).invested_ytd == wan(100)


def test_a_running_month_is_not_in_the_chart_of_the_page(works, building, page, planner):
    works.report(building, FEBRUARY, wan(120), now=at(2026, 3, 3))
    works.report(building, MARCH, wan(60), now=at(2026, 3, 12))
    for moment, done in ((at(2026, 3, 31), "10.0%"), (at(2026, 4, 1), "15.0%")):
        works.now = moment
        assert f"已完成{done}" in page(planner, f"{building.number}/")["investment"]["summary"]


# Unknown


def test_a_sum_with_an_unknown_month_is_unknown(works, building, planner):
    works.change(building, carried_investment=wan(40))
    vague(works, building, JANUARY, at(2026, 2, 3))
    works.report(building, FEBRUARY, wan(100), now=at(2026, 3, 3))
    moment = at(2026, 3, 12)
    found = row(planner, moment)
    assert (found.invested_ytd, found.reported_total) == (None, None)
    assert (found.has_unknown, found.last_month) == (True, FEBRUARY)
    assert presenters.invested_total(found, Viewer(planner)) is None
    assert (presenters.completion_percent(found), presenters.lead_points(found)) == (None, None)
    judged = inputs(building, moment.date())
    assert (judged.months, judged.done) == (2, None)
    works.verify(works.correct(building, JANUARY, wan(300), now=moment), now=moment)
    found = row(planner, moment)
    assert (found.invested_ytd, found.has_unknown) == (wan(400), False)
    assert presenters.invested_total(found, Viewer(planner)) == wan(440)
    assert inputs(building, moment.date()).done == wan(400)


def test_that_something_is_unknown_is_said_to_the_inside_only(
    works, building, planner, handler, outsider, promoter
):
    vague(works, building, JANUARY, at(2026, 2, 3))
    seen = {user.username: row(user, at(2026, 3, 12)).has_unknown for user in (planner, handler)}
    assert seen == {"planner": True, "handler": True}
    for user in (outsider, promoter):
        assert row(user, at(2026, 3, 12)).has_unknown is False


def test_an_unknown_sum_gives_no_light_of_investment(works, building):
    """Nothing of the year is known: neither red nor green by it."""
    vague(works, building, JANUARY, at(2026, 2, 3))
    vague(works, building, FEBRUARY, at(2026, 3, 3))
    snapshots.take(at(2026, 3, 12))
    for light in building.lights.all():
        assert (light.colour, light.dimension) == ("green", "report")
        assert "investment" not in light.inputs["all"]
    works.verify(works.correct(building, JANUARY, wan(0), now=at(2026, 3, 13)))
    works.verify(works.correct(building, FEBRUARY, wan(0), now=at(2026, 3, 13)))
    snapshots.take(at(2026, 3, 14))
    assert building.lights.first().dimension == "investment"


def test_an_unknown_month_of_another_year_leaves_this_one_known(works, planner):
    project = works.project("building", now=at(2025, 1, 6))
    vague(works, project, date(2025, 12, 1), at(2026, 1, 6))
    works.report(project, JANUARY, wan(100), now=at(2026, 2, 3))
    found = row(planner, at(2026, 3, 12))
    assert (found.invested_ytd, found.reported_total, found.has_unknown) == (wan(100), None, True)


def test_an_unknown_running_month_makes_nothing_unknown_yet(works, building, planner):
    works.report(building, FEBRUARY, wan(100), now=at(2026, 3, 3))
    vague(works, building, MARCH, at(2026, 3, 12))
    assert row(planner, at(2026, 3, 31)).invested_ytd == wan(100)
    assert row(planner, at(2026, 4, 1)).invested_ytd is None


def test_what_was_carried_stands_alone_where_nothing_is_reported(works, building, planner):
    works.change(building, carried_investment=wan(40))
    found = row(planner, at(2026, 3, 12))
    assert (found.reported_total, found.has_unknown) == (None, False)
    assert presenters.invested_total(found, Viewer(planner)) == wan(40)


def test_the_lists_total_is_unknown_with_one_unknown_row_in_it(works, building, page, planner):
    silent, other = works.project("building", now=BEGUN), works.project("signed", now=BEGUN)
    works.report(building, JANUARY, wan(100), now=at(2026, 2, 3))
    totals = page(planner)["totals"]
    assert (totals["ytd"], totals["plan"], totals["rate"]) == (wan(100), wan(1200), "8.3%")
    vague(works, silent, JANUARY, at(2026, 2, 3))
    totals = page(planner)["totals"]
    assert (totals["count"], totals["ytd"], totals["rate"]) == (3, None, "—")
    assert page(planner, stage="signed")["totals"]["count"] == 1
    assert [row["total"] for row in page(planner, q=silent.number)["rows"]] == [None]
    assert other.stage == "signed"


# The chart: {month: 万元, None where it is given in words} of a year with 144 planned.
RUNNING = [
    ({}, [], "0.0%"),
    ({1: 36}, [36], "25.0%"),
    ({1: 36, 2: None}, [36, None], "—"),
    ({1: 36, 2: None, 3: 36}, [36, None, None], "—"),
    ({1: None, 2: 36}, [None, None], "—"),
    ({1: 36, 3: 36}, [36, None, 72], "50.0%"),
    ({2: 0, 3: 0}, [None, 0, 0], "0.0%"),
]


@pytest.mark.parametrize(("months", "running", "rate"), RUNNING)
def test_the_running_total_of_the_chart_ends_at_the_first_unknown(months, running, rate):
    reports = [
        ProgressReport(
            month=date(2026, number, 1),
            month_invested=None if amount is None else Decimal(amount) * 10_000,
            month_invested_text="" if amount is not None else "约数",
        )
        for number, amount in months.items()
    ]
    plan = PlanYear(year=2026, annual_plan=wan(144))
    chart = charts.investment(2026, plan, reports)
    assert f"已完成{rate}" in chart["summary"]
    shown = [line[3] for line in chart["table"]["rows"]]
    wanted = ["—" if value is None else f"{value}.00" for value in running]
    assert shown == wanted + ["—"] * (12 - len(running))
    drawn = [line["values"] for line in chart["data"]["series"] if line["role"] == "actual"]
    known = [value for value in running if value is not None]
    assert [value for line in drawn for value in line if value is not None] == known


# The month's sheet


def sums(context):
    (found,) = context["rows"]
    return found["ytd"], found["rate"], found["gap"]


def test_the_sheet_sums_the_year_up_to_its_month(works, building, page, planner):
    works.report(building, JANUARY, wan(60), stat_ytd=wan(50), now=at(2026, 2, 3))
    works.report(building, FEBRUARY, wan(60), stat_ytd=wan(120), now=at(2026, 3, 3))
    works.now = at(2026, 3, 12)
    assert sums(page(planner, "reports/", month="2026-01")) == (wan(60), "5.0%", "+20.0%")
    assert sums(page(planner, "reports/", month="2026-02")) == (wan(120), "10.0%", "0.0%")
    works.report(building, MARCH, wan(60))
    assert sums(page(planner, "reports/", month="2026-03")) == (wan(180), "15.0%", "")
    works.correct(building, JANUARY, wan(12))
    assert sums(page(planner, "reports/", month="2026-01"))[0] == wan(12)
    assert sums(page(planner, "reports/", month="2026-03"))[0] == wan(180)  # not verified yet


def test_the_sheet_does_not_add_to_what_is_unknown(works, building, page, planner, handler):
    vague(works, building, JANUARY, at(2026, 2, 3))
    works.now = at(2026, 3, 3)
    works.draft(building, FEBRUARY, wan(100), stat_ytd=wan(400))
    sheet = page(planner, "reports/", month="2026-02")
    assert sums(sheet) == (None, "—", "")
    assert (sheet["totals"]["month"], sheet["totals"]["ytd"]) == (wan(100), None)
    sheet = page(planner, "reports/", month="2026-01")
    assert (sheet["totals"]["month"], sheet["totals"]["ytd"]) == (None, None)
    other = works.project("building", now=BEGUN)
    works.draft(other, FEBRUARY, None)  # begun, and nothing written yet
    found = {r["project"].pk: r["ytd"] for r in page(planner, "reports/", month="2026-02")["rows"]}
    assert found == {building.pk: None, other.pk: Decimal(0)}


def test_a_row_checked_while_typing_does_not_add_to_what_is_unknown(
    works, building, client, frozen, handler
):
    vague(works, building, JANUARY, at(2026, 2, 3))
    frozen.move_to(at(2026, 3, 3))
    client.force_login(handler)

    def check(**typed):
        path = f"/projects/{building.number}/report/2026-02/"
        headers = {"hx-request": "true", "hx-target": f"check-{building.number}"}
        return client.post(path, typed, headers=headers).context["row"]

    assert check(month_invested="100")["ytd"] is None
    assert check(month_invested="100")["rate"] == "—"
    works.verify(works.correct(building, JANUARY, wan(50), now=at(2026, 3, 3)))
    assert check(month_invested="100")["ytd"] == wan(150)
    assert check(month_invested="约100万元")["ytd"] is None
    assert check(month_invested="")["ytd"] == wan(50)

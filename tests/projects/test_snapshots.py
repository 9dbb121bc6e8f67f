"""A light is judged once a day, kept as it was shown, and told once when it turns red."""

from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from issues.models import Issue
from notifications.models import Message
from projects import lights, reporting, snapshots, stages
from projects.models import KeyProject, LightRule, LightRuleSet, LightSnapshot
from tests.issues.test_concurrency import at_once
from tests.projects.works import at, fresh, wan

JANUARY, FEBRUARY = date(2026, 1, 1), date(2026, 2, 1)
DAY = date(2026, 3, 10)
EVENING = at(2026, 3, 10, 20)


@pytest.fixture
def building(works):
    """Under construction since January, 12 % of the year done in two months: 4.7 points behind,
    72 % of what time asks: green by points, yellow by ratio.
    """
    project = works.project("building", now=at(2026, 1, 5))
    works.plan(project, 2026, wan(12_000), now=at(2026, 1, 5))
    works.report(project, JANUARY, wan(740), now=at(2026, 2, 3))
    works.report(project, FEBRUARY, wan(700), now=at(2026, 3, 3))
    return project


def shown(project, role="official", **given):
    return project.lights.get(role=role, **given)


def kept(row):
    """Everything a stored light says."""
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def reds():
    rows = Message.objects.filter(kind="projects.red").order_by("pk")
    return [row.recipient.username for row in rows]


def test_one_light_a_project_a_role_and_a_day_however_often_it_is_asked(works, building):
    assert snapshots.take(EVENING) == {"judged": 1, "changed": 1}
    for hour in (0, 12, 23):
        assert snapshots.take(at(2026, 3, 10, hour)) == {"judged": 0, "changed": 0}
    found = {row.role: row.colour for row in building.lights.all()}
    assert found == {"official": "green", "comparison": "yellow"}
    works.project("building")
    assert snapshots.take(EVENING)["judged"] == 1  # the new one has none of today yet
    assert snapshots.take(at(2026, 3, 11))["judged"] == 2
    assert building.lights.count() == 4


def test_a_light_keeps_its_rule_inputs_and_reason(building):
    snapshots.take(EVENING)
    row = shown(building, "comparison")
    assert (row.dimension, row.rule.metric, row.rule.colour) == ("investment", "ratio", "yellow")
    assert row.rule_set.scheme == "ratio"
    assert (row.computed_at, row.day) == (EVENING, DAY)
    facts = {name: row.inputs[name] for name in ("months", "done", "plan", "stage")}
    assert facts == {
        "months": 2,
        "done": "14400000.00",
        "plan": "120000000.00",
        "stage": "building",
    }
    assert "72.0%" in row.reason
    assert fresh(building).light == shown(building).colour == "green"


def test_the_project_shows_its_newest_official_light(works, building):
    for moment in (EVENING, at(2026, 4, 10), at(2026, 5, 13)):
        snapshots.take(moment)
        newest = building.lights.filter(role="official").first()
        assert fresh(building).light == newest.colour
    assert [row.colour for row in building.lights.filter(role="official")] == [
        "red",
        "yellow",
        "green",
    ]


def test_a_later_correction_never_changes_what_was_shown(works, building):
    snapshots.take(EVENING)
    before = [kept(row) for row in building.lights.order_by("pk")]
    works.verify(works.correct(building, JANUARY, wan(0), now=at(2026, 3, 11)))
    works.plan(building, 2026, wan(60_000), now=at(2026, 3, 11), reason="追加投资。")
    LightRule.objects.filter(metric="points").update(threshold=1)
    for _again in range(2):
        snapshots.take(EVENING)
    assert [kept(row) for row in building.lights.order_by("pk")] == before
    snapshots.take(at(2026, 3, 12))
    assert shown(building, day=date(2026, 3, 12)).colour == "red"
    assert [kept(row) for row in building.lights.filter(day=DAY).order_by("pk")] == before


def test_a_new_version_of_the_rules_speaks_from_its_day_on(building):
    strict = LightRuleSet.objects.create(
        version=3, name="示例从严", scheme="points", valid_from=DAY + timedelta(days=1)
    )
    strict.rules.create(
        dimension="investment", metric="points", operator="gt", threshold=0, colour="red"
    )
    snapshots.take(EVENING)
    snapshots.take(at(2026, 3, 11))
    colours = {row.day.day: row.colour for row in building.lights.filter(role="official")}
    assert colours == {10: "green", 11: "red"}


def test_a_shown_light_cannot_be_written_over(building):
    snapshots.take(EVENING)
    row = shown(building)
    row.colour = "red"
    with pytest.raises(TypeError):
        row.save()
    with pytest.raises(TypeError):
        LightSnapshot.objects.filter(pk=row.pk).update(colour="red")
    with pytest.raises(TypeError):
        building.lights.update(reason="")
    with pytest.raises(TypeError), transaction.atomic():
        LightSnapshot.objects.bulk_update([row], ["colour"])
    assert fresh(row).colour == "green"


def test_a_missing_report_turns_yellow_then_red_on_the_day_after_it_was_due(works):
    """January's is due on 6 February 2026, February's on 6 March; the eve of the Spring Festival
    is not in the way.
    """
    project = works.project("building", now=at(2026, 1, 5))
    colours = {}
    for month, day in [(2, 6), (2, 7), (3, 6), (3, 7)]:
        snapshots.take(at(2026, month, day, 23))
        colours[month, day] = fresh(project).light
    assert colours == {(2, 6): "green", (2, 7): "yellow", (3, 6): "yellow", (3, 7): "red"}
    assert "2026年1月等2个月月报到期未报" in shown(project, day=date(2026, 3, 7)).reason
    works.draft(project, FEBRUARY, wan(1), now=at(2026, 3, 8), send=True)
    snapshots.take(at(2026, 3, 8, 23))
    assert fresh(project).light != "red"


def test_a_report_that_is_only_a_draft_or_was_returned_is_missing(works):
    project = works.project("building", now=at(2026, 1, 5))
    works.draft(project, JANUARY, wan(1), now=at(2026, 2, 5))
    assert reporting.missing_months([project.pk], date(2026, 2, 7)) == {project.pk: [JANUARY]}
    row = works.draft(project, JANUARY, wan(1), now=at(2026, 2, 6), send=True)
    assert reporting.missing_months([project.pk], date(2026, 2, 7)) == {}
    works.send_back(row, now=at(2026, 2, 7))
    assert reporting.missing_months([project.pk], date(2026, 2, 7)) == {project.pk: [JANUARY]}


def test_red_tells_sponsor_department_and_office_once(works, building, handler, head):
    works.sponsor(building, now=at(2026, 1, 6))
    Message.objects.all().delete()
    for day in (12, 12, 13, 14):
        snapshots.take(at(2026, 5, day, 8))
    told = ["planner", "second_planner", "handler", "head", "leader"]
    assert sorted(reds()) == sorted(told)
    message = Message.objects.filter(kind="projects.red").first()
    assert shown(building, day=date(2026, 5, 12)).reason in message.rendered.body
    assert "/projects/" in message.rendered.url


def test_red_again_after_another_colour_is_told_again(works, building):
    snapshots.take(at(2026, 5, 12))
    first = len(reds())
    for month in (date(2026, 3, 1), date(2026, 4, 1)):
        works.report(building, month, wan(1500), now=at(2026, 5, 12))
    snapshots.take(at(2026, 5, 13))
    assert fresh(building).light == "green"
    snapshots.take(at(2026, 7, 13))
    assert fresh(building).light == "red"
    assert len(reds()) == 2 * first > 0


def test_paused_is_grey_and_ended_is_not_judged(works, building):
    ended = works.project("planning", now=at(2026, 1, 5))
    works.pause(building, now=at(2026, 3, 9))
    works.move(ended, stages.TERMINATED, reason="投资方放弃。", now=at(2026, 3, 9))
    snapshots.take(EVENING)
    assert (fresh(building).light, ended.lights.count()) == ("grey", 0)


def test_the_operation_is_judged_by_its_current_day_and_what_is_known_of_it(works):
    day, late = date(2026, 3, 10), date(2025, 12, 20)

    def inputs(project):
        found = snapshots.inputs_of([fresh(project)], day, EVENING)[project.pk]
        return found.operation_due, found.operating, found.finished

    def made(stage, **days):
        return works.project(stage, now=at(2025, 1, 6), days=days)

    planned = {"operation": (late, None)}
    assert inputs(made("building", **planned)) == (late, False, False)
    assert inputs(made("finished", **planned)) == (late, False, True)
    assert inputs(made("operating", **planned)) == (late, True, True)
    assert inputs(made("building", operation=(late, day))) == (late, True, False)
    assert inputs(made("building", operation=(late, "年初"))) == (late, True, False)
    assert inputs(made("building", finish=(late, day))) == (None, False, True)
    project = made("finished", **planned)
    snapshots.take(EVENING)
    assert (shown(project).colour, shown(project).dimension) == ("red", "operation")
    wanted = works.ask(project, "operation", new_on=date(2026, 6, 1))
    works.decide(wanted)
    assert inputs(project)[0] == date(2026, 6, 1)


def test_what_is_finished_is_not_judged_by_the_years_plan(works, building):
    works.report(building, date(2026, 3, 1), wan(0), now=at(2026, 4, 2))
    snapshots.take(at(2026, 4, 9))
    assert shown(building).dimension == "investment"
    works.actual(building, "finish", now=at(2026, 4, 10))
    snapshots.take(at(2026, 4, 10))
    assert "investment" not in shown(building, day=date(2026, 4, 10)).inputs["all"]


def test_overdue_issues_of_a_project_turn_its_light(works, building, loop):
    issue = loop.do(loop.submit(project=building), "assign")
    snapshots.take(issue.unit_due_at)
    snapshots.take(issue.unit_due_at + timedelta(days=1))
    colours = [row.inputs["overdue_issues"] for row in building.lights.filter(role="official")]
    assert colours == [1, 0]
    assert Issue.objects.get().project == building


def test_the_approval_that_is_late_is_named_in_the_readers_language(works, building):
    works.step(building, "energy", original_target=date(2026, 3, 2))
    works.step(building, "fire", original_target=date(2026, 2, 26))
    snapshots.take(EVENING)
    row = shown(building)
    assert "“消防设计审查”超过现定办结日期9个工作日" in row.reason
    with translation.override("en"):
        assert "Fire safety design review" in lights.sentence(row.inputs)


def test_the_figures_do_not_cost_more_for_more_projects(works):
    def add(count):
        for _ in range(count):
            project = works.project(
                "building", now=at(2026, 1, 5), days={"start": (date(2026, 1, 5), None)}
            )
            works.plan(project, 2026, wan(1200), now=at(2026, 1, 5))
            works.report(project, JANUARY, wan(100), now=at(2026, 2, 3))
            step = works.step(
                project, "fire", original_target=date(2026, 2, 26), accepted_on=date(2026, 2, 10)
            )
            step.stops.create(since=date(2026, 3, 2), until=date(2026, 3, 3), reason_code="review")
            works.project("building", now=at(2026, 1, 5))  # its report is missing

    def statements(day):
        with CaptureQueriesContext(connection) as captured:
            counts = snapshots.take(at(2026, 3, day, 20))
        return len(captured), counts["judged"]

    add(3)
    first, again = statements(3), statements(4)
    LightSnapshot.objects.all().delete()
    KeyProject.objects.update(light="")
    add(9)
    assert [judged for _n, judged in (first, again)] == [6, 6]
    assert statements(3) == (first[0], 24)
    assert statements(4) == (again[0], 24)
    assert first[0] <= 20
    assert set(KeyProject.objects.values_list("light", flat=True)) == {"yellow"}
    assert LightSnapshot.objects.filter(inputs__late_workdays__gt=0, day=date(2026, 3, 4)).count()


def test_only_telling_of_new_reds_costs_by_the_project(works):
    for _ in range(5):
        works.project("building", now=at(2026, 1, 5))

    def statements(*day):
        with CaptureQueriesContext(connection) as captured:
            snapshots.take(at(*day, 20))
        return len(captured)

    yellow, red, still = (statements(2026, *day) for day in ((2, 10), (3, 10), (3, 11)))
    assert len(reds()) == 5 * 4
    assert red > yellow
    assert still < yellow  # nothing changed, nothing to copy


@pytest.fixture
def history(works, building):
    """10 March green, 12 May red; March's plan tripled in April, January corrected in May."""
    snapshots.take(EVENING)
    works.plan(building, 2026, wan(36_000), now=at(2026, 4, 1), reason="追加投资。")
    works.verify(works.correct(building, JANUARY, wan(40), now=at(2026, 5, 6)), now=at(2026, 5, 6))
    snapshots.take(at(2026, 5, 12))
    works.pause(building, now=at(2026, 5, 20))
    return building


def test_as_of_a_day_the_light_is_the_one_shown_then(history, planner):
    def light(as_of):
        row = KeyProject.objects.with_light(planner, as_of).get()
        return row.shown_light, row.shown_reason

    assert light(date(2026, 3, 9)) == (None, None)
    assert light(DAY) == light(date(2026, 5, 11)) == ("green", shown(history, day=DAY).reason)
    assert light(date(2026, 5, 12))[0] == light(None)[0] == "red"


def test_as_of_a_moment_figures_are_of_the_versions_in_force_then(history, planner):
    def figures(moment):
        row = KeyProject.objects.with_figures(planner, 2026, moment).get()
        return row.annual_plan, row.invested_ytd, row.reported_total, row.last_month

    assert figures(at(2026, 1, 4)) == (None, None, None, None)
    assert figures(at(2026, 2, 4)) == (wan(12_000), wan(740), wan(740), JANUARY)
    assert figures(EVENING) == (wan(12_000), wan(1440), wan(1440), FEBRUARY)
    assert figures(at(2026, 4, 2)) == (wan(36_000), wan(1440), wan(1440), FEBRUARY)
    assert figures(at(2026, 5, 6, 9))[1] == wan(1440)
    assert (
        figures(at(2026, 5, 6, 11))
        == figures(None)
        == (
            wan(36_000),
            wan(740),
            wan(740),
            FEBRUARY,
        )
    )


def test_as_of_a_moment_the_stage_is_the_one_of_then(history):
    def stage(moment):
        return KeyProject.objects.with_stage_at(moment).get().shown_stage

    assert stage(at(2026, 1, 5, 9)) is None
    assert stage(at(2026, 1, 5, 10)) == stage(at(2026, 5, 20, 9)) == "building"
    assert stage(at(2026, 5, 20, 10)) == "paused"


@pytest.mark.django_db(transaction=True)
def test_judging_at_the_same_moment_writes_and_tells_once(works, building):
    for _ in range(3):
        works.project("building", now=at(2026, 1, 5))
    moment = at(2026, 5, 12)
    answers = at_once(*[lambda: snapshots.take(moment) for _ in range(3)])
    assert all(isinstance(answer, dict) for answer in answers), answers
    assert sum(answer["changed"] for answer in answers) == 4
    assert LightSnapshot.objects.count() == 8
    assert set(KeyProject.objects.values_list("light", flat=True)) == {"red"}
    people = 2 + 2  # of the office and of the department
    assert Message.objects.filter(kind="projects.red").count() == 4 * people

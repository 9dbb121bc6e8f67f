"""What gives which light: borders to the hundredth, from the rows a district begins with."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from projects import lights, stages
from projects.lights import Inputs
from projects.models import LightRule, LightRuleSet

DAY = date(2026, 3, 12)
PLAN = Decimal(120_000_000)
# Nothing is due in it but what a test adds.
QUIET = Inputs(day=DAY, stage=stages.NEGOTIATING, overdue_issues=0)


def invested(months, percent):
    """The year's plan done to `percent` when `months` have been reported."""
    done = PLAN * Decimal(percent) / 100
    return replace(QUIET, stage=stages.BUILDING, started=True, months=months, done=done, plan=PLAN)


def colour(rules, inputs):
    return lights.judge(rules, inputs).colour


# After six months time progress is 50 %; by ratio 80 % of it is 40 %.
@pytest.mark.parametrize(
    ("done", "points", "ratio"),
    [
        ("50", "green", "green"),
        ("73.5", "green", "green"),
        ("40.01", "green", "green"),  # 9.99 behind, 80.02 %
        ("40", "yellow", "green"),  # 10.0 behind, exactly 80 %
        ("39.995", "yellow", "yellow"),  # 10.005 behind, 79.99 %
        ("30", "yellow", "yellow"),  # 20 behind, exactly 60 %
        ("29.995", "yellow", "red"),  # 59.99 %
        ("20", "yellow", "red"),  # exactly 30 behind
        ("19.99", "red", "red"),  # 30.01 behind
        ("0", "red", "red"),
    ],
)
def test_the_borders_of_both_schemes(rules, done, points, ratio):
    inputs = invested(6, done)
    assert (colour(rules["points"], inputs), colour(rules["ratio"], inputs)) == (points, ratio)


@pytest.mark.parametrize(
    ("months", "done", "points", "ratio"),
    [
        (2, "5", ("yellow", "11.7"), ("red", "30.0%")),
        (10, "60", ("yellow", "23.3"), ("yellow", "72.0%")),
    ],
)
def test_the_worked_contrasts_of_the_two_schemes(rules, months, done, points, ratio):
    """practice-projects.md 3.2."""
    for scheme, (shade, said) in (("points", points), ("ratio", ratio)):
        light = lights.judge(rules[scheme], invested(months, done))
        assert light.colour == shade
        assert said in light.reason


def test_a_third_of_a_year_is_compared_exactly_and_not_as_rounded(rules):
    """A third less 10 points is 23.33… %: 28 of 120 million, to the fen."""
    exact = replace(invested(4, 0), done=Decimal(28_000_000))
    assert colour(rules["points"], exact) == "yellow"
    assert colour(rules["points"], replace(exact, done=exact.done + Decimal("0.01"))) == "green"


def due(months, **changes):
    """A project whose start is due so many months ago (negative: ahead)."""
    number = DAY.year * 12 + DAY.month - 1 - months
    start = date(number // 12, number % 12 + 1, 28)
    return replace(QUIET, stage=stages.SIGNED, start_due=start, **changes)


def since(months, days=0):
    """Started so long ago, not yet entered in statistics."""
    number = DAY.year * 12 + DAY.month - 1 - months
    begun = date(number // 12, number % 12 + 1, DAY.day) - timedelta(days=days)
    return replace(QUIET, stage=stages.BUILDING, started=True, started_on=begun)


def finish(months):
    inputs = due(months)
    return replace(
        inputs, stage=stages.BUILDING, started=True, finish_due=inputs.start_due, start_due=None
    )


def operation(months):
    inputs = finish(months)
    return replace(inputs, operation_due=inputs.finish_due, finish_due=None)


def missing(months):
    first = date(2026, 2, 1) if months == 1 else date(2026, 1, 1)
    return replace(
        QUIET, stage=stages.PREPARING, missing=months, missing_month=first if months else None
    )


def late(days):
    names = {"late_step": "施工图审查", "late_step_en": "Working drawing review"}
    return replace(QUIET, **names, late_workdays=days)


def issues(count):
    return replace(QUIET, stage=stages.SIGNED, overdue_issues=count)


BORDERS = [
    ("start", due, [(0, "yellow"), (1, "yellow"), (2, "yellow"), (3, "red"), (12, "red")]),
    ("finish", finish, [(0, "green"), (1, "yellow"), (2, "yellow"), (3, "red")]),
    ("operation", operation, [(0, "green"), (1, "yellow"), (2, "yellow"), (3, "red")]),
    ("report", missing, [(0, "green"), (1, "yellow"), (2, "red"), (5, "red")]),
    ("approval", late, [(0, "green"), (1, "yellow"), (14, "yellow"), (15, "red")]),
    ("issue", issues, [(1, "yellow"), (2, "yellow"), (3, "red")]),
    ("entry", since, [(0, "green"), (1, "yellow"), (2, "yellow"), (3, "red")]),
]


@pytest.mark.parametrize(("dimension", "made", "borders"), BORDERS)
@pytest.mark.parametrize("scheme", ["points", "ratio"])
def test_the_borders_of_every_other_dimension(rules, scheme, dimension, made, borders):
    """One table for both schemes: they differ in investment alone."""
    for value, shade in borders:
        light = lights.judge(rules[scheme], made(value))
        assert light.facts["all"][dimension]["colour"] == shade, (dimension, value)
        assert light.colour == shade


def test_a_start_due_next_month_is_not_due(rules):
    assert colour(rules["points"], replace(due(-1), stage=stages.NEGOTIATING)) == "white"


def test_entry_turns_red_a_day_after_two_months_and_yellow_on_the_day_of_one(rules):
    points = rules["points"]
    assert colour(points, since(1, -1)) == "green"
    assert colour(points, since(1)) == "yellow"
    assert colour(points, since(2)) == "yellow"
    assert colour(points, since(2, 1)) == "red"


def test_two_months_from_the_end_of_january_are_counted_to_the_end_of_march(rules):
    """February is short: 28 March is not yet two months after 31 January."""
    start = replace(since(0), started_on=date(2026, 1, 31))
    seen = {
        day: colour(rules["points"], replace(start, day=date(2026, *day)))
        for day in [(2, 27), (2, 28), (3, 1), (3, 29), (3, 30), (3, 31), (4, 1)]
    }
    assert seen == {
        (2, 27): "green",
        (2, 28): "yellow",
        (3, 1): "yellow",
        (3, 29): "yellow",
        (3, 30): "yellow",
        (3, 31): "yellow",
        (4, 1): "red",
    }


@given(
    st.dates(date(2020, 1, 1), date(2030, 1, 1))
    | st.builds(date, st.just(2027), st.just(1), st.integers(28, 31)),
    st.integers(0, 800) | st.integers(25, 65),
)
def test_months_since_a_day_never_go_back(begun, days):
    today, later = begun + timedelta(days=days), begun + timedelta(days=days + 1)
    assert 0 <= lights.months_since(begun, today) < lights.months_since(begun, later)
    assert lights.months_since(begun, begun - timedelta(days=1)) is None


def test_a_paused_project_is_grey_whatever_is_late(rules):
    late_all = replace(due(9), late_workdays=99, missing=5, overdue_issues=9)
    assert colour(rules["points"], replace(late_all, stage=stages.PAUSED)) == "grey"


def test_with_nothing_due_the_light_is_white(rules):
    for stage in (stages.PLANNING, stages.NEGOTIATING):
        assert colour(rules["points"], replace(QUIET, stage=stage)) == "white"
    assert colour(rules["points"], replace(QUIET, months=2, done=PLAN, plan=None)) == "white"
    assert colour(rules["points"], replace(QUIET, months=2, done=PLAN, plan=Decimal(0))) == "white"
    assert colour(rules["points"], replace(QUIET, months=2, done=None, plan=PLAN)) == "white"


@pytest.mark.parametrize("stage", [s for s in stages.WAY if s not in stages.COMPLETED])
def test_having_no_overdue_issue_says_nothing_by_itself(rules, stage):
    """White where there is nothing else to judge; one that is overdue is seen in every stage."""
    calm = lights.judge(rules["points"], replace(QUIET, stage=stage, overdue_issues=0))
    assert "issue" not in calm.facts["all"]
    if stage not in stages.REPORTING:
        assert calm.colour == "white"
    late = lights.judge(rules["points"], replace(QUIET, stage=stage, overdue_issues=1))
    assert (late.colour, late.dimension) == ("yellow", "issue")


def test_what_is_finished_is_not_measured_by_its_investment(rules):
    behind = invested(6, "0")
    for changes in (
        {"finished": True},
        {"finished": True, "stage": stages.FINISHED},
        {"finished": True, "stage": stages.OPERATING, "operating": True},
    ):
        for scheme in ("points", "ratio"):
            light = lights.judge(rules[scheme], replace(behind, **changes))
            assert light.colour == "green"
            assert "investment" not in light.facts["all"]
    assert colour(rules["points"], behind) == "red"


def test_the_operation_is_awaited_from_the_start_until_it_comes(rules):
    """Of a finished project too; not before anything is built."""
    points, late = rules["points"], operation(3)
    assert colour(points, replace(late, stage=stages.FINISHED, finished=True)) == "red"
    for changes in ({"operating": True}, {"started": False}, {"operation_due": None}):
        assert "operation" not in lights.judge(points, replace(late, **changes)).facts["all"]
    assert "operation" not in lights.judge(points, operation(-1)).facts["all"]


@pytest.mark.parametrize("stage", stages.COMPLETED)
def test_a_completed_project_without_anything_late_is_green(rules, stage):
    done = replace(
        QUIET,
        stage=stage,
        started=True,
        finished=True,
        start_due=date(2025, 1, 1),
        started_on=date(2025, 1, 1),
        finish_due=date(2026, 1, 1),
    )
    assert colour(rules["points"], done) == "green"
    assert "竣工" in lights.judge(rules["points"], done).reason


def test_a_day_that_was_kept_is_not_late_any_more(rules):
    assert colour(rules["points"], replace(due(9), started=True, stage=stages.BUILDING)) == "green"
    finished = replace(finish(9), finished=True)
    assert "finish" not in lights.judge(rules["points"], finished).facts["all"]
    entered = lights.judge(rules["points"], replace(since(9), entered=True))
    assert "entry" not in entered.facts["all"]


def test_the_worst_dimension_gives_the_light(rules):
    both = replace(invested(6, "40"), missing=2, missing_month=date(2026, 1, 1))
    light = lights.judge(rules["points"], both)
    assert (light.colour, light.dimension) == ("red", "report")
    assert {name: row["colour"] for name, row in light.facts["all"].items()} == {
        "investment": "yellow",
        "report": "red",
    }
    assert light.rule.dimension == "report"


def test_of_two_equally_bad_dimensions_the_first_of_the_list_speaks(rules):
    both = replace(invested(6, "0"), missing=2, missing_month=date(2026, 1, 1))
    assert lights.judge(rules["points"], both).dimension == "investment"


def test_only_what_can_be_measured_can_be_a_rule(rules):
    row = rules["points"][0]
    for dimension, metric in lights.MEASURES:
        row.dimension, row.metric = dimension, metric
        row.clean()
    for dimension, metric in (("operation", "points"), ("issue", "months"), ("report", "ratio")):
        row.dimension, row.metric = dimension, metric
        with pytest.raises(ValidationError) as caught:
            row.clean()
        assert list(caught.value.message_dict) == ["metric"]
    # One that slipped in all the same is passed over, and does not stop the judging.
    assert colour([row, *rules["points"][1:]], invested(6, "0")) == "red"


def test_a_rule_is_a_row_and_a_changed_row_changes_the_light(rules):
    inputs = invested(6, "45")
    assert colour(rules["points"], inputs) == "green"
    LightRule.objects.filter(metric="points", colour="yellow").update(threshold=5)
    official = LightRuleSet.objects.in_force(DAY)["official"]
    light = lights.judge(official.rules.all(), inputs)
    assert light.colour == "yellow"
    assert "落后≥5个百分点" in light.reason


def test_two_metrics_of_one_dimension_are_said_by_the_worse(rules):
    both = [*rules["points"], *[row for row in rules["ratio"] if row.metric == "ratio"]]
    for order in (both, both[::-1]):
        light = lights.judge(order, invested(2, "5"))
        assert light.colour == "red"
        assert "比例<60%" in light.reason


@pytest.mark.django_db
def test_rule_sets_follow_each_other_by_day_and_version():
    def version(number, day, role="official"):
        return LightRuleSet.objects.create(
            version=number, name=f"示例{number}", scheme="ratio", role=role, valid_from=day
        )

    def official(day):
        found = LightRuleSet.objects.in_force(day)
        return found["official"].version if "official" in found else None

    version(3, date(2026, 4, 1))
    version(5, date(2026, 6, 1))
    version(4, date(2026, 6, 1))
    version(6, date(2026, 6, 1), "comparison")
    assert official(date(2019, 12, 31)) is None
    assert official(date(2020, 1, 1)) == official(date(2026, 3, 31)) == 1
    assert official(date(2026, 4, 1)) == official(date(2026, 5, 31)) == 3
    assert official(date(2026, 6, 1)) == 5
    assert LightRuleSet.objects.in_force(date(2026, 6, 1))["comparison"].version == 6

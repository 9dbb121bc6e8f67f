"""What gives which light: borders to the hundredth, from the rows a district begins with."""

import re
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from projects import lights, stages
from projects.lights import Inputs
from projects.models import LightRule, LightRuleSet

DAY = date(2026, 3, 12)
PLAN = Decimal(120_000_000)
# Nothing is due in it but what a test adds.
QUIET = Inputs(day=DAY, stage=stages.NEGOTIATING, overdue_issues=0)


@pytest.fixture
def rules(db):
    """{"points": rows, "ratio": rows} as migrated."""
    found = LightRuleSet.objects.in_force(DAY)
    assert {role: row.scheme for role, row in found.items()} == {
        "official": "points",
        "comparison": "ratio",
    }
    return {row.scheme: list(row.rules.all()) for row in found.values()}


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
    ("report", missing, [(0, "green"), (1, "yellow"), (2, "red"), (5, "red")]),
    ("approval", late, [(0, "green"), (1, "yellow"), (14, "yellow"), (15, "red")]),
    ("issue", issues, [(0, "green"), (1, "yellow"), (2, "yellow"), (3, "red")]),
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
        "issue": "green",
    }
    assert light.rule.dimension == "report"


def test_of_two_equally_bad_dimensions_the_first_of_the_list_speaks(rules):
    both = replace(invested(6, "0"), missing=2, missing_month=date(2026, 1, 1))
    assert lights.judge(rules["points"], both).dimension == "investment"


SAID = [
    (invested(6, "20"), "points", ["20.0%", "30.0个百分点", "6月", "落后≥10个百分点", "黄灯"]),
    (invested(6, "19.99"), "points", ["30.0个百分点", "落后>30个百分点", "红灯"]),
    (invested(6, "60"), "points", ["60.0%", "超前", "10.0个百分点", "绿灯"]),
    (invested(6, "25"), "ratio", ["25.0%", "50.0%", "比例<60%", "红灯"]),
    (due(0), "points", ["2026年3月28日", "本月到期", "≥0个月", "黄灯"]),
    (due(4), "points", ["2025年11月28日", "逾期4个月未开工", "≥3个月", "红灯"]),
    (finish(1), "points", ["2026年2月28日", "逾期1个月未竣工", "黄灯"]),
    (missing(1), "points", ["2026年2月", "未报", "缺报≥1个月", "黄灯"]),
    (missing(2), "points", ["2026年1月", "连续2个月", "缺报≥2个月", "红灯"]),
    (since(2, 1), "points", ["2026年1月11日", "2个月尚未入库", "未入库>2个月", "红灯"]),
    (late(15), "points", ["施工图审查", "15个工作日", "超期≥15个工作日", "红灯"]),
    (issues(3), "points", ["3件", "逾期问题≥3件", "红灯"]),
    (replace(QUIET, stage=stages.PAUSED), "points", ["停缓建"]),
    (QUIET, "points", ["尚无到期"]),
]


@pytest.mark.parametrize(("inputs", "scheme", "words"), SAID)
def test_each_light_says_its_inputs_and_its_rule(rules, inputs, scheme, words):
    reason = lights.judge(rules[scheme], inputs).reason
    assert [word for word in words if word not in reason] == [], reason
    assert reason.endswith("。")
    assert len(reason) <= 300
    assert lights.sentence(lights.judge(rules[scheme], inputs).facts) == reason


@pytest.mark.parametrize(("inputs", "scheme", "_words"), SAID)
def test_an_english_reader_reads_no_chinese(rules, inputs, scheme, _words):
    stored = lights.judge(rules[scheme], inputs).facts
    with translation.override("en"):
        reason = lights.sentence(stored)
    assert re.findall(r"[\u3000-\u9fff\uff00-\uffef]", reason) == []
    assert reason.endswith(".")


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

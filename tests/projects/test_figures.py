"""Published bulletins come out to the digit; what cannot be divided is said, never 0."""

import re
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects import figures

NUMBER = r"(\d+(?:\.\d+)?)"


@pytest.fixture(scope="module")
def published(practice):
    return practice("published_progress_figures")


def computed(row):
    """(unrounded figure, whose rounding is compared) of one row's expression, by its kind."""
    kind, expression = row["kind"], row["expression"]
    if kind == "sum_of_parts":
        return figures.total(Decimal(part) for part in expression.split("+"))
    if kind == "ratio_pct":
        done, plan = re.fullmatch(rf"{NUMBER}/{NUMBER}\*100", expression).groups()
        return figures.completion(Decimal(done), Decimal(plan)) * 100
    assert kind == "ahead_of_time_pp"
    done, months = re.fullmatch(rf"{NUMBER}-(\d+)/12\*100", expression).groups()
    return figures.lead(Decimal(done) / 100, int(months))


def test_the_published_figures_come_out(published):
    checked = {"match_rounded": 0, "DIFFERS": 0}
    for row in published:
        figure, case = computed(row), row["check_id"]
        assert figures.half_up(figure, 4) == Decimal(row["recomputed"]), case
        rounded = figures.half_up(figure, int(row["published_decimals"]))
        same = rounded == Decimal(row["published"])
        assert same == (row["result"] == "match_rounded"), case
        checked[row["result"]] += 1
    assert checked == {"match_rounded": 31, "DIFFERS": 2}
    assert sum(checked.values()) == len(published) == 33


YEAR_ON_YEAR = figures.growth(Decimal("313.64"), Decimal("313.64") - Decimal("153.34"))


@pytest.mark.parametrize(
    ("shown", "wanted"),
    [
        # §3.1: Jiangmen 1-10 and first quarter 2021, an April bulletin, Panzhihua 1-10.
        (figures.show_percent(figures.completion(Decimal("629.0"), Decimal("647.4"))), "97.2%"),
        (
            figures.show_points(figures.lead(Fraction(Decimal("629.0")) / Fraction("647.4"), 10)),
            "+13.8",
        ),
        (figures.show_points(figures.lead(figures.share(Decimal("313.64"), 1015), 3), 2), "+5.90"),
        (figures.show_points(figures.lead(Decimal("0.419"), 4)), "+8.6"),
        (figures.show_points(figures.lead(Decimal("1.25642"), 10), 2), "+42.31"),
        (figures.show_percent(YEAR_ON_YEAR, 2), "95.66%"),
        # §3.2: 5% after two months, 60% after ten.
        (figures.show_points(figures.lead(Decimal("0.05"), 2)), "−11.7"),
        (figures.show_points(figures.lead(Decimal("0.6"), 10)), "−23.3"),
        # §3.3: Jiangmen of the year and of what was due, Xuchang, Anqing.
        (figures.show_percent(figures.share(206, 255)), "80.8%"),
        (figures.show_percent(figures.share(206, 223)), "92.4%"),
        (figures.show_percent(figures.share(244, 247)), "98.8%"),
        (figures.show_percent(figures.share(222, 247), 0), "90%"),
        (figures.show_percent(figures.share(222, 244)), "91.0%"),
        (figures.show_percent(figures.share(199, 218), 2), "91.28%"),
        (figures.show_percent(figures.share(118, 218), 2), "54.13%"),
        (figures.show_percent(figures.share(370, 1077), 0), "34%"),
        # §3.4: the district itself. §3.5: Hebei's three kinds of project.
        (figures.show_percent(figures.share(19, 53)), "35.8%"),
        (str(figures.half_up(figures.share(Decimal("136.91"), 19), 2)), "7.21"),
        (figures.show_percent(figures.compression([39], [45])), "13.3%"),
        (figures.show_percent(figures.compression([33], [38])), "13.2%"),
        (figures.show_percent(figures.compression([31], [35])), "11.4%"),
    ],
)
def test_the_worked_checks(shown, wanted):
    assert shown == wanted


def test_the_two_rules_of_lead_differ_where_winter_is_planned():
    done, plan = Decimal(10_000_000), Decimal(200_000_000)
    assert figures.show_points(figures.lead(figures.completion(done, plan), 2)) == "−11.7"
    assert figures.lead_against_plan(done, Decimal(8_000_000), plan) == 1
    assert figures.lead_against_plan(done, Decimal(14_000_000), plan) == -2


@pytest.mark.parametrize(
    "figure",
    [
        figures.share(1, 0),
        figures.share(0, 0),
        figures.share(None, 5),
        figures.share(5, None),
        figures.completion(Decimal(5), Decimal("0.00")),
        figures.lead(None, 3),
        figures.lead_against_plan(None, 1, 2),
        figures.lead_against_plan(1, None, 2),
        figures.lead_against_plan(1, 1, 0),
        figures.growth(5, 0),
        figures.growth(5, None),
        figures.growth(None, 5),
        figures.growth(5, -5),
        figures.total([1, None]),
        figures.median([]),
        figures.median([1, None]),
        figures.p90([]),
        figures.largest_share([]),
        figures.largest_share([0, 0]),
        figures.largest_share([1, None]),
        figures.compression([], []),
        figures.compression([1], [0]),
        figures.compression([None, 3], [4, None]),
        figures.percent(None),
        figures.half_up(None, 2),
    ],
)
def test_without_a_number_or_a_denominator_there_is_no_figure(figure):
    assert figure is None
    assert figures.show_percent(figure) == figures.show_points(figure) == "—"


def test_zero_is_a_figure():
    assert figures.show_percent(figures.share(0, 5)) == "0.0%"
    assert figures.show_points(0) == "0.0"
    assert figures.total([]) == 0


@pytest.mark.parametrize(
    ("value", "places", "rounded"),
    [
        ("0.5", 0, "1"),
        ("1.5", 0, "2"),
        ("2.5", 0, "3"),
        ("-2.5", 0, "-3"),
        ("0.125", 2, "0.13"),
        ("-0.04", 1, "0.0"),
        ("1108", 1, "1108.0"),
    ],
)
def test_halves_go_up(value, places, rounded):
    assert str(figures.half_up(Decimal(value), places)) == rounded


def test_signs_are_shown_after_rounding():
    assert figures.show_points(Decimal("-0.04")) == figures.show_points(Decimal("0.04")) == "0.0"
    assert figures.show_percent(Decimal("-0.083")) == "−8.3%"


def test_time_has_twelve_months():
    assert [figures.time_progress(months) for months in (0, 3, 12)] == [0, Fraction(1, 4), 1]
    for months in (-1, 13):
        with pytest.raises(ValueError, match="months"):
            figures.time_progress(months)


def test_middle_tail_and_largest():
    days = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3]
    assert (figures.median(days), figures.p90(days)) == (Decimal("3.5"), 6)
    assert (figures.median([7]), figures.p90([7])) == (7, 7)
    assert figures.p90(range(1, 12)) == 10
    assert figures.median([Decimal("0.01"), Decimal("0.02")]) == Decimal("0.015")
    assert figures.largest_share([6, 3, 3]) == Fraction(1, 2)


def test_the_cut_is_over_the_same_items():
    assert figures.compression([20, 30], [40, 60]) == Fraction(1, 2)
    assert figures.compression([20, None, 30], [40, 10, 60]) == Fraction(1, 2)
    assert figures.compression([50], [40]) == Fraction(-1, 4)
    with pytest.raises(ValueError, match="shorter"):
        figures.compression([1, 2], [3])


@pytest.mark.parametrize(
    "call",
    [
        lambda: figures.share(0.1, 1),
        lambda: figures.half_up(0.1, 1),
        lambda: figures.total([0.1]),
        lambda: figures.median([0.1]),
    ],
)
def test_a_float_is_refused(call):
    with pytest.raises(TypeError):
        call()


@given(st.fractions(), st.integers(0, 6))
def test_rounding_is_never_off_by_more_than_a_half(value, places):
    rounded = figures.half_up(value, places)
    assert abs(Fraction(rounded) - value) <= Fraction(1, 2 * 10**places)


@given(st.lists(st.integers(0, 10**17), min_size=1))
def test_nine_tenths_are_within_p90(fen):
    values = [Decimal(number).scaleb(-2) for number in fen]
    limit = figures.p90(values)
    assert limit in values
    assert sum(value <= limit for value in values) * 10 >= 9 * len(values)
    assert sum(value < limit for value in values) * 10 < 9 * len(values)
    assert figures.total(values) * 100 == sum(fen)

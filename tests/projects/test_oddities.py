"""What strikes the eye in a report, each at its border; and the sums that everything hangs on."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from django.core.exceptions import ValidationError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from projects import oddities, reporting, stages
from projects.models import KeyProject, ProgressReport
from projects.oddities import Month
from tests.projects.works import at, wan

FEN = Decimal("0.01")
PLAN, WHOLE = wan(1200), wan(5000)
# 100 of 600 planned this year, nothing strange.
PLAIN = Month(
    stage=stages.BUILDING,
    month=date(2026, 3, 1),
    started_on=None,
    invested=wan(100),
    ytd=wan(600),
    total=wan(2000),
    annual_plan=PLAN,
    total_investment=WHOLE,
    stat_ytd=wan(600),
    physical=Decimal(40),
    last_physical=Decimal(40),
    before=(wan(100), wan(100)),
)
NOTHING = Decimal(0)


def codes(**changes):
    month = replace(PLAIN, **changes)
    return oddities.found(month, gap_percent=10, over_total_percent=10, idle_months=2)


def test_an_ordinary_month_says_nothing():
    assert codes() == []


UNSTARTED = [stage for stage in stages.LABELS if stage not in stages.STARTED_OR_LATER]
BORDERS = [
    ("unstarted", {"stage": stages.PREPARING, "invested": FEN}, True),
    ("unstarted", {"stage": stages.PREPARING, "invested": NOTHING}, False),
    ("unstarted", {"stage": stages.PREPARING, "invested": None}, False),
    ("unstarted", {"stage": stages.STARTED, "invested": FEN}, False),
    ("stalled", {"invested": NOTHING, "before": (NOTHING,)}, True),
    ("stalled", {"invested": NOTHING, "before": (FEN, NOTHING)}, False),
    ("stalled", {"invested": FEN, "before": (NOTHING, NOTHING)}, False),
    ("stalled", {"invested": NOTHING, "before": ()}, False),
    ("stalled", {"invested": None, "before": (NOTHING, NOTHING)}, False),
    ("stalled", {"stage": stages.STARTED, "invested": NOTHING, "before": (NOTHING,)}, False),
    ("falling", {"physical": Decimal("39.9")}, True),
    ("falling", {"physical": Decimal(40)}, False),
    ("falling", {"physical": None}, False),
    ("falling", {"physical": NOTHING, "last_physical": None}, False),
    ("over_plan", {"ytd": PLAN + FEN, "stat_ytd": PLAN}, True),
    ("over_plan", {"ytd": PLAN, "stat_ytd": PLAN}, False),
    ("over_plan", {"annual_plan": NOTHING, "ytd": FEN, "stat_ytd": None}, True),
    ("over_plan", {"annual_plan": None}, False),
    ("over_total", {"total": wan(5500) + FEN}, True),
    ("over_total", {"total": wan(5500)}, False),
    ("over_total", {"total_investment": None, "total": wan(99_999)}, False),
    ("gap", {"ytd": wan(660), "stat_ytd": wan(600)}, False),
    ("gap", {"ytd": wan(660) + FEN, "stat_ytd": wan(600)}, True),
    ("gap", {"ytd": wan(540), "stat_ytd": wan(600)}, False),
    ("gap", {"ytd": wan(540) - FEN, "stat_ytd": wan(600)}, True),
    ("gap", {"stat_ytd": None}, False),
    # Nothing in the statistics beside money of one's own is a gap, beside nothing it is none.
    ("gap", {"stat_ytd": NOTHING, "ytd": FEN}, True),
    ("gap", {"stat_ytd": NOTHING, "ytd": -FEN}, True),
    ("gap", {"stat_ytd": NOTHING, "ytd": NOTHING}, False),
    # With an unknown month in it the sum is at least this.
    ("gap", {"unknown": True, "ytd": wan(660), "stat_ytd": wan(600)}, False),
    ("gap", {"unknown": True, "ytd": wan(660) + FEN, "stat_ytd": wan(600)}, True),
    ("gap", {"unknown": True, "ytd": wan(540) - FEN, "stat_ytd": wan(600)}, False),
    ("gap", {"unknown": True, "ytd": NOTHING, "stat_ytd": NOTHING}, False),
    ("over_plan", {"unknown": True, "ytd": PLAN + FEN, "stat_ytd": PLAN}, True),
    ("negative", {"invested": -FEN}, True),
    ("negative", {"invested": NOTHING}, False),
]


@pytest.mark.parametrize(("code", "changes", "strange"), BORDERS)
def test_each_oddity_at_its_border(code, changes, strange):
    assert (code in codes(**changes)) is strange


@pytest.mark.parametrize("stage", stages.LABELS)
def test_money_before_the_start_is_strange_in_every_stage_before_it(stage):
    assert ("unstarted" in codes(stage=stage)) is (stage in UNSTARTED)


# (actual start, month reported) → strange or not, whatever the stage says.
STARTS = [
    (date(2026, 3, 1), date(2026, 2, 1), True),
    (date(2026, 3, 31), date(2026, 2, 1), True),
    (date(2026, 3, 31), date(2026, 3, 1), False),
    (date(2026, 2, 28), date(2026, 3, 1), False),
    (date(2026, 1, 5), date(2025, 12, 1), True),
    (date(2025, 12, 31), date(2026, 1, 1), False),
]


@pytest.mark.parametrize(("start", "month", "strange"), STARTS)
@pytest.mark.parametrize("stage", [stages.PREPARING, stages.BUILDING, stages.PAUSED])
def test_a_known_start_decides_what_was_spent_before_it(stage, start, month, strange):
    known = {"stage": stage, "started_on": start, "month": month}
    assert ("unstarted" in codes(**known)) is strange
    assert "unstarted" not in codes(**known, invested=NOTHING)
    assert "unstarted" not in codes(**known, invested=None)


def test_the_numbers_of_the_rule_are_data():
    idle = replace(PLAIN, invested=NOTHING, before=(NOTHING,))
    rule = {"gap_percent": 10, "over_total_percent": 10}
    assert oddities.found(idle, **rule, idle_months=2) == ["stalled"]
    assert oddities.found(idle, **rule, idle_months=3) == []
    near = replace(PLAIN, ytd=wan(630), total=wan(5100))
    rule = {"over_total_percent": 1, "idle_months": 2}
    assert oddities.found(near, gap_percent=5, **rule) == ["over_total"]
    assert oddities.found(near, gap_percent=4, **rule) == ["over_total", "gap"]


def test_every_oddity_is_said_in_a_sentence():
    every = codes(
        stage=stages.PREPARING,
        invested=-FEN,
        ytd=PLAN + FEN,
        total=wan(9999),
        stat_ytd=wan(1),
        physical=NOTHING,
    )
    every.insert(1, "stalled")
    assert every == list(oddities.SENTENCES)
    assert all(str(said).endswith("。") for said in oddities.SENTENCES.values())
    assert set(oddities.SENTENCES) - oddities.EXPLAINED == {"over_plan", "gap"}


# In the database: the figures of a report are compared with what counts beside it.


@pytest.fixture
def building(works):
    project = works.project("building", now=at(2026, 1, 5), total_investment=wan(1000))
    works.plan(project, 2026, wan(500), now=at(2026, 1, 5))
    return project


JANUARY, FEBRUARY, MARCH = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)
SENT = [
    ("stalled", {"amount": NOTHING}),
    ("falling", {"amount": wan(1), "physical_percent": Decimal("9.9")}),
    ("over_total", {"amount": wan(1101)}),
]


@pytest.mark.parametrize(("code", "values"), SENT)
def test_what_must_be_explained_is_explained_before_it_is_sent(works, building, code, values):
    works.report(building, JANUARY, NOTHING, physical_percent=Decimal(10))
    kept = works.draft(building, FEBRUARY, **values, explanation="")
    assert code in kept.oddities
    for empty in ("", "  \n"):
        with pytest.raises(ValidationError) as caught:
            works.draft(building, FEBRUARY, **values, explanation=empty, send=True)
        (said,) = caught.value.message_dict["explanation"]
        assert str(oddities.SENTENCES[code]) in said
    sent = works.draft(building, FEBRUARY, **values, explanation="冬季停工。", send=True)
    assert (sent.status, code in sent.oddities) == ("submitted", True)


def test_money_before_the_start_must_be_explained(works):
    project = works.project("preparing")
    with pytest.raises(ValidationError):
        works.draft(project, FEBRUARY, wan(1), explanation="", send=True)
    assert works.draft(project, FEBRUARY, wan(1), send=True).oddities == ["unstarted"]


def test_a_start_entered_afterwards_is_what_the_months_are_held_against(works, building):
    """A project under construction: its stage says nothing of January, its start does."""
    works.actual(building, "start", date(2026, 2, 20))
    assert works.draft(building, JANUARY, wan(1)).oddities == ["unstarted"]
    assert works.draft(building, FEBRUARY, wan(1)).oddities == []
    ahead = works.project("preparing", days={"start": (None, date(2026, 2, 20))})
    assert works.draft(ahead, FEBRUARY, wan(1)).oddities == []
    words = works.project("preparing", days={"start": (None, "去年")})
    assert works.draft(words, FEBRUARY, wan(1)).oddities == ["unstarted"]  # no day: the stage


def test_nothing_in_the_statistics_beside_money_is_a_gap(works, building):
    assert works.draft(building, FEBRUARY, wan(1), stat_ytd=NOTHING).oddities == ["gap"]
    assert works.draft(building, FEBRUARY, NOTHING, stat_ytd=NOTHING).oddities == []


def test_what_is_unknown_is_not_held_against_the_statistics(works, building):
    works.report(building, JANUARY, None, month_invested_text="约200万元")
    row = works.draft(building, FEBRUARY, wan(100), stat_ytd=wan(300))
    figures = reporting.figures_of(row)
    assert (figures.ytd, figures.unknown, row.oddities) == (wan(100), True, [])
    works.verify(works.correct(building, JANUARY, wan(100)))
    row = works.draft(building, FEBRUARY, wan(100), stat_ytd=wan(300))
    assert (reporting.figures_of(row).unknown, row.oddities) == (False, ["gap"])
    row = works.draft(building, FEBRUARY, None, month_invested_text="约100万元")
    assert reporting.figures_of(row).unknown
    row = works.draft(building, FEBRUARY, None, month_invested_text="")
    assert not reporting.figures_of(row).unknown  # not written yet


def test_over_plan_and_a_gap_are_said_and_need_no_word(works, building):
    values = {"explanation": "", "stat_ytd": wan(400)}
    row = works.draft(building, FEBRUARY, wan(501), send=True, **values)
    assert row.oddities == ["over_plan", "gap"]
    assert row.status == "submitted"


def test_a_report_is_compared_with_what_counts_and_not_with_drafts(works, building):
    works.draft(building, JANUARY, wan(400), send=True)
    row = works.draft(building, FEBRUARY, wan(200))
    assert (reporting.figures_of(row).ytd, row.oddities) == (wan(200), [])
    works.verify(building.reports.get(month=JANUARY))
    row = works.draft(building, FEBRUARY, wan(200))
    assert (reporting.figures_of(row).ytd, row.oddities) == (wan(600), ["over_plan"])


def test_a_gap_between_months_breaks_the_row_of_zeros(works, building):
    works.report(building, JANUARY, NOTHING)
    row = works.draft(building, MARCH, NOTHING)
    assert (reporting.figures_of(row).before, row.oddities) == ((), [])


@st.composite
def ledgers(draw):
    """({month: fen or None}, fen carried over) of two years, with holes."""
    months = [date(2025 + n // 12, n % 12 + 1, 1) for n in range(24)]
    chosen = draw(st.sets(st.sampled_from(months)))
    fen = st.none() | st.integers(0, 10**13)
    return {month: draw(fen) for month in sorted(chosen)}, draw(st.none() | st.integers(0, 10**13))


def yuan(fen):
    return None if fen is None else Decimal(fen).scaleb(-2)


def naive(amounts, when):
    return sum((yuan(fen) for month, fen in amounts.items() if when(month) and fen), Decimal(0))


def whole(amounts, when):
    """None of none, and when one of them is unknown."""
    chosen = [fen for month, fen in amounts.items() if when(month)]
    return naive(amounts, when) if chosen and None not in chosen else None


@given(ledgers())
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_sums_are_those_of_plain_addition(works, planner, ledger):
    amounts, carried = ledger
    project = KeyProject.objects.first() or works.project("building", now=at(2024, 1, 5))
    KeyProject.objects.update(carried_investment=yuan(carried))
    project.refresh_from_db()
    ProgressReport.objects.all().delete()
    common = {"project": project, "verified_at": works.now, "status": "locked"}
    rows = [
        ProgressReport(month=month, month_invested=yuan(fen), version=2, counts=True, **common)
        for month, fen in amounts.items()
    ]
    replaced = [
        ProgressReport(month=m, month_invested=Decimal(7), superseded_at=works.now, **common)
        for m in amounts
    ]
    ProgressReport.objects.bulk_create(rows + replaced)
    for month in (date(2025, 6, 1), date(2026, 1, 1), date(2026, 12, 1)):
        report = ProgressReport(project=project, month=month, month_invested=FEN)
        found = reporting.figures_of(report)
        earlier = [m for m in amounts if m.year == month.year and m < month]
        assert found.ytd == naive(amounts, lambda m, e=earlier: m in e) + FEN
        assert found.unknown is any(amounts[m] is None for m in earlier)
        assert found.total == naive(amounts, lambda m, at=month: m < at) + FEN + (
            yuan(carried) or 0
        )
    for moment in (at(2026, 8, 15), at(2027, 1, 1)):
        closed = [m for m in amounts if m < moment.date().replace(day=1)]
        rows = KeyProject.objects.with_figures(planner, 2026, moment)
        row = rows.get()
        assert row.invested_ytd == whole(amounts, lambda m, c=closed: m in c and m.year == 2026)
        assert row.reported_total == whole(amounts, lambda m, c=closed: m in c)
        assert row.has_unknown is any(amounts[m] is None for m in closed)
        assert rows.totals()["ytd"] == row.invested_ytd
        assert row.last_month == max((m for m in closed if m.year == 2026), default=None)


def test_the_gap_is_a_share_of_the_statistics():
    assert oddities.gap_of(wan(110), wan(100)) == Fraction(1, 10)
    assert oddities.gap_of(wan(90), wan(100)) == Fraction(-1, 10)
    assert oddities.gap_of(wan(1), None) is None
    assert oddities.gap_of(wan(1), NOTHING) is None

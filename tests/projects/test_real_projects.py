"""Twenty-two projects as newspapers reported them: entered without inventing a value."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from directory.models import Enterprise
from ledgers.dates import read_date
from ledgers.money import read_amount
from projects import services
from projects.models import KeyProject, Milestone

CATEGORY = {"基础设施": "infrastructure", "社会事业": "welfare"}  # data
NOTHING = read_date("")
# What the file does not give as a full day, as it stands there.
WORDS = {
    ("P09", "start"): "month 3 (year removed)",
    ("P15", "start"): "2021-09",
    ("P17", "start"): "2021-09",
    ("P19", "start"): "2021-09",
    ("P21", "start"): "2021-09",
    ("P23", "start"): "2021-09",
    ("P25", "start"): "2021-09",
    ("P35", "start"): "2019-10",
    ("P39", "start"): "11-30 (year not given)",
    ("P09", "finish"): "month 11 (year removed)",
    ("P33", "finish"): "2009-07",
    ("P35", "finish"): "2020-08 (10月投产)",
    ("P35", "signing"): "2019-05 (5·18经洽会)",
}


@pytest.fixture(scope="module")
def given(practice):
    return {row["id"]: row for row in practice("real_projects")}


def yuan(wan):
    return Decimal(wan) * 10_000 if wan else None


@pytest.fixture
def entered(given, planner):
    """{id: KeyProject}, typed as they stand in the file."""
    found = {}
    for number, row in given.items():
        total = read_amount(row["total_investment_raw"])
        values = {
            "name": row["project"],
            "owner_name": row["owner"],
            "place": row["place"],
            "content": row["content_summary"],
            "category": CATEGORY.get(row["type_guess"], "industry"),
            "stage": "started" if row["started"] else "preparing",
            "total_investment": total.yuan,
            "total_investment_text": total.text,
            "carried_investment": read_amount(row["invested_wan"]).yuan,
            "land_mu": row["area_mu"] or None,
            "source_doc": row["source_title"],
        }
        days = [
            ("signing", NOTHING, read_date(row["signed"])),
            ("start", NOTHING, read_date(row["started"])),
            ("finish", read_date(row["planned_finish"]), NOTHING),
        ]
        project = services.create(user=planner, values=values, days=days)
        found[number] = KeyProject.objects.get(pk=project.pk)
    return found


def test_all_are_entered(entered, given):
    assert len(entered) == len(given) == KeyProject.objects.count() == 22


def test_known_amounts_are_exact_and_unknown_ones_are_no_amount(entered, given):
    unknown = set()
    for number, project in entered.items():
        row = given[number]
        assert project.total_investment == yuan(row["total_investment_wan"]), number
        assert project.total_investment_text == row["total_investment_raw"]
        assert project.carried_investment == yuan(row["invested_wan"])
        assert project.land_mu == (Decimal(row["area_mu"]) if row["area_mu"] else None)
        if project.total_investment is None:
            unknown.add(number)
    assert unknown == {"P19", "P21", "P23", "P25", "P27", "P29", "P43"}
    assert entered["P13"].total_investment_text == "2.1亿元(概算)"
    assert not KeyProject.objects.filter(total_investment=0).exists()


def test_totals_count_the_unknown_beside_the_sum(entered, given, planner):
    rows = KeyProject.objects.with_light(planner).with_figures(planner, 2026)
    totals = rows.totals()
    known = sum(Decimal(row["total_investment_wan"] or 0) for row in given.values())
    assert (totals["count"], totals["unknown"]) == (22, 7)
    assert totals["investment"] == known * 10_000


def test_owners_are_as_printed_or_empty(entered, given):
    for number, project in entered.items():
        assert project.owner_name == given[number]["owner"]
        assert project.owner is None
    assert not Enterprise.objects.exists()
    empty = {number for number, project in entered.items() if not project.owner_name}
    assert empty == {"P13", "P15", "P17", "P33", "P35"}


def test_days_are_days_and_everything_else_stays_words(entered, given):
    column = {"signing": "signed", "start": "started", "finish": "planned_finish"}
    seen = 0
    for number, project in entered.items():
        rows = {row.code: row for row in project.milestones.all()}
        assert set(rows) == {code for code, name in column.items() if given[number][name]}
        for code, row in rows.items():
            side = "current" if code == "finish" else "actual"
            day, words = getattr(row, f"{side}_on"), getattr(row, f"{side}_text")
            if (number, code) in WORDS:
                assert (day, words) == (None, WORDS[number, code])
            else:
                assert (day, words) == (date.fromisoformat(given[number][column[code]]), "")
            seen += 1
    assert seen == sum(bool(row[name]) for row in given.values() for name in column.values())


def test_nothing_becomes_today(entered):
    today = timezone.localdate()
    for row in Milestone.objects.all():
        assert today not in (row.original_on, row.current_on, row.actual_on)
    for project in entered.values():
        assert (project.reserve_on, project.listed_on, project.stat_entered_on) == (None,) * 3
        assert project.code is None
        assert not project.plans.exists()


def test_a_name_with_marks_in_it_stays_one_name_and_is_found(entered, planner):
    project = entered["P43"]
    assert project.name == "天津港东疆港区内蒙道、亚洲路、新港九号路通信管线工程"
    found = KeyProject.objects.search("亚洲路、新港九号路", planner)
    assert list(found) == [project]

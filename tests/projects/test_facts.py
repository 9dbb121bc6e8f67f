"""What a project is: numbered, named, corrected; what nobody knows stays empty."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction

from projects import presenters, wording
from projects.models import KeyProject, PlanYear, ProgressReport
from tests.projects.works import at, fresh


def test_numbers_run_by_year_and_a_code_must_have_the_form_of_the_standard(works):
    works.project()
    assert works.project().number == "HG-2026-002"
    assert works.project(now=at(2027, 1, 1, 0)).number == "HG-2027-001"
    for wrong in ("2213-130272-89-01-123456", "211-130272-89-01-123456", "123"):
        with pytest.raises(ValidationError) as caught, transaction.atomic():
            works.project(code=wrong)
        assert list(caught.value.message_dict) == ["code"]
    assert works.project().number == "HG-2026-003"


def test_a_new_name_keeps_the_old_one(works):
    project = works.project(name="示例一期", owner_name="示例蓝天玻璃有限公司")
    works.change(project, name="示例二期")
    works.change(project, name="示例三期", place="临津产业园")
    project = fresh(project)
    assert (project.name, project.former_names) == ("示例三期", ["示例一期", "示例二期"])
    events = project.events.count()
    works.change(project, name="示例三期")
    assert project.events.count() == events  # nothing changed, nothing said


def test_the_day_of_the_listing_is_set_once(works):
    """The original dates are frozen by it."""
    project = works.project("preparing")
    works.change(project, listed_on=date(2026, 1, 20))
    for other in (date(2026, 1, 21), None):
        with pytest.raises(ValidationError) as caught, transaction.atomic():
            works.change(project, listed_on=other, place="临津")
        assert list(caught.value.message_dict) == ["listed_on"]
    works.change(project, listed_on=date(2026, 1, 20), place="临津")
    project = fresh(project)
    assert (project.listed_on, project.place) == (date(2026, 1, 20), "临津")
    assert project.events.last().data["changed"] == ["place"]


UNKNOWN = {"level": "", "nature": "", "category": ""}


def test_what_nobody_knows_is_empty_and_not_the_most_likely(works, planner):
    project = fresh(works.project("signed", **UNKNOWN))
    assert (project.level, project.nature, project.category) == ("", "", "")
    for values in ({"level": "city"}, {"nature": "filing"}, {"category": "industry"}):
        assert not KeyProject.objects.filter(**values).exists()
    shown = [label for label, _text, _wide in wording.facts(project, inside=True)]
    assert not {"性质", "类别"} & set(shown)
    works.change(project, level="city", nature="filing", category="industry")
    works.change(project, **UNKNOWN)
    assert fresh(project).level == ""
    with pytest.raises(ValidationError), transaction.atomic():
        works.change(project, level="village")


def test_a_note_is_kept_for_the_inside(works):
    project = works.project(note="年份不详的年度计划：三千万元。")
    assert ("备注", project.note, True) in wording.facts(project, inside=True)
    assert project.note not in [text for _label, text, _wide in wording.facts(project, False)]


def year(annual, cumulative, *invested):
    plan = PlanYear(annual_plan=annual, cumulative=cumulative)
    rows = [
        ProgressReport(month=date(2026, number, 1), month_invested=amount)
        for number, amount in enumerate(invested, 1)
    ]
    return [value for _label, value in presenters.progress(plan, rows)]


def test_a_year_is_held_against_time_and_against_its_own_plan():
    winter = [Decimal(0), Decimal(100), *[Decimal(1200)] * 10]
    assert year(Decimal(1200), winter, Decimal(0), Decimal(150)) == ["12.5%", "−4.2", "+4.2"]
    assert year(Decimal(1200), [], Decimal(300)) == ["25.0%", "+16.7"]
    assert year(Decimal(1200), [], Decimal(300), None) == ["—", "—"]
    assert year(None, [], Decimal(300)) == ["—", "—"]
    assert year(Decimal(1200), winter) == []
    assert presenters.progress(None, [ProgressReport(month=date(2026, 1, 1))]) == []

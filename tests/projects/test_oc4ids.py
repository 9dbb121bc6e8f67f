"""The open data of key projects: against the published schema where it is at hand, and always
against every trap that the standard's own schema does not see (practice of OC4IDS 0.9).
"""

import csv
import json
import re
from datetime import date, datetime
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from jsonschema import Draft4Validator
from referencing import Registry, Resource

from directory.models import Enterprise
from projects import exports, stages
from projects.models import KeyProject
from tests.factories import NOW
from tests.projects.works import wan

START, FINISH = date(2025, 3, 1), date(2026, 12, 1)
ROAD = {"kind": "dead_end", "length_km": Decimal("2.5")}


@pytest.fixture
def built(works, frozen):
    """A road in full, a paused public work, a signed factory, and three that stay inside."""
    days = {"start": (START, START), "finish": (FINISH, None)}
    place = {"type": "Point", "coordinates": [117.79, 39.38]}
    owner = Enterprise.objects.create(name="示例业主", uscc="91130200MA0000000X"[:18])
    road = works.project(
        "building",
        days=days,
        road=ROAD,
        nature="government",
        geometry=place,
        total_investment=wan(9000),
        content="示例：新建道路。",
        category="infrastructure",
        code="2211-130272-89-01-123456",
        owner=owner,
        owner_name="示例业主",
    )
    paused = works.project("building", days=days, nature="government", category="renewal")
    works.pause(paused)
    works.project("signed", total_investment=wan(5000), content="示例：不公开的内容。")
    works.project("negotiating", name="示例在谈项目")
    works.project("planning", name="示例谋划项目")
    works.project("building", nature="government", is_public=False, name="示例不公开项目")
    return road


@pytest.fixture
def package(built, planner):
    return exports.open_data(planner, NOW)


def project(package, number):
    return next(row for row in package["projects"] if row["id"].endswith(number.lower()))


def walk(value, path=()):
    yield path, value
    if isinstance(value, dict | list):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for key, item in pairs:
            yield from walk(item, (*path, key))


@pytest.fixture
def validator(shared_data):
    folder = shared_data / "oc4ids"
    package, project = (
        json.loads((folder / f"{name}-schema.json").read_text("utf-8"))
        for name in ("project-package", "project")
    )
    registry = Registry().with_resource(project["id"], Resource.from_contents(project))
    return Draft4Validator(
        package, registry=registry, format_checker=Draft4Validator.FORMAT_CHECKER
    )


def test_it_is_valid_against_the_published_schema(package, validator):
    assert [error.message for error in validator.iter_errors(package)] == []
    # The validator sees what is wrong: a bare date among them, so formats are checked.
    for wrong in ({"version": "0.9.5"}, {"projects": []}, {"publishedDate": "2026-03-12"}):
        assert list(validator.iter_errors(package | wrong)), wrong


def test_closed_codes_are_of_the_published_lists(package, shared_data):
    def codes(name):
        path = shared_data / "oc4ids" / "codelists" / f"{name}.csv"
        with path.open(encoding="utf-8", newline="") as file:
            return {row["Code"] for row in csv.DictReader(file)}

    for row in package["projects"]:
        assert row["status"] in codes("projectStatus")
        assert row.get("type") in codes("projectType") | {None}
        assert set(row.get("sector", [])) <= codes("projectSector")
        for milestone in row.get("milestones", []):
            assert milestone["status"] in codes("milestoneStatus")


def test_what_is_published_and_what_stays_inside(package):
    text = json.dumps(package, ensure_ascii=False)
    assert len(package["projects"]) == 3
    for hidden in ("在谈", "谋划", "示例不公开项目", "不公开的内容", "50000000"):
        assert hidden not in text


def test_every_date_is_a_full_time_with_zone(package):
    dates = [
        (path, value)
        for path, value in walk(package)
        if path and isinstance(path[-1], str) and re.search(r"[dD]ate(Met)?$|^updated$", path[-1])
    ]
    assert len(dates) > 10
    for path, value in dates:
        assert datetime.fromisoformat(value).tzinfo is not None, path
        assert "T" in value, path


def test_nothing_is_empty_and_no_id_comes_twice(package):
    lists = 0
    for path, value in walk(package):
        assert value not in ("", None, [], {}), path
        if isinstance(value, list) and value and isinstance(value[0], dict):
            lists += 1
            ids = [item["id"] for item in value]
            assert len(set(ids)) == len(ids), path
    assert lists > 10


def test_ids_are_of_the_standards_form(package, settings):
    assert settings.OC4IDS_PREFIX == "oc4ids-000000"
    assert all(re.match(r"oc4ids-[a-z0-9]{6}-.", row["id"]) for row in package["projects"])
    assert package["version"] == "0.9"


def test_every_amount_has_its_currency_and_is_in_yuan(package, built):
    amounts = [
        value for _path, value in walk(package) if isinstance(value, dict) and "amount" in value
    ]
    values = [value for value in amounts if not isinstance(value["amount"], dict)]
    assert values
    assert all(set(value) == {"amount", "currency"} for value in values)
    assert project(package, built.number)["budget"]["amount"] == {
        "amount": 90_000_000,
        "currency": "CNY",
    }


def test_whoever_is_referred_to_is_among_the_parties(package):
    for row in package["projects"]:
        known = {party["id"] for party in row["parties"]}
        assert row["publicAuthority"]["id"] in known


def test_longitude_comes_first_and_a_road_has_its_parent_sector(package, built):
    row = project(package, built.number)
    longitude, latitude = row["locations"][0]["geometry"]["coordinates"]
    assert 115 < longitude < 120
    assert 38 < latitude < 41
    assert row["sector"] == ["transport", "transport.road"]
    assert row["type"] == "construction"


def test_milestones_keep_the_original_day_and_say_the_current_one_beside(works, built, planner):
    built.milestones.filter(code="finish").update(current_on=date(2026, 3, 1))
    row = project(exports.open_data(planner, NOW), built.number)
    start, finish = row["milestones"]
    assert (start["status"], start["code"]) == ("met", "commencement")
    assert finish["dueDate"].startswith("2026-12-01T00:00:00+08:00")
    assert finish["currentDueDate"].startswith("2026-03-01")
    assert finish["status"] == "notMet"


def test_a_paused_work_keeps_its_phase_and_says_so(package):
    paused = next(row for row in package["projects"] if row.get("type") == "rehabilitation")
    assert paused["status"] == "implementation"
    assert paused["milestones"][-1]["status"] == "notMet"
    assert paused["milestones"][-1]["title"] == str(stages.LABELS[stages.PAUSED])


def test_every_stage_has_a_code(works, frozen, planner):
    codes = {}
    for stage in stages.WAY:
        made = works.project("building", nature="government")
        KeyProject.objects.filter(pk=made.pk).update(stage=stage)
        codes[stage] = project(exports.open_data(planner, NOW), made.number)["status"]
    assert len(set(codes.values())) == 5


def test_figures_are_for_who_reads_the_inside(works, built, planner, outsider):
    works.plan(built, 2026, wan(1200), cumulative=[str(wan(100 * n)) for n in range(1, 13)])
    works.report(built, date(2026, 2, 1), wan(30), physical_percent=Decimal("12.5"))
    inner = project(exports.open_data(planner, NOW), built.number)
    spent, reached = inner["metrics"]
    assert (spent["id"], reached["id"]) == ("financialProgress", "physicalProgress")
    assert spent["observations"][0]["value"] == {"amount": 300_000, "currency": "CNY"}
    assert reached["observations"][0]["unit"] == {
        "name": "percent",
        "scheme": "UNCEFACT",
        "id": "P1",
    }
    assert reached["observations"][0]["measure"] == 12.5
    (planned,) = inner["forecasts"]
    assert planned["id"] == "financialProgress"
    assert [row["value"]["amount"] for row in planned["observations"]] == [1_000_000] * 12
    assert inner["budget"]["budgetBreakdowns"][0]["budgetBreakdown"][0]["id"] == "plan-2026"
    outer = project(exports.open_data(outsider, NOW), built.number)
    assert {"metrics", "forecasts"} & set(outer) == set()
    assert "budgetBreakdowns" not in outer["budget"]


def test_the_page_and_the_command_give_the_same_file(client, built, planner, tmp_path, capsys):
    client.force_login(planner)
    assert "oc4ids-000000" in client.get("/projects/oc4ids/").content.decode()
    page = client.get("/projects/oc4ids/?format=json")
    assert page["Content-Disposition"] == 'attachment; filename="oc4ids.json"'
    call_command("export_oc4ids", str(tmp_path / "out.json"))
    written = json.loads((tmp_path / "out.json").read_text("utf-8"))
    assert written == page.json()


def test_english_readers_get_the_same_file(client, built, planner):
    client.force_login(planner)
    one, other = (
        client.get("/projects/oc4ids/?format=json", headers={"Accept-Language": language}).json()
        for language in ("zh-hans", "en")
    )
    assert one == other


def test_without_a_project_there_is_no_package(planner, tmp_path, frozen):
    assert exports.open_data(planner, NOW) is None
    with pytest.raises(CommandError):
        call_command("export_oc4ids", str(tmp_path / "out.json"))

"""`updated_since`: every change once, whichever way it was written, and what has gone."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from api import sync
from api.models import Change
from directory.models import Enterprise
from issues.models import Issue
from projects.models import KeyProject, Milestone, PlanYear, RoadWork
from tests.api.conftest import ASSIGN, ISSUE, later
from tests.api.test_access import refusal
from tests.api.walking import Puller


def project(number, **values):
    usual = {"name": f"示例{number}", "stage": "building", "level": "city"}
    return KeyProject.objects.create(number=number, **usual | values)


@pytest.fixture
def rows(db):
    return [project(f"HG-2026-{n:03d}") for n in range(1, 8)]


@pytest.fixture
def puller(keys, rows):
    made = Puller(keys.planner, "projects/")
    assert len(made.walk()) == 7
    assert made.walk() == {}
    return made


def saved(row):
    row.name = "示例改名"
    row.save()


def bulk(row):
    KeyProject.objects.filter(pk=row.pk).update(name="示例成批")


def raw(row):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE projects_keyproject SET name = '示例直改' WHERE id = %s", [row.pk])


def milestone(row):
    Milestone.objects.create(project=row, code="start", current_on="2026-05-01")


def milestone_in_bulk(row):
    Milestone.objects.bulk_create([Milestone(project=row, code="finish")])
    Milestone.objects.filter(project=row).update(current_on="2026-06-01")


def plan(row):
    now = timezone.now()
    PlanYear.objects.create(
        project=row, year=2026, category="starting", approved_on=now.date(), entered_at=now
    )


def road(row):
    RoadWork.objects.create(project=row, kind="dead_end", length_km="1.5")


def issue(row):
    Issue.objects.create(
        number="QH-2026-90001",
        kind="need",
        status="submitted",
        project=row,
        received_at=timezone.now(),
    )


WAYS = [saved, bulk, raw, milestone, milestone_in_bulk, plan, road, issue]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_a_change_is_told_once_whichever_way_it_was_made(puller, rows, way):
    way(rows[2])
    assert puller.walk() == {"HG-2026-003": "row"}
    assert set(puller.seen.values()) == {1}
    assert puller.walk() == {}


def test_a_child_that_moves_changes_both_parents(puller, rows):
    milestone(rows[0])
    puller.walk()
    Milestone.objects.update(project=rows[1])
    assert set(puller.walk()) == {"HG-2026-001", "HG-2026-002"}


def test_what_is_deleted_is_told_once_as_gone(puller, rows):
    rows[3].delete()
    KeyProject.objects.filter(number="HG-2026-005").delete()
    assert puller.walk() == {"HG-2026-004": "gone", "HG-2026-005": "gone"}
    assert len(puller.copy) == 5
    assert puller.walk() == {}


def test_many_that_have_gone_come_by_pages(puller, rows):
    KeyProject.objects.exclude(pk=rows[0].pk).delete()
    saved(rows[0])
    found = puller.walk()
    assert sorted(found.values()) == ["gone"] * 6 + ["row"]
    assert set(puller.seen.values()) == {1}


def test_a_change_during_a_walk_is_not_lost(keys, rows):
    first = keys.planner.get("projects/", {"updated_since": "2000-01-01", "page_size": 3}).json()
    saved(rows[6])
    saved(rows[0])
    page, seen = first, []
    while page:
        seen += [row["number"] for row in page["results"]]
        page = page["next"] and keys.planner.get(page["next"]).json()
    # One that is still to come may come now or the next time, but never neither.
    again = keys.planner.get("projects/", {"updated_since": first["until"]}).json()["results"]
    assert {row["number"] for row in again} == {"HG-2026-001", "HG-2026-007"}
    assert len(set(seen)) == len(seen)
    assert set(seen) | {"HG-2026-007"} == {row.number for row in rows}


def test_a_moment_of_ones_own_will_do(keys, rows, clock):
    keys.planner.get("projects/", {"updated_since": "2000-01-01"})
    later(clock, minutes=5)
    since = timezone.now()
    saved(rows[1])
    for given in (since.isoformat(), since.isoformat().replace("+", " ")):
        page = keys.planner.get("projects/", {"updated_since": given}).json()
        assert [row["number"] for row in page["results"]] == ["HG-2026-002"]
    later(clock, minutes=5)
    after = timezone.now().isoformat()
    assert keys.planner.get("projects/", {"updated_since": after}).json()["results"] == []


def test_until_never_goes_back_and_is_the_same_on_every_page(keys, rows, clock):
    first = keys.planner.get("projects/", {"updated_since": "2000-01-01", "page_size": 3}).json()
    later(clock, minutes=-10)
    second = keys.planner.get(first["next"]).json()
    assert second["until"] == first["until"]
    saved(rows[0])
    page = keys.planner.get("projects/", {"updated_since": first["until"]}).json()
    assert [row["number"] for row in page["results"]] == ["HG-2026-001"]
    assert page["until"] > first["until"]


@pytest.mark.parametrize("given", ["yesterday", "", "2026-13-01", "0001-01-01T00:00:00+14:00"])
def test_what_is_no_moment_is_400(keys, given):
    refusal(keys.planner.get("projects/", {"updated_since": given}), 400)


def test_filters_fields_count_and_order_hold_in_a_walk(keys, rows):
    query = {"updated_since": "2000-01-01", "fields": "number", "count": 1}
    page = keys.planner.get("projects/", query | {"level": "city", "ordering": "-number"}).json()
    assert page["count"] == 7
    assert page["results"][0] == {"number": "HG-2026-007"}
    assert keys.planner.get("projects/", query | {"level": "province"}).json()["count"] == 0


def test_an_export_of_a_walk_has_what_has_gone_and_says_until(puller, rows):
    rows[0].delete()
    saved(rows[1])
    query = {"updated_since": puller.until, "format": "csv", "fields": "number,name"}
    answer = puller.caller.get("projects/", query)
    lines = answer.getvalue().decode("utf-8-sig").splitlines()
    assert lines == ["number,name,deleted", "HG-2026-002,示例改名,", "HG-2026-001,,true"]
    assert answer["Until"] > puller.until


def test_what_was_never_seen_is_not_told_as_gone(caller, person, keys, rows):
    """A project hidden from the public goes for a system; one never public is not named."""
    system = Puller(caller("watcher"), "projects/")
    hidden = project("HG-2026-050", is_public=False)
    assert "HG-2026-050" not in system.walk()
    KeyProject.objects.filter(pk=rows[0].pk).update(is_public=False)
    hidden.delete()
    assert system.walk() == {"HG-2026-001": "gone"}


def test_an_issue_that_goes_to_another_department_goes_from_the_first(keys, system, submitted):
    number = submitted()
    keys.coordinator.step(number, "assign", **ASSIGN)
    first, second = Puller(keys.handler, "issues/"), Puller(keys.other, "issues/")
    sender = Puller(system, "issues/")
    assert first.walk() == {number: "row"}
    assert second.walk() == {}
    sender.walk()
    keys.coordinator.step(
        number, "reassign", lead_department="land-bureau", reason="示例：职责调整"
    )
    assert first.walk() == {number: "gone"}
    assert second.walk() == {number: "row"}
    assert sender.walk() == {number: "row"}


def test_an_enterprise_hears_of_its_own_alone(keys, enterprise):
    other = Enterprise.objects.create(name="示例另一家公司")
    puller = Puller(keys.enterprise, "enterprises/", key="id")
    assert puller.walk() == {enterprise.pk: "row"}
    other.delete()
    assert puller.walk() == {}


def test_the_log_keeps_one_change_a_row(puller, rows):
    for _time in range(5):
        saved(rows[0])
        puller.walk()
    kept = Change.objects.filter(kind="project", row=rows[0].pk, gone=False)
    assert kept.count() == 1


def test_rows_older_than_the_log_are_in_it(puller, rows):
    Change.objects.all().delete()
    sync.install(connection)
    puller.until = "2000-01-01T00:00:00Z"
    assert len(puller.walk()) == 7


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("delay", [0, 1])
def test_a_change_with_its_own_time_keeps_it(delay, rows, keys):
    """An import that sets updated_at itself does not put rows before what clients have read."""
    puller = Puller(keys.planner, "projects/")
    puller.walk()
    old = timezone.now() - timedelta(days=30 * delay)
    KeyProject.objects.filter(pk=rows[0].pk).update(updated_at=old, name="示例补录")
    assert puller.walk() == {"HG-2026-001": "row"}


def test_a_new_issue_is_told_to_its_sender(system, departments):
    puller = Puller(system, "issues/")
    puller.walk()
    number = system.post("issues/", ISSUE).json()["number"]
    assert puller.walk() == {number: "row"}

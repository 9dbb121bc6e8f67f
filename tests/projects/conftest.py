"""The people and the builder of the tests of key projects; files go into a folder of the test."""

import pytest

from directory.models import Department
from projects.models import LightRuleSet
from tests.factories import NOW
from tests.projects.works import Works


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def member(person, db):
    """A handler of a department that takes part in a project without leading it."""
    return person(
        "member", "handler", department=Department.objects.create(code="sw", name="水务局")
    )


@pytest.fixture
def sponsor(person):
    """A district leader who will sponsor; not the one of `leader`."""
    return person("sponsor", "leader")


@pytest.fixture
def second_planner(person):
    return person("second_planner", "planner")


@pytest.fixture
def rules(db):
    """{"points": rows, "ratio": rows} as migrated."""
    found = LightRuleSet.objects.in_force(NOW.date())
    assert {role: row.scheme for role, row in found.items()} == {
        "official": "points",
        "comparison": "ratio",
    }
    return {row.scheme: list(row.rules.all()) for row in found.values()}


@pytest.fixture
def works(departments, planner, second_planner, handler, head, outsider, leader, sponsor):
    """works.project("building"), works.report(project, month, wan(300)), works.walk("started")."""
    people = {
        "planner": planner,
        "second_planner": second_planner,
        "handler": handler,
        "head": head,
        "outsider": outsider,
        "leader": leader,
        "sponsor": sponsor,
    }
    return Works(people, departments)

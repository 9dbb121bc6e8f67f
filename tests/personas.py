"""The people of the tests and a clock that stands still; loaded for every test by
tests/conftest.py.
"""

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.db import connection

from accounts.models import Portfolio, User
from directory.models import Department, Enterprise
from tests.factories import NOW, Loop

PASSWORD = "correct-horse-battery"


@pytest.fixture
def frozen():
    """Thursday 12 March 2026, ten o'clock in the district; `frozen.shift(...)` and
    `.move_to(...)` move it.
    """
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def departments(db):
    rows = [
        ("zj", "住建局", "Housing Bureau"),
        ("zr", "自然资源局", "Land Bureau"),
        ("dc", "督查室", "Office"),
    ]
    return {
        code: Department.objects.create(code=code, name=name, name_en=name_en)
        for code, name, name_en in rows
    }


@pytest.fixture
def firm(db):
    return Enterprise.objects.create(name="示例蓝天玻璃有限公司")


@pytest.fixture
def person(db):
    """person("name", "role", department=...): a user with one role."""

    def make(username, role, **fields):
        fields = {"email": f"{username}@example.test", "name": f"示例{username}"} | fields
        user = User.objects.create_user(username, password=PASSWORD, **fields)
        user.groups.add(Group.objects.get(name=role))
        return user

    return make


@pytest.fixture
def coordinator(person, departments):
    return person("coordinator", "coordinator", department=departments["dc"])


@pytest.fixture
def handler(person, departments):
    return person("handler", "handler", department=departments["zj"])


@pytest.fixture
def head(person, departments):
    return person("head", "department_head", department=departments["zj"])


@pytest.fixture
def outsider(person, departments):
    """A handler of another department."""
    return person("outsider", "handler", department=departments["zr"])


@pytest.fixture
def leader(person, departments):
    user = person("leader", "leader")
    Portfolio.objects.create(department=departments["zj"], leader=user)
    return user


@pytest.fixture
def principal(person):
    return person("principal", "leader", is_principal=True)


@pytest.fixture
def promoter(person):
    return person("promoter", "promoter")


@pytest.fixture
def planner(person):
    return person("planner", "planner")


@pytest.fixture
def auditor(person):
    return person("auditor", "auditor")


@pytest.fixture
def security(person):
    return person("security", "security", is_staff=True)


@pytest.fixture
def administrator(person):
    return person("administrator", "administrator", is_staff=True)


@pytest.fixture
def enterprise(person, firm):
    return person("enterprise", "enterprise", enterprise=firm)


@pytest.fixture
def loop(departments, coordinator, handler, head, leader, enterprise, outsider):
    """Walks the real steps: loop.issue_in("resolved"), loop.do(issue, "rate",
    rating="satisfied").
    """
    return Loop(
        coordinator=coordinator,
        handler=handler,
        head=head,
        leader=leader,
        enterprise=enterprise,
        outsider=outsider,
    )


@pytest.fixture
def issue_in(loop):
    return loop.issue_in


@pytest.fixture
def on_postgresql():
    return connection.vendor == "postgresql"

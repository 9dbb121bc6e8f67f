"""People, their keys and a client that sends one; the clock stands on an ordinary Wednesday."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.test import Client

from accounts.models import SCOPES, ApiKey, User
from directory.models import Department, Enterprise

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 3, 11, 10, 0, tzinfo=SHANGHAI)
PROBLEM = "application/problem+json"
PROBLEM_FIELDS = {"type", "title", "status", "detail", "errors"}
ISSUE = {
    "kind": "problem",
    "title": "示例：厂区线路增容迟迟未批",
    "description": "示例：申请增容三个月未批复，影响新生产线投产。",
    "enterprise": "示例玻璃有限公司",
    "contact_name": "示例联系人",
    "contact_phone": "13800001234",
}
ASSIGN = {"lead_department": "construction-bureau", "category": "power", "priority": "normal"}


@pytest.fixture(autouse=True)
def clock(db):
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def departments():
    names = [("construction-bureau", "示例住建局"), ("land-bureau", "示例自然资源局")]
    return {code: Department.objects.create(code=code, name=name) for code, name in names}


@pytest.fixture
def enterprise():
    return Enterprise.objects.create(name="示例玻璃有限公司")


class Caller:
    """A REST client with one key (or none): paths are relative to /api/v1/."""

    def __init__(self, key=None, row=None, user=None, **headers):
        self.client, self.row, self.user, self.key = Client(), row, user, key
        self.headers = {"Accept-Language": "zh-hans"} | headers
        if key:
            self.headers["Authorization"] = f"Bearer {key}"

    def call(self, method, path, data=None, **extra):
        path = path.removeprefix("http://testserver")
        path = path if path.startswith("/") else f"/api/v1/{path}"
        headers = self.headers | extra.pop("headers", {})
        given = {"data": data} if data is not None else {}
        return getattr(self.client, method)(path, headers=headers, **given, **extra)

    def get(self, path, data=None, **extra):
        return self.call("get", path, data, **extra)

    def post(self, path, data=None, **extra):
        return self.call("post", path, data or {}, content_type="application/json", **extra)

    def send(self, path, data):
        """As multipart/form-data."""
        return self.call("post", path, data)

    def step(self, number, action, **data):
        return self.post(f"issues/{number}/{action}/", data)


@pytest.fixture
def person(departments, enterprise):
    def make(username, role, department=None):
        given = {"department": departments[department]} if department else {}
        if role == "enterprise":
            given["enterprise"] = enterprise
        user = User.objects.create(username=username, name=f"示例{username}", **given)
        user.groups.add(Group.objects.get(name=role))
        return user

    return make


@pytest.fixture
def caller():
    def make(name="system", scopes=SCOPES, user=None, days=365):
        row, key = ApiKey.create(name, scopes, user=user, days=days)
        return Caller(key, row, user)

    return make


class Keys:
    """Callers by persona, made when first asked for."""

    PEOPLE = {
        "coordinator": ("coordinator", None),
        "handler": ("handler", "construction-bureau"),
        "head": ("department_head", "construction-bureau"),
        "other": ("handler", "land-bureau"),
        "leader": ("leader", None),
        "auditor": ("auditor", None),
        "security": ("security", None),
        "planner": ("planner", None),
        "enterprise": ("enterprise", None),
    }

    def __init__(self, person, caller):
        self._person, self._caller = person, caller

    def __getattr__(self, name):
        if name not in self.PEOPLE:
            raise AttributeError(name)
        role, department = self.PEOPLE[name]
        made = self._caller(name, user=self._person(name, role, department))
        setattr(self, name, made)
        return made


@pytest.fixture
def keys(person, caller):
    return Keys(person, caller)


@pytest.fixture
def system(caller):
    """A key bound to nobody."""
    return caller("system")


@pytest.fixture
def submitted(system, departments):
    def make(caller=system, **values):
        answer = caller.post("issues/", ISSUE | values)
        assert answer.status_code == 201, answer.content
        return answer.json()["number"]

    return make


@pytest.fixture
def in_progress(submitted, keys):
    """Assigned to the construction bureau and signed there."""

    def make(**values):
        number = submitted(**values)
        assert keys.coordinator.step(number, "assign", **ASSIGN).status_code == 200
        assert keys.handler.step(number, "sign").status_code == 200
        return number

    return make


def later(clock, **span):
    clock.shift(timedelta(**span))

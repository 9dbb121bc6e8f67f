"""Kinds and people for the tests of messages."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from django.utils.translation import get_language

from accounts.models import User
from notifications import kinds, services

SHANGHAI = ZoneInfo("Asia/Shanghai")
# A Wednesday morning and a Saturday evening, both ordinary days of an announced year.
WORKING = datetime(2026, 3, 11, 10, 0, tzinfo=SHANGHAI)
RESTING = datetime(2026, 3, 14, 20, 0, tzinfo=SHANGHAI)


def render(data):
    return kinds.Rendered(
        subject=f"{get_language()} {data['title']}",
        body=f"{get_language()} 正文 {data['title']}",
        url=data.get("url", "/issues/HG-1/"),
    )


KINDS = [
    kinds.Kind(code="test.reminder", label="提醒", render=render),
    kinds.Kind(code="test.alarm", label="急件", render=render, urgent=True),
    kinds.Kind(code="test.note", label="便条", render=render, mail=False),
]


@pytest.fixture(autouse=True)
def registered(monkeypatch):
    monkeypatch.setattr(kinds, "_kinds", {})
    for kind in KINDS:
        kinds.register(kind)


@pytest.fixture
def member(db):
    def make(username="handler", **fields):
        fields = {"name": "示例承办人", "email": f"{username}@example.test"} | fields
        return User.objects.create(username=username, **fields)

    return make


@pytest.fixture
def post():
    def run(*users, title="道路破损", key="issue-1:due", kind="test.reminder", **given):
        data = {"title": title} | given.pop("data", {})
        given = {"now": WORKING} | given
        with transaction.atomic():
            return services.post(kind=kind, recipients=users, data=data, dedupe_key=key, **given)

    return run

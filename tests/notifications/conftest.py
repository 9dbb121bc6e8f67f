"""Kinds, people and a real mail server for the tests of messages."""

import socket
from datetime import datetime
from email import message_from_bytes, policy
from zoneinfo import ZoneInfo

import pytest
from aiosmtpd.controller import Controller
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
def person(db):
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


class Post:
    """What a mail server took in; `refuse` maps an address to the answer it gets instead."""

    def __init__(self):
        self.mails, self.refuse, self.on_data = [], {}, None

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        mail = message_from_bytes(envelope.original_content, policy=policy.default)
        self.mails.append((envelope.rcpt_tos, mail))
        if self.on_data:
            self.on_data()
        return "250 OK"

    @property
    def subjects(self):
        return [mail["Subject"] for _to, mail in self.mails]


@pytest.fixture
def server():
    """A mail server in a thread, on a free port of this machine."""
    handler = Post()
    with socket.create_server(("127.0.0.1", 0)) as free:
        handler.port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=handler.port)
    controller.start()
    yield handler
    controller.stop()


@pytest.fixture
def smtp(server, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    settings.EMAIL_TIMEOUT = 5
    settings.SITE_URL = "https://portal.example.test"
    return server

"""A real mail server for the tests; loaded for every test by tests/conftest.py."""

import socket
from email import message_from_bytes, policy

import pytest
from aiosmtpd.controller import Controller


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

"""Messages into mails and out to a mail server, which runs in a thread of this process: its work
is in the figures. The same into memory shows what is ours.
"""

import socket

from aiosmtpd.controller import Controller
from django.core import mail
from django.db.models import F
from django.test import override_settings
from django.utils import timezone

from bench.filling import forget_messages, write
from bench.report import Samples, statements
from notifications import dispatch
from notifications.models import Delivery, Message

MEMORY = "django.core.mail.backends.locmem.EmailBackend"
SMTP = "django.core.mail.backends.smtp.EmailBackend"
RUNS = 3


class Server:
    """Takes in every mail and counts it."""

    def __init__(self):
        self.mails = 0

    async def handle_DATA(self, server, session, envelope):
        self.mails += 1
        return "250 OK"

    def __enter__(self):
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self.controller.start()
        return self

    def __exit__(self, *exc_info):
        self.controller.stop()


def queue(district, number, at_once):
    """`number` reminders to the departments' handlers, due for sending now."""
    forget_messages()
    now = timezone.now()
    handlers = district.handlers
    data = {
        "issue": "QH-2024-000001",
        "title": "厂区供电线路增容申请三个月未批复",
        "rung": "T-1",
        "colour": "blue",
        "notice": False,
        "due_at": now.isoformat(),
    }
    write(
        Message,
        (
            Message(
                recipient=handlers[n % len(handlers)],
                kind="issues.reminder",
                data=data,
                dedupe_key=f"bench:{n}",
                created_at=now,
            )
            for n in range(number)
        ),
    )
    messages = Message.objects.order_by(F("pk"))
    write(Delivery, (Delivery(message=row, at_once=at_once, next_at=now) for row in messages))


def run(report, district, size):
    ways = {
        "to memory": {"EMAIL_BACKEND": MEMORY},
        "by SMTP": {"EMAIL_BACKEND": SMTP, "EMAIL_HOST": "127.0.0.1"},
    }
    with Server() as server:
        ways["by SMTP"]["EMAIL_PORT"] = server.port
        for way, settings in ways.items():
            for kind, at_once in (("single mails", True), ("digests", False)):
                with override_settings(**settings):
                    samples = _deliver(district, size.mails, at_once)
                report.figure(f"deliver {way}, {kind}, a message", samples.each(size.mails))
    with override_settings(EMAIL_BACKEND=MEMORY):
        for number in (50, size.mails):
            queue(district, number, at_once=True)
            sent = statements(dispatch.deliver_all)
            report.count(f"deliver {number} single mails: SQL statements each", sent / number)


def _deliver(district, number, at_once):
    samples = Samples()
    for _run in range(RUNS):
        queue(district, number, at_once)
        mail.outbox = []
        result = samples.take(dispatch.deliver_all)
        if result["sent"] != number:
            raise AssertionError(result)
    return samples

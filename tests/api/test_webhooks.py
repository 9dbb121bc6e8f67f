"""Webhooks: what is told and to whom, signed and retried; where a delivery may go."""

import hashlib
import hmac
import json
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_address

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from accounts.models import ApiKey
from api import channels, webhooks
from api.models import HookAttempt, HookDelivery, Webhook
from tests.api.conftest import later
from tests.api.rows import everything


class Receiver:
    """A server of another system on the loopback; `status` is what it answers."""

    def __init__(self):
        self.status, self.got, self.headers, self.delay = 204, [], {}, 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                outer.got.append((self.path, dict(self.headers), body))
                time.sleep(outer.delay)
                self.send_response(outer.status)
                for name, value in outer.headers.items():
                    self.send_header(name, value)
                self.end_headers()

            def log_message(self, *args):
                return

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook?from=hangu"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def receiver(settings):
    settings.WEBHOOK_NETWORKS = ["127.0.0.0/8"]
    made = Receiver()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def hook(receiver, keys, clock):
    def make(caller=None, kinds=("project", "issue", "prospect", "deal")):
        row = (caller or keys.planner).row
        made = Webhook(name=f"示例{row.name}", url=receiver.url, kinds=list(kinds), key=row)
        made.full_clean()
        made.save()
        return made

    return make


@pytest.fixture
def everyone(keys, person, caller, departments, enterprise):
    promoter = person("promoter", "promoter")
    return lambda: everything(
        departments=departments,
        enterprise=enterprise,
        leader=keys.leader.user,
        promoter=promoter,
        planner=keys.planner.user,
    )


def events(receiver):
    return [row for _path, _headers, body in receiver.got for row in json.loads(body)["events"]]


def test_it_tells_what_changed_signed_and_once(receiver, hook, everyone):
    made = hook()
    everyone()
    assert webhooks.run() == {"sent": 1, "failed": 0, "dead": 0}
    ((path, headers, body),) = receiver.got
    assert path == "/hook?from=hangu"
    text = f"{headers['Hangu-Timestamp']}.{body}".encode()
    signature = hmac.new(made.secret.encode(), text, hashlib.sha256).hexdigest()
    assert headers["Hangu-Signature"] == f"v1={signature}"
    assert int(headers["Hangu-Timestamp"]) == int(timezone.now().timestamp())
    told = {row["event"]: row for row in events(receiver)}
    assert told["project.changed"] == {
        "event": "project.changed",
        "number": "HG-2026-001",
        "path": "/api/v1/projects/HG-2026-001/",
    }
    # What it says is who changed, never what stands there.
    assert "示例" not in body
    assert webhooks.run() == {"sent": 0, "failed": 0, "dead": 0}
    delivery = HookDelivery.objects.get()
    assert (delivery.state, delivery.tries.get().status) == ("sent", 204)


def test_it_tells_each_what_its_key_may_read(receiver, hook, everyone, system, caller):
    hook()
    hook(system)
    hook(caller("narrow", scopes=["directory:read"]))
    made = everyone()
    webhooks.run()
    assert not [row for row in events(receiver) if row["event"].startswith("prospect")]
    told = [row["number"] for row in events(receiver)]
    # The project is hidden from systems, the intention from them as well.
    assert sorted(told) == sorted(["HG-2026-001", "QY-2026-001", "QY-2026-002"] + ["QY-2026-001"])
    receiver.got.clear()
    made["project"].milestones.all().delete()
    Webhook.objects.filter(key=system.row).update(is_active=False)
    webhooks.run()
    assert {row["number"] for row in events(receiver)} == {"HG-2026-001"}


def test_a_deletion_is_told(receiver, hook, everyone):
    made = everyone()
    hook(kinds=["deal"])
    webhooks.run()
    made["deal"].receipts.all().delete()
    made["deal"].delete()
    receiver.got.clear()
    webhooks.run()
    assert {"event": "deal.deleted", "number": "QY-2026-001"} in events(receiver)


def test_a_key_that_ended_tells_nothing(receiver, hook, submitted, keys):
    hook(keys.leader)
    ApiKey.objects.filter(pk=keys.leader.row.pk).update(revoked_at=timezone.now())
    submitted()
    webhooks.run()
    assert receiver.got == []


def test_failures_are_retried_later_each_time_and_end_as_dead(
    receiver, hook, submitted, clock, keys
):
    hook(keys.leader)
    submitted()
    receiver.status = 500
    waits = []
    for _try in range(webhooks.MAX_ATTEMPTS):
        webhooks.run()
        delivery = HookDelivery.objects.get()
        waits.append(delivery.next_at - timezone.now())
        clock.move_to(delivery.next_at)
    assert delivery.state == "dead"
    assert waits[0] < waits[2] < waits[4]
    assert delivery.last_error == "HTTP 500"
    assert len(receiver.got) == webhooks.MAX_ATTEMPTS == HookAttempt.objects.count()
    assert len({body for _path, _headers, body in receiver.got}) == 1
    receiver.status = 200
    assert webhooks.retry(HookDelivery.objects.all(), timezone.now()) == 1
    webhooks.run()
    assert HookDelivery.objects.get().state == "sent"


def test_what_a_dead_process_claimed_is_sent_after_its_lease(
    receiver, hook, submitted, clock, keys
):
    hook(keys.leader)
    submitted()
    webhooks.collect()
    now = timezone.now()
    HookDelivery.objects.claim(now=now, until=now + webhooks.LEASE, token="gone", limit=9)
    assert webhooks.run()["sent"] == 0
    later(clock, minutes=4)
    assert webhooks.run()["sent"] == 1


def test_a_redirect_is_not_followed(receiver, hook, submitted, keys):
    hook(keys.leader)
    submitted()
    receiver.status, receiver.headers = 302, {"Location": "http://127.0.0.1:1/"}
    assert webhooks.run()["failed"] == 1
    assert HookDelivery.objects.get().last_error == "HTTP 302"


@pytest.mark.parametrize(
    "host",
    "127.0.0.1 10.1.2.3 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 0.0.0.0 [::1] [fd00::1] "
    "[fe80::1] [::ffff:10.0.0.1] [64:ff9b::a00:1] [2002:a00:1::] 224.0.0.1 2130706433 0x7f.1 "
    "localhost".split(),
)
def test_private_addresses_are_refused_when_connected_to(host):
    with pytest.raises(channels.Unreachable):
        channels.send(f"http://{host}:9/", b"{}", {})


@pytest.mark.parametrize("address", ["8.8.8.8", "2001:4860:4860::8888"])
def test_public_addresses_are_allowed(address):
    assert channels.is_allowed(ip_address(address))


def test_a_name_that_also_leads_inside_is_refused(monkeypatch):
    found = [(socket.AF_INET, 1, 6, "", (ip, 80)) for ip in ("8.8.8.8", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: found)
    with pytest.raises(channels.Unreachable):
        channels.checked_address("rebind.example", 80)


def test_what_was_checked_is_what_is_connected_to(monkeypatch, settings):
    """A name that answers otherwise the second time is asked once only."""
    asked, connected = [], []

    def resolve(host, port, **kwargs):
        asked.append(host)
        return [(socket.AF_INET, 1, 6, "", ("8.8.8.8" if len(asked) == 1 else "10.0.0.1", port))]

    def connect(address, *args, **kwargs):
        connected.append(address)
        raise OSError("stop here")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(channels.Unreachable):
        channels.send("http://rebind.example/", b"{}", {})
    assert connected == [("8.8.8.8", 80)]
    assert asked == ["rebind.example"]


def test_a_receiver_that_never_ends_is_given_up(receiver, hook, submitted, monkeypatch, keys):
    monkeypatch.setattr(channels, "WHOLE_SECONDS", 0.3)
    receiver.delay = 2
    hook(keys.leader)
    submitted()
    assert webhooks.run()["failed"] == 1


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.com/",
        "http://user:secret@example.com/",
        "https:///hook",
        "javascript:alert(1)",
        "http://example.com/#part",
        "http://[",
        "",
    ],
)
def test_what_is_no_address_is_refused(url, keys):
    with pytest.raises(ValidationError):
        Webhook(name="x", url=url, kinds=["deal"], key=keys.leader.row).full_clean()


def test_an_unknown_event_is_refused(keys):
    for kinds in ([], ["moon"], "deal"):
        with pytest.raises(ValidationError):
            Webhook(
                name="x", url="https://example.com/", kinds=kinds, key=keys.leader.row
            ).full_clean()


def test_the_administrator_registers_one_and_sees_its_secret_once(person, system):
    administrator = person("administrator", "administrator")
    administrator.is_staff = True
    administrator.save()
    client = Client()
    client.force_login(administrator)
    data = {
        "name": "示例系统",
        "url": "https://example.com/hook",
        "kinds": ["issue"],
        "key": system.row.pk,
        "is_active": "on",
    }
    page = client.post("/admin/api/webhook/add/", data, follow=True).content.decode()
    made = Webhook.objects.get()
    assert made.secret in page
    assert made.secret not in client.get("/admin/api/webhook/").content.decode()
    assert client.get("/admin/api/hookdelivery/").status_code == 200

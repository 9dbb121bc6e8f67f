"""Whose address a request came from, straight and behind the district's proxy."""

import pytest
from django.test import RequestFactory

from accounts.addresses import client_address

PROXY = "10.0.0.2"


def seen(forwarded):
    return client_address(RequestFactory().get("/", REMOTE_ADDR=PROXY, **forwarded))


def test_without_a_proxy_what_the_caller_claims_is_not_believed(settings):
    settings.SECURE_PROXY_SSL_HEADER = None
    assert seen({"HTTP_X_FORWARDED_FOR": "203.0.113.7"}) == PROXY


@pytest.mark.parametrize(
    ("forwarded", "address"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("198.51.100.1, 203.0.113.7", "203.0.113.7"),
        ("2001:DB8::1", "2001:db8::1"),
        # What no column for addresses could hold must not end a sign-in with an error.
        ("203.0.113.7, unknown", PROXY),
        ("", PROXY),
    ],
)
def test_behind_the_proxy_its_own_entry_counts(settings, forwarded, address):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    assert seen({"HTTP_X_FORWARDED_FOR": forwarded}) == address


def test_a_socket_has_no_address(settings):
    settings.SECURE_PROXY_SSL_HEADER = None
    assert client_address(RequestFactory().get("/", REMOTE_ADDR="")) == ""

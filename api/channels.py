"""One request to an address that somebody else chose. Where the name leads is looked up once, and
the very address that was checked is connected to; redirects are not followed, a proxy is not asked,
the answer is read to a limit and given up after a time.
"""

import http.client
import ipaddress
import socket
import ssl
from threading import Timer
from urllib.parse import urlsplit

from django.conf import settings

SECONDS = 10
WHOLE_SECONDS = 30
ANSWER_BYTES = 64 * 1024


class Unreachable(Exception):
    """Not sent, or no answer; the message is for the administrator."""


def send(url, body, headers):
    """Posts and returns the status of the answer. Raises Unreachable."""
    parts = urlsplit(url)
    is_tls = parts.scheme == "https"
    port = parts.port or (443 if is_tls else 80)
    connection = _Connection(parts.hostname, port, is_tls)
    path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    # A receiver that sends a byte now and then would otherwise hold the worker for hours.
    alarm = Timer(WHOLE_SECONDS, connection.break_off)
    alarm.start()
    try:
        connection.request("POST", path, body=body, headers=headers)
        answer = connection.getresponse()
        answer.read(ANSWER_BYTES)
        return answer.status
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Unreachable(f"{type(error).__name__}: {error}"[:300]) from error
    finally:
        alarm.cancel()
        connection.close()


class _Connection(http.client.HTTPConnection):
    def __init__(self, host, port, is_tls):
        super().__init__(host, port, timeout=SECONDS)
        self.is_tls = is_tls
        # What http.client leaves out of the Host header.
        self.default_port = 443 if is_tls else 80

    def connect(self):
        address = checked_address(self.host, self.port)
        self.sock = socket.create_connection((address, self.port), self.timeout)
        if self.is_tls:
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(self.sock, server_hostname=self.host)

    def break_off(self):
        if self.sock is not None:
            try:
                self.sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                return


def checked_address(host, port):
    """An IP address of the host that may be connected to. Raises Unreachable when any of its
    addresses may not: such a name is not ours to trust.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unreachable(f"{host}: {error}") from error
    addresses = [ipaddress.ip_address(row[4][0].partition("%")[0]) for row in found]
    for address in addresses:
        if not is_allowed(address):
            raise Unreachable(f"{host}: {address} is a private address")
    return str(addresses[0])


def is_allowed(address):
    """Whether an address is public, or in a network that WEBHOOK_NETWORKS names."""
    for network in settings.WEBHOOK_NETWORKS:
        if address in ipaddress.ip_network(network, strict=False):
            return True
    inner = _inside(address)
    if inner is not None:
        return is_allowed(inner)
    return address.is_global and not address.is_multicast and not address.is_reserved


NAT64 = ipaddress.ip_network("64:ff9b::/96")


def _inside(address):
    """The IPv4 address that an IPv6 one carries, or None."""
    if address.version == 4:
        return None
    if address in NAT64:
        return ipaddress.ip_address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]

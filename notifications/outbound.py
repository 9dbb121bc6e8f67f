"""Calls to a channel's provider: to listed hosts only, at the address that was checked, without
following anybody elsewhere, within ten seconds and 64 KB.
"""

import contextlib
import ipaddress
import socket
import threading
from urllib.parse import urlsplit

import requests
from django.conf import settings
from requests.adapters import HTTPAdapter
from urllib3 import poolmanager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

SECONDS, BYTES = 10, 64 * 1024
PUBLIC = {
    "qyapi.weixin.qq.com",
    "oapi.dingtalk.com",
    "open.feishu.cn",
    "dysmsapi.aliyuncs.com",
}


class NotSent(Exception):
    """The provider was not reached: nothing was handed over."""


class Cut(Exception):
    """The line broke after the request went out: whether it was accepted is unknown."""


class Refused(Exception):
    """This address may not be called at all."""


def check(url):
    """Raises Refused unless it is plain http(s) to a public provider or to a host the installation
    lists in CHANNEL_HOSTS (with its port when that is not the usual one).
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Refused("no address") from error
    usual = {"http": 80, "https": 443}
    if parts.scheme not in usual or not parts.hostname or "@" in parts.netloc:
        raise Refused("only http and https, without user or password")
    host = parts.hostname if port in (None, usual[parts.scheme]) else f"{parts.hostname}:{port}"
    if host in settings.CHANNEL_HOSTS:
        return
    if host not in PUBLIC or parts.scheme != "https":
        raise Refused("the host is not listed in CHANNEL_HOSTS")


def call(method, url, **given):
    """(status, text) of one request; raises Refused, NotSent or Cut."""
    check(url)
    private = urlsplit(url).hostname not in PUBLIC
    with requests.Session() as session, _Watch() as watch:
        # The machine's own proxy variables would send secrets through a third party unasked.
        session.trust_env = False
        adapter = _Adapter(watch, private)
        session.mount("http://", adapter)
        session.mount("https://", adapter)
        try:
            answer = session.request(
                method, url, timeout=SECONDS, allow_redirects=False, stream=True, **given
            )
            return answer.status_code, _body(answer)
        except requests.RequestException as error:
            if watch.connected:
                raise Cut(type(error).__name__) from error
            raise NotSent(type(error).__name__) from error


def _body(answer):
    found = b""
    try:
        for piece in iter(lambda: answer.raw.read1(8192, decode_content=True), b""):
            found += piece
            if len(found) > BYTES:
                break
    except Exception as error:
        raise Cut(type(error).__name__) from error
    return found[:BYTES].decode("utf-8", "replace")


class _Watch:
    """Ends a call that trickles: time-outs of sockets begin anew with every byte."""

    def __init__(self):
        self.connected, self.twin, self.timer = False, None, None

    def __enter__(self):
        return self

    def guard(self, sock):
        # TLS takes the socket over; its twin still reaches the same line.
        self.connected, self.twin = True, sock.dup()
        self.timer = threading.Timer(SECONDS, self.cut)
        self.timer.daemon = True
        self.timer.start()

    def cut(self):
        with contextlib.suppress(OSError):
            self.twin.shutdown(socket.SHUT_RDWR)

    def __exit__(self, *exc_info):
        if self.timer:
            self.timer.cancel()
            self.twin.close()


class _Pinned:
    """Resolves once, checks, and connects to that very address: a second answer of the name server
    leads nowhere.
    """

    watch, private = None, False

    def _new_conn(self):
        found = socket.getaddrinfo(self._dns_host, self.port, type=socket.SOCK_STREAM)
        addresses = [row[4][0] for row in found]
        if not self.private:
            addresses = [a for a in addresses if ipaddress.ip_address(a).is_global]
        if not addresses:
            raise OSError("no public address")
        self._dns_host = addresses[0]
        sock = super()._new_conn()
        self.watch.guard(sock)
        return sock


class _Adapter(HTTPAdapter):
    def __init__(self, watch, private):
        self.ours = {"watch": watch, "private": private}
        super().__init__(max_retries=0)

    def init_poolmanager(self, connections, maxsize, block=False, **given):
        manager = poolmanager.PoolManager(
            num_pools=connections, maxsize=maxsize, block=block, **given
        )
        plain = type("Plain", (_Pinned, HTTPConnection), self.ours)
        secure = type("Secure", (_Pinned, HTTPSConnection), self.ours)
        manager.pool_classes_by_scheme = {
            "http": type("Plains", (HTTPConnectionPool,), {"ConnectionCls": plain}),
            "https": type("Secures", (HTTPSConnectionPool,), {"ConnectionCls": secure}),
        }
        self.poolmanager = manager

"""Whose address a request came from: one answer for sign-in locks, throttles and public forms."""

import ipaddress

from django.conf import settings


def client_address(request):
    """The caller's IP address; behind the district's own proxy the one that proxy saw. Empty where
    there is none (a socket file).

    Nothing the caller sends decides it, or he could count as somebody new with every request.
    """
    direct = request.META.get("REMOTE_ADDR", "")
    if not settings.SECURE_PROXY_SSL_HEADER:
        return direct
    # The last entry is the proxy's own; those before it are whatever the caller sent.
    seen = request.META.get("HTTP_X_FORWARDED_FOR", "").rsplit(",", 1)[-1].strip()
    try:
        return str(ipaddress.ip_address(seen))
    except ValueError:
        return direct

"""What a message can say. Other apps register their kinds in AppConfig.ready; rows keep only the
kind's code and its data, so the text is made when it is read or sent, in the reader's language.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC

from django.core.exceptions import ImproperlyConfigured
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

logger = logging.getLogger("hangu.notifications")


@dataclass(frozen=True)
class Rendered:
    """subject: one line; body: plain text; url: a path on the portal ("" for none)."""

    subject: str
    body: str
    url: str


@dataclass(frozen=True)
class Kind:
    """label: a lazy string; render: a message's data → Rendered, called in the reader's language;
    urgent: does not wait for working hours; mail: also goes out of the portal, by e-mail and what
    else its reader chose; still: (user, data) → whether he may see the matter, asked again just
    before sending (None: anybody who was told may read it).
    """

    code: str
    label: str
    render: Callable[[dict], Rendered]
    urgent: bool = False
    mail: bool = True
    still: Callable[..., bool] | None = None


_kinds: dict[str, Kind] = {}


def register(kind):
    """Add a kind. The same kind twice is harmless; two kinds under one code are refused."""
    if _kinds.setdefault(kind.code, kind) != kind:
        raise ImproperlyConfigured(f"Two kinds of message are called {kind.code!r}.")


def get(code):
    """The kind of this code; a stand-in with a plain sentence when it is no longer registered."""
    return _kinds.get(code) or Kind(code=code, label=code, render=_plain)


def is_registered(code):
    return code in _kinds


def all_kinds():
    return list(_kinds.values())


def render_safely(code, data):
    """As shown on a page: a kind that cannot read an old row's data gives the plain sentence."""
    try:
        return get(code).render(data)
    except Exception:
        # One unreadable row must not close the inbox of whoever received it.
        logger.exception("message of kind %s cannot be rendered", code)
        return _plain(data)


def moment(value):
    """The aware datetime behind a time kept in a message's data. SQLite writes times into JSON
    without a zone and in UTC, PostgreSQL in ISO 8601 with one.
    """
    parsed = parse_datetime(value) if value else None
    if parsed is None:
        return None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def _plain(data):
    return Rendered(subject=_("您有一条新消息"), body=_("请登录平台查看相关事项。"), url="")

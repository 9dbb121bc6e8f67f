"""The e-mail channel: what a mail says, and one connection kept open over a batch."""

import contextlib
import re
import smtplib
from email.utils import formataddr
from urllib.parse import urlsplit

from django.conf import settings
from django.core import mail
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from notifications import kinds

# A digest lists this many; the inbox has the rest.
DIGEST_LINES = 50
INBOX_PATH = "/inbox/"


class ChannelDown(Exception):
    """The mail server is not to be reached or hung up: nothing is known about the other mails."""


def addressee(message):
    """Name and address of a user, a bare address, or "" when there is none any more."""
    if message.recipient is None:
        return message.address
    if not message.recipient.email:
        return ""
    return formataddr((one_line(message.recipient.label), message.recipient.email))


def language_of(message):
    user_language = message.recipient.language if message.recipient else ""
    return user_language or message.language or settings.LANGUAGE_CODE


def render(message):
    """Rendered text in the addressee's language; raises whatever the kind's renderer raises."""
    with translation.override(language_of(message)):
        return kinds.get(message.kind).render(message.data)


def compose(delivery, text):
    """The mail of one message."""
    with translation.override(language_of(delivery.message)):
        parts = [text.body]
        if text.url:
            parts.append(_("查看详情：%(link)s") % {"link": _link(text.url)})
        return _mail(delivery, text.subject, parts)


def compose_digest(deliveries, texts):
    """One mail for several reminders of one person, a paragraph a matter, the oldest matter first;
    of several messages on one matter the latest speaks, because it says how things stand.
    """
    matters = {}
    for n, text in enumerate(texts):
        matters.setdefault(text.url or n, []).append(text)
    with translation.override(language_of(deliveries[0].message)):
        count = len(matters)
        subject = ngettext("您有 %(count)d 件事项待办", "您有 %(count)d 件事项待办", count)
        shown = list(matters.values())[:DIGEST_LINES]
        parts = [_paragraph(n, said) for n, said in enumerate(shown, start=1)]
        if count > DIGEST_LINES:
            parts.append(_("其余 %(count)d 件请登录平台查看。") % {"count": count - DIGEST_LINES})
        parts.append(_("全部消息：%(link)s") % {"link": _link(INBOX_PATH)})
        return _mail(deliveries[0], subject % {"count": count}, parts)


def _paragraph(n, said):
    """The latest message on a matter: subject, its sentence, how many came before it, the link."""
    latest, more = said[-1], len(said) - 1
    earlier = ngettext("此前还有 %(count)d 条消息", "此前还有 %(count)d 条消息", more)
    lines = [
        f"{n}. {one_line(latest.subject)}",
        one_line(latest.body),
        earlier % {"count": more} if more else "",
        latest.url and _link(latest.url),
    ]
    return "\n".join(filter(None, lines))


def one_line(text):
    """Text for a header: an enterprise's title may hold line breaks, a header may not."""
    return " ".join(re.sub(r"[\x00-\x1f\x7f\x85\u2028\u2029]", " ", str(text)).split())


def describe(error):
    """An error for people who look after the mail server, without the addressee's address."""
    text = one_line(f"{type(error).__name__}: {error}")
    return re.sub(r"[^\s<>'\"(){},;:]+@[^\s<>'\"(){},;:]+", "…", text)[:300]


class Mailer:
    """Sends through one connection. Raises ChannelDown where the server, not the mail, failed."""

    def __init__(self):
        self.connection = None

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self._close()

    def send(self, message):
        try:
            if self.connection is None:
                self.connection = mail.get_connection()
                self.connection.open()
        except Exception as error:
            self.connection = None
            raise ChannelDown(describe(error)) from error
        try:
            self.connection.send_messages([message])
        except Exception as error:
            self._close()
            if _is_about_the_server(error):
                raise ChannelDown(describe(error)) from error
            raise

    def _close(self):
        connection, self.connection = self.connection, None
        if connection is not None:
            # What was accepted is sent; a server that is rude at the farewell changes nothing.
            with contextlib.suppress(OSError):
                connection.close()


def _is_about_the_server(error):
    if isinstance(error, smtplib.SMTPException):
        return isinstance(error, smtplib.SMTPServerDisconnected)
    return isinstance(error, OSError)


def _link(path):
    return settings.SITE_URL + path if path.startswith("/") else path


def _mail(delivery, subject, parts):
    parts.append("-- \n" + _("本邮件由汉沽管理区政企服务平台自动发送，请勿直接回复。"))
    # The same delivery keeps its id over every try, so that a mail server can drop a copy.
    message_id = f"<delivery-{delivery.pk}@{urlsplit(settings.SITE_URL).hostname or 'localhost'}>"
    return mail.EmailMessage(
        one_line(subject),
        "\n\n".join(parts),
        to=[addressee(delivery.message)],
        headers={"Message-ID": message_id, "Auto-Submitted": "auto-generated"},
    )

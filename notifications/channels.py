"""What goes out: a mail with all it says, a short note for everything else; and one connection to
the mail server, kept open over a batch.
"""

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
from notifications.adapters import Note, Permanent, Temporary
from notifications.choices import ROBOTS, Channel

# A digest lists this many; the inbox has the rest.
DIGEST_LINES = 50
INBOX_PATH = "/inbox/"


class ChannelDown(Exception):
    """The mail server is not to be reached or hung up: nothing is known about the other mails.
    `ambiguous`: it hung up while it had ours in hand.
    """

    def __init__(self, said, ambiguous=False):
        super().__init__(said)
        self.ambiguous = ambiguous


def addressee(message):
    """Name and address of a user, a bare address, or "" when there is none any more."""
    if message.recipient is None:
        return message.address
    if not message.recipient.email:
        return ""
    return formataddr((one_line(message.recipient.label), message.recipient.email))


def address_of(delivery):
    """Where a delivery goes: an e-mail address, a number, a provider's name for the reader."""
    message, channel = delivery.message, delivery.channel
    if channel == Channel.EMAIL:
        return message.recipient.email if message.recipient else message.address
    if message.recipient is None:
        return ""
    if channel == Channel.SMS:
        return message.recipient.phone
    return account_of(message.recipient, channel)


def account_of(user, channel):
    """Whom the channel's provider knows a person as, or ""."""
    own = user.channel_accounts.filter(channel=channel)
    return own.values_list("value", flat=True).first() or ""


def note(deliveries, texts):
    """What is said outside of mails, where others may look on: in a group the kind alone, on a
    person's own telephone the subject; the matter itself is read on the portal.
    """
    first = deliveries[0]
    with translation.override(language_of(first.message)):
        text = _short(first, texts)
        facts = {"kind": first.message.kind, "count": len(texts), "url": _link(_target(texts))}
        return Note(f"hangu-{first.pk}", text, address_of(first), facts)


def _short(delivery, texts):
    count = len(texts)
    if count > 1:
        said = ngettext("您有 %(count)d 件事项待办", "您有 %(count)d 件事项待办", count)
        said %= {"count": count}
    elif delivery.channel in ROBOTS:
        said = str(kinds.get(delivery.message.kind).label)
    else:
        said = one_line(texts[0].subject)
    if delivery.channel in ROBOTS and delivery.message.recipient:
        said = f"{delivery.message.recipient.label}：{said}"
    # A robot reads @ as a call to somebody.
    said = one_line(said).replace("@", "＠")
    return _("【汉沽管理区】%(said)s %(link)s") % {"said": said, "link": _link(_target(texts))}


def _target(texts):
    return texts[0].url if len(texts) == 1 and texts[0].url else INBOX_PATH


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
        if delivery.message.on_behalf_of:
            parts.insert(0, _("您受委托代 %(name)s 接收本消息。") % _name(delivery))
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
    """An error for people who look after the servers: no addressee, and of a network address the
    host alone, because keys stand in the rest.
    """
    text = re.sub(r"(https?://[^\s/?]*)\S*", r"\1", one_line(f"{type(error).__name__}: {error}"))
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
            raise _classified(error) from error

    def _close(self):
        connection, self.connection = self.connection, None
        if connection is not None:
            # What was accepted is sent; a server that is rude at the farewell changes nothing.
            with contextlib.suppress(OSError):
                connection.close()


# "No such user here" and its like: the address is wrong, not the mail.
NOBODY = {550, 551, 553}


def _classified(error):
    """What a mail server's answer means for this mail and for the others."""
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return ChannelDown(describe(error), ambiguous=True)
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code = max((reply[0] for reply in error.recipients.values()), default=0)
        said = describe(error)
        return Permanent(said, code in NOBODY) if code >= 500 else Temporary(said)
    if isinstance(error, smtplib.SMTPSenderRefused) and error.smtp_code >= 500:
        # Our own sender is refused: no mail at all would go.
        return ChannelDown(describe(error))
    if isinstance(error, smtplib.SMTPResponseException):
        said = describe(error)
        return Permanent(said) if error.smtp_code >= 500 else Temporary(said)
    if isinstance(error, TimeoutError):
        return ChannelDown(describe(error), ambiguous=True)
    if isinstance(error, OSError) and not isinstance(error, smtplib.SMTPException):
        return ChannelDown(describe(error))
    return error


def _name(delivery):
    return {"name": delivery.message.on_behalf_of.label}


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

"""What a person wants to hear and how; who hears in his stead."""

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from notifications import kinds
from notifications.choices import ROBOTS, USUAL, Channel
from notifications.models import ChannelAccount, Gateway, Preference

# A kind's code begins with its room; the rooms above this one are known here by name only.
ROOMS = {
    "issues": _("企业诉求"),
    "projects": _("重点项目"),
    "investment": _("招商引资"),
    "notifications": _("消息"),
    "cockpit": _("督导通报"),
    "worktime": _("工作日历"),
}


@dataclass(frozen=True)
class Wish:
    """One box on the page: `name` of its input, whether it is ticked."""

    name: str
    channel: str
    wanted: bool


def channels_ready():
    """Channels a person may choose among: mail, and whatever the administrator has set up."""
    ready = Gateway.objects.channels()
    return [channel for channel in Channel if channel in USUAL or channel in ready]


def table(user):
    """[(kind, [Wish])] of all kinds that leave the inbox, in the order in which they are known."""
    said = {(p.kind, p.channel): p.wanted for p in Preference.objects.filter(user=user)}
    ready = channels_ready()
    return [
        (kind, [_wish(kind.code, channel, said) for channel in ready])
        for kind in kinds.all_kinds()
        if kind.mail
    ]


def grouped(user):
    """[(room's label, rows of table())], in the order of the rooms."""
    groups = {}
    for kind, wishes in table(user):
        groups.setdefault(kind.code.partition(".")[0], []).append((kind, wishes))
    return [(ROOMS.get(room, room), rows) for room, rows in groups.items()]


def _wish(code, channel, said):
    return Wish(f"{code}|{channel}", channel, said.get((code, channel), channel in USUAL))


@transaction.atomic
def keep(user, ticked):
    """Store the boxes; `ticked`: names of those that are ticked. What a channel does anyway leaves
    no row, so that a new kind begins in the usual way.
    """
    changed = [
        (kind.code, wish.channel, wish.name in ticked)
        for kind, wishes in table(user)
        for wish in wishes
        if (wish.name in ticked) != wish.wanted
    ]
    for code, channel, wanted in changed:
        Preference.objects.update_or_create(
            user=user, kind=code, channel=channel, defaults={"wanted": wanted}
        )
    return len(changed)


def accounts(user):
    """[(channel, value)] of the ready channels whose providers have names of their own."""
    own = dict(ChannelAccount.objects.filter(user=user).values_list("channel", "value"))
    named = [c for c in channels_ready() if c in (Channel.WECOM, *ROBOTS) and c != Channel.WEBHOOK]
    return [(channel, own.get(channel.value, "")) for channel in named]


@transaction.atomic
def keep_accounts(user, given):
    """given: {channel: value}; an empty one is forgotten."""
    for channel, _value in accounts(user):
        value = given.get(channel.value, "").strip()[:100]
        rows = ChannelAccount.objects.filter(user=user, channel=channel)
        if value:
            rows.update_or_create(user=user, channel=channel, defaults={"value": value})
        else:
            rows.delete()

"""A batch's way out: one connection to the mail server, or the gateway that serves the reader."""

import contextlib

from notifications import adapters, channels, lanes
from notifications.choices import Channel
from notifications.models import Attempt, Gateway

Outcome = Attempt.Outcome


@contextlib.contextmanager
def for_channel(channel):
    """`lane`: the one lane of the whole channel, "" where each gateway has its own."""
    if channel == Channel.EMAIL:
        with channels.Mailer() as mailer:
            yield MailWay(mailer)
    else:
        yield GatewayWays(channel)


def outcome_of(error):
    """The class of an error; what is none of ours may pass by itself, so it is tried again."""
    if isinstance(error, adapters.Ambiguous) or getattr(error, "ambiguous", False):
        return Outcome.AMBIGUOUS
    return Outcome.REFUSED if isinstance(error, adapters.Permanent) else Outcome.FAILED


class MailWay:
    lane = lanes.MAIL

    def __init__(self, mailer):
        self.mailer = mailer

    def way_of(self, delivery):
        return self

    def shut_until(self, now):
        return None

    def send(self, deliveries, texts):
        if len(deliveries) == 1:
            self.mailer.send(channels.compose(deliveries[0], texts[0]))
        else:
            self.mailer.send(channels.compose_digest(deliveries, texts))
        return ""

    def broken(self, error, now):
        """Whether the server, not this mail, is at fault; noted in its lane."""
        down = isinstance(error, channels.ChannelDown)
        if down:
            lanes.failed(self.lane, now)
        return down


class GatewayWays:
    lane = ""

    def __init__(self, channel):
        self.channel, self.found = channel, {}

    def way_of(self, delivery):
        reader = delivery.message.recipient
        department = reader.department_id if reader else None
        if department not in self.found:
            gateway = Gateway.objects.serving(self.channel, department)
            self.found[department] = gateway and GatewayWay(gateway)
        return self.found[department]


class GatewayWay:
    def __init__(self, gateway):
        self.gateway, self.lane = gateway, gateway.lane

    def shut_until(self, now):
        """Until when this gateway takes nothing: its circuit is open, or its minute is used up."""
        return lanes.closed_until(self.lane, now) or lanes.take(
            self.lane, self.gateway.per_minute, now
        )

    def send(self, deliveries, texts):
        return adapters.send(self.gateway, channels.note(deliveries, texts))

    def broken(self, error, now):
        """Notes a failure of the provider in the lane; the batch goes on for other gateways."""
        if pause := getattr(error, "pause", None):
            lanes.close(self.lane, now + pause)
        elif not isinstance(error, adapters.Permanent):
            lanes.failed(self.lane, now)
        return False

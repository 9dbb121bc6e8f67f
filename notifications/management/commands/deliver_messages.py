"""manage.py deliver_messages: what the worker does every ten seconds, by hand or in a loop."""

import argparse
import os
import signal
import time
from datetime import datetime

from django.core.management.base import BaseCommand
from django.db import Error, connection, transaction
from django.utils import timezone

from notifications import services
from notifications.choices import LANES
from notifications.dispatch import deliver_all


class Command(BaseCommand):
    help = (
        "Send the messages that are due, until none is left. With REMINDERS_HOLD=1 nothing is sent;"
        " list and cancel then what a restored backup holds. Exit 0: done, 2: misuse."
    )
    example = "example: manage.py deliver_messages --now 2026-03-12T09:00:00+08:00"

    def create_parser(self, prog_name, subcommand, **kwargs):
        return super().create_parser(prog_name, subcommand, epilog=self.example, **kwargs)

    def add_arguments(self, parser):
        parser.add_argument(
            "--now",
            type=_moment,
            metavar="ISO",
            help="go by this time instead of the clock; without a zone it is the portal's",
        )
        parser.add_argument("--lane", choices=LANES, help="only this lane")
        parser.add_argument("--loop", action="store_true", help="go on until told to stop")
        parser.add_argument(
            "--every", type=float, default=10, metavar="SECONDS", help="pause of the loop"
        )
        older = {"type": _moment, "metavar": "ISO"}
        parser.add_argument("--list-before", help="list what waits and is older", **older)
        parser.add_argument("--cancel-before", help="cancel what waits and is older", **older)

    def handle(self, *args, **options):
        if before := options["list_before"]:
            return self.list(before)
        if before := options["cancel_before"]:
            return self.cancel(before)
        stopping = _stop_signal() if options["loop"] else None
        given = {
            "now": options["now"],
            "process": f"command:{os.getpid()}",
            "only": LANES[options["lane"]] if options["lane"] else None,
            "stopping": stopping,
        }
        if options["loop"]:
            return self.loop(stopping, options["every"], given)
        totals = deliver_all(**given)
        self.stdout.write("sent {sent}, failed {failed}, dead {dead}".format_map(totals))

    def loop(self, stopping, pause, given):
        while not stopping():
            try:
                deliver_all(**given)
            except Error as error:
                # The database is away for a while: what we held comes back by its lease.
                self.stderr.write(f"{type(error).__name__}; going on")
                connection.close()
            until = time.monotonic() + pause
            while not stopping() and time.monotonic() < until:
                time.sleep(min(pause, 0.1))

    def list(self, before):
        rows = services.held_since(before).select_related("message").order_by("id")
        for row in rows.iterator():
            said = f"{row.pk}\t{row.channel}\t{row.message.kind}\t{row.message.created_at:%F %T%z}"
            self.stdout.write(said)
        self.stdout.write(f"{rows.count()} waiting")

    @transaction.atomic
    def cancel(self, before):
        waiting = services.held_since(before)
        numbers = waiting.locked()
        waiting.mark_cancelled(numbers)
        self.stdout.write(f"{len(numbers)} cancelled; the inbox keeps them")


def _stop_signal():
    """A question whether we were told to stop: what is in hand is finished, the rest given back."""
    told = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_signal: told.append(True))
    return lambda: bool(told)


def _moment(text):
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not an ISO time") from None
    return moment if moment.tzinfo else timezone.make_aware(moment)

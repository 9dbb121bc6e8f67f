"""manage.py deliver_messages: what the worker does every ten seconds, by hand."""

import argparse
import os
from datetime import datetime

from django.core.management.base import BaseCommand
from django.utils import timezone

from notifications.services import deliver_all


class Command(BaseCommand):
    help = "Send the e-mails that are due, until none is left. Exit 0: done, 2: misuse."
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

    def handle(self, *args, **options):
        totals = deliver_all(now=options["now"], process=f"command:{os.getpid()}")
        self.stdout.write("sent {sent}, failed {failed}, dead {dead}".format_map(totals))


def _moment(text):
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not an ISO time") from None
    return moment if moment.tzinfo else timezone.make_aware(moment)

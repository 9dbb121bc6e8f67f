from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from hangu.health import PARTS, readiness


class Command(BaseCommand):
    help = "Exit 0 when worker or beat was seen at work lately. Example: manage.py alive worker"
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("part", choices=PARTS)

    def handle(self, *, part, **options):
        state = readiness(timezone.now())[part]
        if not state["ok"]:
            raise CommandError(f"{part} was last seen at {state['last_seen'] or 'no time'}.")
        self.stdout.write(f"{part} was last seen at {state['last_seen']}.")

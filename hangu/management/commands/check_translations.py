from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from hangu.literals import unmarked
from hangu.translations import compile_catalogue, extract, faults, update


class Command(BaseCommand):
    help = (
        "Compare every marked message with the English catalogue and look for Chinese that is not "
        "marked; exit 1 with each fault. Example: manage.py check_translations --write"
    )
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument(
            "--write", action="store_true", help="add and drop messages in the catalogue"
        )
        parser.add_argument(
            "--merge",
            nargs="+",
            type=Path,
            default=[],
            metavar="PO",
            help="take translations from these",
        )

    def handle(self, *, write, merge, **options):
        base = settings.BASE_DIR
        if write or merge:
            update(base, merge)
            compile_catalogue(base)
        found = [
            f"{fault}: {message}" + (f"  ({where[0]})" if where else "")
            for fault, message, where in faults(base)
        ]
        found += [
            f"not marked for translation: {text}  ({where})" for where, text in unmarked(base)
        ]
        if found:
            raise CommandError("\n".join([*found, f"{len(found)} messages are not right."]))
        self.stdout.write(f"{len(extract(base))} messages, all translated.")

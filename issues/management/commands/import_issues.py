import json
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from issues import ledger


class Command(BaseCommand):
    help = (
        "Take over another system's work orders; the last line is JSON with the counts. MAP.toml: "
        'timezone = "America/New_York", optionally source = "name of the system", then [columns] '
        "(ours = the file's heading) and [statuses] (the file's word = ours). "
        "Example: manage.py import_issues orders.csv --map orders.toml --dry-run"
    )

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FILE.csv")
        parser.add_argument("--map", required=True, metavar="MAP.toml")
        parser.add_argument("--dry-run", action="store_true", help="check and count, store nothing")

    def handle(self, *, file, dry_run, **options):
        try:
            mapping = ledger.read_mapping(Path(options["map"]).read_bytes())
            orders = ledger.read_orders(Path(file).read_bytes(), mapping)
            counts = ledger.store(orders, mapping, dry_run=dry_run, progress=self.progress)
        except OSError as error:
            said = {"file": error.filename, "why": error.strerror}
            raise CommandError(_("无法读取 %(file)s：%(why)s") % said) from error
        except ValidationError as error:
            lines = "\n".join(error.messages)
            raise CommandError(_("未导入：") + "\n" + lines) from error
        self.stdout.write(json.dumps(counts))

    def progress(self, done, count):
        self.stderr.write(f"{done} / {count}")

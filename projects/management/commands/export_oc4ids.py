import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from projects import exports


class Command(BaseCommand):
    help = (
        "Write the key projects that may be published as an OC4IDS 0.9 project package. "
        "Example: manage.py export_oc4ids oc4ids.json"
    )

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FILE", help="the JSON file to write")

    def handle(self, *, file, **options):
        package = exports.open_data(exports.OFFICE, timezone.now())
        if package is None:
            raise CommandError(_("没有可以公开的项目。"))
        text = json.dumps(package, ensure_ascii=False, indent=1) + "\n"
        try:
            Path(file).write_text(text, encoding="utf-8")
        except OSError as error:
            said = _("无法写入 %(file)s：%(reason)s")
            raise CommandError(said % {"file": file, "reason": error.strerror}) from error
        self.stdout.write(_("已导出 %(count)d 个项目。") % {"count": len(package["projects"])})

from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from worktime.services import import_calendar, preview_notice
from worktime.validators import read_notice


class Command(BaseCommand):
    help = (
        "Import the State Council's notice on a year's rest days and make-up workdays, "
        "and recompute what rests on it. "
        "Example: manage.py import_calendar 2027.json"
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "file",
            metavar="FILE.json",
            help='{"year", "papers", "days": [{"name", "date", "isOffDay"}]}',
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="only say which promises would move"
        )
        parser.add_argument("--by", default="import_calendar", help="who imports, for the trace")

    def handle(self, *, file, by, dry_run=False, **options):
        try:
            data, lines = read_notice(Path(file).read_bytes())
            if dry_run:
                self._what_if(*preview_notice(data, lines))
                return
            change = import_calendar(data, by, lines)
        except OSError as error:
            raise CommandError(
                _("无法读取 %(file)s：%(reason)s") % {"file": file, "reason": error.strerror}
            ) from error
        except ValidationError as error:
            raise CommandError(
                _("未导入 %(file)s：") % {"file": file} + "\n" + "\n".join(error.messages)
            ) from error
        if change is None:
            self.stdout.write(
                _("内容与已导入的 %(year)s 年安排一致，未作更改。") % {"year": data["year"]}
            )
        else:
            self.stdout.write(_summary(change))

    def _what_if(self, diff, moves):
        self.stdout.write(_changes(diff))
        for row in moves:
            text = _("%(department)s：%(promises)s 项时限（提前 %(earlier)s，推后 %(later)s）")
            self.stdout.write(text % row + " " + " ".join(row["numbers"]))
        if not moves:
            self.stdout.write(_("没有在办时限会变动。"))


def _changes(diff):
    figures = {key: len(diff[key]) for key in ("added", "removed", "changed")}
    return _("新增 %(added)s 天，删除 %(removed)s 天，变更 %(changed)s 天。") % figures


def _summary(change):
    figures = {key: len(change.diff[key]) for key in ("added", "removed", "changed")}
    return _(
        "已导入 %(year)s 年节假日安排（第 %(version)s 版）："
        "新增 %(added)s 天，删除 %(removed)s 天，变更 %(changed)s 天。"
    ) % (figures | {"year": change.year, "version": change.version_after})

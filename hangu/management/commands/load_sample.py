from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from accounts.models import User
from hangu.sample import load
from hangu.sample.people import NameTaken


class Command(BaseCommand):
    help = "载入示例数据，只载入一次。例：manage.py load_sample --as-of 2026-03-12T09:00:00+08:00"

    def add_arguments(self, parser):
        parser.add_argument(
            "--if-empty", action="store_true", help="已有账号或不允许时只说明（make run 用）"
        )
        parser.add_argument("--as-of", metavar="ISO", help="示例数据截至这一时刻，默认为现在")

    def handle(self, **options):
        if load.is_loaded():
            self.stdout.write(_("示例数据已载入，未作改动。"))
            return
        if options["if_empty"] and User.objects.exists():
            self.stdout.write(_("已有账号，不载入示例数据。"))
            return
        if not (settings.DEBUG or settings.SAMPLE_PASSWORD):
            if options["if_empty"]:
                self.stdout.write(_("正式环境未设置 SAMPLE_PASSWORD，不载入示例数据。"))
                return
            raise CommandError(_("未载入示例数据：正式环境须先设置 SAMPLE_PASSWORD。"))
        try:
            load.load(anchor=self.moment(options["as_of"]), say=self.stdout.write)
        except NameTaken as error:
            raise CommandError(
                _("未载入示例数据：以下账号已存在，不能占用：%(names)s。") % {"names": error}
            ) from error
        self.stdout.write(_("示例数据已载入。"))

    def moment(self, given):
        if not given:
            return timezone.now()
        try:
            parsed = parse_datetime(given)
        except ValueError:
            parsed = None
        if parsed is None:
            raise CommandError(
                _("--as-of 不是有效时刻：%(given)s，应写作 2026-03-12T09:00:00+08:00。")
                % {"given": given}
            )
        return parsed if parsed.tzinfo else timezone.make_aware(parsed)

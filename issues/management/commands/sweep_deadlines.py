from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from issues import reminders


class Command(BaseCommand):
    help = "触发到期提醒。例：manage.py sweep_deadlines --now 2026-03-12T09:00:00+08:00 --dry-run"

    def add_arguments(self, parser):
        parser.add_argument("--now", metavar="ISO", help="按这一时刻计算，默认为现在")
        parser.add_argument("--dry-run", action="store_true", help="只列出将触发的提醒，不发送")

    def handle(self, **options):
        now = self.moment(options["now"])
        if options["dry_run"]:
            for number, rung, fire_at in reminders.due_reminders(now):
                self.stdout.write(f"{number} {rung} {timezone.localtime(fire_at):%Y-%m-%d %H:%M}")
            return
        result = reminders.sweep(now)
        self.stdout.write(" ".join(f"{name}={count}" for name, count in sorted(result.items())))

    def moment(self, given):
        if not given:
            return timezone.now()
        try:
            parsed = parse_datetime(given)
        except ValueError:
            parsed = None
        if parsed is None:
            raise CommandError(
                _("--now 不是有效时刻：%(given)s，应写作 2026-03-12T09:00:00+08:00。")
                % {"given": given}
            )
        return parsed if parsed.tzinfo else timezone.make_aware(parsed)

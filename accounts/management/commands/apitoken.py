"""Keys of REST clients: made, listed and revoked from the command line."""

import argparse

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import SCOPES, ApiKey, User

DAYS, MOST_DAYS = 365, 3650
EXAMPLES = """examples:
  manage.py apitoken create oa-system --scope issues:read issues:write --days 90
  manage.py apitoken create duty-desk --scope issues:read issues:write --user coordinator
  manage.py apitoken list
  manage.py apitoken revoke oa-system

The key is printed once, alone on the last line, and only its hash is stored.
Exit code: 0 done, 1 refused with the reason, 2 misuse."""


def days(text):
    if not text.isdecimal() or not 1 <= int(text) <= MOST_DAYS:
        raise argparse.ArgumentTypeError(f"1 to {MOST_DAYS} days, not {text!r}")
    return int(text)


class Command(BaseCommand):
    help = "Make, list and revoke the keys of REST clients."

    def create_parser(self, *args, **kwargs):
        kwargs |= {"epilog": EXAMPLES, "formatter_class": argparse.RawDescriptionHelpFormatter}
        return super().create_parser(*args, **kwargs)

    def add_arguments(self, parser):
        verbs = parser.add_subparsers(dest="verb", required=True, metavar="create|list|revoke")
        create = verbs.add_parser("create", help="make a key")
        create.add_argument("name")
        create.add_argument("--scope", nargs="+", action="extend", required=True, choices=SCOPES)
        create.add_argument("--user", help="the key acts with the role of this user")
        create.add_argument(
            "--days", type=days, default=DAYS, help=f"valid for so many days ({DAYS})"
        )
        verbs.add_parser("list", help="list all keys")
        revoke = verbs.add_parser("revoke", help="revoke a key")
        revoke.add_argument("name")

    def handle(self, *args, verb, **options):
        getattr(self, verb)(**options)

    def create(self, *, name, scope, user, days, **options):
        if not name.strip() or len(name) > 60:
            raise CommandError(_("名称应为1到60个字符。"))
        if ApiKey.objects.filter(name=name).exists():
            raise CommandError(_("名称“%(name)s”已被使用，请换一个。") % {"name": name})
        row, key = ApiKey.create(name, set(scope), user=self._user(user), days=days)
        until = timezone.localtime(row.expires_at)
        self.stdout.write(
            _("已创建密钥“%(name)s”，有效期至%(until)s。请妥善保存，此后不再显示：")
            % {"name": name, "until": f"{until:%Y-%m-%d %H:%M}"}
        )
        self.stdout.write(key)

    def _user(self, username):
        if username is None:
            return None
        user = User.objects.filter(username=username, is_active=True).first()
        if user is None:
            raise CommandError(_("没有用户“%(name)s”，或已停用。") % {"name": username})
        return user

    def list(self, **options):
        for key in ApiKey.objects.select_related("user"):
            used = key.last_used_at and timezone.localtime(key.last_used_at)
            columns = [
                key.name,
                self._state(key),
                f"{timezone.localtime(key.expires_at):%Y-%m-%d}",
                key.user.username if key.user else "-",
                f"{used:%Y-%m-%d %H:%M}" if used else "-",
                " ".join(key.scopes),
            ]
            self.stdout.write("\t".join(columns))

    def _state(self, key):
        if key.revoked_at:
            return "revoked"
        return "usable" if key.is_usable else "expired"

    def revoke(self, *, name, **options):
        key = ApiKey.objects.filter(name=name).first()
        if key is None:
            raise CommandError(_("没有名为“%(name)s”的密钥。") % {"name": name})
        if key.revoked_at is None:
            key.revoked_at = timezone.now()
            key.save(update_fields=["revoked_at"])
        self.stdout.write(_("已吊销密钥“%(name)s”。") % {"name": name})

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class HanguConfig(AppConfig):
    name = "hangu"
    verbose_name = _("汉沽管理区政企服务平台")

    def ready(self):
        api = self.apps.get_app_config("api")
        pre_migrate.connect(drop_triggers, sender=api, dispatch_uid="drop_triggers")
        post_migrate.connect(make_triggers, sender=api, dispatch_uid="make_triggers")


def drop_triggers(using, **kwargs):
    """Before `migrate`, on SQLite alone: it rebuilds tables, and a trigger that reads one stops
    it. PostgreSQL goes on logging meanwhile.
    """
    from api import sync  # noqa: PLC0415

    if connections[using].vendor == "sqlite":
        sync.uninstall(connections[using])


def make_triggers(using, **kwargs):
    """After `migrate` the triggers, anew; after `flush` an empty log."""
    from api import sync  # noqa: PLC0415

    if "plan" in kwargs:
        sync.install(connections[using])
    else:
        sync.clear(connections[using])

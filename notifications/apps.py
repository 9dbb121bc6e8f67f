from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    name = "notifications"
    verbose_name = _("消息")

    def ready(self):
        # Models exist only now.
        from notifications import watch  # noqa: PLC0415

        watch.register()

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CockpitConfig(AppConfig):
    name = "cockpit"
    verbose_name = _("督导通报")

    def ready(self):
        # The registries of messages and of changes exist only now.
        from cockpit import messages, sync  # noqa: PLC0415

        messages.register()
        sync.register()

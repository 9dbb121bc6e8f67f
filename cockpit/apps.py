from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CockpitConfig(AppConfig):
    name = "cockpit"
    verbose_name = _("督导通报")

    def ready(self):
        # The registry of messages exists only now.
        from cockpit import messages  # noqa: PLC0415

        messages.register()

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InvestmentConfig(AppConfig):
    name = "investment"
    verbose_name = _("招商引资")

    def ready(self):
        # Models exist only now; registries are how lower rooms learn our messages and changes.
        from investment import messages, sync  # noqa: PLC0415

        messages.register()
        sync.register()

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InvestmentConfig(AppConfig):
    name = "investment"
    verbose_name = _("招商引资")

    def ready(self):
        # Models exist only now; the registry is how the notifications room learns our kinds.
        from investment import messages  # noqa: PLC0415

        messages.register()
